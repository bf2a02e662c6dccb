"""A motion: joint positions over time, with what was assumed when it was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.turns import Turns

# Rates this near to a whole number are that number, rounded in the file; NTSC's 29.97 is twice as far.
WHOLE_RATE = 5e-4


@dataclass(frozen=True)
class Assumption:
    """Something that was recognised or guessed about a take: what, its value, for what reason, and how sure (0 to 1)."""

    what: str
    value: str
    reason: str
    confidence: float


@dataclass(frozen=True)
class Source:
    """How the numbers of the file became metres with Y up: `unit_m` metres per unit, `up` the up axis of the file."""

    unit_m: float
    up: str


def rate_text(fps: float) -> str:
    """Write frames per second for people: '60' for 59.999, '29.97', '0.5'."""
    whole = round(fps)
    return str(whole) if abs(fps - whole) <= WHOLE_RATE * fps else f"{fps:.3f}".rstrip("0").rstrip(".")


def frame_at(time_s: float, fps: float, count: int) -> int:
    """Return the index of the frame nearest to a time, of `count` frames; the later one at the middle."""
    return floor(min(max(time_s * fps + 0.5, 0.0), count - 1))


def frame_range(start_s: float, end_s: float, fps: float, count: int) -> tuple[int, int]:
    """Convert a range of seconds to frames.

    Args:
        start_s: start in seconds.
        end_s: end in seconds; 0 for the end of the take.
        fps: frames per second.
        count: frames of the take.

    Returns:
        The first frame and the one after the last: the nearest frame to each time, at least one frame.
    """
    first = frame_at(start_s, fps, count)
    return first, max(frame_at(end_s, fps, count + 1) if end_s else count, first + 1)


def caption_range(start_s: float, end_s: float, fps: float, count: int) -> tuple[int, int]:
    """Convert the range of a caption to frames as HumanML3D and KIT-ML define it, int(start * fps) to int(end * fps).

    Arguments and result are those of `frame_range`.
    """
    first = int(min(start_s * fps, count - 1))
    return first, max(int(min(end_s * fps, count)) if end_s else count, first + 1)


@dataclass(frozen=True, eq=False)
class Motion:
    """Positions (T, J, 3) float32 in metres, Y up; `fps` frames per second.

    `assumptions` lists unit, up axis, rate and body parts as recognised by the reader; `source` is there where unit and
    axis can be corrected. `partner` is the second person of a pair, frame by frame in the same space. `placed`: HumanML3D's
    processing has put the take on the floor, over the origin and facing +Z, so that this and ranges of it stay where they lie.
    `turns`: rotations of the file, only where they were asked for (core/library/own_rotations.py).
    """

    positions: np.ndarray
    fps: float
    skeleton: Skeleton
    name: str = ""
    assumptions: tuple[Assumption, ...] = ()
    source: Source | None = None
    partner: Motion | None = None
    placed: bool = False
    turns: Turns | None = None

    def __post_init__(self) -> None:
        shape = self.positions.shape
        if len(shape) != 3 or shape[2] != 3 or shape[1] != self.skeleton.joint_count:
            raise ValueError(f"positions of shape {shape} do not fit {self.skeleton.joint_count} joints")

    @property
    def frame_count(self) -> int:
        """Return T, the number of frames."""
        return len(self.positions)

    @property
    def duration_s(self) -> float:
        """Return the duration in seconds, T / fps."""
        return self.frame_count / self.fps

    @property
    def people(self) -> tuple[Motion, ...]:
        """Return each person alone: one motion, or two for a pair."""
        return (self,) if self.partner is None else (replace(self, partner=None), self.partner)

    def cut(self, start_s: float = 0.0, end_s: float = 0.0) -> Motion:
        """Cut out a range of seconds (end 0: to the end), each bound at the nearest frame, at least one frame."""
        return self.crop(*frame_range(start_s, end_s, self.fps, self.frame_count))

    def crop(self, start: int, end: int) -> Motion:
        """Cut out frames start (included) to end (excluded)."""
        partner = self.partner and self.partner.crop(start, end)
        turns = self.turns and self.turns.crop(start, end)
        return replace(self, positions=self.positions[start:end], partner=partner, turns=turns)
