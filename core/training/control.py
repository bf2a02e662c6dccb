"""Control of a run while it trains: pause, resume, stop."""

from __future__ import annotations

import threading
from collections.abc import Iterable

GO, PAUSE, STOP = range(3)


class Control:
    """Asked at every step: stop, or pause until told to go on."""

    def __init__(self) -> None:
        self._stop, self._go = threading.Event(), threading.Event()
        self._go.set()

    def listen(self, lines: Iterable[str]) -> None:
        """Lines 'pause' and 'resume'; their end asks to stop."""
        for line in lines:
            if line.strip() == "pause":
                self._go.clear()
            elif line.strip() == "resume":
                self._go.set()
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._go.set()

    @property
    def asked(self) -> int:
        """Return GO, PAUSE or STOP."""
        return STOP if self._stop.is_set() else GO if self._go.is_set() else PAUSE

    def wait(self) -> None:
        """Wait while paused; return when the run may continue or should stop."""
        self._go.wait()
