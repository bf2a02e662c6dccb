"""What can be chosen of a file of motion, and what each program wants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from motionpatches.core.motion.canonical import resample
from motionpatches.core.motion.motion import Motion
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.rig import PosedMotion

UNITS = {"mm": 0.001, "cm": 0.01, "in": 0.0254, "m": 1.0}
UPS = ("Y", "Z")


@dataclass(frozen=True)
class Choices:
    """Choices of an export; a format takes those it has.

    `unit` (of UNITS) and `up` (of UPS): BVH and FBX; glTF always has metres and Y up. `fps`: frames per second, None for those of
    the motion. `in_place`: the root stays over the origin. `rest_first`: frame 0 is the T-pose.
    """

    unit: str = "cm"
    up: str = "Y"
    fps: float | None = None
    in_place: bool = False
    rest_first: bool = False


PLAIN = Choices()
# What the programs expect of a file; docs/export.md gives the reasons.
PRESETS = {
    "unreal": Choices(unit="cm", up="Z"),
    "unity": Choices(unit="m", up="Y"),
    "blender": Choices(unit="m", up="Y"),
    "maya": Choices(unit="cm", up="Y", rest_first=True),
    "godot": Choices(unit="m", up="Y"),
}


@dataclass(frozen=True)
class Prepared:
    """One person's motion as chosen, for exporters: as positions, and as rotations of a rig."""

    motion: Motion
    choices: Choices

    @cached_property
    def posed(self) -> PosedMotion:
        """Return rotations of the rig, in metres, Y up."""
        posed = pose(self.motion)
        return posed.with_rest_first() if self.choices.rest_first else posed


def prepare(motion: Motion, choices: Choices) -> Prepared:
    """Bring one person's motion to the chosen rate and place."""
    if choices.fps is not None:
        motion = resample(motion, choices.fps)
    return Prepared(in_place(motion) if choices.in_place else motion, choices)


def in_place(motion: Motion) -> Motion:
    """Keep the root over the origin in every frame; heights stay."""
    root = motion.positions[:, [motion.skeleton.root]] * np.float32([1, 0, 1])
    return Motion(motion.positions - root, motion.fps, motion.skeleton, motion.name)
