"""Twist of hands shared along forearms: skin that one joint twists by a right angle collapses (candy wrapper)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.rotations import quaternions, unit
from motionpatches.core.motion.skeleton import LEFT_ARM, RIGHT_ARM
from motionpatches.core.recognition.joint_names import words_of
from motionpatches.core.retarget.from_positions import Hinge
from motionpatches.core.retarget.roles import Body
from motionpatches.core.retarget.two_bones import segments

# Radians that a wrist twists before the forearm takes what is more; words in the names of joints that take twist along a bone.
WRIST, HELPERS = 0.6, ("twist", "roll")


def share_twist(body: Body, turns: np.ndarray) -> None:
    """Spread the twist of hands along forearms, in turns (T, J, 3, 3) from rest, which are changed.

    Joints for twist between elbow and wrist take it by how far along they are. Without them the forearm takes what is beyond
    WRIST, until it is twisted as much as the wrist. Hands turn as before.
    """
    for part in (RIGHT_ARM, LEFT_ARM):
        limb, places = body.limbs[part], body.rig.places
        line = places[limb.end] - places[limb.lower[0]]
        axis = unit(line)
        wrist = twist_of(turns[:, limb.lower[0]], turns[:, limb.end], axis)
        _, forearm, _ = segments(body.rig.skeleton, limb.upper[0], limb.lower[0], limb.end)
        helpers = _helpers(body, limb, forearm)
        if helpers:
            shares = np.clip((places[helpers] - places[limb.lower[0]]) @ line / (line @ line), 0, 1)
            turned = turns[:, [limb.lower[0]]] @ axis_angle_matrices(wrist[:, None, None] * shares[:, None] * axis)
            turns[:, helpers] = turned
            continue
        elbow = twist_of(turns[:, limb.upper[0]], turns[:, limb.lower[0]], axis)
        more = np.clip((wrist - elbow) * np.sign(wrist) / 2, 0, None)
        shift = np.sign(wrist) * np.minimum(np.clip(np.abs(wrist) - WRIST, 0, None), more)
        world = np.einsum("tij,j->ti", turns[:, limb.lower[0]], axis)
        turns[:, forearm] = axis_angle_matrices(shift[:, None] * world)[:, None] @ turns[:, forearm]


def twist_of(carrier: np.ndarray, carried: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Radians (T,) by which turns (T, 3, 3) are twisted against those of what carries them, without jumps over time.

    Args:
        carrier, carried: From rest.
        axis: (3,) at rest, about which twist is measured (swing-twist decomposition).
    """
    found = quaternions(carrier.swapaxes(1, 2) @ carried)
    angle = 2 * np.arctan2(found[:, :3] @ axis, found[:, 3])
    return np.asarray(np.unwrap((angle + np.pi) % (2 * np.pi) - np.pi))


def _helpers(body: Body, limb: Hinge, forearm: list[int]) -> list[int]:
    """Joints along a forearm that are there for twist: those of the limb itself, and others by their names."""
    names = body.rig.skeleton.joint_names
    return [j for j in forearm if j in limb.lower[1:] or (j != limb.lower[0] and set(words_of(names[j])) & set(HELPERS))]
