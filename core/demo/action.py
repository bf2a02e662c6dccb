"""What an action is: tracks, and the words for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from motionpatches.core.demo.body import LEFT, RIGHT, Body, Tracks

SIDES = ("left", "right")
INDEX = {"left": LEFT, "right": RIGHT}


@dataclass(frozen=True)
class Maker:
    """What an action may draw on: a body, random numbers, and the chosen side, pace (1 normal) and count. `variety`: as widely as
    people do it, for training; else as it is easily recognised."""

    body: Body
    rng: np.random.Generator
    side: str = ""
    pace: float = 1.0
    count: int = 1
    size: float = 1.0
    variety: bool = False

    def still(self, seconds: float) -> Tracks:
        return Tracks(max(int(seconds / self.pace * 20), 12), self.body)

    def first_foot(self) -> int:
        """Either foot by chance; for the same numbers the left variant begins with the other one than the right variant."""
        return int(self.rng.integers(2)) ^ (self.side == "left")

    @property
    def limbs(self) -> tuple[int, ...]:
        """Indices of the limbs that act."""
        return {"left": (LEFT,), "right": (RIGHT,)}.get(self.side, (LEFT, RIGHT))


@dataclass(frozen=True)
class Action:
    """`name` is the kind ('wave right hand' is kind 'wave', side 'right'). `phrases` are third-person verb phrases
    with {side}, {other}, {times} to be filled; `phrases_both` for both sides where they differ. `sides`, `counts`:
    what may be chosen. `chains`: whether it starts and ends standing, so that another action can follow."""

    name: str
    make: Callable[[Maker], Tracks]
    phrases: tuple[str, ...]
    sides: tuple[str, ...] = ("",)
    phrases_both: tuple[str, ...] = ()
    counts: tuple[int, ...] = (1,)
    chains: bool = True
    paces: tuple[float, float] = (0.85, 1.2)
    styles: bool = field(default=True)
