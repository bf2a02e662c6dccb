"""The status bar: what is open, which model, which device; messages; long work with its progress and a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QPushButton, QStatusBar

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.plain import NAME, Label, shown, tip
from motionpatches.core.progress import Progress


class Status(QStatusBar):
    """The status bar of a workspace."""

    def __init__(self, workspace: Workspace):
        super().__init__()
        self.workspace = workspace
        self.facts, self.work = Label(), Label()
        self.progress, self.cancel = QProgressBar(), QPushButton("Cancel")
        self.progress.setMaximumWidth(220)
        self.progress.setTextVisible(False)
        self.cancel.setFlat(True)
        self.cancel.clicked.connect(workspace.jobs.cancel)
        for widget in (self.work, self.progress, self.cancel):
            self.addWidget(widget)
            widget.hide()
        self.addPermanentWidget(self.facts)
        w = workspace
        w.library_changed.connect(self._facts)
        w.model_changed.connect(self._facts)
        w.jobs.progressed.connect(self._progress)
        w.said.connect(lambda text: self.showMessage(shown(text), 8000))
        w.failed.connect(lambda text: self.showMessage(shown(text), 20000))
        self._facts()

    def _facts(self) -> None:
        w = self.workspace
        name = f"{shown(w.library.name, NAME)}: {len(w.library.clips):,} motions" if w.library else "nothing open"
        self.facts.setToolTip(tip(w.device_reason))
        self.facts.setText("   ·   ".join(t for t in (name, f"model: {shown(w.model_label, NAME)}", w.device_label) if t))

    def _progress(self, progress: Progress | None) -> None:
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            self.clearMessage()
            self.work.setText(shown(progress, 2 * NAME))
            self.progress.setMaximum(max(progress.total, 1))
            self.progress.setValue(progress.done)
