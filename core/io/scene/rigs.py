"""Which nodes of a scene make up skeletons: bones, what lies between them, and how many people they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake

MAX_JOINTS = 1000
# A tree of this number of joints that is at least half as large as the largest is a body of its own.
BODY = 10


@dataclass(frozen=True)
class Rig:
    """`nodes` of a scene, every one after its parent; `parents` as indices into `nodes`, -1 for a root."""

    nodes: tuple[int, ...]
    parents: tuple[int, ...]


def rigs_of(parents: Sequence[int], bones: Sequence[bool], moving: Sequence[bool]) -> tuple[list[Rig], int]:
    """The skeletons of a scene whose nodes come after their parents, and how many bones belong to none.

    Joints are the bones, the nodes between two bones, and a moving node that holds several trees of bones together. Large trees
    are a body each; where there is one, small trees beside it are left out; where there is none, all trees are one skeleton.
    """
    kept = _with_between(parents, list(bones))
    trees_below = [0] * len(parents)
    for node in reversed(range(len(parents))):
        parent = parents[node]
        if parent >= 0:
            trees_below[parent] += 1 if kept[node] and not kept[parent] else trees_below[node] if not kept[node] else 0
    joined = [k or (moves and below > 1) for k, moves, below in zip(kept, moving, trees_below, strict=True)]
    kept = _with_between(parents, joined)
    top: dict[int, int] = {}
    trees: dict[int, list[int]] = {}
    for node, parent in enumerate(parents):
        if kept[node]:
            top[node] = top.get(parent, node)
            trees.setdefault(top[node], []).append(node)
    largest = max(map(len, trees.values()), default=0)
    bodies = [tree for tree in trees.values() if len(tree) >= max(BODY, largest / 2)]
    if not bodies:
        bodies = [sorted(top)] if top else []
    return [_rig(nodes, parents) for nodes in bodies], len(top) - sum(map(len, bodies))


def in_pairs(takes: Sequence[RawTake], roots: Sequence[str]) -> list[RawTake]:
    """The takes of the people of one scene at one time: two are a pair; of more each is a take, named by its root too."""
    if len(takes) == 2:
        return [replace(takes[0], partner=takes[1])]
    if len(takes) < 2:
        return list(takes)
    return [replace(take, name=f"{take.name} ({root})".strip()) for take, root in zip(takes, roots, strict=True)]


def with_own_names(takes: Sequence[RawTake]) -> list[RawTake]:
    """Names made unique by a number; a take alone in its file has none."""
    if len(takes) == 1:
        return [replace(takes[0], name="")]
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    named = []
    for take in takes:
        base = name = take.name[:120].strip() or "take"
        while name in seen:
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base} {numbers[base]}"
        seen.add(name)
        named.append(replace(take, name=name))
    return named


def left_out(count: int, what: str, why: str) -> tuple[Assumption, ...]:
    """The note on so many things that were left out; none for none."""
    return (Assumption("left out", f"{count:,} {what}{'s' * (count != 1)}", why, 0.9),) if count else ()


def _with_between(parents: Sequence[int], kept: list[bool]) -> list[bool]:
    """Also what has something kept above it and below."""
    above, below = [False] * len(kept), list(kept)
    for node, parent in enumerate(parents):
        above[node] = parent >= 0 and (kept[parent] or above[parent])
    for node in reversed(range(len(kept))):
        if parents[node] >= 0 and below[node]:
            below[parents[node]] = True
    return [k or (a and b) for k, a, b in zip(kept, above, below, strict=True)]


def _rig(nodes: Sequence[int], parents: Sequence[int]) -> Rig:
    place = {node: i for i, node in enumerate(nodes)}
    return Rig(tuple(nodes), tuple(place.get(parents[node], -1) for node in nodes))
