"""Context menus: the actions of the window's menus that belong to a place, with their keys."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.menus import Menus

# Actions of the menus by their words, '' divides: of the timeline, of the patches, of the stage's camera and figure.
TIMELINE = (
    "Range Begins Here", "Range Ends Here", "Clear Range", "Loop", "", "Zoom to Range", "Zoom Out", "",
    "More Like This", "Add Caption for Range", "Export…", "", "Find Moments", "Next Moment", "Previous Moment",
)  # fmt: skip
PATCHES = ("Explain Result", "How Patches Work", "", "Play or Pause")
STAGE = ("Frame the Motion", "Reset Camera", "Camera Follows", "", "Trails of Hands, Feet and Head", "Ghost Poses", "Joint Names")


class ContextMenus:
    """Each method opens one menu at a place of the screen, and returns it."""

    def __init__(self, menus: Menus, view_models: ViewModels, window: QWidget):
        self.menus, self.view_models, self.window = menus, view_models, window

    def takes(self, at: QPoint) -> QMenu:
        """Of the chosen takes: of rows, results and dots of the map."""
        menu = self._menu()
        count = len(self.view_models.selection.clips)
        if count > 1:
            menu.addAction(f"{count:,} takes chosen").setEnabled(False)
            menu.addSeparator()
        self.menus.takes.follow()
        self._fill(menu, self.menus.takes.ordered())
        return self._open(menu, at)

    def stage(self, at: QPoint) -> QMenu:
        """Of the shown take, and of how it is shown."""
        clip, menu = self.view_models.workspace.clip, self._menu()
        if clip is not None:
            self.view_models.selection.point(clip)
        self.menus.takes.follow()
        self._fill(menu, self.named(STAGE))
        menu.addSeparator()
        self._fill(menu, [action for action in self.menus.takes.ordered() if action is not self.menus.takes.actions.get("show")])
        return self._open(menu, at)

    def timeline(self, at: QPoint) -> QMenu:
        """Of the marked range and of the place of the playhead."""
        return self._named(TIMELINE, at)

    def patches(self, at: QPoint) -> QMenu:
        """Of the picture of patches."""
        return self._named(PATCHES, at)

    def named(self, words: Iterable[str]) -> list[QAction | None]:
        """Return actions of the menus by their words; a word without an action is left out."""
        by_words = {action.text().replace("&", ""): action for action in reversed(self.menus.actions)}
        return [by_words.get(word) for word in words if not word or word in by_words]

    def _named(self, words: Iterable[str], at: QPoint) -> QMenu:
        menu = self._menu()
        self.menus.takes.follow()
        self._fill(menu, self.named(words))
        return self._open(menu, at)

    def _menu(self) -> QMenu:
        menu = QMenu(self.window)
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    @staticmethod
    def _fill(menu: QMenu, actions: Iterable[QAction | None]) -> None:
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)

    @staticmethod
    def _open(menu: QMenu, at: QPoint) -> QMenu:
        menu.popup(at)
        return menu
