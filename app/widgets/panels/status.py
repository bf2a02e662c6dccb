"""The status bar: work under way, the last message, what is open, which model, which device."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels.jobs import JobsButton, Ways
from motionpatches.app.widgets.plain import NAME, Label, shown, tip


class Status(QStatusBar):
    """The status bar of a workspace."""

    def __init__(self, workspace: Workspace, ways: Ways):
        """
        Args:
            workspace: What it tells of.
            ways: What shows the work of a key.
        """
        super().__init__()
        self.workspace = workspace
        self.facts, self.jobs = Label(), JobsButton(workspace.jobs, workspace.notices, ways)
        self.addPermanentWidget(self.jobs)
        self.addPermanentWidget(self.facts)
        w = workspace
        w.library_changed.connect(self._facts)
        w.model_changed.connect(self._facts)
        w.said.connect(lambda text: self.showMessage(shown(text), 8000))
        self._facts()

    def _facts(self) -> None:
        w = self.workspace
        count = len(w.library.clips) if w.library else 0
        name = f"{shown(w.library.name, NAME)}: {count:,} motion{'s' * (count != 1)}" if w.library else "nothing open"
        self.facts.setToolTip(tip(w.device_reason))
        self.facts.setText("   ·   ".join(t for t in (name, f"model: {shown(w.model_label, NAME)}", w.device_label) if t))
