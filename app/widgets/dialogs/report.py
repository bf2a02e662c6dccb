"""A report of something that went wrong: to be read, copied and saved."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.widgets.ask_path import ask_new_file
from motionpatches.app.widgets.plain import NAME, Label, shown, warn
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError


class ReportDialog(QDialog):
    """A report with buttons to copy and to save it; accepted where the offer was chosen."""

    def __init__(
        self, said: str, report: str, offer: str = "", parent: QWidget | None = None, title: str = "Motion Patches Studio"
    ):
        """
        Args:
            said: The sentence above the report.
            report: Its text; '' for none.
            offer: Words of another button, '' for none.
            parent: The window.
            title: Of the dialog.
        """
        super().__init__(parent)
        self.setWindowTitle(shown(title, NAME))
        self.report = report
        box = QVBoxLayout(self)
        box.addWidget(Label(said, wrap=True))
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
        """Ask for a file, and write the report."""
        file = ask_new_file(self, "reports", "Save the report", "report.txt", "Texts (*.txt)")
        if file:
            try:
                write_atomically(file, self.report)
            except StudioError as error:
                warn(self, "Not saved", error)
