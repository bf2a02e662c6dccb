"""The five chains of a skeleton without names, from bone lengths, joints and the way it moves, in any axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import Chains, Skeleton
from motionpatches.core.recognition.joint_names import NameReading
from motionpatches.core.recognition.limb_search import BoneGraph, Limb, Pair, find_pairs
from motionpatches.core.recognition.parts_by_name import ARM, LEG
from motionpatches.core.recognition.sides import Body, ahead_features, body_of, first_is_left, unit


@dataclass(frozen=True)
class ShapedParts:
    """`chains` in the order of PART_NAMES; the pairs they come from; how sure it is which are legs and which side is left."""

    chains: Chains
    legs: Pair
    arms: Pair
    legs_sure: float
    sides_sure: float


def parts_by_geometry(skeleton: Skeleton, sample: np.ndarray, readings: list[NameReading]) -> ShapedParts | None:
    """Chains by shape and movement of (T, J, 3): two pairs of limbs alike hang on the ends of a trunk; legs are longer than
    arms and have feet across their end, the head is on the arms' end; left is where ahead says."""
    graph = BoneGraph(skeleton, sample)
    found = find_pairs(graph)
    if found is None:
        return None
    odds = [_legs_odds(graph, legs, arms, readings) for legs, arms in (found, found[::-1])]
    odds_first = odds[0] - odds[1]
    legs, arms = found if odds_first >= 0 else found[::-1]
    torso = _torso(graph, legs, arms)
    first_toes, second_toes = (_foot(graph, limb)[-1] for limb in (legs.first, legs.second))
    # Which arm goes with which leg: the one on the same side of the trunk.
    if _crossed(sample, legs, arms):
        arms = Pair(arms.joint, arms.second, arms.first)
    body = body_of(legs, arms, first_toes, second_toes, torso[-1])
    left_first, sides_sure = _sides(sample, body, legs, arms, readings)
    chains = [_leg_chain(graph, limb) for limb in (legs.first, legs.second)]
    arm_chains = [_clean(limb.path[: limb.end + 1], limb) for limb in (arms.first, arms.second)]
    if left_first:
        chains, arm_chains = chains[::-1], arm_chains[::-1]
    return ShapedParts((*chains, tuple(torso), *arm_chains), legs, arms, float(1 / (1 + np.exp(-abs(odds_first)))), sides_sure)


def _legs_odds(graph: BoneGraph, legs: Pair, arms: Pair, readings: list[NameReading]) -> float:
    """Log-odds that these are legs and those arms; only the difference to the exchange counts."""
    odds = 9.0 * np.log(legs.length / arms.length) / 2
    head = _head_way(graph, legs, arms)
    reach = _length(graph, head) / max(legs.length, arms.length)
    odds += 3.0 * min(reach / 0.15, 1.0)
    across = np.mean([_across_end(graph.sample, limb) for limb in (legs.first, legs.second)])
    odds += 2.0 * across
    fingers = float(np.mean([_branches_beyond(graph, limb) for limb in (arms.first, arms.second)]))
    odds += 1.0 * min(fingers / 3, 1.0)
    odds += 1.0 * (graph.order[0] == legs.joint)
    named = _named_as_leg(legs, readings) - _named_as_leg(arms, readings)
    odds += 2.0 * np.sign(named) * min(abs(named), 3)
    # Shoulders are mostly the wider pair.
    odds += 1.0 * np.clip(np.log(_width(graph.sample, arms) / _width(graph.sample, legs)), -1, 1)
    return float(odds)


def _named_as_leg(pair: Pair, readings: list[NameReading]) -> int:
    """Number of joints of a pair named like legs, minus those named like arms."""
    segments = [readings[joint].segment for limb in (pair.first, pair.second) for joint in limb.path]
    return sum((segment in LEG) - (segment in ARM) for segment in segments)


def _width(sample: np.ndarray, pair: Pair) -> float:
    a, b = pair.first.joints[0], pair.second.joints[0]
    return max(float(np.median(np.linalg.norm(sample[:, a] - sample[:, b], axis=1))), 1e-9)


def _across_end(sample: np.ndarray, limb: Limb) -> float:
    """How far what follows a limb's long bones stands across them: 1 for a foot, near 0 for a hand or where nothing follows."""
    if limb.end + 1 >= len(limb.path):
        return 0.0
    _, middle, end = limb.joints
    along = unit(sample[:, end] - sample[:, middle])
    beyond = unit(sample[:, limb.path[min(limb.end + 1, len(limb.path) - 1)]] - sample[:, end])
    return float(np.median(np.linalg.norm(np.cross(along, beyond), axis=1)))


def _branches_beyond(graph: BoneGraph, limb: Limb) -> int:
    """Branches at the end of the long bones but the one that one came from: fingers."""
    return max(len(graph.neighbours[limb.path[limb.end]]) - 2, 0)


def _head_way(graph: BoneGraph, legs: Pair, arms: Pair) -> list[int]:
    """The longest way off the trunk's arm end that is no arm; only the end itself where there is none."""
    trunk = graph.between(legs.joint, arms.joint)
    taken = {*trunk, *arms.first.path[1:], *arms.second.path[1:]}
    near = [arms.joint, *arms.first.path[1 : arms.first.start + 1], *arms.second.path[1 : arms.second.start + 1]]
    ways = [(reach, node, other) for node in near for reach, other in graph.best[node] if other not in taken]
    if not ways:
        return [arms.joint]
    _, node, other = max(ways)
    return [*graph.between(arms.joint, node), *graph.farthest(node, other)[1:]]


def _length(graph: BoneGraph, way: list[int]) -> float:
    return sum(graph.neighbours[a][b] for a, b in zip(way, way[1:], strict=False))


def _torso(graph: BoneGraph, legs: Pair, arms: Pair) -> list[int]:
    """From the hips to the head: the first joint above the arms with several branches (eyes, jaw), else the last but a tip
    that lies higher than a head's joint does."""
    trunk, head = graph.between(legs.joint, arms.joint), _head_way(graph, legs, arms)
    for k in range(1, len(head) - 1):
        if len(graph.neighbours[head[k]]) > 3 or (len(graph.neighbours[head[k]]) > 2 and k > 1):
            return trunk + head[1 : k + 1]
    if len(head) > 3:
        shoulders = graph.sample[:, [arms.first.joints[0], arms.second.joints[0]]].mean(1)
        high = np.median(np.linalg.norm(graph.sample[:, head[-2:]] - shoulders[:, None], axis=2), axis=0) / legs.length
        if high[1] > 0.33 and high[0] > 0.1:
            head = head[:-1]
    return trunk + head[1:]


def _foot(graph: BoneGraph, limb: Limb) -> tuple[int, ...]:
    """From the ankle to the toes: the first joint in the outer half of the foot; the ankle alone where nothing follows."""
    way = list(limb.path[limb.end :])
    reach = np.cumsum([0.0, *(graph.neighbours[a][b] for a, b in zip(way, way[1:], strict=False))])
    end = int(np.argmax(reach >= 0.5 * reach[-1])) if len(way) > 1 else 0
    return tuple(way[: max(end, min(1, len(way) - 1)) + 1])


def _leg_chain(graph: BoneGraph, limb: Limb) -> tuple[int, ...]:
    return _clean(limb.path[: limb.end + 1], limb) + _foot(graph, limb)[1:]


def _clean(path: tuple[int, ...], limb: Limb) -> tuple[int, ...]:
    """Without the joints inside the two long bones."""
    inside = {*range(limb.start + 1, limb.middle), *range(limb.middle + 1, limb.end)}
    return tuple(joint for k, joint in enumerate(path) if k not in inside)


def _crossed(sample: np.ndarray, legs: Pair, arms: Pair) -> bool:
    """Whether the first leg and the first arm lie on different sides."""
    hips, shoulders = (unit(sample[:, pair.first.joints[0]] - sample[:, pair.second.joints[0]]) for pair in (legs, arms))
    return float(np.median((hips * shoulders).sum(-1))) < 0


def _sides(sample: np.ndarray, body: Body, legs: Pair, arms: Pair, readings: list[NameReading]) -> tuple[bool, float]:
    """Whether the first limbs are the left ones, and how sure: by name where names say a side."""
    said = 0
    for first, second in ((legs.first, legs.second), (arms.first, arms.second)):
        for limb, sign in ((first, 1), (second, -1)):
            sides = [readings[j].side for j in limb.path[1:]]
            said += sign * (sides.count("left") - sides.count("right"))
    if said:
        return said > 0, 0.97
    return first_is_left(ahead_features(sample, body))
