"""Ask for tags: separated by commas, completed from those that the library has, which can also be clicked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QDialog, QDialogButtonBox, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import NAME, ItemList, Label, shown
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.library.marks import tags_of

# Tags of the library that are listed.
MOST = 500


class TagLine(QLineEdit):
    """A line of tags. The one under the cursor is completed."""

    def __init__(self, text: str, known: Sequence[str], parent: QWidget | None = None):
        super().__init__(text, parent)
        self.known = list(known)
        self.words = QStringListModel(self)
        self.completer_of_one = QCompleter(self.words, self)
        self.completer_of_one.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer_of_one.setWidget(self)
        self.completer_of_one.activated.connect(self.complete)
        self.textEdited.connect(self._offer)

    def _piece(self) -> tuple[int, int]:
        """Where the tag under the cursor begins and ends."""
        text, at = self.text(), self.cursorPosition()
        end = text.find(",", at)
        return text.rfind(",", 0, at) + 1, len(text) if end < 0 else end

    def offers(self) -> list[str]:
        """Tags of the library that the tag under the cursor may become: those that begin so, then those that hold it."""
        start, end = self._piece()
        written = self.text()[start:end].strip().lower()
        others = set(tags_of(self.text()[:start] + self.text()[end:]))
        found = [tag for tag in self.known if written and written in tag and tag != written and tag not in others]
        return sorted(found, key=lambda tag: not tag.startswith(written))

    def _offer(self) -> None:
        self.words.setStringList([shown(tag, NAME) for tag in self.offers()])
        if self.words.rowCount():
            self.completer_of_one.complete()
        elif (popup := self.completer_of_one.popup()) is not None:
            popup.hide()

    def complete(self, tag: str) -> None:
        """Put a tag in the place of the one under the cursor."""
        text = self.text()
        start, end = self._piece()
        before = text[:start] + (" " if start else "") + tag
        self.setText(before + text[end:])
        self.setCursorPosition(len(before))


class TagsDialog(QDialog):
    """`line` holds the tags; a tag of the library that is ticked is among them."""

    def __init__(self, what: str, tags: Sequence[str], known: Sequence[str], parent: QWidget | None = None):
        """
        Args:
            what: What is tagged, as a title says it.
            tags: What it has.
            known: All tags of the library, the most frequent first.
            parent: The window.
        """
        super().__init__(parent)
        self.setWindowTitle(f"Tags of {shown(what, NAME)}")
        self.setMinimumWidth(420)
        self.line = TagLine(", ".join(tags), known)
        self.line.setAccessibleName("Tags, separated by commas")
        self.line.textChanged.connect(self._tick)
        self.list = ItemList()
        self.list.setAccessibleName("Tags of this library")
        self.list.itemChanged.connect(self._ticked)
        for tag in known[:MOST]:
            item = QListWidgetItem(tag)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(Label("Tags, separated by commas:"))
        box.addWidget(self.line)
        if known:
            box.addWidget(of_kind(Label("Tags of this library:"), "secondary"))
            box.addWidget(self.list)
        box.addWidget(buttons)
        self._tick()

    def _tick(self) -> None:
        """Tick the tags that are in the line."""
        tags = tags_of(self.line.text())
        self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setCheckState(Qt.CheckState.Checked if item.text() in tags else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)

    def _ticked(self, item: QListWidgetItem) -> None:
        """Write a tag into the line, or take it out."""
        tags = [tag for tag in tags_of(self.line.text()) if tag != item.text()]
        if item.checkState() == Qt.CheckState.Checked:
            tags.append(item.text())
        self.line.setText(", ".join(tags))


def ask_tags(parent: QWidget | None, what: str, tags: Sequence[str], known: Sequence[str]) -> str | None:
    """Ask for tags; None where that was cancelled. The arguments are those of TagsDialog."""
    dialog = TagsDialog(what, tags, known, parent)
    text = dialog.line.text() if dialog.exec() else None
    dialog.deleteLater()
    return text
