"""About the program: version, what it runs on, and the licences of all that it is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QSplitter,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.licences import Part, parts
from motionpatches.app.widgets.plain import ItemTable, Label, lines
from motionpatches.app.widgets.theme import heading
from motionpatches.core import api
from motionpatches.core.version import VERSION


def runs_on(device: str, why: str) -> str:
    """Return what the models run on and why, in whole sentences."""
    if not device:
        return "No model is loaded yet."
    sentences = [f"Models run on: {lines(device).rstrip('.')}.", lines(why).rstrip(".").strip()]
    reason = sentences[1][:1].upper() + sentences[1][1:]
    return f"{sentences[0]}\n{reason}." if reason else sentences[0]


def plugged() -> str:
    """Return the installed plug-ins, a line each, with what is wrong with those that were left out."""
    found = [lines(one.named) for one in api.plug_ins()]
    return "\n".join(["Plug-ins:", *found] if found else ["No plug-ins are installed."])


class AboutDialog(QDialog):
    """Version, device and packages; a chosen package shows its licence."""

    def __init__(self, device: str, why: str, parent: QWidget | None = None):
        """
        Args:
            device: What the models run on, '' before one is loaded.
            why: Why that device was chosen.
            parent: The window.
        """
        super().__init__(parent)
        self.setWindowTitle("About Motion Patches Studio")
        self.resize(760, 560)
        about = Label(
            "Find a motion by describing it. Apache-2.0.\n\n"
            f"{runs_on(device, why)}\n\n"
            "Method: Yu, Tanaka and Fujiwara, CVPR 2024.",
            wrap=True,
        )
        self.plug_ins = Label(plugged(), wrap=True)
        self.plug_ins.setAccessibleName("Plug-ins")
        self.parts: list[Part] = parts()
        self.table = ItemTable(len(self.parts), 3)
        self.table.setHorizontalHeaderLabels(["Package", "Version", "Licence"])
        self.table.setAccessibleName("Packages and their licences")
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(ItemTable.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(ItemTable.EditTrigger.NoEditTriggers)
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
        for widget in (heading(f"Motion Patches Studio {VERSION}", 1.5), about, self.plug_ins, split, buttons):
            box.addWidget(widget)
        box.setStretchFactor(split, 1)
        self.table.setCurrentCell(0, 0)

    def _show(self, row: int) -> None:
        part = self.parts[row] if 0 <= row < len(self.parts) else None
        self.text.setPlainText(
            (part.text or f"{part.name} has no licence file; its metadata say: {part.licence}") if part else ""
        )
