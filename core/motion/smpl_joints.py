"""The 22 joints of SMPL from a rig whose body parts are known."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.limbs import long_bones
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, SMPL22, TORSO

# Of SMPL's mean body: shares of the way from hips to chest at which the spine's joints lie; from chest to shoulder, the collar's
# end; neck to head, as a share of thigh and shin together.
SPINE, COLLAR, NECK = (0.37, 0.82), 0.4, 0.11


def smpl_joints(motion: Motion) -> np.ndarray:
    """Place SMPL's 22 joints in a body.

    Those of the limbs are the rig's own. Those of the spine lie on its line from hips to chest, where the arms begin.

    Args:
        motion: of a skeleton with known body parts.

    Returns:
        (T, 22, 3) metres.
    """
    skeleton, positions = motion.skeleton, motion.positions
    if skeleton.parents == SMPL22.parents and skeleton.chains == SMPL22.chains:
        return positions
    sample = positions[:: max(len(positions) // 30, 1)]
    out = np.empty((len(positions), SMPL22.joint_count, 3), np.float32)
    chains, legs = skeleton.chains, []
    for part in (RIGHT_LEG, LEFT_LEG):
        long = long_bones(skeleton, part, sample)
        legs.append(np.median(np.linalg.norm(np.diff(sample[:, long], axis=1), axis=2), axis=0).sum())
        out[:, SMPL22.chains[part][1:]] = positions[:, [*long, chains[part][-1]]]
    torso = chains[TORSO]
    chest = chains[RIGHT_ARM][0] if chains[RIGHT_ARM][0] in torso else torso[-1]
    at = torso.index(chest)
    own = SMPL22.chains[TORSO]
    out[:, own[:4]] = _along(positions[:, list(torso[: at + 1])], (0.0, *SPINE, 1.0))
    neck, head = _neck_and_head(sample, torso[at:], NECK * float(np.mean(legs)))
    out[:, own[4:]] = positions[:, [neck, head]]
    for part in (RIGHT_ARM, LEFT_ARM):
        own, long = SMPL22.chains[part], long_bones(skeleton, part, sample)
        shoulder, before = positions[:, long[0]], chains[part][: chains[part].index(long[0])]
        carriers = [joint for joint in before if joint not in torso]
        out[:, own[1]] = positions[:, carriers[-1]] if carriers else (1 - COLLAR) * positions[:, chest] + COLLAR * shoulder
        out[:, own[2:]] = positions[:, list(long)]
    return out


def _along(line: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """(T, len(shares), 3): points at shares of the length of a line of joints (T, K, 3), by its median over time."""
    steps = np.median(np.linalg.norm(np.diff(line, axis=1), axis=2), axis=0)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    weights = [np.interp(np.multiply(shares, way[-1]), way, row) for row in np.eye(len(way))]
    return np.einsum("ks,tkc->tsc", np.array(weights, np.float32), line)


def _neck_and_head(sample: np.ndarray, joints: tuple[int, ...], apart_m: float) -> tuple[int, int]:
    """The joint above the chest, and of those above it the one whose distance is nearest to `apart_m`."""
    if len(joints) < 3:
        return joints[-1], joints[-1]
    neck = joints[1]
    far = [abs(float(np.median(np.linalg.norm(sample[:, j] - sample[:, neck], axis=1))) - apart_m) for j in joints[2:]]
    return neck, joints[2 + int(np.argmin(far))]
