"""The rotations that a clip's file holds, for exports: positions alone do not show how bones turn about themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.formats import index_of
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.rotations import from_quaternions, quaternions
from motionpatches.core.motion.turns import Turns


def load_with_rotations(library: Library, clip_id: str) -> Motion:
    """Load the motion of a clip with the rotations of its file, where the format has them and they fit the motion.

    Raises:
        FileProblem: The motion cannot be read.
        StudioError: The library has no such clip.
    """
    motion = library.load(clip_id)
    clip = library.by_id[clip_id]
    if motion.source is None or library.reader.raw is None:
        return motion
    whole = library.read(clip)
    raw = _turned(clip)
    if raw is None:
        return motion
    turns = _fitting(raw, whole)
    beside = _fitting(raw.partner, whole.partner) if raw.partner and whole.partner else None
    if clip.start_s or clip.end_s:
        cut = library.reader.frames(clip.start_s, clip.end_s, whole.fps, whole.frame_count)
        turns, beside = turns and turns.crop(*cut), beside and beside.crop(*cut)
    partner = motion.partner and replace(motion.partner, turns=beside)
    return replace(motion, turns=turns, partner=partner)


def _turned(clip: Clip) -> RawTake | None:
    """The take of a clip with its rotations; None where its file has none, or is not what it was."""
    from motionpatches.core.io.load import read_takes_of  # the readers take a while to import

    try:
        takes = read_takes_of(clip.path, turned=True)
        return takes[index_of(clip.path, takes, clip.take)]
    except StudioError:
        return None


def _fitting(raw: RawTake, motion: Motion) -> Turns | None:
    """The rotations of a take in metres, Y up; None where it has none for the joints and frames of the motion."""
    names = (raw.skeleton.joint_names, raw.skeleton.parents)
    if raw.turns is None or raw.rest is None or names != (motion.skeleton.joint_names, motion.skeleton.parents):
        return None
    if len(raw.turns) != motion.frame_count or motion.source is None or not np.isfinite(raw.turns).all():
        return None
    to_up = to_y_up(np.eye(3), motion.source.up).T
    turned = to_up @ from_quaternions(raw.turns.astype(np.float64)) @ to_up.T
    kept = np.stack([quaternions(turned[:, joint]) for joint in range(turned.shape[1])], axis=1).astype(np.float32)
    return Turns(kept, to_y_up(raw.rest, motion.source.up) * np.float32(motion.source.unit_m))
