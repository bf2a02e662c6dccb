"""Import Take Sheet: what a table changes, field by field, before it is accepted."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPlainTextEdit,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.take_sheet import TakeSheet, news, problems
from motionpatches.app.widgets.plain import NAME, ItemTable, Label, lines, shown, tip
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.library.sheet_exchange import SheetPlan

COLUMNS = ("Take", "Field", "Now", "After")
# Fields that are listed, and characters of the problems that are shown.
MOST, MOST_TEXT = 1000, 200_000


class SheetImportDialog(QDialog):
    """Accepting it imports the table (TakeSheet.take_over)."""

    def __init__(self, sheet: TakeSheet, plan: SheetPlan, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(f"Import Take Sheet: {shown(plan.file.name, NAME)}")
        self.resize(860, 560)
        self.summary = Label(news(plan), wrap=True)
        rows = list(plan.after.items())
        self.table = ItemTable(min(len(rows), MOST), len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Fields that change")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for at, ((take, field), value) in enumerate(rows[:MOST]):
            for column, text in enumerate((take, field, plan.before[take, field], value)):
                item = QTableWidgetItem(lines(text))
                item.setToolTip(tip(text))
                self.table.setItem(at, column, item)
        self.more = of_kind(
            Label(f"The first {MOST:,} of {len(rows):,} fields are listed; all are imported.", wrap=True), "secondary"
        )
        self.more.setVisible(len(rows) > MOST)
        wrong = problems(plan)
        self.problems = QPlainTextEdit(wrong[:MOST_TEXT], readOnly=True)
        self.problems.setAccessibleName("Not imported")
        self.problems.setMaximumHeight(130)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setEnabled(bool(rows))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget, stretch in ((self.summary, 0), (self.table, 1), (self.more, 0)):
            box.addWidget(widget, stretch)
        if wrong:
            box.addWidget(of_kind(Label("Not imported:"), "warning"))
            box.addWidget(self.problems)
        box.addWidget(of_kind(Label(sheet.place(), wrap=True), "secondary"))
        box.addWidget(buttons)
