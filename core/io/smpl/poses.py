"""SMPL poses as read from any file: one person's joint rotations, places and body shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.stated import Stated

# The environment variable that names the folder of the licensed body models.
BODY_MODELS = "MOTIONPATCHES_BODY_MODELS"
JOINTS = 22


@dataclass(frozen=True, eq=False)
class SmplPoses:
    """One person's poses: `rotations` (T, 22, 3) axis-angle of the root and 21 body joints, `places` (T, 3) metres.

    `fps` with `rate` on what ground; `betas` (B,) body shape; `family` 'smplh' or 'smplx'; `up` as the source has it; `name`
    where a file holds several people; `notes` what else was assumed.
    """

    rotations: np.ndarray
    places: np.ndarray
    fps: float
    rate: Assumption
    betas: np.ndarray
    gender: str = "neutral"
    family: str = "smplh"
    up: Stated[str] | None = None
    name: str = ""
    captions: tuple[str, ...] = ()
    notes: tuple[Assumption, ...] = ()
