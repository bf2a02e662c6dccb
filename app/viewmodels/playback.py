"""One clock for all that moves. It only ever counts up; each view wraps it by its own length."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from motionpatches.app.detail import FULL, Detail

SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0)
TICK_S = 0.016
# Rest after a frame, in units of what drawing it took: slow (software) drawing must leave time for all else. While other work
# wants the processor the rest is longer, but frames come at least so often, in seconds.
REST, REST_WHEN_BUSY, AT_LEAST_S = 0.08, 4.0, 0.055
# No frame is drawn for this time while a query is running.
PATIENCE_S = 0.15


class Playback(QObject):
    """`changed`: playing, speed, loop or length; `ticked`: the time moved.

    Ticks come 60 times a second where drawing is quick; each waits until the frame before it was drawn, longer while one of
    `busy` says that other work wants the processor, and while `urgent` says that a user waits for an answer. While `asked` says
    that it is not there yet, what was drawn last will do.
    """

    changed = Signal()
    ticked = Signal()

    def __init__(
        self,
        busy: Callable[[], bool] = lambda: False,
        urgent: Callable[[], bool] = lambda: False,
        asked: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self._urgent, self._asked = urgent, asked
        self.busy = [busy]
        self.clock_s, self.speed, self.duration_s, self.fps = 0.0, 1.0, 0.0, 20.0
        self.playing, self.loop = True, True
        self.range_s: tuple[float, float] | None = None
        self._last = time.perf_counter()
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(16)
        self._draw_end = QTimer(self, singleShot=True, interval=0)
        self._draw_end.timeout.connect(self._drawn)
        self._cost = 0.0
        self.drew = Detail()

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
    def detail(self) -> int:
        """How finely to draw: what stands still in full, what moves as the time that frames take allows."""
        return self.drew.level if self.playing else FULL

    @property
    def frame(self) -> int:
        return int(self.time_s * self.fps + 1e-6)

    def show(self, duration_s: float, fps: float, at_s: float = 0.0) -> None:
        """Another motion is on the stage."""
        self.duration_s, self.fps, self.clock_s, self.range_s = duration_s, fps, at_s, None
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

    def mark(self, end: bool) -> None:
        """The range of seconds begins, or ends, here; a range turned round begins anew."""
        start, stop = self.range_s or (0.0, self.duration_s)
        here = self.time_s
        start, stop = (start, here) if end else (here, stop)
        self.range_s = (start, stop) if stop - start > 1.5 / self.fps else (0.0, here) if end else (here, self.duration_s)
        self.changed.emit()

    def clear_range(self) -> None:
        self.range_s = None
        self.changed.emit()

    def set_speed(self, speed: float) -> None:
        self.speed = speed
        self.changed.emit()

    def set_loop(self, loop: bool) -> None:
        self.clock_s = self.time_s
        self.loop = loop
        self.changed.emit()

    def holds(self) -> bool:
        """Whether a frame that was asked for before a query would keep its answer waiting; for PATIENCE_S at most."""
        return self.playing and self._asked() and time.perf_counter() - self._last < PATIENCE_S

    def _tick(self) -> None:
        now = time.perf_counter()
        waited = now - self._last
        if not self.playing:
            self._last = now
            self._timer.start(16)
            return
        if self._urgent() and waited < PATIENCE_S:
            self._timer.start(4)
            return
        if any(busy() for busy in self.busy) and waited < self._busy_s():
            self._timer.start(8)
            return
        self._last = now
        self.clock_s += min(waited, 0.25) * self.speed
        if self.range_s and self.loop and not self.range_s[0] - 0.05 <= self.time_s <= self.range_s[1]:
            self.clock_s = self.range_s[0]
        if not self.loop and self.duration_s and self.clock_s >= self.duration_s:
            self.clock_s, self.playing = self.duration_s, False
            self.changed.emit()
        self.ticked.emit()
        self._draw_end.start()

    def _busy_s(self) -> float:
        """From one frame to the next while other work goes on."""
        return max(min(self._cost * (1 + REST_WHEN_BUSY), AT_LEAST_S), self._cost * (1 + REST))

    def _drawn(self) -> None:
        """Comes after the paint events that the tick asked for: a zero timer waits for them."""
        self._cost = time.perf_counter() - self._last
        self.drew.took(self._cost)
        self._timer.start(int(1000 * max(TICK_S - self._cost, REST * self._cost)))
