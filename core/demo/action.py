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
    """What an action is made from.

    Args:
        body: The body that acts.
        rng: Random numbers of this clip.
        side: "left", "right", "both", or "" for an action without sides.
        pace: Speed; 1 is normal.
        count: How many times the action is repeated.
        size: Factor of how far limbs move.
        variety: Vary as widely as people do, for training; else make the action easy to recognise.
    """

    body: Body
    rng: np.random.Generator
    side: str = ""
    pace: float = 1.0
    count: int = 1
    size: float = 1.0
    variety: bool = False

    def still(self, seconds: float) -> Tracks:
        """Return a body that stands still; `seconds` last longer at a slower pace."""
        return Tracks(max(int(seconds / self.pace * 20), 12), self.body)

    def first_foot(self) -> int:
        """Choose a foot by chance; for the same numbers the left variant begins with the other foot than the right variant."""
        return int(self.rng.integers(2)) ^ (self.side == "left")

    @property
    def limbs(self) -> tuple[int, ...]:
        """Return the indices of the limbs that act."""
        return {"left": (LEFT,), "right": (RIGHT,)}.get(self.side, (LEFT, RIGHT))


# What makes an action.
Make = Callable[[Maker], Tracks]


@dataclass(frozen=True)
class Action:
    """A kind of action of the demo library, and the phrases for it.

    Args:
        name: The kind: "wave right" is the kind "wave" with the side "right".
        make: Makes the motion.
        phrases: Verb phrases in the third person, with {side}, {other} and {times} to be filled in.
        sides: The sides to choose from.
        phrases_both: Phrases for both sides, where they differ.
        counts: The numbers of repetitions to choose from.
        chains: Whether it starts and ends standing, so that another action can follow.
        paces: Lowest and highest speed; 1 is normal.
        styles: Whether it can be done in a style ("slowly", "proudly").
    """

    name: str
    make: Make
    phrases: tuple[str, ...]
    sides: tuple[str, ...] = ("",)
    phrases_both: tuple[str, ...] = ()
    counts: tuple[int, ...] = (1,)
    chains: bool = True
    paces: tuple[float, float] = (0.85, 1.2)
    styles: bool = field(default=True)
