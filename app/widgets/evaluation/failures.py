"""Queries whose own motion did not come first: it and the top result, moving side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QSplitter, QTableWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.plain import ItemTable, Label, tip
from motionpatches.app.widgets.views.results import ResultsView

if TYPE_CHECKING:
    from motionpatches.core.evaluation.evaluate import Evaluation as Report

SHOWN = 2000
COLUMNS = ("Rank", "Query", "Top result", "")


class FailuresTab(QWidget):
    """Choosing a row shows both motions; a click on one opens it on the stage."""

    def __init__(self, evaluation: Evaluation, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation = evaluation
        self.state = Label(wrap=True)
        self.table = ItemTable(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setEditTriggers(ItemTable.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(ItemTable.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(ItemTable.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.setAlternatingRowColors(True)
        for column, mode in enumerate(
            (
                QHeaderView.ResizeMode.ResizeToContents,
                QHeaderView.ResizeMode.Stretch,
                QHeaderView.ResizeMode.Stretch,
                QHeaderView.ResizeMode.ResizeToContents,
            )
        ):
            self.table.horizontalHeader().setSectionResizeMode(column, mode)
        self.table.currentCellChanged.connect(lambda row, *_: self._look(row))
        self.tiles = ResultsView(evaluation.tiles, playback)
        self.tiles.chosen.connect(evaluation.open)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self.tiles)
        split.setSizes([620, 540])
        box = QVBoxLayout(self)
        box.addWidget(self.state)
        box.addWidget(split, 1)
        self._shown: Report | None = None
        evaluation.changed.connect(self._changed)
        self._changed()

    def _changed(self) -> None:
        found = self.evaluation.report
        if found is None:
            self.state.setText("Evaluate first; then the queries whose own motion did not come first are listed here.")
            return
        if found is self._shown:
            return
        self._shown = found
        failures = self.evaluation.failures
        alike = (
            f"; in {sum(f.near_duplicate for f in failures):,} the winner's caption means nearly the same" if found.judge else ""
        )
        cut = f" The worst {SHOWN:,} are listed." if len(failures) > SHOWN else ""
        self.state.setText(
            f"{len(failures):,} of {found.motions:,} queries do not find their own motion (or one of the same "
            f"caption) first{alike}.{cut} Left: the query's own "
            "motion; right: the top result."
        )
        self.table.setRowCount(0)
        self.table.setRowCount(min(len(failures), SHOWN))
        for at, failure in enumerate(failures[:SHOWN]):
            texts = (
                str(failure.rank),
                found.clips[failure.row].caption,
                found.clips[failure.winner].caption,
                "near duplicate" if failure.near_duplicate else "",
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(tip(text))
                self.table.setItem(at, column, item)
        if failures:
            self.table.setCurrentCell(0, 0)

    def _look(self, row: int) -> None:
        if 0 <= row < len(self.evaluation.failures):
            self.evaluation.look(self.evaluation.failures[row])
