"""The actions on the chosen takes: they stand in the menus of the window and, together, in the menu of a take."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.plain import tip
from motionpatches.app.widgets.take_commands import TakeCommands
from motionpatches.app.widgets.verbs import Verb

# Names of actions in the order of a take's menu; '' divides.
ORDER = (
    "show", "", "keep", "compare", "more like this", "", "favourite", "tags", "collect", "take out", "sheet", "add caption",
    "remove caption", "replace in captions", "", "export", "reveal", "copy path",
)  # fmt: skip
WhyNot = Callable[[], str]


class TakeMenu:
    """Enables each action while it is possible; a disabled one says in its tooltip why it is not."""

    def __init__(self, view_models: ViewModels, takes: TakeCommands, add: Callable[..., QAction]):
        """`add` makes an action for the menus of the window, of its menu, words, verb and keys."""
        self.takes, self._add = takes, add
        self.actions: dict[str, QAction] = {}
        self._reasons: list[tuple[QAction, WhyNot]] = []
        for signal in (
            view_models.selection.changed,
            view_models.stage.changed,
            view_models.workspace.ready_changed,
            view_models.workspace.shown,
            view_models.workspace.library_changed,
            view_models.playback.changed,
            view_models.sheet.changed,
        ):
            signal.connect(self.follow)

    def take(self, name: str, action: QAction, why_not: WhyNot | None = None) -> QAction:
        """Make an action one of those on takes; `name` is one of ORDER, or of no menu of takes."""
        self.actions[name] = action
        self._reasons.append((action, why_not or self.takes.why_not))
        self.follow_one(action, why_not or self.takes.why_not)
        return action

    def add(
        self, name: str, menu: QMenu, text: str, do: Verb, *keys: str, single: bool = False, why_not: WhyNot | None = None
    ) -> QAction:
        """Add an action on takes to a menu of the window."""
        return self.take(name, self._add(menu, text, do, *keys, single=single), why_not)

    def follow(self) -> None:
        """Enable what is possible now."""
        for action, why_not in self._reasons:
            self.follow_one(action, why_not)

    @staticmethod
    def follow_one(action: QAction, why_not: WhyNot) -> None:
        reason = why_not()
        action.setEnabled(not reason)
        action.setToolTip(tip(reason or action.text().replace("&", "")))

    def ordered(self) -> list[QAction | None]:
        """Return the actions of a take's menu, None where it is divided."""
        return [self.actions.get(name) for name in ORDER if not name or name in self.actions]
