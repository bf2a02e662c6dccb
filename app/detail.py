"""How finely to draw: less when frames get slow, more again when there is time."""

from __future__ import annotations

# 3: fine figures; 2: coarse ones; 1: the coarsest, without shadows; 0: bones.
FULL = 3
# Seconds that a frame may take, on the average of some frames, before detail falls, and below which it rises.
SLOW_S, QUICK_S = 0.120, 0.040
WINDOW = 12
# After a rise that did not last, so many times longer is waited before the next.
PATIENCE = 2


class Detail:
    """`level` from 0 to FULL; `took` receives the duration of each frame."""

    def __init__(self) -> None:
        self.level = FULL
        self._sum, self._count, self._needed, self._quick = 0.0, 0, 1, 0

    def took(self, seconds: float) -> None:
        self._sum += seconds
        self._count += 1
        if self._count < WINDOW:
            return
        mean, self._sum, self._count = self._sum / self._count, 0.0, 0
        if mean > SLOW_S and self.level > 0:
            self.level -= 1
            self._needed, self._quick = self._needed * PATIENCE, 0
        elif mean < QUICK_S and self.level < FULL:
            self._quick += 1
            if self._quick >= self._needed:
                self.level, self._quick = self.level + 1, 0
        else:
            self._quick = 0
