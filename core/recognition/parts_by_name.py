"""The five chains of a skeleton whose joints are named: no axis and no unit is needed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import Chains, Skeleton
from motionpatches.core.recognition.joint_names import NameReading, read_names
from motionpatches.core.recognition.tree_paths import depths, path, roots, shared_ancestor, without_coincident

LEG = ("thigh", "leg", "shin", "foot", "heel", "toe")
ARM = ("collar", "arm", "upper arm", "forearm", "hand")
TRUNK = ("hips", "spine", "neck", "head")
LONG_BONES = ("thigh", "shin", "upper arm", "forearm")


@dataclass(frozen=True)
class NamedParts:
    """`chains` in the order of PART_NAMES, or () with what is `missing`. `whole`: feet, hands and head are all named."""

    chains: Chains
    whole: bool
    missing: str = ""


def parts_by_name(skeleton: Skeleton, sample: np.ndarray) -> NamedParts:
    """Chains by what the joints' names say, in (T, J, 3) of any axes and unit.

    A leg ends at the toes, or at the foot or shin where no toes are named; an arm at the wrist or hand, or before; the torso
    at the head, or at the topmost joint of neck and spine. Helpers are left out, joints in one place merged.
    """
    readings = read_names(skeleton.joint_names)
    named = _Named(skeleton, readings)
    ends = {}
    for side in ("right", "left"):
        ends[f"{side} leg"], ends[f"{side} arm"] = named.leg_end(side), named.arm_end(side)
    missing = [part for part, joint in ends.items() if joint < 0]
    if missing:
        return NamedParts((), False, f"no joint is named as {' and '.join(missing)}")
    legs, arms = (ends["right leg"], ends["left leg"]), (ends["right arm"], ends["left arm"])
    hips = named.start(legs, LEG, sample)
    chest = named.start(arms, ARM, sample)
    top = named.top(hips, chest)
    if hips < 0 or chest < 0 or top in (-1, hips):
        return NamedParts((), False, "the named limbs hang on no trunk")
    paths = [named.limb(hips, end, LEG) for end in legs]
    paths += [named.torso(hips, top, sample)] + [named.limb(chest, end, ARM) for end in arms]
    chains = tuple(without_coincident(chain, sample) for chain in paths)
    if min(map(len, chains)) < 2 or min(len(chains[k]) for k in (0, 1)) < 3:
        return NamedParts((), False, "the named limbs have too few joints apart from each other")
    segments = [readings[joint].segment for joint in (*legs, *arms, top)]
    whole = {*segments[:2]} <= {"foot", "toe"} and {*segments[2:4]} == {"hand"} and segments[4] == "head"
    return NamedParts(chains, whole)


class _Named:
    """Joints by side and segment, in the tree that has most of them."""

    def __init__(self, skeleton: Skeleton, readings: list[NameReading]):
        self.skeleton, self.readings, self.depth = skeleton, readings, depths(skeleton)
        self.root = roots(skeleton)
        # Shallowest first.
        self.joints: dict[tuple[str, str], list[int]] = defaultdict(list)
        main = self._main_tree()
        for joint in sorted(range(skeleton.joint_count), key=self.depth.__getitem__):
            reading = readings[joint]
            if reading.segment and not reading.helper and (main < 0 or self.root[joint] == main):
                self.joints[reading.side, reading.segment].append(joint)

    def _main_tree(self) -> int:
        """The root of the tree that names both legs and both arms; -1 where no single tree does."""
        kinds: dict[int, set[tuple[str, bool]]] = defaultdict(set)
        for joint, reading in enumerate(self.readings):
            if reading.side and reading.segment in (*LEG, *ARM):
                kinds[self.root[joint]].add((reading.side, reading.segment in LEG))
        best = max(kinds, key=lambda root: len(kinds[root]), default=-1)
        return best if best >= 0 and len(kinds[best]) == 4 else -1

    def _below(self, joints: list[int], tops: list[int]) -> list[int]:
        """Those of `joints` that descend from one of `tops`."""
        tops_set, below = set(tops), [False] * self.skeleton.joint_count
        for joint in self.skeleton.topological_order:
            parent = self.skeleton.parents[joint]
            below[joint] = parent >= 0 and (below[parent] or parent in tops_set)
        return [j for j in joints if below[j]]

    def _within(self, joints: list[int], tops: list[int]) -> list[int]:
        """Those below one of `tops`; all of them where none is."""
        return self._below(joints, tops) or joints

    def leg_end(self, side: str) -> int:
        above = [j for s in ("thigh", "shin", "leg") for j in self.joints[side, s]]
        feet = self._within(self.joints[side, "foot"], above)
        toes = self._below(self.joints[side, "toe"], feet) if feet else self.joints[side, "toe"]
        if toes:
            return self._main_toe(toes)
        for joints in (feet, self.joints[side, "shin"], self.joints[side, "leg"]):
            if joints:
                return self._last_in_line(joints)
        return -1

    def _main_toe(self, toes: list[int]) -> int:
        """The toe joint nearest the foot: of several the one with most joints below it, then the big toe, then the first."""
        shallow = [j for j in toes if self.depth[j] == self.depth[toes[0]]]
        names = self.skeleton.joint_names
        return max(shallow, key=lambda j: (len(self.skeleton.children[j]), "big" in names[j].lower(), -j))

    def _last_in_line(self, joints: list[int]) -> int:
        """From the first joint down: the deepest that descends from it ('ankle', then 'foot')."""
        line = [joints[0], *self._below(joints[1:], joints[:1])]
        return max(line, key=lambda j: (self.depth[j], -j))

    def arm_end(self, side: str) -> int:
        above = [j for s in ("forearm", "upper arm", "arm", "collar") for j in self.joints[side, s]]
        hands = self._within(self.joints[side, "hand"], above)
        if hands:
            return hands[0]
        for segment in ("forearm", "arm", "upper arm"):
            if self.joints[side, segment]:
                return self._last_in_line(self.joints[side, segment])
        return -1

    def start(self, ends: tuple[int, int], limb: tuple[str, ...], sample: np.ndarray) -> int:
        """Where two limbs leave the trunk: their common ancestor. Where that is a helper, or lies farther from the limbs
        than the joint named as hips, the nearest joint of the trunk."""
        shared = shared_ancestor(self.skeleton, self.depth, *ends)
        reading = self.readings[shared] if shared >= 0 else NameReading("", "helper")
        if reading.segment in TRUNK:
            return shared
        trunk = [j for s in (TRUNK if limb is ARM else ("hips", "spine")) for j in self.joints["", s]]
        if not trunk:
            return shared
        middle = sample[:, [self._first(end, limb) for end in ends]].mean(1)
        away = np.median(np.linalg.norm(sample[:, trunk] - middle[:, None], axis=2), axis=0)
        nearest = int(np.argmin(away))
        if not reading.helper:
            own = np.median(np.linalg.norm(sample[:, shared] - middle, axis=1))
            length = np.median(np.linalg.norm(sample[:, ends[0]] - middle, axis=1))
            if own < 1.5 * away[nearest] + 0.15 * length:
                return shared
        return trunk[nearest]

    def _first(self, end: int, limb: tuple[str, ...]) -> int:
        """The topmost joint above `end` that is named for the same limb and side."""
        side, top = self.readings[end].side, end
        while end >= 0:
            if self.readings[end].side == side and self.readings[end].segment in limb:
                top = end
            end = self.skeleton.parents[end]
        return top

    def top(self, hips: int, chest: int) -> int:
        """The joint that ends the torso."""
        heads = self._within(self.joints["", "head"], [j for s in ("neck", "spine") for j in self.joints["", s]])
        if heads:
            return heads[0]
        upper = [j for j in (*self.joints["", "neck"], *self.joints["", "spine"]) if j != hips]
        if upper:
            return max(self._within(upper, [chest]), key=lambda j: (self.depth[j], -j))
        return chest

    def limb(self, start: int, end: int, limb: tuple[str, ...]) -> list[int]:
        """From the trunk to the end: what is no helper and no second half of a bone ('thigh.L', 'thigh.L.001')."""
        way, turn = path(self.skeleton, self.depth, start, end)
        first = self._first(end, limb)
        way = way[way.index(first) :] if first in way else way[turn:]
        kept = [start]
        for joint in way:
            reading = self.readings[joint]
            half = (
                kept[-1] != start
                and reading.segment in LONG_BONES
                and self.readings[kept[-1]] == reading
                and _is_copy(self.skeleton.joint_names[kept[-1]], self.skeleton.joint_names[joint])
            )
            if joint == end or not (reading.helper or half):
                kept.append(joint)
        return list(dict.fromkeys(kept))

    def torso(self, hips: int, top: int, sample: np.ndarray) -> list[int]:
        """From hips to head. A joint above both (a root, a centre of mass) counts only where it lies on the way."""
        way, turn = path(self.skeleton, self.depth, hips, top)
        kept = [hips]
        for k, joint in enumerate(way[1:], 1):
            if self.readings[joint].helper and joint != top:
                continue
            if k < turn and k + 1 < len(way):
                onward = next((j for j in way[turn:] if not self.readings[j].helper), top)
                there, on, straight = (
                    np.median(np.linalg.norm(sample[:, a] - sample[:, b], axis=1))
                    for a, b in ((hips, joint), (joint, onward), (hips, onward))
                )
                if there + on > 1.3 * straight or self.readings[joint].segment not in ("", *TRUNK):
                    continue
            kept.append(joint)
        return kept


def _is_copy(first: str, second: str) -> bool:
    """Names that differ in their numbers only."""
    return first.rstrip("0123456789.") == second.rstrip("0123456789.")
