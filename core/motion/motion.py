"""A motion: joint positions over time, with what was assumed when it was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton


@dataclass(frozen=True)
class Assumption:
    """Something a reader recognised or guessed: what, its value, from what, and how sure (0 to 1)."""

    what: str
    value: str
    reason: str
    confidence: float


@dataclass(frozen=True)
class Source:
    """How the numbers of the file became metres with Y up: `unit_m` metres a unit, `up` the file's up axis."""

    unit_m: float
    up: str


@dataclass(frozen=True, eq=False)
class Motion:
    """Positions (T, J, 3) float32 in metres, Y up; `fps` frames per second.

    `assumptions` lists unit, up axis, rate and body parts as recognised by the reader; `source` is there where unit and
    axis can be said otherwise. `partner` is the second person of a pair, frame by frame in the same space.
    """

    positions: np.ndarray
    fps: float
    skeleton: Skeleton
    name: str = ""
    assumptions: tuple[Assumption, ...] = ()
    source: Source | None = None
    partner: Motion | None = None

    def __post_init__(self):
        shape = self.positions.shape
        if len(shape) != 3 or shape[2] != 3 or shape[1] != self.skeleton.joint_count:
            raise ValueError(f"positions of shape {shape} do not fit {self.skeleton.joint_count} joints")

    @property
    def frame_count(self) -> int:
        return len(self.positions)

    @property
    def duration_s(self) -> float:
        return self.frame_count / self.fps

    def crop(self, start: int, end: int) -> Motion:
        """Frames start (included) to end (excluded)."""
        partner = self.partner and self.partner.crop(start, end)
        return replace(self, positions=self.positions[start:end], partner=partner)
