"""Motions on a character, its feet on the ground as they are at rest."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.retarget.rig import PosedMotion

# Percentile of the heights of the lower foot that counts as the floor.
FLOOR = 1.0


def on_ground(posed: PosedMotion, rest: np.ndarray) -> np.ndarray:
    """Return places (T, J, 3) of joints, feet as high over the ground as at rest, where the soles of the meshes stand on it.

    Args:
        posed: On the rig of a character, in metres.
        rest: (J, 3) its joints at rest, in the file's own unit, which is that of the result.
    """
    feet = [joint for part in (RIGHT_LEG, LEFT_LEG) for joint in posed.rig.skeleton.chains[part][-2:]]
    unit = np.ptp(rest[:, 1]) / max(float(np.ptp(posed.rig.places[:, 1])), 1e-9)
    lowest = float(np.percentile(posed.positions[:, feet, 1].min(axis=1), FLOOR))
    return posed.positions * unit + [0, rest[feet, 1].min() - lowest * unit, 0]
