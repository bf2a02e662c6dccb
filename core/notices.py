"""Problems with the program's own files, each reported once: a damaged one put aside, a place that cannot be written.

Whoever talks to the user, the window or the command line, asks for it.
"""

from __future__ import annotations

from collections import deque

MOST = 100
_untold: deque[str] = deque(maxlen=MOST)


def tell(sentence: str) -> None:
    """Remember a sentence until it is asked for; one that waits already is not said twice."""
    if sentence not in _untold:
        _untold.append(sentence)


def untold() -> list[str]:
    """The sentences since this was last asked, the oldest first."""
    found = []
    while _untold:
        found.append(_untold.popleft())
    return found
