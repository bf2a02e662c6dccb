"""Take Sheet: the fields of the chosen takes; those in which they differ stay as they are until they are filled in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.app.widgets.plain import NAME, Label, shown, title
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import is_collection
from motionpatches.core.library.library import Clip
from motionpatches.core.library.sheet import STATUSES, check

SEVERAL = "several values"
MEANINGS = {
    "status": "select, hold or no good",
    "performer": "Who performs",
    "day": "Day of the shoot, as 2026-11-26",
    "notes": "Anything that is to be remembered",
}


class TakeSheetDialog(QDialog):
    """`values` holds the fields that were edited."""

    def __init__(self, sheet: TakeSheet, clips: Sequence[Clip], what: str, parent: QWidget | None = None):
        """
        Args:
            sheet: Of the library.
            clips: The chosen takes.
            what: What they are called in a title.
            parent: The window.
        """
        super().__init__(parent)
        self.setWindowTitle(f"Take Sheet of {shown(what, NAME)}")
        self.setMinimumWidth(460)
        self.sheet, self.shared = sheet, sheet.shared(clips)
        self.fields: dict[str, QComboBox | QPlainTextEdit] = {}
        self.form = QFormLayout()
        for name in sheet.fields:
            self._add(name)
        self.new = QLineEdit(placeholderText="Name of another field")
        self.new.setAccessibleName("Name of another field")
        add = QPushButton("Add Field")
        add.clicked.connect(self._add_new)
        row = QHBoxLayout()
        row.addWidget(self.new)
        row.addWidget(add)
        self.problem = of_kind(Label(wrap=True), "warning")
        self.problem.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addLayout(self.form)
        box.addLayout(row)
        box.addWidget(self.problem)
        box.addWidget(of_kind(Label(sheet.place(), wrap=True), "secondary"))
        box.addWidget(buttons)

    def _add(self, name: str) -> None:
        now = self.shared.get(name, "")
        field: QComboBox | QPlainTextEdit
        if name == "notes":
            field = QPlainTextEdit(now or "", tabChangesFocus=True)
            field.setPlaceholderText(SEVERAL if now is None else "")
            field.setMaximumHeight(80)
        else:
            field = QComboBox(editable=name != "status")
            if name == "status":
                field.addItems([SEVERAL] * (now is None) + ["", *STATUSES])
                field.setCurrentText(SEVERAL if now is None else now)
            else:
                field.addItems(["", *(shown(value, NAME) for value in self.sheet.offered(name))])
                field.setCurrentText(now or "")
                line = field.lineEdit()
                if line is not None and now is None:
                    line.setPlaceholderText(SEVERAL)
        field.setAccessibleName(shown(name.capitalize(), NAME))
        field.setToolTip(MEANINGS.get(name, "A field of your own"))
        self.fields[name] = field
        self.form.addRow(title(shown(name.capitalize(), NAME)) + ":", field)

    def _add_new(self) -> None:
        name = self.new.text().strip().lower().replace(" ", "-")
        try:
            check(name, "")
            if is_collection(name):
                raise StudioError("Takes are put into a collection with Edit > Add to Collection.")
        except StudioError as error:
            self._say(str(error))
            return
        self._say("")
        if name not in self.fields:
            self._add(name)
        self.new.clear()
        self.fields[name].setFocus()

    @property
    def values(self) -> dict[str, str]:
        """The fields that are other than they were."""
        found = {}
        for name, field in self.fields.items():
            text = (field.toPlainText() if isinstance(field, QPlainTextEdit) else field.currentText()).strip()
            before = self.shared.get(name, "")
            untouched = text in ("", SEVERAL) if before is None else text == before
            if not untouched:
                found[name] = text
        return found

    def _accept(self) -> None:
        try:
            for name, value in self.values.items():
                check(name, value)
        except StudioError as error:
            self._say(str(error))
            return
        self.accept()

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))


def ask_sheet(sheet: TakeSheet, clips: Sequence[Clip], what: str, parent: QWidget | None = None) -> dict[str, str]:
    """Ask for fields of takes; {} where nothing was edited."""
    dialog = TakeSheetDialog(sheet, clips, what, parent)
    values = dialog.values if dialog.exec() else {}
    dialog.setParent(None)
    return values
