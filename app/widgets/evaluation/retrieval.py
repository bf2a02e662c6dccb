"""Retrieval under all protocols: our figures beside the published ones of the same data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.widgets.ask_path import ask_new_file
from motionpatches.app.widgets.plain import ItemTable, Label, shown, tip, warn
from motionpatches.app.widgets.spin_boxes import SpinBox
from motionpatches.app.widgets.theme import of_kind, sized
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.library.items import ITEMS
from motionpatches.core.progress import counted

if TYPE_CHECKING:
    from motionpatches.core.evaluation.evaluate import Evaluation as Report

NAMES = {".md": "Markdown", ".tex": "LaTeX", ".csv": "CSV", ".json": "JSON"}


class RetrievalTab(QWidget):
    """Split and seed, the table of figures, and the notes to it; the table can be copied and saved."""

    def __init__(self, evaluation: Evaluation, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation = evaluation
        self.split, self.seed = QComboBox(), SpinBox(maximum=1_000_000)
        self.split.setAccessibleName("Split")
        self.seed.setAccessibleName("Seed of the small batches")
        self.items = QComboBox()
        self.items.setAccessibleName("Test items")
        for name, items in ITEMS.items():
            self.items.addItem(items.title.capitalize(), name)
        self.run = QPushButton("Evaluate", default=True)
        self.run.clicked.connect(self._run)
        self.copy, self.save = (self._menu(text, act) for text, act in (("Copy As", self._copy), ("Save As", self._save)))
        top = QHBoxLayout()
        for widget in (Label("Split"), self.split, Label("Test items"), self.items, Label("Seed"), self.seed, self.run):
            top.addWidget(widget)
        top.addStretch()
        top.addWidget(self.copy)
        top.addWidget(self.save)
        self.facts, self.notes = Label(wrap=True), Label(wrap=True)
        self.table = ItemTable()
        self.table.setEditTriggers(ItemTable.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(ItemTable.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.meaning, self.meanings = of_kind(Label(wrap=True), "secondary"), list[str]()
        self.table.currentCellChanged.connect(lambda row, *_: self._explain(row))
        self.table.setAlternatingRowColors(True)
        box = QVBoxLayout(self)
        box.addLayout(top)
        box.addWidget(self.facts)
        box.addWidget(self.table, 100)
        box.addWidget(self.meaning)
        box.addWidget(self.notes)
        box.addStretch(1)
        evaluation.changed.connect(self._changed)
        evaluation.workspace.library_changed.connect(self._splits)
        evaluation.workspace.library_changed.connect(self._announce)
        evaluation.workspace.ready_changed.connect(self._announce)
        self._splits()
        self._changed()
        self.split.currentIndexChanged.connect(self._announce)
        self.items.currentIndexChanged.connect(self._announce)

    def _menu(self, text: str, act: Callable[[str], None]) -> QToolButton:
        """Make a button with a menu of the formats; `act` is called with the suffix of the chosen one."""
        button = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setText(text)
        menu = QMenu(button)
        for suffix, name in NAMES.items():
            menu.addAction(name).triggered.connect(partial(_call, act, suffix))
        button.setMenu(menu)
        return button

    def _splits(self) -> None:
        names = self.evaluation.splits()
        if [self.split.itemText(i) for i in range(self.split.count())] != names:
            self.split.clear()
            self.split.addItems(names)

    def _run(self) -> None:
        if self.evaluation.working:
            self.evaluation.cancel()
        else:
            self.evaluation.evaluate(self.split.currentText(), self.seed.value(), self.items.currentData())

    def _copy(self, suffix: str) -> None:
        QApplication.clipboard().setText(self.evaluation.text(suffix))

    def _save(self, suffix: str) -> None:
        file = ask_new_file(self, "reports", "Save the report", f"evaluation{suffix}", f"{NAMES[suffix]} (*{suffix})")
        if file is None:
            return
        try:
            write_atomically(file, self.evaluation.text(suffix))
        except StudioError as error:
            warn(self, "Not saved", error)

    def _explain(self, row: int) -> None:
        """Say what counts as right in the row."""
        self.meaning.setText(self.meanings[row] if 0 <= row < len(self.meanings) else "")

    def _changed(self) -> None:
        found = self.evaluation.report
        self.run.setText("Cancel" if self.evaluation.working else "Evaluate")
        for button in (self.copy, self.save):
            button.setEnabled(found is not None)
        if found is None:
            self._announce()
        else:
            self._fill(found)

    def _announce(self) -> None:
        """Before the first report: what would be measured, and what counts as right in each protocol."""
        if self.evaluation.report is not None:
            return
        from motionpatches.core.evaluation.protocols import protocols

        workspace, split = self.evaluation.workspace, self.split.currentText()
        number = self.evaluation.count(split, self.items.currentData())
        where = f"in the split {split}" if split != "all" else "in all splits"
        name = workspace.model.name if workspace.model is not None else "the model"
        ready = (
            f"{counted(number, 'captioned motion')} {where}: each is a query, in words and as a motion, for {shown(name)}. "
            "Published figures appear beside those of the same data set, protocol and test items."
        )
        none = f"There is no captioned motion {where}: open a library with captions, or choose another split."
        self.facts.setText(self.evaluation.message or (ready if number else none))
        table = protocols()
        self.table.setColumnCount(2)
        self.table.setHorizontalHeaderLabels(["Protocol", "What counts as right"])
        self.table.setRowCount(len(table))
        for at, protocol in enumerate(table.values()):
            self.table.setItem(at, 0, QTableWidgetItem(shown(protocol.title)))
            self.table.setItem(at, 1, QTableWidgetItem(shown(protocol.meaning)))
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.resizeRowsToContents()

    def _fill(self, found: Report) -> None:
        """Show the figures; ours are bold where published ones stand beside them."""
        from motionpatches.core.evaluation.protocols import protocols
        from motionpatches.core.evaluation.published import NAMES as RECALLS
        from motionpatches.core.evaluation.report import WAYS, facts, remarks, rows_of

        self.facts.setText(self.evaluation.message or facts(found))
        rows, known = rows_of(found), protocols()
        self.table.setColumnCount(2 + 2 * len(RECALLS))
        ways = [WAYS[way].replace("text", "T").replace("motion", "M") for way in WAYS]
        head = ["Protocol", "Method", *(f"{way}\n{name}" for way in ways for name in RECALLS)]
        self.table.setHorizontalHeaderLabels(head)
        self.table.setRowCount(len(rows))
        mixed = any(row.published for row in rows)
        self.meanings = [f"{known[row.protocol].title}: {known[row.protocol].meaning}" for row in rows]
        bold = sized(self.table.font(), tokens.BODY, bold=True)
        for at, row in enumerate(rows):
            cells = [
                known[row.protocol].title,
                row.method,
                *(f"{row.ways[way][n]:.2f}" if n in row.ways[way] else "" for way in WAYS for n in RECALLS),
            ]
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(tip(known[row.protocol].meaning))
                if mixed and not row.published:
                    item.setFont(bold)
                self.table.setItem(at, column, item)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setCurrentCell(0, 0)
        self._explain(0)
        self.notes.setText("\n".join(shown(remark) for remark in remarks(found)))


def _call(act: Callable[[str], None], suffix: str, *_: bool) -> None:
    """Call without what the signal adds."""
    act(suffix)
