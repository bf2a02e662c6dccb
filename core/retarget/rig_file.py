"""The rig of a motion file, in its own size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.io.assemble import assemble
from motionpatches.core.io.gltf.character import SUFFIXES as CHARACTERS
from motionpatches.core.io.gltf.character import read_character
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.recognition.decide import recognise
from motionpatches.core.retarget.from_positions import on_floor, one_tree, pose
from motionpatches.core.retarget.rig import Rig, plain_rig


def rig_of_file(path: Path) -> Rig:
    """The rig of a file's first take, at rest as the file has it; in a T-pose where it has no rest pose in which a body stands.

    Raises:
        FileProblem: it cannot be read.
    """
    motion, rest = _at_rest(path)
    skeleton = one_tree(motion.skeleton)
    if rest is None or motion.source is None or len(rest) != skeleton.joint_count:
        return pose(motion).rig
    places = to_y_up(rest, motion.source.up).astype(np.float64) * motion.source.unit_m
    feet = [skeleton.chains[part][-1] for part in (RIGHT_LEG, LEFT_LEG)] if skeleton.chains else []
    if feet and places[feet, 1].max() > places[skeleton.root, 1] - 0.3 * np.ptp(places[:, 1]):
        return pose(motion).rig
    parents = np.array(skeleton.parents)
    return on_floor(plain_rig(skeleton, places - np.where(parents[:, None] < 0, 0.0, places[parents])))


def _at_rest(path: Path) -> tuple[Motion, np.ndarray | None]:
    """The first take of a file, and its rest pose in the file's unit; of a character the rest pose alone, as a take."""
    from motionpatches.core.io.load import load_motion, read_takes_of  # the readers take a while to import

    if path.suffix.lower() in CHARACTERS:
        take = read_character(path).take
        return assemble(path, take, recognise(take)), take.rest
    return load_motion(path), read_takes_of(path)[0].rest
