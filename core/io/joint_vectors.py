"""HumanML3D's rotation-invariant features (263 numbers a frame; KIT-ML's 251) back to joint positions.

A frame holds, for J joints (Guo et al., CVPR 2022): the root's turn to the next frame (half the angle), its step to the
next frame ahead and aside (2), its height (1), the other joints' places as seen from the root (3 (J - 1)), their rotations
(6 (J - 1)), all joints' velocities (3 J) and four foot contacts.
"""

from __future__ import annotations

import numpy as np

from core.motion.skeleton import KIT21, SMPL22, Skeleton

WIDTHS: dict[int, Skeleton] = {263: SMPL22, 251: KIT21}


def positions_from_vectors(vectors: np.ndarray) -> np.ndarray:
    """(T, 263 or 251) -> (T, J, 3), in the features' own unit, starting at the origin, facing +Z."""
    joints = WIDTHS[vectors.shape[1]].joint_count
    turn = np.concatenate([[0.0], np.cumsum(vectors[:-1, 0], dtype=np.float64)])
    cos, sin = np.cos(2 * turn), np.sin(2 * turn)
    step = np.zeros((len(vectors), 2))
    step[1:] = vectors[:-1, 1:3]
    # Seen from the root, ahead is +Z; back in the world it is turned by minus twice the summed half angles.
    root = np.cumsum(np.stack([cos * step[:, 0] - sin * step[:, 1], sin * step[:, 0] + cos * step[:, 1]], 1), axis=0)
    local = vectors[:, 4:4 + 3 * (joints - 1)].reshape(len(vectors), joints - 1, 3)
    positions = np.empty((len(vectors), joints, 3))
    positions[:, 0] = np.stack([root[:, 0], vectors[:, 3], root[:, 1]], 1)
    x, z = local[..., 0], local[..., 2]
    positions[:, 1:, 0] = cos[:, None] * x - sin[:, None] * z + root[:, None, 0]
    positions[:, 1:, 1] = local[..., 1]
    positions[:, 1:, 2] = sin[:, None] * x + cos[:, None] * z + root[:, None, 1]
    return positions.astype(np.float32)
