"""Motions on a character, its feet on the ground as they are at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.retarget.above_ground import Soles, above_ground, heights_of
from motionpatches.core.retarget.rig import PosedMotion

# Percentile of the heights of the lower foot that counts as the floor. A sole stands where it is lower than this share of the
# body's height over its lowest (the percentile LOW): the median of these is the floor, since tips dip when heels are lifted.
FLOOR, LOW, STANDS = 1.0, 5.0, 0.04


def on_ground(posed: PosedMotion, rest: np.ndarray, soles: Soles | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return turns (T, J, 3, 3) and places (T, J, 3) of joints, the soles on the ground; without soles, feet as high as at rest.

    Args:
        posed: On the rig of a character, in metres.
        rest: (J, 3) its joints at rest, in the file's own unit, which is that of the places.
        soles: Of its meshes, in that unit.
    """
    unit = np.ptp(rest[:, 1]) / max(float(np.ptp(posed.rig.places[:, 1])), 1e-9)
    if soles is not None and len(soles[0]):
        soles = soles[0], soles[1] / unit
        lowest = heights_of(posed.turns, posed.positions, soles).min(axis=1)
        stands = lowest <= np.percentile(lowest, LOW) + STANDS * np.ptp(posed.rig.places[:, 1])
        floor = float(np.median(lowest[stands]))
        found = above_ground(replace(posed, positions=posed.positions - [0, floor, 0]), soles)
        return found.turns, found.positions * unit
    feet = [joint for part in (RIGHT_LEG, LEFT_LEG) for joint in posed.rig.skeleton.chains[part][-2:]]
    floor = float(np.percentile(posed.positions[:, feet, 1].min(axis=1), FLOOR))
    return posed.turns, posed.positions * unit + [0, rest[feet, 1].min() - floor * unit, 0]
