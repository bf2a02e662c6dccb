"""What can be chosen of a file of motion, and what each program wants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.export.clean_up import in_place
from motionpatches.core.io.gltf.character import SUFFIXES as CHARACTERS
from motionpatches.core.io.gltf.character import Character, read_character
from motionpatches.core.motion.canonical import resample
from motionpatches.core.motion.motion import Motion
from motionpatches.core.retarget.from_turns import pose_of
from motionpatches.core.retarget.joint_map import onto
from motionpatches.core.retarget.map_file import find
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.retarget.rig_file import rig_of_file
from motionpatches.core.retarget.targets import TARGETS, target_rig

UNITS = {"mm": 0.001, "cm": 0.01, "in": 0.0254, "m": 1.0}
UPS = ("Y", "Z")
OWN = "own"


@dataclass(frozen=True)
class Choices:
    """Choices of an export; a format takes those it has.

    `unit` (of UNITS) and `up` (of UPS): BVH and FBX; glTF always has metres and Y up. `fps`: frames per second, None for
    those of the motion. `in_place`: the root stays over the origin. `rest_first`: frame 0 is the T-pose. `hands`: on another rig
    they are where they were in space. `rig`: 'own', a name of
    TARGETS in core/retarget/targets.py, made as tall as the person, or the path of a motion file, whose rig keeps its size.
    """

    rig: str = OWN
    unit: str = "cm"
    up: str = "Y"
    fps: float | None = None
    in_place: bool = False
    rest_first: bool = False
    hands: bool = False


PLAIN = Choices()
# What the programs expect of a file; docs/export.md gives the reasons.
PRESETS = {
    "unreal": Choices(rig="unreal", unit="cm", up="Z"),
    "unity": Choices(rig="unity", unit="m", up="Y"),
    "blender": Choices(unit="m", up="Y"),
    "maya": Choices(rig="humanik", unit="cm", up="Y", rest_first=True),
    "godot": Choices(rig="unity", unit="m", up="Y"),
}


@dataclass(frozen=True)
class Prepared:
    """One person's motion as chosen, for exporters: as positions, and as rotations of a rig."""

    own: Motion
    choices: Choices

    @cached_property
    def posed(self) -> PosedMotion:
        """Return rotations of the chosen rig, in metres, Y up. Raises StudioError where the motion cannot go onto it."""
        posed = pose_of(self.own)
        if self.choices.rig != OWN:
            rig = rig_named(self.choices.rig)
            said = find(posed.rig, rig)
            posed = onto(self.own, posed, rig, said, as_tall=self.choices.rig in TARGETS, hands=self.choices.hands)
        return posed.with_rest_first() if self.choices.rest_first else posed

    @cached_property
    def character(self) -> Character | None:
        """Return the character whose rig is chosen, None for a rig without a body. Raises FileProblem."""
        file = Path(self.choices.rig)
        if self.choices.rig in (OWN, *TARGETS) or file.suffix.lower() not in CHARACTERS:
            return None
        return read_character(file)

    @cached_property
    def motion(self) -> Motion:
        """Return positions of the chosen rig."""
        changed = self.choices.rig != OWN or self.choices.rest_first
        return self.posed.motion() if changed else self.own


def rig_named(name: str) -> Rig:
    """Return the rig of a name in TARGETS, or that of a file. Raises StudioError."""
    if name in TARGETS:
        return target_rig(name)
    if not Path(name).exists():
        raise StudioError(f"There is no rig {name!r}. Choose {', '.join((OWN, *TARGETS))}, or a motion file.")
    return rig_of_file(Path(name))


def prepare(motion: Motion, choices: Choices) -> Prepared:
    """Bring one person's motion to the chosen rate and place."""
    if choices.fps is not None:
        motion = resample(motion, choices.fps)
    return Prepared(in_place(motion) if choices.in_place else motion, choices)
