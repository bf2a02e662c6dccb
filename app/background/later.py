"""A call a little later, which is not made any more once its owner is gone: a queued call to what is gone ends the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def later(owner: QObject, do: Callable[[], object], milliseconds: int = 0) -> None:
    """Call a function from the event loop, after what is waiting there.

    Args:
        owner: What the call belongs to.
        do: What is called.
        milliseconds: How much later.
    """
    timer = QTimer(owner, singleShot=True)
    timer.timeout.connect(do)
    timer.timeout.connect(timer.deleteLater)
    timer.start(milliseconds)
