"""The evaluation window: figures beside the published ones, failures to watch, classification with its confusions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.evaluation.classification import ClassificationTab
from motionpatches.app.widgets.evaluation.failures import FailuresTab
from motionpatches.app.widgets.evaluation.retrieval import RetrievalTab
from motionpatches.app.widgets.panels.jobs import WorkLine


class EvaluationWindow(QDialog):
    """Stays open beside the studio. Work goes on where it is closed; the list of work under way shows it again."""

    def __init__(self, evaluation: Evaluation, playback: Playback, marks: Marks, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Evaluation")
        self.resize(1180, 680)
        self.tabs = QTabWidget()
        self.retrieval = RetrievalTab(evaluation)
        self.failures = FailuresTab(evaluation, playback)
        self.classification = ClassificationTab(evaluation, marks)
        self.tabs.addTab(self.retrieval, "Retrieval")
        self.tabs.addTab(self.failures, "Failures")
        self.tabs.addTab(self.classification, "Classification")
        box = QVBoxLayout(self)
        box.addWidget(self.tabs)
        self.work = WorkLine(evaluation.workspace.jobs, "evaluation")
        box.addWidget(self.work)
        self.evaluation, self._worked = evaluation, False
        evaluation.changed.connect(self._changed)

    def _changed(self) -> None:
        """Say that work has ended where the window was closed meanwhile."""
        ended, self._worked = self._worked and not self.evaluation.working, self.evaluation.working
        if ended and not self.isVisible():
            text = self.evaluation.message or f"The evaluation of {self.evaluation.library_name} is ready."
            self.evaluation.workspace.notices.say(text, Action("Show", self.show), kept=True)
