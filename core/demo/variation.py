"""Vary generated motion as captured data vary: other joint sets and proportions, rest before and after, cut takes.

For training alone: a model that was trained on these variations works on captured motion too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.curves import smooth_noise
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import (
    LEFT_ARM,
    LEFT_LEG,
    RIGHT_ARM,
    RIGHT_LEG,
    SMPL22,
    TORSO,
    Skeleton,
)

_J = {name: i for i, name in enumerate(SMPL22.joint_names)}


def varied(motion: Motion, rng: np.random.Generator, still_ends: bool) -> Motion:
    """Return another take of the same action: on another rig, with rest at its ends (where they are still) or cut there."""
    chance = rng.random()
    if still_ends and chance < 0.3:
        motion = _rested(motion, rng)
    elif chance > 0.65 and motion.frame_count > 50:
        motion = _cut(motion, rng)
    return on_rig(motion, *random_rig(rng)) if rng.random() < 0.7 else motion


def _rested(motion: Motion, rng: np.random.Generator) -> Motion:
    """Hold the first and the last pose for up to two seconds each, with the slight sway of a standing body."""
    before, after = (int(rng.integers(0, 40)) for _ in range(2))
    p = motion.positions
    sway = 0.004 * smooth_noise(before + after + 2, 3, rng, 20)[:, None]
    parts = [
        p[:1] + sway[:before] - sway[before : before + 1],
        p,
        p[-1:] + sway[before + 1 : before + 1 + after] - sway[before + 1 : before + 2],
    ]
    return replace(motion, positions=np.concatenate(parts).astype(np.float32))


def _cut(motion: Motion, rng: np.random.Generator) -> Motion:
    """Cut up to a quarter of the frames off the start and a sixth off the end."""
    count = motion.frame_count
    start, end = int(count * 0.25 * rng.random()), count - int(count * 0.17 * rng.random())
    return replace(motion, positions=motion.positions[start:end])


def on_rig(motion: Motion, skeleton: Skeleton, weights: np.ndarray) -> Motion:
    """Put a motion on a skeleton of J joints that are fixed mixtures of SMPL's 22.

    Args:
        motion: Positions (T, 22, 3).
        skeleton: The skeleton of J joints.
        weights: (J, 22); each row sums to 1.
    """
    return replace(motion, positions=np.einsum("jk,tkc->tjc", weights, motion.positions).astype(np.float32), skeleton=skeleton)


def random_rig(rng: np.random.Generator) -> tuple[Skeleton, np.ndarray]:
    """Draw a skeleton of another make, and its joints as mixtures (J, 22) of SMPL's 22.

    Chance decides where the root and the shoulders are, how many spine joints there are, and whether there are collar bones,
    twist joints, toes, and ends of head, hands and feet.
    """
    names, parents, rows = ["root"], [-1], [_mix(rng.uniform(-0.1, 0.5), "pelvis", "spine1")]

    def add(name: str, parent: int, row: np.ndarray) -> int:
        names.append(name)
        parents.append(parent)
        rows.append(row)
        return len(names) - 1

    # Trunk: one to four spine joints along the line from pelvis to neck, then neck, head and its end.
    trunk = [0]
    line = ["pelvis", "spine1", "spine2", "spine3", "neck"]
    spines = int(rng.integers(1, 5))
    top = rng.uniform(0.62, 0.85)
    for i in range(spines):
        trunk.append(add(f"spine{i}", trunk[-1], _along(line, top * (i + 1) / spines)))
    chest = trunk[-1]
    if rng.random() < 0.85:
        trunk.append(add("neck", chest, _unit("neck")))
    trunk.append(add("head", trunk[-1], _mix(rng.uniform(0.6, 1.3), "neck", "head")))
    if rng.random() < 0.35:
        trunk.append(add("head end", trunk[-1], _mix(rng.uniform(2.0, 3.0), "neck", "head")))
    # Both sides are built alike: what chance decides is drawn once for both.
    collars, arm_twist, leg_twist = rng.random() < 0.75, rng.random() < 0.2, rng.random() < 0.2
    hand, toe, toe_end = rng.uniform(0.25, 0.7) * (rng.random() < 0.45), rng.random() < 0.88, rng.random() < 0.3
    inward, hip_in, foot = rng.uniform(-0.1, 0.3), rng.uniform(-0.15, 0.25), rng.uniform(0.7, 1.2)
    chains: dict[int, list[int]] = {}
    for side, arm_part, leg_part in (("left_", LEFT_ARM, LEFT_LEG), ("right_", RIGHT_ARM, RIGHT_LEG)):
        arm = [chest]
        if collars:
            arm.append(add(side + "collar", arm[-1], _unit(side + "collar")))
        arm.append(add(side + "shoulder", arm[-1], _mix(inward, side + "shoulder", side + "collar")))
        for start, end in (("shoulder", "elbow"), ("elbow", "wrist")):
            if arm_twist:
                arm.append(add(f"{side}{end} twist", arm[-1], _mix(0.5, side + start, side + end)))
            arm.append(add(side + end, arm[-1], _unit(side + end)))
        if hand:
            arm.append(add(side + "hand", arm[-1], _mix(1 + hand, side + "elbow", side + "wrist")))
        leg = [0, add(side + "hip", 0, _mix(hip_in, side + "hip", "pelvis"))]
        for start, end in (("hip", "knee"), ("knee", "ankle")):
            if leg_twist:
                leg.append(add(f"{side}{end} twist", leg[-1], _mix(0.5, side + start, side + end)))
            leg.append(add(side + end, leg[-1], _unit(side + end)))
        if toe:
            leg.append(add(side + "toe", leg[-1], _mix(foot, side + "ankle", side + "foot")))
            if toe_end:
                leg.append(add(side + "toe end", leg[-1], _mix(1.45, side + "ankle", side + "foot")))
        chains[arm_part], chains[leg_part] = arm, leg
    chains[TORSO] = trunk
    return Skeleton(tuple(names), tuple(parents), tuple(tuple(chains[part]) for part in range(5))), np.array(rows)


def _unit(name: str) -> np.ndarray:
    row = np.zeros(22)
    row[_J[name]] = 1
    return row


def _mix(share: float, first: str, second: str) -> np.ndarray:
    """Return a row (22,) with (1 - share) of the first joint and `share` of the second; above 1 it is beyond the second."""
    return (1 - share) * _unit(first) + share * _unit(second)


def _along(line: list[str], share: float) -> np.ndarray:
    """Return a row (22,) for a point a share of the way along a line of joints."""
    at = share * (len(line) - 1)
    low = min(int(at), len(line) - 2)
    return _mix(at - low, line[low], line[low + 1])
