"""The welcome page, shown while nothing is open: how to open something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import Label, tail, title
from motionpatches.app.widgets.theme import heading, px

# Libraries that are listed, and the width of a button in pixels.
SHOWN, WIDTH = 5, 190


@dataclass(frozen=True)
class Way:
    """A button of the page, and the sentence beside it; `do` is called by a click."""

    name: str
    explanation: str
    do: Callable[[], object]


class Welcome(QWidget):
    """The page with buttons for all entries and the recent libraries.

    `opened(Path)`: one of the recent libraries was chosen; `left`: back to the stage.
    """

    opened = Signal(Path)
    left = Signal()

    def __init__(
        self,
        ways: Sequence[Way],
        recent: Callable[[], list[str]],
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self._recent = recent
        head, what = heading("Motion Patches Studio", tokens.TITLE), Label("Find a motion by describing it.")
        grid = QGridLayout()
        for row, way in enumerate(ways):
            button = QPushButton(title(way.name))
            button.setMinimumWidth(WIDTH)
            button.clicked.connect(lambda _=False, do=way.do: do())
            grid.addWidget(button, row, 0)
            grid.addWidget(Label(way.explanation), row, 1)
        self.back = QPushButton("Back to the Stage")
        self.back.setMinimumWidth(WIDTH)
        self.back.setToolTip("Escape")
        self.back.clicked.connect(lambda: self.left.emit())
        self.last = QVBoxLayout()
        self.last.setContentsMargins(0, px(tokens.PADDING), 0, px(tokens.PADDING))
        self.problem = Label(wrap=True)
        middle = QHBoxLayout()
        middle.addStretch()
        column = QVBoxLayout()
        column.addStretch(1)
        for part in (head, what, self.problem):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addLayout(grid)
        column.addLayout(self.last)
        column.addWidget(self.back, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(2)
        middle.addLayout(column)
        middle.addStretch()
        self.setLayout(middle)

    def tell(self, problem: str, can_leave: bool = False) -> None:
        """Show a problem, '' for none, and the libraries that were open last; a way back where there is one to the stage."""
        self.problem.setText(problem)
        self.back.setVisible(can_leave)
        while (item := self.last.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        names = self._recent()[:SHOWN]
        if names:
            self.last.addWidget(heading("Recent libraries"))
        for name in names:
            button = QPushButton(title(tail(name)))
            button.setFlat(True)
            button.setObjectName("link")
            button.clicked.connect(lambda _=False, n=name: self.opened.emit(Path(n)))
            self.last.addWidget(button)
