"""Ask for a caption that several takes lose, or for a text that is replaced in their captions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.widgets.plain import NAME, ItemList, Label, shown
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.library.takes import Lines
from motionpatches.core.progress import counted

# Captions that are listed; the narrowest dialog in pixels.
MOST, WIDTH = 500, 460


class _Batch(QDialog):
    """Fields, what they would change, and two buttons; nothing is changed here."""

    def __init__(self, title: str, what: str, takes: Mapping[str, Lines], done: str, parent: QWidget | None):
        super().__init__(parent)
        self.takes = takes
        self.setWindowTitle(shown(f"{title} {what}", NAME))
        self.setMinimumWidth(WIDTH)
        self.news = of_kind(Label(wrap=True), "secondary")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(done)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.box = QVBoxLayout(self)

    def _end(self) -> None:
        for widget in (self.news, self.buttons):
            self.box.addWidget(widget)

    def _tell(self, captions: int, takes: int, verb: str) -> None:
        """Say what would be changed; without that there is nothing to accept."""
        self.news.setText(f"{verb} {counted(captions, 'caption')} of {counted(takes, 'take')}." if takes else f"{verb} nothing.")
        self.ok.setEnabled(bool(takes))


class RemoveCaptionDialog(_Batch):
    """Lists the captions of takes, those that most of them have first; `text` is the chosen one."""

    def __init__(self, what: str, takes: Mapping[str, Lines], parent: QWidget | None = None):
        super().__init__("Remove a caption from", what, takes, "Remove", parent)
        held = Counter(text for lines in takes.values() for text in dict.fromkeys(line.text for line in lines))
        self.texts = [text for text, _ in held.most_common(MOST)]
        self.list = ItemList()
        self.list.setAccessibleName("Captions of these takes")
        self.list.setWordWrap(True)
        for text in self.texts:
            QListWidgetItem(text if len(takes) == 1 else f"{text}  ({held[text]:,} of {len(takes):,} takes)", self.list)
        self.list.currentRowChanged.connect(self._chosen)
        self.list.itemActivated.connect(self.accept)
        self.box.addWidget(self.list)
        self._end()
        self.list.setCurrentRow(0)

    @property
    def text(self) -> str:
        row = self.list.currentRow()
        return self.texts[row] if row >= 0 else ""

    def _chosen(self) -> None:
        gone = [sum(line.text == self.text for line in lines) for lines in self.takes.values()]
        self._tell(sum(gone), sum(map(bool, gone)), "Removes")


class ReplaceDialog(_Batch):
    """`old` and `new`: what is replaced in all captions of takes, and by what."""

    def __init__(self, what: str, takes: Mapping[str, Lines], parent: QWidget | None = None):
        super().__init__("Replace in the captions of", what, takes, "Replace", parent)
        self.old, self.new = QLineEdit(), QLineEdit()
        for words, line in (("Find", self.old), ("Replace with", self.new)):
            line.setAccessibleName(words)
            line.textChanged.connect(self._typed)
            self.box.addWidget(Label(words))
            self.box.addWidget(line)
        self._end()
        self._typed()

    def _typed(self) -> None:
        old, new = self.old.text(), self.new.text()
        found = [sum(bool(old) and old != new and old in line.text for line in lines) for lines in self.takes.values()]
        self._tell(sum(found), sum(map(bool, found)), "Changes")


def ask_caption(parent: QWidget | None, what: str, takes: Mapping[str, Lines]) -> str:
    """Ask which caption the takes lose; '' for none."""
    dialog = RemoveCaptionDialog(what, takes, parent)
    text = dialog.text if dialog.exec() else ""
    dialog.deleteLater()
    return text


def ask_replacement(parent: QWidget | None, what: str, takes: Mapping[str, Lines]) -> tuple[str, str]:
    """Ask what is replaced, and by what; '' twice for nothing."""
    dialog = ReplaceDialog(what, takes, parent)
    texts = (dialog.old.text(), dialog.new.text()) if dialog.exec() else ("", "")
    dialog.deleteLater()
    return texts
