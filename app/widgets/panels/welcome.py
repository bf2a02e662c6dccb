"""The welcome page, shown while nothing is open: how to open something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

SHOWN = 5


@dataclass(frozen=True)
class Way:
    """A button of the page with what stands beside it."""

    title: str
    explanation: str
    do: Callable[[], object]


class Welcome(QWidget):
    """`opened(Path)`: one of the recent libraries was chosen."""

    opened = Signal(Path)

    def __init__(
        self,
        ways: Sequence[Way],
        recent: Callable[[], list[str]],
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self._recent = recent
        title = QLabel("<h1>Motion Patches Studio</h1><p>Find a motion by describing it.</p>")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid = QGridLayout()
        for row, way in enumerate(ways):
            button = QPushButton(way.title, minimumWidth=190)
            button.clicked.connect(lambda _=False, do=way.do: do())
            grid.addWidget(button, row, 0)
            grid.addWidget(QLabel(way.explanation), row, 1)
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
            self.last.addWidget(QLabel("<b>Recent libraries</b>"))
        for name in names:
            button = QPushButton(name, flat=True)
            button.setStyleSheet("text-align: left")
            button.clicked.connect(lambda _=False, n=name: self.opened.emit(Path(n)))
            self.last.addWidget(button)
