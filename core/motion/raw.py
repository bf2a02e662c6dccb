"""A take as its file holds it: what a reader returns, before anything about it is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated


@dataclass(frozen=True, eq=False)
class RawTake:
    """One take of a file, in the file's own unit and axes.

    `positions` (T, J, 3) float32 world positions; `fps` frames per second, `rate` for what reason. `skeleton` has chains only
    where the format itself says which joints they are (then `parts` gives the ground). `name` distinguishes the takes of one
    file; '' where it holds one. `rest` (J, 3): the rig's rest pose, all rotations zero. `unit` (metres per unit) and `up`
    (one of UP_AXES): what the format states. `root_offset` (3,): the root's own OFFSET that position channels may or may not
    replace; it is not in `positions`. `partner`: the second person of a pair, same frames and space. `kind` 'points': markers
    that are no joints. `notes`: what else the reader assumed or left out. `turns` (T, J, 4) float32, x, y, z, w: rotation of each
    joint in the world from the rest pose, only of readers that are asked for it.
    """

    positions: np.ndarray
    fps: float
    skeleton: Skeleton
    rate: Assumption
    name: str = ""
    captions: tuple[str, ...] = ()
    rest: np.ndarray | None = None
    unit: Stated[float] | None = None
    up: Stated[str] | None = None
    parts: Stated[str] | None = None
    root_offset: np.ndarray | None = None
    partner: RawTake | None = None
    kind: Literal["body", "points"] = "body"
    notes: tuple[Assumption, ...] = ()
    turns: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = self.positions.shape
        if len(shape) != 3 or shape[2] != 3 or shape[1] != self.skeleton.joint_count:
            raise ValueError(f"positions of shape {shape} do not fit {self.skeleton.joint_count} joints")
