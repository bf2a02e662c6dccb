"""The manual: pages of the documentation, with the keys and the explanation of patches beside them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import ItemList, Page, shown
from motionpatches.core import paths

# The pages by file, with their words in the list.
PAGES = {
    "getting-started": "Getting started",
    "walkthrough": "A walk through the window",
    "your-own-data": "Your own data",
    "formats": "Formats",
    "fine-tuning": "Fine-tuning",
    "evaluation": "Evaluation",
    "export": "Export",
    "how-patches-work": "How patches work",
    "performance": "Performance",
    "glossary": "Glossary",
}
# What is left out of a page: pictures, which are not shipped, and the places of links to pages that are not here.
_PICTURE, _LINK = re.compile(r"^!\[[^\]]*\]\([^)]*\)\s*$\n?", re.MULTILINE), re.compile(r"\[([^\]]*)\]\(([^)#]*)(?:#[^)]*)?\)")


def manual() -> Path:
    """The folder of the pages: shipped with the program, or those of a source tree."""
    shipped = paths.assets() / "manual"
    return shipped if shipped.is_dir() else paths.assets().parent / "docs"


def page_text(name: str) -> str:
    """Return a page as Markdown that links to pages of the manual alone."""
    try:
        text = (manual() / f"{name}.md").read_text(encoding="utf-8")
    except OSError:
        return "This page of the manual is not on this computer."
    return _LINK.sub(_link, _PICTURE.sub("", text))


def _link(found: re.Match[str]) -> str:
    return found[0] if found[2].removesuffix(".md") in PAGES else found[1]


class ManualWindow(QDialog):
    """Pages at the left, the chosen one at the right."""

    def __init__(self, show_keys: Callable[[], object], show_patches: Callable[[], object], parent: QWidget | None = None):
        """
        Args:
            show_keys: Shows the table of keys.
            show_patches: Shows how patches work, with the motion on the stage.
            parent: The window.
        """
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Manual")
        self.resize(940, 680)
        self.list, self.page = ItemList(), Page()
        self.list.setSpacing(2)
        self.list.setAccessibleName("Pages of the manual")
        for words in PAGES.values():
            self.list.addItem(shown(words))
        self.list.currentRowChanged.connect(lambda row: self._show(list(PAGES)[row]))
        self.page.anchorClicked.connect(self._follow)
        split = QSplitter()
        split.addWidget(self.list)
        split.addWidget(self.page)
        split.setSizes([210, 730])
        split.setStretchFactor(1, 1)
        row = QHBoxLayout()
        for text, do in (("Keys…", show_keys), ("How Patches Work", show_patches)):
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, do=do: do())
            row.addWidget(button)
        row.addStretch()
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        row.addWidget(close)
        box = QVBoxLayout(self)
        box.addWidget(split, 1)
        box.addLayout(row)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def _show(self, name: str) -> None:
        self.page.show_markdown(page_text(name))
        self.page.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow(self, link: QUrl) -> None:
        name = link.path().removesuffix(".md")
        if name in PAGES:
            self.list.setCurrentRow(list(PAGES).index(name))
