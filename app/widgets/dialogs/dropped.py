"""Asks what to do with files while a library is open: add them, open them instead, or find what is like them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import NAME, Label, shown, title
from motionpatches.app.widgets.theme import of_kind, px
from motionpatches.core.figure.character import SUFFIXES as CHARACTERS


@dataclass(frozen=True)
class Choice:
    """What can be done; `name` is what `DroppedDialog.chosen` says then."""

    name: str
    text: str
    words: str


ADD, OPEN, SIMILAR, CHARACTER = "add", "open", "similar", "character"


def choices_for(paths: Sequence[Path], library: str) -> list[Choice]:
    """Return what can be done with files or folders beside an open library."""
    one = len(paths) == 1 and paths[0].is_file()
    found = [
        Choice(ADD, f"Add to {library}", "Both are open together, and searched together."),
        Choice(OPEN, "Open Instead", f"{library} is closed; nothing of it is lost."),
    ]
    similar = Choice(SIMILAR, "Find Similar", f"Searches {library} for motions like this file.")
    found += [similar] if one else []
    if one and paths[0].suffix.lower() in CHARACTERS:
        found.append(Choice(CHARACTER, "Use as Character", "Motions are shown on this character, as long as it has a skin."))
    return found


class DroppedDialog(QDialog):
    """`chosen`: the name of the choice; '' for none."""

    def __init__(self, paths: Sequence[Path], library: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.chosen = ""
        name = shown(paths[0].name, NAME) if len(paths) == 1 else f"{len(paths):,} files and folders"
        self.setWindowTitle(title(name))
        self.setMinimumWidth(px(320))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(tokens.PADDING),) * 4)
        column.setSpacing(px(tokens.UNIT))
        self.buttons: dict[str, QPushButton] = {}
        for choice in choices_for(paths, shown(library, NAME)):
            button = QPushButton(title(choice.text))
            button.setAutoDefault(choice.name == ADD)
            button.clicked.connect(lambda _=False, name=choice.name: self._choose(name))
            self.buttons[choice.name] = button
            column.addWidget(button)
            column.addWidget(of_kind(Label(choice.words, wrap=True), "secondary"))
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        column.addSpacing(px(tokens.GAP))
        column.addWidget(cancel)

    def _choose(self, name: str) -> None:
        self.chosen = name
        self.accept()
