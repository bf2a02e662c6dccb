"""Text from files, shown as text: no markup, no control characters, no more of it than can be read.

Captions, names, paths, messages and model cards come from other people's files. A label or a tooltip of Qt takes text that looks
like HTML for HTML, and HTML may name a picture, which Qt then opens without a click. So the window shows text through this file
only: `Label` and `Items` for text, `tip` for tooltips, `shown` for what is painted, `title` for buttons and menus, `tell`, `warn`
and `ask` for messages, and `html`, which escapes its values, for the few texts that need markup.
tests/app/widgets/test_plain_use.py finds the widgets that do otherwise.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from PySide6 import QtGui
from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import (
    QInputDialog,
    QLabel,
    QListWidget,
    QMessageBox,
    QStyledItemDelegate,
    QTableView,
    QTableWidget,
    QTextBrowser,
    QTreeWidget,
    QWidget,
)

# Most characters of a name, of a line, of several lines and of a page; most lines; characters after which a word may be broken.
NAME, LINE, TEXT, PAGE = 80, 400, 4_000, 50_000
LINES, WORD, TIP_WIDTH = 40, 60, 96
# Joiners, which Persian, Hindi and emoji need: the only invisible characters that are left as they are.
_JOINERS = "\u200c\u200d"
# A line may be broken at a "/" anyway, so that paths can be copied as they are.
_LONG_WORD = re.compile(rf"[^\s/]{{{WORD}}}(?=[^\s/])")
_MARKDOWN = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


def shown(text: object, most: int = LINE) -> str:
    """Return text as one line: control characters (also those that change the direction) as escapes, the end cut.

    Args:
        text: Anything; `str` is called on what is no text.
        most: Length from which the rest is replaced by an ellipsis.
    """
    whole = text if isinstance(text, str) else str(text)
    line = whole[:most]
    if not (line.isascii() and line.isprintable()):
        line = "".join(c if c.isprintable() or c in _JOINERS else _visible(c) for c in line)
    return line + "…" if len(whole) > most else line


def _visible(character: str) -> str:
    blank = character in "\t\r\n" or unicodedata.category(character) == "Zs"
    return " " if blank else character.encode("unicode_escape").decode("ascii")


def lines(text: object, most: int = TEXT) -> str:
    """Return text of several lines, each as of `shown`; ends after LINES lines."""
    whole = text if isinstance(text, str) else str(text)
    rows = whole[:most].split("\n", LINES)
    more = len(whole) > most or len(rows) > LINES
    return "\n".join(shown(row, most) for row in rows[:LINES]) + ("…" if more else "")


def tail(text: object) -> str:
    """Return the end of a path as one line, where it is too long for a button."""
    whole = str(text)
    return shown(whole, NAME) if len(whole) <= NAME else "…" + shown(whole[1 - NAME :], NAME)


def tip(text: object) -> str:
    """Return a tooltip that shows the text: wrapped, and escaped where Qt would take it for HTML."""
    wrapped = "\n".join(textwrap.fill(row, TIP_WIDTH, replace_whitespace=False) for row in lines(text).split("\n"))
    return html("<p style='white-space: pre-wrap'>{}</p>", wrapped) if QtGui.Qt.mightBeRichText(wrapped) else wrapped


def title(text: object) -> str:
    """Return the words of a button or a menu's entry, where '&' would mark a key."""
    return shown(text, NAME).replace("&", "&&")


class Html(str):
    """Markup of this program. Made by `html` and `joined` only, so that every value in it is escaped."""


def html(template: str, *values: object, **named: object) -> Html:
    """Fill the braces of a template, which is a literal or a constant, with values: escaped, unless they are Html themselves."""
    return Html(template.format(*map(_escaped, values), **{name: _escaped(value) for name, value in named.items()}))


def _escaped(value: object) -> Html:
    return value if isinstance(value, Html) else Html(escape(lines(value)))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """Join markup; `between` is a literal."""
    return Html(between.join(parts))


class Label(QLabel):
    """A label that shows what it is given, whatever that looks like. Long words may be broken, so that it never gets wide."""

    def __init__(self, text: object = "", wrap: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setText(text)

    def setText(self, text: object) -> None:
        super().setText(_LONG_WORD.sub("\\g<0>\u200b", lines(text)))


class RichLabel(QLabel):
    """A label with markup of the program."""

    def __init__(self, text: Html | None = None, wrap: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(wrap)
        self.setText(text or Html())

    def setText(self, text: Html) -> None:  # type: ignore[override]  # narrower, so that only escaped text is taken
        super().setText(text)


class Items(QStyledItemDelegate):
    """Shows the items of a list or a table as `lines` does; they keep their text for editing."""

    def displayText(self, value: Any, locale: QLocale | QLocale.Language) -> str:
        # Within one item Qt breaks a line at this character alone.
        return lines("" if value is None else value, LINE).replace("\n", "\u2028")


class ItemList(QListWidget):
    """A list that shows its items as text."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setItemDelegate(Items(self))


class ItemTree(QTreeWidget):
    """A tree that shows its items as text."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setItemDelegate(Items(self))


class ItemTable(QTableWidget):
    """A table that shows its items as text."""

    def __init__(self, rows: int = 0, columns: int = 0, parent: QWidget | None = None):
        super().__init__(rows, columns, parent)
        self.setItemDelegate(Items(self))


class ModelTable(QTableView):
    """A table of a model that shows the model's items as text."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setItemDelegate(Items(self))


class Page(QTextBrowser):
    """A page of text. It loads nothing but `pictures`, by name, and follows no link."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setOpenLinks(False)
        self.pictures: dict[str, QImage] = {}
        # Qt opens the file itself where loadResource returns nothing at all.
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        self._nothing.fill(Qt.GlobalColor.transparent)

    def loadResource(self, kind: int, name: QUrl | str) -> QImage:
        return self.pictures.get(name.toString() if isinstance(name, QUrl) else name, self._nothing)

    def show_html(self, page: Html) -> None:
        """Show a page of the program."""
        super().setHtml(page)

    def show_markdown(self, text: str) -> None:
        """Show Markdown from a file; HTML in it is shown as text."""
        rows = text[:PAGE].split("\n")
        self.document().setMarkdown("\n".join(shown(row, PAGE) for row in rows), _MARKDOWN)


def tell(parent: QWidget | None, title: str, text: object) -> None:
    """Show a message."""
    _box(parent, title, text).exec()


def warn(parent: QWidget | None, title: str, text: object) -> None:
    """Show what went wrong."""
    _box(parent, title, text).exec()


def ask(parent: QWidget | None, title: str, text: object) -> bool:
    """Ask a question; True for yes. No is the default."""
    box = _box(parent, title, text)
    box.setStandardButtons(QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No)
    box.setDefaultButton(QMessageBox.StandardButton.No)
    return QMessageBox.StandardButton(box.exec()) == QMessageBox.StandardButton.Yes


def choose(parent: QWidget | None, title: str, text: object, choices: Sequence[str]) -> str:
    """Ask which of several things to do. `choices` are literals: the first is the default, the last is chosen by Escape."""
    box = _box(parent, title, text)
    buttons = [box.addButton(words, QMessageBox.ButtonRole.ActionRole) for words in choices]
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(buttons[-1])
    box.exec()
    return next((words for words, button in zip(choices, buttons, strict=True) if button is box.clickedButton()), choices[-1])


def _box(parent: QWidget | None, title: str, text: object) -> QMessageBox:
    """Make a message without one of the platform's icons."""
    box = QMessageBox(parent)
    box.setWindowTitle(shown(title, NAME))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(lines(text))
    return box


def ask_text(parent: QWidget | None, title: str, question: str, text: str) -> str | None:
    """Ask for a line of text; None where that was cancelled. `question` is a literal."""
    answer, given = QInputDialog.getText(parent, shown(title, NAME), question, text=text)
    return answer if given else None
