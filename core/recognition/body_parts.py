"""The five chains of any skeleton, from names, topology and geometry together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.recognition.joint_names import NameReading, read_name
from core.recognition.parts_by_name import parts_by_name
from core.motion.skeleton import KNOWN_SKELETONS, Chains, Skeleton, known_name


@dataclass(frozen=True)
class PartFinding:
    """Five chains (empty where none could be found), how sure (0 to 1) and why."""

    chains: Chains
    confidence: float
    reason: str


def find_body_parts(skeleton: Skeleton, positions: np.ndarray) -> PartFinding:
    """Chains of a skeleton posed as in `positions` (T, J, 3), Y up, any unit.

    Known skeletons are recognised by joint names and parents. Otherwise names lead where they name both
    feet, both hands and the head; else the five longest limbs of the tree, told apart by height and facing.
    """
    known = known_name(skeleton)
    if known:
        return PartFinding(KNOWN_SKELETONS[known].chains, 1.0, f"joint names and parents of {known}")
    sample = positions[:: max(len(positions) // 60, 1)].astype(np.float64)
    readings = [read_name(name) for name in skeleton.joint_names]
    named = parts_by_name(skeleton, sample)
    if named.chains:
        return PartFinding(named.chains, 0.97 if named.whole else 0.92, "joint names")
    ends = _ends_by_geometry(skeleton, sample, readings)
    if ends:
        chains = _chains(skeleton, ends, sample, readings)
        if chains:
            return PartFinding(chains, 0.6, "limb lengths, height and facing")
    return PartFinding((), 0.0, "no two legs, two arms and a head could be told apart")


Ends = dict[str, int]


def _ends_by_geometry(skeleton: Skeleton, sample: np.ndarray, readings: list[NameReading]) -> Ends | None:
    """The ends of the five heaviest limbs: each leaf is as long as its way back to where a longer one passes."""
    parents, order = skeleton.parents, skeleton.topological_order
    length = np.zeros(skeleton.joint_count)
    for joint in order:
        if parents[joint] >= 0:
            length[joint] = np.median(np.linalg.norm(sample[:, joint] - sample[:, parents[joint]], axis=1))
    reach = np.zeros(skeleton.joint_count)
    heavy = [-1] * skeleton.joint_count
    for joint in reversed(order):
        kids = [k for k in skeleton.children[joint] if not _is_helper(k, skeleton, sample, readings)]
        if kids:
            heavy[joint] = max(kids, key=lambda k: reach[k] + length[k])
            reach[joint] = reach[heavy[joint]] + length[heavy[joint]]
    limbs = []
    for joint in order:
        parent = parents[joint]
        if parent < 0 or (heavy[parent] != joint and not _is_helper(joint, skeleton, sample, readings)):
            end = joint
            while heavy[end] >= 0:
                end = heavy[end]
            limbs.append((reach[joint] + (length[joint] if parent >= 0 else 0), end))
    if len(limbs) < 5:
        return None
    ends = [end for _, end in sorted(limbs, reverse=True)[:5]]
    height = {e: float(np.median(sample[:, e, 1] - sample[:, :, 1].min(axis=1))) for e in ends}
    feet = sorted(ends, key=height.__getitem__)[:2]
    rest = [e for e in ends if e not in feet]
    hips = _shared(skeleton, feet)
    if hips is None:
        return None
    pairs = [(a, b) for i, a in enumerate(rest) for b in rest[i + 1:]]
    hands = min(pairs, key=lambda ab: abs(len(skeleton.path(hips, ab[0])) - len(skeleton.path(hips, ab[1])))
                + 5 * abs(_path_length(skeleton, hips, ab[0], length) - _path_length(skeleton, hips, ab[1], length))
                / max(length.sum(), 1e-9))
    head = next(e for e in rest if e not in hands)
    return _name_sides(skeleton, sample, feet, list(hands), head, readings)


def _is_helper(joint: int, skeleton: Skeleton, sample: np.ndarray, readings: list[NameReading]) -> bool:
    """A twist bone: named so, or a short branch that lies on the segment from its parent to a sibling."""
    if readings[joint].segment == "helper":
        return True
    parent = skeleton.parents[joint]
    if parent < 0 or skeleton.children[joint] and len(skeleton.children[joint]) > 1:
        return False
    for sibling in skeleton.children[parent]:
        if sibling == joint:
            continue
        bone = sample[:, sibling] - sample[:, parent]
        own = sample[:, joint] - sample[:, parent]
        square = (bone**2).sum(-1)
        along = (own * bone).sum(-1) / np.maximum(square, 1e-12)
        off = np.linalg.norm(own - along[:, None] * bone, axis=1) / np.sqrt(np.maximum(square, 1e-12))
        if np.median(off) < 0.05 and 0 < np.median(along) < 0.95 and skeleton.children[sibling]:
            return True
    return False


def _path_length(skeleton: Skeleton, start: int, end: int, length: np.ndarray) -> float:
    return float(sum(length[j] for j in skeleton.path(start, end)[1:]))


def _shared(skeleton: Skeleton, joints: list[int]) -> int | None:
    """The deepest joint that all the joints descend from."""
    common = set(skeleton.ancestors(joints[0]))
    for joint in joints[1:]:
        common &= set(skeleton.ancestors(joint))
    return max(common, key=lambda j: len(skeleton.ancestors(j))) if common else None


def _name_sides(
    skeleton: Skeleton, sample: np.ndarray, feet: list[int], hands: list[int], head: int, readings: list[NameReading]
) -> Ends | None:
    """Left and right of feet and hands: by name where names speak, else by where the toes and knees point."""
    ends: Ends = {"head": head}
    hips = _shared(skeleton, feet)
    chest = _shared(skeleton, hands)
    if hips is None or chest is None:
        return None
    legs = [skeleton.path(hips, foot) for foot in feet]
    up = sample[:, head] - sample[:, hips]
    ahead = np.mean([_leg_ahead(sample, leg) for leg in legs], axis=0)
    left_axis = np.cross(up, ahead)
    for pair, label in ((feet, "foot"), (hands, "hand")):
        for end in pair:
            side = next((readings[j].side for j in skeleton.ancestors(end) if readings[j].side), "")
            if side:
                ends[f"{side} {label}"] = end
        if len({ends.get(f"left {label}"), ends.get(f"right {label}")} - {None}) < 2:
            first = skeleton.path(hips, pair[0])[1:] if label == "foot" else skeleton.path(chest, pair[0])[1:]
            second = skeleton.path(hips, pair[1])[1:] if label == "foot" else skeleton.path(chest, pair[1])[1:]
            apart = sample[:, first[0]] - sample[:, second[0]]
            if label == "hand" and len(first) > 1 and len(second) > 1:
                apart = sample[:, first[1]] - sample[:, second[1]]
            is_left = np.median((apart * left_axis).sum(-1)) > 0
            ends[f"left {label}"], ends[f"right {label}"] = pair if is_left else pair[::-1]
    return ends


def _leg_ahead(sample: np.ndarray, leg: list[int]) -> np.ndarray:
    """(T, 3) where a leg (joints from the hips to its end) points: ankle to toes, and the way the knee bends."""
    steps = np.median(np.linalg.norm(np.diff(sample[:, leg], axis=1), axis=2), axis=0)
    along = np.concatenate([[0], np.cumsum(steps)])
    height = np.median(sample[:, leg, 1], axis=0)
    low = height - height.min() < 0.15 * along[-1]
    ankle = min(int(np.argmax(low)), len(leg) - 2) or 1
    thigh = 1 if len(leg) > 3 else 0
    middle = (along[thigh] + along[ankle]) / 2
    knee = min(range(thigh, ankle + 1), key=lambda i: abs(along[i] - middle))
    toes = sample[:, leg[-1]] - sample[:, leg[ankle]]
    return toes + sample[:, leg[knee]] - (sample[:, leg[thigh]] + sample[:, leg[ankle]]) / 2


def _chains(skeleton: Skeleton, ends: Ends, sample: np.ndarray, readings: list[NameReading]) -> Chains | None:
    """Paths from hips to the feet and the head and from the upper chest to the hands."""
    feet = [ends["right foot"], ends["left foot"]]
    hands = [ends["right hand"], ends["left hand"]]
    hips = _shared(skeleton, feet)
    chest = _shared(skeleton, hands)
    if hips is None or chest is None or len({*feet, *hands, ends["head"]}) < 5:
        return None

    def clean(path: list[int]) -> tuple[int, ...]:
        kept: list[int] = []
        for joint in path:
            if kept and readings[joint].segment == "helper" and joint != path[-1]:
                continue
            if kept and np.median(np.linalg.norm(sample[:, joint] - sample[:, kept[-1]], axis=1)) < 1e-6:
                continue
            kept.append(joint)
        return tuple(kept)

    torso_path = skeleton.path(hips, ends["head"])
    paths = [skeleton.path(hips, foot) for foot in feet] + [torso_path]
    paths += [skeleton.path(chest, hand) for hand in hands]
    chains = tuple(clean(path) for path in paths)
    return chains if all(len(chain) >= 2 for chain in chains) else None
