"""One clock for all that moves. It only ever counts up; each view wraps it by its own length."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0)


class Playback(QObject):
    """`changed`: playing, speed, loop or length; `ticked`: the time moved."""

    changed = Signal()
    ticked = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.clock_s, self.speed, self.duration_s, self.fps = 0.0, 1.0, 0.0, 20.0
        self.playing, self.loop = True, True
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=16)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    @property
    def time_s(self) -> float:
        """Where the stage's motion stands."""
        return self.wrapped(self.duration_s)

    def wrapped(self, duration_s: float) -> float:
        """The clock within a motion of this length."""
        if duration_s <= 0:
            return 0.0
        return self.clock_s % duration_s if self.loop else min(self.clock_s, duration_s)

    @property
    def frame(self) -> int:
        return int(self.time_s * self.fps + 1e-6)

    def show(self, duration_s: float, fps: float, at_s: float = 0.0) -> None:
        """Another motion is on the stage."""
        self.duration_s, self.fps, self.clock_s = duration_s, fps, at_s
        self.changed.emit()
        self.ticked.emit()

    def toggle(self) -> None:
        if not self.playing and not self.loop and self.clock_s >= self.duration_s:
            self.clock_s = 0.0
        self.playing = not self.playing
        self._last = time.perf_counter()
        self.changed.emit()

    def seek(self, time_s: float) -> None:
        self.clock_s = min(max(time_s, 0.0), max(self.duration_s - 1e-4, 0.0))
        self.ticked.emit()

    def step(self, frames: int) -> None:
        """Pauses and moves by frames."""
        self.playing = False
        self.seek((self.frame + frames) / self.fps + 1e-4)
        self.changed.emit()

    def set_speed(self, speed: float) -> None:
        self.speed = speed
        self.changed.emit()

    def set_loop(self, loop: bool) -> None:
        self.clock_s = self.time_s
        self.loop = loop
        self.changed.emit()

    def _tick(self) -> None:
        now = time.perf_counter()
        elapsed, self._last = min(now - self._last, 0.25), now
        if not self.playing:
            return
        self.clock_s += elapsed * self.speed
        if not self.loop and self.duration_s and self.clock_s >= self.duration_s:
            self.clock_s, self.playing = self.duration_s, False
            self.changed.emit()
        self.ticked.emit()
