"""The figure of a rig: one closed body made of smooth volumes around its bones, and how it follows a motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from motionpatches.core.figure.field import Volume, union_on_grid
from motionpatches.core.figure.frames import Rest, frames_of, stacked
from motionpatches.core.figure.marks import marks_of
from motionpatches.core.figure.plan import LIMBS, UP, Plan, plan_of
from motionpatches.core.figure.rest import rest_of
from motionpatches.core.figure.skinning import dual_quaternions, weights_of
from motionpatches.core.figure.soles import drop_of, flat_feet, lift_of
from motionpatches.core.figure.surface import surface
from motionpatches.core.figure.volumes import Body, body_of
from motionpatches.core.motion.skeleton import Skeleton

# Metres between grid points of the body and of the hands, for the stage, large tiles and small ones; metres over which volumes
# flow into each other, of the body and of the hands.
CELLS = ((0.0165, 0.0075), (0.029, 0.014), (0.042, 0.020))
BLEND, HAND_BLEND = 0.016, 0.005
# Bodies whose sizes, and whose proportions, are in the same step of the logarithm share constants, and a mesh; steps of heads.
ALIKE, SHAPES, HEADS = 0.06, 0.16, 0.08
# Frames that constants are measured on; rigs that are remembered; metres of the legs and trunk of a body; frames from which on a
# motion shows flat feet, and motions of a rig that are looked at for them.
SAMPLE, KEPT = 64, 256
ENOUGH, SEEN = 16, 9
LEAST_M, MOST_M = 0.1, 10.0


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of a body of 1.7 m at rest.

    `vertices`, `normals` (V, 3); `bones`, `weights` (V, 4); `faces` (F, 3); `marks` (V, 2): metres inside a mark (negative:
    outside), and its tone, 0 dark to 1 light.
    """

    vertices: np.ndarray
    normals: np.ndarray
    bones: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    marks: np.ndarray


@dataclass(frozen=True, eq=False)
class Shape:
    """Meshes from the finest to the coarsest, and places (B, 3) of the bones at rest, of a body of 1.7 m."""

    meshes: tuple[Mesh, ...]
    places: np.ndarray


@dataclass(frozen=True, eq=False)
class Figure:
    """What the figure of a motion is made from.

    `plan`: which joints carry it; `rest`: constants of the rig, flat feet as seen so far; `key`: equal for those that share a
    mesh; `drop`: metres from ankles to soles of the mesh; `lift`: metres by which it is raised, since motions are placed with
    their lowest joint on the floor, and a body has flesh around its joints.
    """

    plan: Plan
    rest: Rest
    key: tuple[object, ...]
    drop: float
    lift: float

    @property
    def size(self) -> float:
        """Return the stature over 1.7 m."""
        return float(self.rest.size[0])

    @property
    def head(self) -> float:
        """Return the scale of the head."""
        return _head(self.size)


def duals_of(figures: Sequence[Figure], shapes: Sequence[Shape], poses: np.ndarray) -> np.ndarray:
    """Return (N, B, 8) dual quaternions that take each mesh, `size` times as large, to a pose.

    Args:
        figures, shapes: One for each pose, or one for all; of the same plan.
        poses: (N, J, 3) metres.
    """
    rest, at_rest, lifts = _together(tuple(figures), tuple(shapes))
    turns, places = frames_of(figures[0].plan, rest, poses.astype(np.float64))
    places[..., 1] += lifts
    return dual_quaternions(turns, places, at_rest)


@lru_cache(maxsize=16)
def _together(figures: tuple[Figure, ...], shapes: tuple[Shape, ...]) -> tuple[Rest, np.ndarray, np.ndarray]:
    """Return what is the same in all frames: constants of rigs, places (N, B, 3) of bones at rest, lifts (N, 1)."""
    plan, rest = figures[0].plan, stacked([figure.rest for figure in figures])
    at_rest = np.stack([shape.places for shape in shapes]) * rest.size[:, None, None]
    ankles = [plan.limb(2) + 4, plan.limb(3) + 4]
    rest = replace(rest, ways=at_rest[:, [bone + 1 for bone in ankles]] - at_rest[:, ankles])
    return rest, at_rest, np.array([[figure.lift] for figure in figures])


def figure_of(skeleton: Skeleton, positions: np.ndarray) -> Figure | None:
    """Find the figure of a rig from positions (T, J, 3) of a motion; None for a rig without human parts.

    Motions of bodies of about the same proportions share it.
    """
    if not skeleton.chains or not np.isfinite(positions[::7]).all():
        return None
    plan = _plan_of(skeleton, positions)
    if plan is None:
        return None
    # One frame tells how large a body is, since its bones keep their length.
    p = positions[len(positions) // 2].astype(np.float64)
    leg, arm = (_long(p, plan, limbs) for limbs in ((2, 3), (0, 1)))
    trunk = float(np.linalg.norm(p[plan.start[:2]].mean(axis=0) - p[plan.start[2:]].mean(axis=0)))
    if not (LEAST_M < leg < MOST_M and LEAST_M / 2 < trunk < MOST_M and arm > LEAST_M / 2):
        return None
    # Without frame 0, which may be a rest pose in front of the take.
    first = int(len(positions) > 1)
    sample = positions[np.linspace(first, len(positions) - 1, min(len(positions) - first, SAMPLE)).astype(int)]
    key = (skeleton, round(np.log(leg + trunk) / ALIKE), *(round(np.log(x / leg) / SHAPES) for x in (arm, trunk)))
    rest, seen = _rigs.get(key) or (_rest(plan, sample), ())
    if len(seen) < SEEN and (len(sample) >= ENOUGH or not seen):
        if len(_rigs) >= KEPT:
            _rigs.clear()
        seen = tuple(sorted((*seen, flat_feet(plan, sample)), key=lambda feet: -feet[:, 1].sum()))
        _rigs[key] = rest, seen
    # Those in the middle: some motions are on tiptoe.
    rest = replace(rest, feet=seen[(len(seen) - 1) // 2][None])
    drop = drop_of(rest.feet[0], rest.ways[0], rest.size[0])
    return Figure(plan, rest, (skeleton, _head(rest.size[0]), drop, *key[2:]), drop, lift_of(plan, rest, drop, sample))


# Constants of rigs, and the flat feet of each that its first motions show, from the flattest on. Entries are replaced as a whole:
# several threads read them.
_rigs: dict[tuple[object, ...], tuple[Rest, tuple[np.ndarray, ...]]] = {}


def _rest(plan: Plan, sample: np.ndarray) -> Rest:
    """Measure the constants of a rig, both sides alike."""
    rest = rest_of(plan, sample)
    return replace(rest, places=_alike_on_both_sides(plan, rest.places[0])[None])


def _head(size: float) -> float:
    """Return the scale of the head, which grows less than the body does: a child's is larger in proportion."""
    return round(float(np.clip(size**-0.5, 0.96, 1.32)) / HEADS) * HEADS


def _long(p: np.ndarray, plan: Plan, limbs: tuple[int, int]) -> float:
    """Return the mean length of the two long bones of two limbs."""
    which = list(limbs)
    bones = (plan.middle[which], plan.start[which]), (plan.end[which], plan.middle[which])
    return float(sum(np.linalg.norm(p[a] - p[b], axis=1).mean() for a, b in bones))


def shape_of(figure: Figure) -> Shape:
    """Mesh a figure: some tenths of a second."""
    places = figure.rest.places[0] / figure.size
    body = body_of(figure.plan, places, figure.drop, figure.head)
    return Shape(tuple(_mesh(figure.plan, places, body, *cells) for cells in CELLS), places)


_plans: dict[Skeleton, Plan | None] = {}


def _plan_of(skeleton: Skeleton, positions: np.ndarray) -> Plan | None:
    """Return the plan of a skeleton, found once, on the first motion that has it."""
    if skeleton not in _plans:
        if len(_plans) >= KEPT:
            _plans.clear()
        _plans[skeleton] = plan_of(skeleton, positions[:: max(len(positions) // SAMPLE, 1)])
    return _plans[skeleton]


def _alike_on_both_sides(plan: Plan, places: np.ndarray) -> np.ndarray:
    """Return places of which right and left are each other's mirror image, and the trunk's lie between them."""
    found, mirror = places.copy(), np.array([-1.0, 1, 1])
    found[: plan.arms, 0] = 0
    for right in (0, 2):
        r, left = plan.limb(right), plan.limb(right + 1)
        mean = (places[r : r + 6] + places[left : left + 6] * mirror) / 2
        found[r : r + 6], found[left : left + 6] = mean, mean * mirror
    # Fingers keep their place at the wrist.
    at = plan.limb(len(LIMBS))
    for finger in plan.fingers:
        wrist, span = plan.limb(finger.arm) + 5, slice(at, at + len(finger.joints))
        found[span] += found[wrist] - places[wrist]
        at += len(finger.joints)
    return found


def _mesh(plan: Plan, places: np.ndarray, body: Body, cell: float, fine: float) -> Mesh:
    """Mesh body and hands; the hands' grid is finer, and both surfaces overlap at the wrists."""
    parts = [(surface_of(body.body, cell, BLEND), -1)]
    parts += [(surface_of(volumes, fine, HAND_BLEND), side) for side, volumes in enumerate(body.hands)]
    vertices = np.concatenate([v for (v, _, _), _ in parts])
    normals = np.concatenate([n for (_, n, _), _ in parts])
    hand = np.concatenate([np.full(len(v), side) for (v, _, _), side in parts])
    starts = np.cumsum([0, *(len(v) for (v, _, _), _ in parts[:-1])])
    faces = np.concatenate([f + start for ((_, _, f), _), start in zip(parts, starts, strict=True)])
    # Volumes that flow into each other bulge: soles are flat.
    under = vertices[:, 1] < body.landmarks.soles.min()
    vertices[under, 1], normals[under] = body.landmarks.soles.min(), -UP
    order, faces = _from_below(vertices, faces)
    vertices, normals, hand = vertices[order], normals[order], hand[order]
    bones, weights = weights_of(plan, places, vertices, hand)
    marks = marks_of(body.landmarks, vertices, normals, hand)
    return Mesh(
        vertices.astype(np.float32),
        normals.astype(np.float32),
        bones.astype(np.uint8),
        weights.astype(np.float32),
        faces.astype(np.uint32),
        marks.astype(np.float32),
    )


def _from_below(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order triangles (F, 3) from the feet upwards and vertices by their first use: who draws keeps the latest ones, and works
    few out twice.

    Returns:
        Which vertex each is now, and the triangles by their new numbers.
    """
    faces = faces[np.argsort(vertices[faces, 1].mean(axis=1), kind="stable")]
    used, first = np.unique(faces, return_index=True)
    order = used[np.argsort(first)]
    number = np.empty(len(vertices), np.int64)
    number[order] = np.arange(len(order))
    return order, number[faces]


def surface_of(volumes: Sequence[Volume], cell: float, blend: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vertices, normals and triangles of a union of volumes."""
    low = np.min([np.minimum(v.a, v.b) - max(v.ra, v.rb) * max(v.scale) for v in volumes], axis=0)
    high = np.max([np.maximum(v.a, v.b) + max(v.ra, v.rb) * max(v.scale) for v in volumes], axis=0)
    edge = 3 * cell + 3 * blend
    return surface(union_on_grid(volumes, low - edge, high + edge, cell, blend))
