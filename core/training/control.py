"""Control of a run while it trains: pause, resume, stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from motionpatches.core.training import alone

# Seconds between two looks at what the run is told.
LOOK_S = 0.2
GO, PAUSE, STOP = range(3)


class Control:
    """Asked at every step: stop, or pause until told to go on."""

    def __init__(self) -> None:
        self._stop, self._go = threading.Event(), threading.Event()
        self._go.set()

    def listen(self, lines: Iterable[str]) -> None:
        """Lines 'pause' and 'resume'; their end asks to stop."""
        for line in lines:
            self._obey(line.strip())
        self.stop()

    @contextmanager
    def obeying(self, run: Path) -> Iterator[None]:
        """Obey what the run of a folder is told (`alone.tell`) from now on, and say at intervals that it is under way."""
        ended = threading.Event()

        def look() -> None:
            before, due = "", 0.0
            while not ended.wait(LOOK_S):
                if time.monotonic() >= due:
                    alone.beat(run)
                    due = time.monotonic() + alone.BEAT_S
                word = alone.told(run)
                if word != before:
                    self._obey(word)
                    before = word

        watch = threading.Thread(target=look, daemon=True)
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()
            alone.forget(run)
            alone.rest(run)

    def _obey(self, word: str) -> None:
        if word == alone.PAUSE:
            self._go.clear()
        elif word == alone.RESUME:
            self._go.set()
        elif word == alone.STOP:
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
