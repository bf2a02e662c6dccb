"""Where the floor of a motion is: what stands on it is mostly as low, and single frames may be lower."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.canonical import canonical, first_frame
from motionpatches.core.motion.curves import CONTACT_M
from motionpatches.core.motion.motion import Motion

# Share of frames that may be lower than the floor.
LOW = 0.05


def stands(lowest: np.ndarray) -> np.ndarray:
    """Return in which frames (T,) a body stands, from the heights (T,) of its lowest place: those near the lower ones."""
    at = int(LOW * len(lowest))
    return lowest <= np.partition(lowest, at)[at] + CONTACT_M


def on_floor(motion: Motion) -> Motion:
    """Place a motion as `canonical` does, with height 0 where its lowest joint is while it stands, for people to see.

    Rest poses in front of a take and tips of feet whose heels are lifted are lower. What HumanML3D placed stays where it is.
    """
    found = canonical(motion)
    if found.placed:
        return found
    first = first_frame(found.positions)
    lowest = np.min([person.positions[first:, :, 1].min(axis=1) for person in found.people], axis=0)
    up = np.array([0, -np.median(lowest[stands(lowest)]), 0], np.float32)

    def moved(one: Motion) -> Motion:
        return replace(one, positions=one.positions + up)

    return replace(moved(found), partner=found.partner and moved(found.partner))
