"""Calls a little later, which are not made any more once their owner is gone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Later(QTimer):
    """Calls functions from the event loop, after what is waiting there.

    One timer for as long as its owner lives: PySide ends the program where a timer of Python is deleted later.
    """

    def __init__(self, owner: QObject, milliseconds: int = 0):
        super().__init__(owner, singleShot=True, interval=milliseconds)
        self._calls: list[Callable[[], object]] = []
        self.timeout.connect(self._call)

    def do(self, call: Callable[[], object]) -> None:
        """Call a function later, after those that wait already."""
        self._calls.append(call)
        self.start()

    def after_painting(self, call: Callable[[], object]) -> None:
        """Call a function once what has changed by now is painted: that is in the next pass of the event loop, which may reach
        this timer too; hence in one after it."""
        self.do(lambda: self.do(call))

    def _call(self) -> None:
        calls, self._calls = self._calls, []
        for call in calls:
            call()
