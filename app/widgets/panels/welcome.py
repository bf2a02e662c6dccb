"""The page while nothing is open: ways in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

SHOWN = 5


class Welcome(QWidget):
    """`opened(Path)`: one of the recent libraries was chosen."""

    opened = Signal(Path)

    def __init__(
        self,
        ways: Sequence[tuple[str, str, Callable[[], object]]],
        recent: Callable[[], list[str]],
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self._recent = recent
        title = QLabel("<h1>Motion Patches Studio</h1><p>Find a motion by saying what it shows.</p>")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid = QGridLayout()
        for row, (text, explanation, act) in enumerate(ways):
            button = QPushButton(text, minimumWidth=190)
            button.clicked.connect(lambda _=False, do=act: do())
            grid.addWidget(button, row, 0)
            grid.addWidget(QLabel(explanation), row, 1)
        self.last = QVBoxLayout()
        self.problem = QLabel(wordWrap=True)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        middle = QHBoxLayout()
        middle.addStretch()
        column = QVBoxLayout()
        column.addStretch()
        for part in (title, self.problem):
            column.addWidget(part)
        column.addLayout(grid)
        column.addLayout(self.last)
        column.addStretch(2)
        middle.addLayout(column)
        middle.addStretch()
        self.setLayout(middle)

    def tell(self, problem: str) -> None:
        """Why it is shown, and what was open before."""
        self.problem.setText(problem)
        while self.last.count():
            self.last.takeAt(0).widget().deleteLater()
        names = self._recent()[:SHOWN]
        if names:
            self.last.addWidget(QLabel("<b>Opened lately</b>"))
        for name in names:
            button = QPushButton(name, flat=True)
            button.setStyleSheet("text-align: left")
            button.clicked.connect(lambda _=False, n=name: self.opened.emit(Path(n)))
            self.last.addWidget(button)
