"""Notices: what has happened, said at the lower right of the window, with something to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from PySide6.QtCore import QObject, QTimer, Signal

# Notices that stand at once, and those that are kept until they are dismissed.
MOST_SHOWN, MOST_KEPT = 3, 20
# How long a notice stands: without and with an action, and where it says what went wrong.
PLAIN_MS, ACTION_MS, WARNING_MS = 5_000, 10_000, 20_000


@dataclass(frozen=True)
class Action:
    """What a notice offers: the words of its button, a verb first, and what the button does."""

    words: str
    do: Callable[[], object]


@dataclass(frozen=True)
class Notice:
    """`number` tells two notices of the same text apart; `kept`: it stays in the list of work until it is dismissed; `about`: a
    notice about the same takes its place."""

    number: int
    text: str
    action: Action | None
    warning: bool
    kept: bool
    about: str = ""

    @property
    def stands_ms(self) -> int:
        """How long it stands."""
        return WARNING_MS if self.warning else ACTION_MS if self.action else PLAIN_MS


class Notices(QObject):
    """At most MOST_SHOWN stand at once, the others wait for their turn. `changed`: another one stands, or one has gone."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.shown: list[Notice] = []
        self.waiting: list[Notice] = []
        self.kept: list[Notice] = []
        self._timers: dict[int, QTimer] = {}
        self._spare: list[QTimer] = []
        self._numbers = count()

    def say(self, text: str, action: Action | None = None, kept: bool = False, warning: bool = False, about: str = "") -> None:
        """Show a notice. One that stands or waits already is not shown twice, and one about the same thing gives its place.

        Args:
            text: A sentence.
            action: What can be done about it, such as Action("Show in Folder", ...) or Action("Undo", ...).
            kept: Whether it stays in the list of work after it has gone, as the results of long work do.
            warning: Whether it says what went wrong.
            about: What changes with each notice about it, as what is kept for comparison.
        """
        if any(n.text == text and n.action is action is None for n in (*self.shown, *self.waiting)):
            return
        for old in [n for n in (*self.shown, *self.waiting) if about and n.about == about]:
            self.dismiss(old)
        notice = Notice(next(self._numbers), text, action, warning, kept, about)
        self.waiting.append(notice)
        if kept:
            self.kept = [*self.kept, notice][-MOST_KEPT:]
        self._fill()

    def act(self, notice: Notice) -> None:
        """Do what a notice offers, and dismiss it."""
        self.dismiss(notice)
        if notice.action is not None:
            notice.action.do()

    def act_on_latest(self) -> None:
        """Do what the latest notice that stands offers."""
        latest = next((n for n in reversed(self.shown) if n.action is not None), None)
        if latest is not None:
            self.act(latest)

    def dismiss(self, notice: Notice) -> None:
        """Remove a notice, also from those that are kept."""
        self.kept = [n for n in self.kept if n.number != notice.number]
        self.waiting = [n for n in self.waiting if n.number != notice.number]
        self._take_down(notice)

    def dismiss_shown(self) -> None:
        """Remove the notices that stand; those that are kept stay in the list of work."""
        for notice in list(self.shown):
            self._take_down(notice)

    def close(self) -> None:
        """Show nothing any more, as the program ends."""
        self.waiting = []
        self.dismiss_shown()

    def hold(self, on: bool) -> None:
        """Let no notice go while it is read; afterwards each stands as long as at first."""
        for timer in self._timers.values():
            timer.stop() if on else timer.start()

    def _take_down(self, notice: Notice) -> None:
        self.shown = [n for n in self.shown if n.number != notice.number]
        timer = self._timers.pop(notice.number, None)
        if timer is not None:
            timer.stop()
            self._spare.append(timer)
        self._fill()

    def _new_timer(self) -> QTimer:
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(lambda: self._take_down(next(n for n in self.shown if self._timers.get(n.number) is timer)))
        return timer

    def _fill(self) -> None:
        """Show what waits, as far as there is room."""
        while self.waiting and len(self.shown) < MOST_SHOWN:
            notice = self.waiting.pop(0)
            self.shown.append(notice)
            timer = self._spare.pop() if self._spare else self._new_timer()
            timer.setInterval(notice.stands_ms)
            timer.start()
            self._timers[notice.number] = timer
        self.changed.emit()
