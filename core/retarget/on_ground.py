"""Motions on a character, its feet on the ground as they are at rest."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.retarget.rig import PosedMotion

# Percentile of the heights of the lower foot that counts as the floor. A sole stands where it is lower than this share of the
# body's height over its lowest (the percentile LOW): the median of these is the floor, since tips dip when heels are lifted.
FLOOR, LOW, STANDS = 1.0, 5.0, 0.04


# Joints (P,) of feet, and places (P, 3) of what they carry, relative to them at rest, in the file's unit.
Soles = tuple[np.ndarray, np.ndarray]


def on_ground(posed: PosedMotion, rest: np.ndarray, soles: Soles | None = None) -> np.ndarray:
    """Return places (T, J, 3) of joints, the soles on the ground; without soles, feet as high over it as at rest.

    Args:
        posed: On the rig of a character, in metres.
        rest: (J, 3) its joints at rest, in the file's own unit, which is that of the result.
        soles: Of its meshes.
    """
    feet = [joint for part in (RIGHT_LEG, LEFT_LEG) for joint in posed.rig.skeleton.chains[part][-2:]]
    unit = np.ptp(rest[:, 1]) / max(float(np.ptp(posed.rig.places[:, 1])), 1e-9)
    if soles is not None and len(soles[0]):
        joints, apart = soles
        heights = posed.positions[:, joints, 1] * unit + np.einsum("tpj,pj->tp", posed.turns[:, joints, 1], apart)
        lowest = heights.min(axis=1)
        stands = lowest <= np.percentile(lowest, LOW) + STANDS * np.ptp(rest[:, 1])
        return posed.positions * unit - [0, float(np.median(lowest[stands])), 0]
    floor = float(np.percentile(posed.positions[:, feet, 1].min(axis=1), FLOOR))
    return posed.positions * unit + [0, rest[feet, 1].min() - floor * unit, 0]
