"""The evaluation window: figures beside the published ones, failures to watch, classification with its confusions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.evaluation import Measure
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.evaluation.classification import ClassificationTab
from motionpatches.app.widgets.evaluation.failures import FailuresTab
from motionpatches.app.widgets.evaluation.retrieval import RetrievalTab


class EvaluationWindow(QDialog):
    """Stays open beside the studio."""

    def __init__(self, measure: Measure, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Evaluation")
        self.resize(1180, 680)
        self.tabs = QTabWidget()
        self.retrieval = RetrievalTab(measure)
        self.failures = FailuresTab(measure, playback)
        self.classification = ClassificationTab(measure)
        self.tabs.addTab(self.retrieval, "Retrieval")
        self.tabs.addTab(self.failures, "Failures")
        self.tabs.addTab(self.classification, "Classification")
        box = QVBoxLayout(self)
        box.addWidget(self.tabs)
