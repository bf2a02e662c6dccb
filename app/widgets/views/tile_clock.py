"""The time of each tile: all on one clock, the one under the mouse where the mouse is along its width."""

from __future__ import annotations

import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.core.motion.telling import telling_frame

# Seconds after which a tile plays on from where the mouse rests.
REST_S = 0.5


def span_of(result: Result) -> tuple[float, float]:
    """Return start and length, in seconds, of what a tile shows of its motion."""
    start = result.hit.start_s
    return start, max((result.hit.end_s or result.motion.duration_s) - start, 0.05)


class TileClock:
    """While all play, tiles move together. While they stand, each shows its most telling pose. The one under the mouse shows the
    time at the mouse's place, and plays on from there once the mouse rests.

    Args:
        playback: The clock of all.
        always: Play though all others stand.
        now: The seconds of a clock that goes on.
    """

    def __init__(self, playback: Playback, always: bool = False, now: Callable[[], float] = time.perf_counter):
        self.playback, self.always, self.now = playback, always, now
        self.hovered: Result | None = None
        self._share, self._since = 0.0, now()
        self._telling: WeakKeyDictionary[Result, float] = WeakKeyDictionary()

    def scrub(self, result: Result | None, share: float = 0.0) -> None:
        """The mouse is over a tile, at a share (0 to 1) of its width; None: over none."""
        self.hovered, self._share, self._since = result, min(max(share, 0.0), 1.0), self.now()

    @property
    def moves(self) -> bool:
        """Whether a tile moves by itself while the clock of all stands."""
        return not self.playback.playing and (self.always or self.hovered is not None)

    def time_s(self, result: Result) -> float:
        """Return the time in seconds of the motion of a tile."""
        start, length = span_of(result)
        if result is self.hovered:
            played = max(self.now() - self._since - REST_S, 0.0) * self.playback.speed
            return start + (self._share * length * 0.999 + played) % length
        if self.playback.playing:
            return start + self.playback.wrapped(length)
        if self.always:
            return start + (self.now() - self._since) % length
        return start + self.telling_s(result)

    def telling_s(self, result: Result) -> float:
        """Return the seconds from the start of what a tile shows to its most telling pose."""
        if result not in self._telling:
            start, length = span_of(result)
            cut = result.motion.cut(start, start + length) if result.hit.end_s else result.motion
            self._telling[result] = telling_frame(cut) / cut.fps
        return self._telling[result]
