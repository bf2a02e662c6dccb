"""A report of something that went wrong: to be read, copied and saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError


class ReportDialog(QDialog):
    """`said` above the report; accepted where `offer` (the words of a button) was chosen."""

    def __init__(self, said: str, report: str, offer: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Motion Patches Studio")
        self.report = report
        box = QVBoxLayout(self)
        box.addWidget(QLabel(said, wordWrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        if report:
            self.resize(720, 460)
            text = QPlainTextEdit(report, readOnly=True)
            text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            text.setAccessibleName("Report")
            box.addWidget(text, 1)
            for words, do in (("Copy", lambda: QGuiApplication.clipboard().setText(report)), ("Save Report…", self.save)):
                button = QPushButton(words)
                button.clicked.connect(do)
                buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        if offer:
            button = buttons.addButton(offer, QDialogButtonBox.ButtonRole.AcceptRole)
            button.setDefault(True)
            buttons.accepted.connect(self.accept)
        box.addWidget(buttons)

    def save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the report", "report.txt", "Texts (*.txt)")
        if name:
            try:
                write_atomically(Path(name), self.report)
            except StudioError as error:
                QMessageBox.warning(self, "Not saved", str(error))
