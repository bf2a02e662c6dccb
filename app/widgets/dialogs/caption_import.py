"""Import Captions: what a table changes, take by take, before it is accepted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QRadioButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.caption_import import CaptionImport
from motionpatches.app.widgets.plain import NAME, ItemTable, Label, lines, shown, tip
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.library.caption_exchange import Mode

COLUMNS = ("Take", "Captions Now", "Captions After")
MODES: dict[Mode, tuple[str, str]] = {
    "add": ("&Add", "Add the table's captions to those that a take has"),
    "replace": ("&Replace", "Remove the captions of the takes that the table names, and take the table's"),
    "skip": ("&Skip", "Leave takes that have captions as they are"),
}
# Takes that are listed, and characters of the problems that are shown.
MOST, MOST_TEXT = 1000, 200_000


class CaptionImportDialog(QDialog):
    """Accepting imports the captions (CaptionImport.apply)."""

    def __init__(self, found: CaptionImport, parent: QWidget | None = None):
        super().__init__(parent)
        self.found = found
        self.setWindowTitle(f"Import Captions: {shown(found.incoming.file.name, NAME)}")
        self.resize(900, 600)
        self.modes: dict[Mode, QRadioButton] = {}
        row = QHBoxLayout()
        row.addWidget(Label("Takes that have captions:"))
        for mode, (words, meaning) in MODES.items():
            button = self.modes[mode] = QRadioButton(words)
            button.setToolTip(meaning)
            button.clicked.connect(lambda _=False, m=mode: found.set_mode(m))
            row.addWidget(button)
        row.addStretch()
        self.summary = Label(wrap=True)
        self.table = ItemTable(0, len(COLUMNS))
        self.table.setHorizontalHeaderLabels(COLUMNS)
        self.table.setAccessibleName("Captions that change")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setWordWrap(True)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, 180)
        self.more = of_kind(Label(wrap=True), "secondary")
        problems = found.problems()
        self.problems = QPlainTextEdit(problems[:MOST_TEXT], readOnly=True)
        self.problems.setAccessibleName("Not imported")
        self.problems.setMaximumHeight(130)
        self.place = of_kind(Label(found.captions.place.sentence(), wrap=True), "secondary")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.accept_button = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(row)
        for widget, stretch in ((self.summary, 0), (self.table, 1), (self.more, 0)):
            box.addWidget(widget, stretch)
        if problems:
            box.addWidget(of_kind(Label("Not imported:"), "warning"))
            box.addWidget(self.problems)
        box.addWidget(self.place)
        box.addWidget(buttons)
        found.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        """Show the plan of the chosen mode."""
        found = self.found
        self.modes[found.mode].setChecked(True)
        self.summary.setText(found.news())
        rows = found.rows()
        self.table.setRowCount(min(len(rows), MOST))
        for at, row in enumerate(rows[:MOST]):
            for column, value in enumerate(row):
                item = QTableWidgetItem(lines(value))
                item.setToolTip(tip(value))
                self.table.setItem(at, column, item)
        self.table.resizeRowsToContents()
        self.more.setText(f"The first {MOST:,} of {len(rows):,} takes are listed; all are imported.")
        self.more.setVisible(len(rows) > MOST)
        self.accept_button.setEnabled(bool(rows))
