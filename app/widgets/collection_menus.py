"""The menus that list collections: those of the chosen takes, and the one beside the filter of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from motionpatches.app.viewmodels.collections import Collections, shown_by, with_other
from motionpatches.app.viewmodels.selection import Selection
from motionpatches.app.widgets.plain import ask_text, tip, title, warn
from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import Collection
from motionpatches.core.library.library import Clip

NONE_YET = "No collections yet"


def ask_name(parent: QWidget | None, what: str, name: str, keep: Callable[[str], object]) -> bool:
    """Ask for the name of a collection until `keep`, which raises StudioError, takes one; False where that was cancelled."""
    asked: str | None = name
    while (asked := ask_text(parent, what, "Name of the collection:", asked or "")) is not None:
        try:
            keep(asked)
            return True
        except StudioError as error:
            warn(parent, what, str(error))
    return False


def ask_new(collections: Collections, clips: Iterable[Clip], parent: QWidget | None) -> None:
    """Ask for a name, and put takes into the collection that has it, a new one where none has."""
    clips = tuple(clips)
    if clips:
        ask_name(parent, "New Collection", "", lambda name: collections.add(clips, name))


def fill_add(menu: QMenu, collections: Collections, clips: Iterable[Clip], new: QAction) -> None:
    """List all collections, those ticked that all takes are in; a tick that is taken away takes them out."""
    clips = tuple(clips)
    ticked = collections.of_all(clips)
    menu.clear()
    for one in collections.all:
        action = menu.addAction(title(one.name))
        action.setCheckable(True)
        action.setChecked(one.field in ticked)
        action.triggered.connect(lambda on, one=one: collections.add(clips, one.name) if on else collections.remove(clips, one))
    menu.addSeparator()
    menu.addAction(new)


def fill_remove(menu: QMenu, collections: Collections, clips: Iterable[Clip]) -> None:
    """List the collections that one of the takes is in."""
    clips = tuple(clips)
    fields = collections.of_any(clips)
    menu.clear()
    for one in collections.all:
        if one.field in fields:
            menu.addAction(title(one.name)).triggered.connect(lambda _=False, one=one: collections.remove(clips, one))


class CollectionMenu(QMenu):
    """The collections of the library with their counts: a click lets the filter show one, or all takes again."""

    def __init__(self, collections: Collections, selection: Selection, line: QLineEdit, parent: QWidget):
        """`line` is the filter of the library."""
        super().__init__(parent)
        self.collections, self.selection, self.line = collections, selection, line
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List what there is now."""
        self.clear()
        found, shown = self.collections.all, shown_by(self.line.text())
        for one in found:
            action = self.addAction(f"{title(one.name)}\t{one.takes:,}")
            action.setCheckable(True)
            action.setChecked(one.field in shown)
            action.setToolTip("Show all takes" if one.field in shown else tip(f"Show its takes: {one.field}"))
            action.triggered.connect(lambda _=False, one=one: self._show(one))
        if not found:
            self.addAction(NONE_YET).setEnabled(False)
        self.addSeparator()
        new = self.addAction("New Collection of Chosen Takes…")
        new.triggered.connect(lambda: ask_new(self.collections, self.selection.clips, self.line.window()))
        new.setEnabled(bool(self.selection.clips))
        if found:
            rename, delete = self.addMenu("Rename"), self.addMenu("Delete")
            for one in found:
                rename.addAction(f"{title(one.name)}…").triggered.connect(lambda _=False, one=one: self._rename(one))
                delete.addAction(title(one.name)).triggered.connect(lambda _=False, one=one: self._delete(one))

    def _show(self, one: Collection) -> None:
        words = self.line.text()
        self.line.setText(with_other(words, one.field) if one.field in shown_by(words) else one.field)

    def _rename(self, one: Collection) -> None:
        def keep(name: str) -> None:
            self.line.setText(with_other(self.line.text(), one.field, self.collections.rename(one, name)))

        ask_name(self.line.window(), f"Rename the collection {one.name}", one.name, keep)

    def _delete(self, one: Collection) -> None:
        self.collections.delete(one)
        self.line.setText(with_other(self.line.text(), one.field))
