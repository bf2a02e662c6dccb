"""About the program: version, what it runs on, and the licences of all that it is made of."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.licences import Part, parts
from motionpatches.core.version import VERSION


class AboutDialog(QDialog):
    """`device` and `why`: what the models run on."""

    def __init__(self, device: str, why: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("About Motion Patches Studio")
        self.resize(760, 560)
        about = QLabel(
            f"<h2>Motion Patches Studio {VERSION}</h2><p>Find a motion by describing it. Apache-2.0.</p>"
            f"<p>{escape(device or 'No model is loaded yet.')} {escape(why)}</p><p>Method: Yu, Tanaka and Fujiwara, CVPR "
            "2024. It uses these packages:</p>",
            wordWrap=True,
        )
        self.parts: list[Part] = parts()
        self.table = QTableWidget(len(self.parts), 3)
        self.table.setHorizontalHeaderLabels(["Package", "Version", "Licence"])
        self.table.setAccessibleName("Packages and their licences")
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for row, part in enumerate(self.parts):
            for column, text in enumerate((part.name, part.version, part.licence)):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Text of the licence")
        self.table.currentCellChanged.connect(lambda row, *_: self._show(row))
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (about, split, buttons):
            box.addWidget(widget)
        box.setStretchFactor(split, 1)
        self.table.setCurrentCell(0, 0)

    def _show(self, row: int) -> None:
        part = self.parts[row] if 0 <= row < len(self.parts) else None
        self.text.setPlainText(
            (part.text or f"{part.name} has no licence file; its metadata say: {part.licence}") if part else ""
        )
