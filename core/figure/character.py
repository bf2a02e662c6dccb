"""A character for drawing: its meshes and rig, and how its bones follow a motion."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.figure.simplify import CELLS, simplified
from motionpatches.core.io.gltf.character import SUFFIXES as GLTF
from motionpatches.core.io.gltf.character import read_character
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.gltf.gltf import at_rest
from motionpatches.core.io.gltf.meshes import Meshes, read_meshes
from motionpatches.core.io.native.child import fbx_character
from motionpatches.core.io.scene.rigs import MAX_JOINTS
from motionpatches.core.motion.canonical import resample
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.rotations import from_quaternions, quaternions
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG
from motionpatches.core.retarget.above_ground import Soles
from motionpatches.core.retarget.from_turns import pose_of
from motionpatches.core.retarget.joint_map import joints_of, onto, with_joints
from motionpatches.core.retarget.map_file import find
from motionpatches.core.retarget.on_ground import on_ground
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.retarget.rig_file import rig_of_file
from motionpatches.core.retarget.roles import body_of

# Kinds of files; joints times frames that are posed at the rate of the motion; longer ones at a lower rate.
SUFFIXES = (*GLTF, ".fbx")
MOST_CELLS = 1_500_000
# Share of its height by which a joint of the rig may be elsewhere than in the file's rest pose.
ELSEWHERE = 1e-3


@dataclass(frozen=True, eq=False)
class Character:
    """Meshes on a rig; `levels`: those, and ever fewer triangles for smaller views.

    `joints` (B,): what joint carries each bone of the meshes, -1 for none. `binds` (B, 3, 4): from the mesh at rest to the place
    relative to that joint, in the file's unit. `rest` (J, 3): joints at rest in that unit. `soles`: what feet stand on.
    """

    name: str
    rig: Rig
    meshes: Meshes
    levels: tuple[Meshes, ...]
    joints: np.ndarray
    binds: np.ndarray
    rest: np.ndarray
    soles: Soles

    @cached_property
    def leg(self) -> float:
        """Return the length of a leg, the mean of both, in the file's unit."""
        return body_of(replace(self.rig, offsets=self.rig.offsets * self.unit)).leg_m

    @cached_property
    def unit(self) -> float:
        """Return the file's units in a metre of the rig."""
        return float(np.ptp(self.rest[:, 1]) / max(np.ptp(self.rig.places[:, 1]), 1e-9))


def open_character(path: Path, rig: Rig | None = None) -> Character:
    """Read the character of a glTF, GLB, VRM or FBX file.

    Args:
        path: The file.
        rig: Its rig with body parts that a person set; None for those that are recognised.

    Raises:
        StudioError: It is damaged, has no skeleton of a person, no triangles, or more than the limits.
    """
    if path.suffix.lower() != ".fbx":
        return _open(path, rig)
    try:
        return replace(_open(fbx_character(path), rig), name=path.stem)
    except FileProblem as problem:  # of the file that it was made into
        raise FileProblem(path, problem.problem, problem.advice, problem.where) from problem


def _open(path: Path, rig: Rig | None) -> Character:
    found = read_character(path)
    document, nodes = found.document, found.nodes
    if len(nodes) > MAX_JOINTS:
        document.fail(f"its skeleton has more than {MAX_JOINTS:,} joints", advice="Export only the body")
    rig = rig_of_file(path) if rig is None else rig
    if not rig.skeleton.chains:
        document.fail("its skeleton is not that of a person", advice="Name its bones as Mixamo, VRM or Unreal do")
    meshes = read_meshes(document)
    world = _worlds(document)
    rest = world[list(nodes), :3, 3]
    apart = rest - rest[0]
    unit = np.ptp(rest[:, 1]) / max(np.ptp(rig.places[:, 1]), 1e-9)
    if np.abs(apart - (rig.places - rig.places[0]) * unit).max() > ELSEWHERE * np.ptp(rest, axis=0).max():
        document.fail("it does not stand in its rest pose", advice="Export it in a T-pose or an A-pose")
    carriers = _carriers(document, nodes)
    joints = np.array([carriers[node] for node in meshes.nodes])
    at_rest = (world[meshes.nodes] @ meshes.binds)[:, :3]
    binds = at_rest.copy()
    binds[joints >= 0, :, 3] -= rest[joints[joints >= 0]]
    if not np.isfinite(binds).all():
        document.fail("a place of its rest pose is no finite number")
    parts = rig.skeleton.joint_parts[np.maximum(joints, 0)][meshes.bones[:, 0]]
    vertices = skinned(meshes, at_rest)
    soles = _soles(rig, rest, joints[meshes.bones[np.arange(len(vertices)), meshes.weights.argmax(axis=1)]], vertices)
    levels = (meshes, *(simplified(meshes, vertices, parts, step) for step in range(len(CELLS))))
    character = Character(path.stem, rig, meshes, levels, joints, binds, rest, soles)
    if character.leg <= 0:
        raise FileProblem(path, "its legs have no length", "Export it again")
    return character


def _soles(rig: Rig, rest: np.ndarray, carriers: np.ndarray, vertices: np.ndarray) -> Soles:
    """The farthest vertices of each joint of a foot in directions downwards, and ahead and back.

    Args:
        rig: With known legs.
        rest: (J, 3) its joints.
        carriers: (V,) the joint that most carries each vertex.
        vertices: (V, 3) at rest.
    """
    steps = (-1, -0.5, 0, 0.5, 1)
    ways = np.array([(a, -1, b) for a in steps for b in steps] + [(a, -0.3, b) for a in (-0.5, 0, 0.5) for b in (-1, 1)])
    limbs = body_of(rig).limbs
    ankles = [limbs[part].end for part in (RIGHT_LEG, LEFT_LEG)]
    feet = [joint for joint in range(len(rest)) if set(rig.skeleton.ancestors(joint)) & set(ankles)]
    own = [np.flatnonzero(carriers == joint) for joint in feet]
    chosen = [found[np.unique((vertices[found] @ ways.T).argmax(axis=0))] for found in own if len(found)]
    found = np.concatenate(chosen) if chosen else np.zeros(0, np.int64)
    return carriers[found], vertices[found] - rest[carriers[found]]


def _worlds(document: Document) -> np.ndarray:
    """(N, 4, 4) from each node to the world at rest."""
    worlds = np.tile(np.eye(4), (len(document.parents), 1, 1))
    with np.errstate(all="ignore"):
        for node in document.order:
            place, _, _, axes = at_rest(document, node)
            worlds[node, :3, :3], worlds[node, :3, 3] = axes[0], place[0]
            if document.parents[node] >= 0:
                worlds[node] = worlds[document.parents[node]] @ worlds[node]
    return worlds


def _carriers(document: Document, nodes: tuple[int, ...]) -> np.ndarray:
    """The joint of each node, or of the nearest node above it that is one; -1 where there is none."""
    found = np.full(len(document.parents), -1)
    found[list(nodes)] = np.arange(len(nodes))
    for node in document.order:
        if found[node] < 0 and document.parents[node] >= 0:
            found[node] = found[document.parents[node]]
    return found


@dataclass(frozen=True, eq=False)
class Track:
    """A motion on a character.

    `turns` (T, J, 4): rotations of its joints from rest, as quaternions of which each is near to the one before; `places`
    (T, J, 3) of its joints in the file's unit; `size`: metres of the shown person in that unit; `near` (J,): the joint of the
    motion that is nearest to each of the character's.
    """

    turns: np.ndarray
    places: np.ndarray
    fps: float
    size: float
    near: np.ndarray


def track_of(character: Character, motion: Motion) -> Track:
    """Put a motion onto a character. Raises StudioError for a motion of a rig without two arms and two legs."""
    cells = motion.frame_count * max(motion.skeleton.joint_count, len(character.rest))
    alone = replace(motion, partner=None)
    if cells > MOST_CELLS:
        alone = resample(alone, motion.fps * MOST_CELLS / cells)
    source = pose_of(alone)
    said = find(source.rig, character.rig)
    if said.source:
        alone = replace(alone, skeleton=with_joints(source.rig.skeleton, joints_of(source.rig, said.source), "source"))
        source = pose_of(alone)
    posed = onto(alone, source, character.rig, replace(said, source={}), as_tall=False)
    track = _track(character, posed)
    size = body_of(source.rig).leg_m / character.leg
    middle = len(track.places) // 2
    apart = track.places[middle][:, None] * size - alone.positions[middle][None]
    return replace(track, size=size, near=np.linalg.norm(apart, axis=2).argmin(axis=1))


def _track(character: Character, posed: PosedMotion) -> Track:
    count, joints = posed.positions.shape[:2]
    matrices, places = on_ground(posed, character.rest, character.soles)
    turns = quaternions(matrices.reshape(-1, 3, 3)).reshape(count, joints, 4)
    flips = np.where((turns[1:] * turns[:-1]).sum(axis=2) < 0, -1.0, 1.0)
    turns[1:] *= np.cumprod(flips, axis=0)[..., None]
    return Track(turns.astype(np.float32), places.astype(np.float32), posed.fps, 1.0, np.zeros(joints, np.int64))


def bones_at(character: Character, track: Track, time_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (B, 3, 4) what each bone does with its mesh, and places (J, 3) of the joints, at a time in seconds; in metres of the
    shown person. Between frames joints turn by the shorter way.
    """
    at = min(max(time_s * track.fps, 0.0), len(track.turns) - 1)
    low = int(at)
    high, share = min(low + 1, len(track.turns) - 1), at - low
    turns = from_quaternions((track.turns[low] * (1 - share) + track.turns[high] * share).astype(np.float64))
    places = track.places[low] * (1 - share) + track.places[high] * share
    carried = character.joints >= 0
    found = character.binds.copy()
    own = character.joints[carried]
    found[carried] = turns[own] @ found[carried]
    found[carried, :, 3] += places[own]
    return found * track.size, places * track.size


def skinned(meshes: Meshes, bones: np.ndarray) -> np.ndarray:
    """Return vertices (V, 3) moved by bones (B, 3, 4), by linear blending: what the vertex shader does."""
    mixed = (bones[meshes.bones] * meshes.weights[..., None, None]).sum(axis=1)
    return np.einsum("vij,vj->vi", mixed[:, :, :3], meshes.vertices) + mixed[:, :, 3]
