"""Before and After: results of one query with the model before a run and with its best one, side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.before_after import BeforeAfter
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.plain import NAME, Label, shown
from motionpatches.app.widgets.theme import heading
from motionpatches.app.widgets.views.results import ResultsView
from motionpatches.core import paths
from motionpatches.core.training.runs import Run


class BeforeAfterTab(QWidget):
    """A click on a tile opens it on the stage."""

    def __init__(self, before_after: BeforeAfter, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.before_after = before_after
        self.query = QComboBox(editable=True, insertPolicy=QComboBox.InsertPolicy.NoInsert)
        self.query.setAccessibleName("Query")
        line = QLineEdit(placeholderText="A sentence to search for with both models")
        line.returnPressed.connect(self._ask)
        self.query.setLineEdit(line)
        self.query.activated.connect(lambda _: self._ask())
        self.go = QPushButton("Compare")
        self.go.clicked.connect(self._ask)
        self.state = Label(wrap=True)
        top = QHBoxLayout()
        top.addWidget(self.query, 1)
        top.addWidget(self.go)
        split = QSplitter()
        self.views = []
        for title, side in (("Before", before_after.before), ("After", before_after.after)):
            half = QWidget()
            column = QVBoxLayout(half)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(heading(title))
            view = ResultsView(side, playback)
            view.chosen.connect(before_after.open)
            column.addWidget(view, 1)
            split.addWidget(half)
            self.views.append(view)
        split.setSizes([1000, 1000])
        box = QVBoxLayout(self)
        box.addLayout(top)
        box.addWidget(self.state)
        box.addWidget(split, 1)
        self._run: Run | None = None
        before_after.changed.connect(self._changed)
        self._changed()

    def _ask(self) -> None:
        self.before_after.ask(self.query.currentText())

    def _changed(self) -> None:
        run, models = self.before_after.run, self.before_after.models
        if run is not self._run:
            self._run = run
            text = self.query.currentText()
            self.query.clear()
            self.query.addItems([shown(s) for s in run.config.sentences] if run else [])
            if text and run and not run.config.sentences:
                self.query.setCurrentText(text)
        self.go.setEnabled(models is not None and not self.before_after.working)
        library = self.before_after.workspace.library
        if self.before_after.working:
            said = "Indexing the open library with both models…"
        elif models is None or run is None:
            said = "Choose one run that has a model already."
        else:
            name = shown(library.name, NAME) if library else "Nothing"
            before, after = shown(paths.model_name(models[0]), NAME), shown(run.name, NAME)
            said = f"{name} is searched with {before} (before) and with the best model of {after} (after)."
        self.state.setText(self.before_after.message or said)
