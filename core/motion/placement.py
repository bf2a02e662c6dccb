"""Whether motions lie where HumanML3D's processing puts them: on the floor, over the origin, facing +Z."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionpatches.core.motion.canonical import turn_of
from motionpatches.core.motion.motion import Motion

# The root of frame 0 lies exactly over the origin, the lowest point of the take on the floor but for its last frame.
ORIGIN_M, FLOOR_M = 0.001, 0.03
# The heading that is turned to +Z is smoothed over about a second, so that the one of the first frame differs a little.
TURN = np.deg2rad(90)
MEDIAN_TURN = np.deg2rad(10)
# Share of a folder's takes that must lie so.
MOST = 0.8


def is_placed(motion: Motion) -> bool:
    """Whether a whole take may lie in the frame of HumanML3D: floor and origin exactly, the heading roughly."""
    x, _, z = motion.positions[0, motion.skeleton.root]
    lowest = min(person.positions[..., 1].min() for person in motion.people)
    return bool(np.hypot(x, z) < ORIGIN_M and abs(lowest) < FLOOR_M and abs(turn_of(motion)) < TURN)


def are_placed(motions: Sequence[Motion]) -> bool:
    """Whether takes spread over a folder lie in the frame of HumanML3D, most of them and by their headings together."""
    if not motions or np.mean([is_placed(motion) for motion in motions]) < MOST:
        return False
    return bool(np.median([abs(turn_of(motion)) for motion in motions]) < MEDIAN_TURN)
