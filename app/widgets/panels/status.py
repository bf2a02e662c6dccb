"""The status bar: what is open, which model, which device; messages; long work with its progress and a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.progress import Progress


class Status(QStatusBar):
    def __init__(self, workspace: Workspace):
        super().__init__()
        self.workspace = workspace
        self.facts, self.progress = QLabel(), QProgressBar(maximumWidth=220, textVisible=False)
        self.work, self.cancel = QLabel(), QPushButton("Cancel", flat=True)
        self.cancel.clicked.connect(workspace.jobs.cancel)
        for widget in (self.work, self.progress, self.cancel):
            self.addWidget(widget)
            widget.hide()
        self.addPermanentWidget(self.facts)
        w = workspace
        w.library_changed.connect(self._facts)
        w.model_changed.connect(self._facts)
        w.jobs.progressed.connect(self._progress)
        w.said.connect(lambda text: self.showMessage(text, 8000))
        w.failed.connect(lambda text: self.showMessage(text, 20000))
        self._facts()

    def _facts(self) -> None:
        w = self.workspace
        name = f"{w.library.name}: {len(w.library.clips):,} motions" if w.library else "nothing open"
        self.facts.setToolTip(w.device_reason)
        self.facts.setText("   ·   ".join(t for t in (name, f"model: {w.model_label}", w.device_label) if t))

    def _progress(self, progress: Progress | None) -> None:
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            self.clearMessage()
            self.work.setText(str(progress))
            self.progress.setMaximum(max(progress.total, 1))
            self.progress.setValue(progress.done)
