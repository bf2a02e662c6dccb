"""Feet of a character above the ground: toes bend, feet turn up, and ankles are lifted (two-bone inverse kinematics)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.rotations import cross
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.retarget.bring import bring
from motionpatches.core.retarget.rig import PosedMotion
from motionpatches.core.retarget.roles import Body, body_of
from motionpatches.core.retarget.two_bones import below

# Joints (P,) of feet, and places (P, 3) of what they carry, relative to them at rest.
Soles = tuple[np.ndarray, np.ndarray]

# Shares of a leg's length: by what an ankle is lifted before its foot is turned; depths of the ankle up to which a foot is
# brought up, and from which on it is left, since there the ground is lower. Radians by which feet and toes turn at most.
LIFT, DEEP, TURN = 0.03, (0.0, 0.1), 1.05
# In a T-pose, the axis about which toes are raised, and where they point.
ACROSS, AHEAD = np.array([-1.0, 0, 0]), np.array([0, 0, 1.0])


def above_ground(posed: PosedMotion, soles: Soles) -> PosedMotion:
    """Bring the soles of a motion up to height 0 where they are lower.

    A foot is lifted by a little until its heel and ball are up; turned up about its ankle for what is left of that; its toes bend
    where they alone are below. Hips stay.

    Args:
        posed: On a rig with known legs, of bones of constant length.
        soles: In the unit of the motion.
    """
    body, turns, places = body_of(posed.rig), posed.turns.copy(), posed.positions.copy()
    for part in (RIGHT_LEG, LEFT_LEG):
        ankle = body.limbs[part].end
        own = np.isin(soles[0], [ankle, *below(posed.rig.skeleton, ankle)])
        if not own.any():
            continue
        joints, apart = soles[0][own], soles[1][own]
        low = np.flatnonzero(heights_of(turns, places, (joints, apart)).min(axis=1) < 0)
        if len(low):
            turns[low], places[low] = _raised(body, part, turns[low], places[low], (joints, apart))
    return replace(posed, turns=turns, positions=places)


def heights_of(turns: np.ndarray, places: np.ndarray, soles: Soles) -> np.ndarray:
    """Heights (T, P) of soles in poses (T, J, 3, 3) and (T, J, 3)."""
    joints, apart = soles
    return places[:, joints, 1] + np.einsum("tpj,pj->tp", turns[:, joints, 1], apart)


def _raised(body: Body, part: int, turns: np.ndarray, places: np.ndarray, soles: Soles) -> tuple[np.ndarray, np.ndarray]:
    """Bring one foot up in poses in which it is below the ground."""
    skeleton, leg, (joints, apart) = body.rig.skeleton, body.limbs[part], soles
    chain = skeleton.chains[part]
    beyond = chain[chain.index(leg.end) + 1 :]
    toes = [beyond[0], *below(skeleton, beyond[0])] if beyond else []
    of_toes = np.isin(joints, toes)
    ahead = (body.rig.places[joints] + apart) @ (body.rest_turns[leg.end] @ AHEAD)
    across = turns[:, leg.end] @ (body.rest_turns[leg.end] @ ACROSS)
    share = np.clip((DEEP[1] + places[:, leg.end, 1] / body.leg_m) / (DEEP[1] - DEEP[0]), 0, 1)
    # Toes are what bends: what they carry ahead of their joint.
    if beyond:
        of_toes &= ahead > body.rig.places[beyond[0]] @ (body.rest_turns[leg.end] @ AHEAD)
    rigid = ~of_toes
    lift = np.zeros(len(places))
    if rigid.any():
        lift = np.clip(-heights_of(turns, places, (joints[rigid], apart[rigid])).min(axis=1), 0, LIFT * body.leg_m) * share
    front = rigid & (ahead > body.rig.places[leg.end] @ (body.rest_turns[leg.end] @ AHEAD))
    _turn_up(leg.end, [leg.end, *below(skeleton, leg.end)], turns, places, (joints[front], apart[front]), across, lift, share)
    if beyond:
        _turn_up(beyond[0], toes, turns, places, (joints[of_toes], apart[of_toes]), across, lift, share)
    lift += np.maximum(-heights_of(turns, places, soles).min(axis=1) - lift, 0) * share
    bring(body, part, turns, places, places[:, leg.end] + lift[:, None] * [0, 1.0, 0])
    return turns, places


def _turn_up(
    centre: int,
    carried: Sequence[int],
    turns: np.ndarray,
    places: np.ndarray,
    soles: Soles,
    across: np.ndarray,
    lift: np.ndarray,
    share: np.ndarray,
) -> None:
    """Turn a joint with what it carries about axes (T, 3), by the least angle after which points before it are at the ground."""
    joints, apart = soles
    if not len(joints):
        return
    way = places[:, joints] - places[:, [centre]] + np.einsum("tpij,pj->tpi", turns[:, joints], apart)
    # Rodrigues: height over the joint = a cos + b sin + along, highest at the angle atan2(b, a), and growing before.
    along = (way * across[:, None]).sum(axis=2) * across[:, None, 1]
    a, b = way[..., 1] - along, cross(np.broadcast_to(across[:, None], way.shape), way)[..., 1]
    wanted = -(places[:, [centre], 1] + lift[:, None]) - along
    angles = np.arctan2(b, a) % (2 * np.pi) - np.arccos(np.clip(wanted / np.maximum(np.hypot(a, b), 1e-9), -1, 1))
    angles[places[:, [centre], 1] + lift[:, None] + way[..., 1] >= 0] = 0
    turn = axis_angle_matrices((np.clip(angles.max(axis=1), 0, TURN) * share)[:, None] * across)
    moved = list(carried)
    places[:, moved] = places[:, [centre]] + np.einsum("tij,tpj->tpi", turn, places[:, moved] - places[:, [centre]])
    turns[:, moved] = turn[:, None] @ turns[:, moved]
