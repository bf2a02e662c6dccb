"""The two pairs of mirror-image limbs of a tree of bones without names, from lengths alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.skeleton import Skeleton

LONGEST_LIMB = 12
BRANCHES_LOOKED_AT = 6
FORKS_LOOKED_AT = 24
SHIFTS = (0, 1, -1, 2, -2)


@dataclass(frozen=True)
class Limb:
    """A way outwards from a joint of the trunk: all its joints to the farthest one, and where in it the two long bones lie
    (hip, knee, ankle), with their lengths."""

    path: tuple[int, ...]
    start: int
    middle: int
    end: int
    upper: float
    lower: float

    @property
    def length(self) -> float:
        return self.upper + self.lower

    @property
    def joints(self) -> tuple[int, int, int]:
        return self.path[self.start], self.path[self.middle], self.path[self.end]


@dataclass(frozen=True)
class Pair:
    """Two limbs alike that leave the trunk at one joint."""

    joint: int
    first: Limb
    second: Limb

    @property
    def length(self) -> float:
        return (self.first.length + self.second.length) / 2

    @property
    def unlike(self) -> float:
        """How much the two differ, as a logarithm."""
        a, b = self.first, self.second
        return float(abs(np.log(a.upper / b.upper)) + abs(np.log(a.lower / b.lower)))


class BoneGraph:
    """The tree without a top: joints that lie in one place are one node (the topmost of them), and bones have lengths."""

    def __init__(self, skeleton: Skeleton, sample: np.ndarray):
        self.sample = sample
        parents = np.array(skeleton.parents)
        kids = np.flatnonzero(parents >= 0)
        length = np.zeros(skeleton.joint_count)
        length[kids] = np.median(np.linalg.norm(sample[:, kids] - sample[:, parents[kids]], axis=2), axis=0)
        self.size = float(np.median(np.ptp(sample, axis=1).max(axis=1)))
        self.node = list(range(skeleton.joint_count))
        self.neighbours: dict[int, dict[int, float]] = {}
        self.order: list[int] = []
        self.parent: dict[int, int] = {}
        for joint in skeleton.topological_order:
            parent = skeleton.parents[joint]
            if parent >= 0 and length[joint] <= 1e-3 * self.size:
                self.node[joint] = self.node[parent]
                continue
            self.neighbours[joint] = {}
            self.order.append(joint)
            self.parent[joint] = self.node[parent] if parent >= 0 else -1
            if parent >= 0:
                self.neighbours[joint][self.node[parent]] = self.neighbours[self.node[parent]][joint] = float(length[joint])
        self.best = self._best_ways()

    def _best_ways(self) -> dict[int, list[tuple[float, int]]]:
        """For each node its neighbours by how far one gets through them, farthest first, down from and up to the top."""
        down = {node: 0.0 for node in self.order}
        for node in reversed(self.order):
            if (parent := self.parent[node]) >= 0:
                down[parent] = max(down[parent], down[node] + self.neighbours[node][parent])
        best: dict[int, list[tuple[float, int]]] = {}
        for node in self.order:
            ways = [(down[kid] + bone, kid) for kid, bone in self.neighbours[node].items() if self.parent[kid] == node]
            if (parent := self.parent[node]) >= 0:
                onward = next((reach for reach, other in best[parent] if other != node), 0.0)
                ways.append((onward + self.neighbours[node][parent], parent))
            best[node] = sorted(ways, reverse=True)
        return best

    def farthest(self, start: int, through: int) -> list[int]:
        """From `start` through a neighbour to the farthest node."""
        way = [start, through]
        while True:
            onward = next((other for _, other in self.best[way[-1]] if other != way[-2]), -1)
            if onward < 0:
                return way
            way.append(onward)

    def between(self, a: int, b: int) -> list[int]:
        """Nodes from `a` to `b`; empty where they lie in different trees."""
        above = []
        while a >= 0:
            above.append(a)
            a = self.parent[a]
        place = {node: k for k, node in enumerate(above)}
        way = []
        while b >= 0 and b not in place:
            way.append(b)
            b = self.parent[b]
        return above[: place[b] + 1] + way[::-1] if b >= 0 else []


def find_pairs(graph: BoneGraph) -> tuple[Pair, Pair] | None:
    """The two longest pairs of limbs that hang on the two ends of one trunk."""
    span = max((ways[0][0] + ways[1][0] for ways in graph.best.values() if len(ways) > 1), default=0.0)
    # Where two limbs leave a trunk, three long ways part.
    forks = [node for node, ways in graph.best.items() if len(ways) > 2 and ways[2][0] > 0.12 * span]
    forks.sort(key=lambda node: -graph.best[node][2][0])
    pairs = []
    for node in forks[:FORKS_LOOKED_AT]:
        through = [other for reach, other in graph.best[node][:BRANCHES_LOOKED_AT] if reach > 0.12 * span]
        outwards = [way_along(graph.sample, graph.farthest(node, other)) for other in through]
        for k, one in enumerate(outwards):
            for other in outwards[k + 1 :]:
                pair = pair_of(node, one, other)
                if pair and pair.unlike < 0.5 and pair.length > 0.1 * span:
                    pairs.append(pair)
    pairs.sort(key=lambda p: p.length * (1 - p.unlike), reverse=True)
    best: tuple[Pair, Pair] | None = None
    best_score = 0.0
    for k, first in enumerate(pairs[:40]):
        for second in pairs[k + 1 : 40]:
            score = first.length * (1 - first.unlike) + second.length * (1 - second.unlike)
            if score > best_score and _apart(graph, first, second):
                best, best_score = (first, second), score
    return best


def _apart(graph: BoneGraph, one: Pair, other: Pair) -> bool:
    """Whether a trunk lies between two pairs: neither's limbs reach into the other's."""
    trunk = graph.between(one.joint, other.joint)
    if len(trunk) < 2:
        return False
    mine = {*one.first.path[1:], *one.second.path[1:]}
    theirs = {*other.first.path[1:], *other.second.path[1:]}
    return not (mine & theirs or mine & set(trunk) or theirs & set(trunk))


@dataclass(frozen=True, eq=False)
class Way:
    """A way outwards and, for each three of its joints that may be the ends and the middle of two long bones, how well."""

    path: tuple[int, ...]
    length: np.ndarray
    scores: dict[tuple[int, int, int], float]

    def limb(self, at: tuple[int, int, int]) -> Limb:
        i, j, k = at
        return Limb(self.path, i, j, k, max(float(self.length[i, j]), 1e-12), max(float(self.length[j, k]), 1e-12))


def way_along(sample: np.ndarray, path: Sequence[int]) -> Way:
    """All pairs of bones one after the other on a way. A bone may have joints inside (twist joints) where they cut it evenly
    and never bend."""
    path = list(path[:LONGEST_LIMB])
    places = sample[:, path]
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=3)
    length = np.median(apart, axis=0)
    steps = np.diagonal(length, 1)
    whole = {(i, i + 1): 1.0 for i in range(len(path) - 1)}
    for i in range(len(path) - 2):
        for j in range(i + 2, min(i + 5, len(path))):
            pieces = steps[i:j]
            even = length[i, j] > 0.98 * pieces.sum() and pieces.max() < 1.8 * pieces.min()
            if even and np.quantile(apart[:, i, j], 0.1) > 0.99 * pieces.sum():
                whole[i, j] = 0.8
    scores = {}
    for i, j in whole:
        for k in range(j + 1, len(path)):
            if (j, k) in whole:
                upper, lower = length[i, j], length[j, k]
                # From the trunk to a limb's first joint it is mostly a hip or a collar.
                place = 0.7 if i == 0 else 1 + 0.08 * min(i, 3)
                scores[i, j, k] = float(upper + lower - 0.6 * abs(upper - lower)) * whole[i, j] * whole[j, k] * place
    return Way(tuple(path), length, scores)


def pair_of(node: int, one: Way, other: Way) -> Pair | None:
    """Two limbs alike: the same three joints of both ways; where one way has more joints up to its limb, shifted by them."""
    best, best_score = None, 0.0
    for (i, j, k), own in sorted(one.scores.items()):
        for shift in SHIFTS:
            there = (i + shift, j + shift, k + shift)
            score = (own + other.scores.get(there, -own)) * (1.0 if shift == 0 else 0.9)
            if score > best_score:
                pair = Pair(node, one.limb((i, j, k)), other.limb(there))
                score *= 1 - min(pair.unlike, 1.0) / 2
                if score > best_score:
                    best, best_score = pair, score
    return best
