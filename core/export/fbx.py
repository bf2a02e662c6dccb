"""Motions as binary FBX 7.4: a skeleton of LimbNodes, a bind pose, a stack of curves, and the meshes of a character."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionpatches.core.atomic import write_atomically
from motionpatches.core.export.choices import UNITS, Prepared
from motionpatches.core.export.fbx_skin import MODEL, Skin, skin_links, skin_nodes, skin_of, standing
from motionpatches.core.export.fbx_tree import FILE_ID, TIME, VERSION, Int, Node, binary, named, node, properties
from motionpatches.core.export.names import unique_names
from motionpatches.core.figure.character import open_character
from motionpatches.core.motion.rotations import euler
from motionpatches.core.retarget.rig import PosedMotion
from motionpatches.core.version import VERSION as STUDIO

# FBX's unit of time.
SECOND = 46_186_158_000
# Rates that have a number of their own; the others are custom.
TIME_MODES = {24.0: 11, 25.0: 10, 30.0: 6, 48.0: 5, 50.0: 4, 60.0: 3, 72.0: 16, 96.0: 15, 100.0: 2, 120.0: 1, 1000.0: 12}
CUSTOM = 14
# Up, front (towards the viewer) and right: which axis, which sign. Figures face the front.
AXES = {"Y": ((1, 1), (2, 1), (0, 1)), "Z": ((2, 1), (1, -1), (0, 1))}
LINEAR = 4  # flag of a key: straight to the next one
# Ids of objects: a joint's own and those of what belongs to it lie STEP apart.
STACK, LAYER, POSE, FIRST, STEP = 1000, 1001, 1002, 10_000, 20
# Metres.
ASIDE_M = 0.0001
ATTRIBUTE, CURVES = 1, {"T": 2, "R": 6}


def write_fbx(prepared: Prepared, path: Path) -> None:
    """Write a skeleton, or the whole character whose rig is chosen. Raises StudioError where it cannot be written."""
    choices, posed, shown = prepared.choices, prepared.posed, prepared.character
    character = open_character(Path(choices.rig), posed.rig) if shown is not None and shown.document.items("meshes") else None
    if character is not None:
        posed = standing(posed, character)
    posed = apart(posed).in_axes(choices.up, UNITS[choices.unit])
    write_atomically(path, fbx(posed, choices.up, None if character is None else skin_of(character, posed, choices.up)))


def apart(posed: PosedMotion) -> PosedMotion:
    """Move joints that have places of their own off their parent's Y axis, by ASIDE_M in the rest pose.

    Blender gives a bone a tail along its Y axis, takes a child that begins there as connected, and leaves out its places.
    """
    rig, parents = posed.rig, np.array(posed.rig.skeleton.parents)
    across = np.einsum("jba,jb->ja", rig.axes[parents], rig.offsets)[:, [0, 2]]
    nudged = posed.moved & (parents >= 0) & (np.abs(across).max(axis=1) < ASIDE_M)
    offsets = rig.offsets + np.where(nudged[:, None], ASIDE_M * rig.axes[parents][:, :, 0], 0.0)
    return replace(posed, rig=replace(rig, offsets=offsets))


def fbx(posed: PosedMotion, up: str, skin: Skin | None = None) -> bytes:
    """One motion with one stack, in its own unit.

    Args:
        posed: What is written.
        up: Up axis of `posed`, a key of AXES.
        skin: Meshes that its joints move.
    """
    objects, links = list(_skeleton(posed, skin is not None)), list(_skeleton_links(posed))
    if skin is not None:
        objects += skin_nodes(skin, posed, unique_names(posed.rig.skeleton, blanks=True))
        links += skin_links(skin, FIRST, STEP)
    objects += _animation(posed)
    links += _animation_links(posed)
    creator = f"Motion Patches Studio {STUDIO}"
    header = [
        node("FBXHeaderVersion", Int(1003)),
        node("FBXVersion", Int(VERSION)),
        node("EncryptionType", Int(0)),
        node("Creator", creator),
    ]
    document = node(
        "Document",
        100,
        "Scene",
        "Scene",
        below=[properties(("ActiveAnimStackName", "KString", "", "", _name(posed))), node("RootNode", 0)],
    )
    counts = {kind: sum(one.name == kind for one in objects) for kind in dict.fromkeys(one.name for one in objects)}
    types = [
        node("ObjectType", kind, below=[node("Count", Int(count))]) for kind, count in {"GlobalSettings": 1, **counts}.items()
    ]
    return binary(
        [
            node("FBXHeaderExtension", below=header),
            node("FileId", FILE_ID),
            node("CreationTime", TIME),
            node("Creator", creator),
            node("GlobalSettings", below=[node("Version", Int(1000)), _settings(posed, up)]),
            node("Documents", below=[node("Count", Int(1)), document]),
            node("References", block=True),
            node("Definitions", below=[node("Version", Int(100)), node("Count", Int(len(objects) + 1)), *types]),
            node("Objects", below=objects),
            node("Connections", below=links),
            node("Takes", below=[node("Current", _name(posed))]),
        ]
    )


def _name(posed: PosedMotion) -> str:
    return "".join(ch if ch.isprintable() else " " for ch in posed.name) or "take"


def _settings(posed: PosedMotion, up: str) -> Node:
    rows: list[tuple[object, ...]] = []
    for name, (axis, sign) in zip(("UpAxis", "FrontAxis", "CoordAxis"), AXES[up], strict=True):
        rows += [(name, "int", "Integer", "", Int(axis)), (f"{name}Sign", "int", "Integer", "", Int(sign))]
    mode = TIME_MODES.get(round(posed.fps, 6), CUSTOM)
    return properties(
        *rows,
        ("OriginalUpAxis", "int", "Integer", "", Int(AXES[up][0][0])),
        ("OriginalUpAxisSign", "int", "Integer", "", Int(1)),
        ("UnitScaleFactor", "double", "Number", "", posed.unit_m * 100),
        ("OriginalUnitScaleFactor", "double", "Number", "", posed.unit_m * 100),
        ("TimeMode", "enum", "", "", Int(mode)),
        ("TimeSpanStart", "KTime", "Time", "", 0),
        ("TimeSpanStop", "KTime", "Time", "", int(_times(posed)[-1])),
        ("CustomFrameRate", "double", "Number", "", float(posed.fps)),
    )


def _times(posed: PosedMotion) -> np.ndarray:
    return np.round(np.arange(posed.frame_count) * (SECOND / posed.fps)).astype(np.int64)


def _joint_id(joint: int) -> int:
    return FIRST + STEP * joint


def _skeleton(posed: PosedMotion, with_mesh: bool) -> Iterator[Node]:
    """Nodes of the joints, at rest, with their orientation at rest as pre-rotation; their attributes; the bind pose."""
    skeleton, rest = posed.rig.skeleton, posed.at_rest
    for joint, name in enumerate(unique_names(skeleton, blanks=True)):
        turn = np.rad2deg(euler(rest.rotations[:, joint], "ZYX"))[0, ::-1].tolist()
        rows: list[tuple[object, ...]] = [
            ("RotationActive", "bool", "", "", Int(1)),
            ("InheritType", "enum", "", "", Int(1)),
            ("PreRotation", "Vector3D", "Vector", "", *turn),
            ("Lcl Translation", "Lcl Translation", "", "A", *rest.translations[0, joint].tolist()),
            ("Lcl Rotation", "Lcl Rotation", "", "A", 0.0, 0.0, 0.0),
            ("Lcl Scaling", "Lcl Scaling", "", "A", 1.0, 1.0, 1.0),
        ]
        yield node(
            "Model", _joint_id(joint), named(name, "Model"), "LimbNode", below=[node("Version", Int(232)), properties(*rows)]
        )
        yield node(
            "NodeAttribute",
            _joint_id(joint) + ATTRIBUTE,
            named(name, "NodeAttribute"),
            "LimbNode",
            below=[node("TypeFlags", "Skeleton"), properties(("Size", "double", "Number", "", 1.0))],
        )
    world = np.zeros((skeleton.joint_count, 4, 4))
    world[:, :3, :3], world[:, :3, 3], world[:, 3, 3] = posed.rig.axes, posed.rig.places, 1
    # Matrices are written column by column.
    poses = [
        node("PoseNode", below=[node("Node", _joint_id(joint)), node("Matrix", world[joint].T.flatten())])
        for joint in range(skeleton.joint_count)
    ]
    if with_mesh:
        poses.append(node("PoseNode", below=[node("Node", MODEL), node("Matrix", np.eye(4).flatten())]))
    head = [node("Type", "BindPose"), node("Version", Int(100)), node("NbPoseNodes", Int(len(poses)))]
    yield node("Pose", POSE, named("Rest", "Pose"), "BindPose", below=[*head, *poses])


def _skeleton_links(posed: PosedMotion) -> Iterator[Node]:
    for joint, parent in enumerate(posed.rig.skeleton.parents):
        yield node("C", "OO", _joint_id(joint) + ATTRIBUTE, _joint_id(joint))
        yield node("C", "OO", _joint_id(joint), _joint_id(parent) if parent >= 0 else 0)


def _curves(posed: PosedMotion) -> Iterator[tuple[int, str, np.ndarray]]:
    """Joint, 'T' or 'R', and values (T, 3): places where they move, and degrees after the pre-rotation, x first."""
    before = posed.at_rest.rotations.swapaxes(2, 3)
    for joint in range(posed.rig.skeleton.joint_count):
        if posed.moved[joint]:
            yield joint, "T", posed.translations[:, joint]
        angles = euler(before[:, joint] @ posed.rotations[:, joint], "ZYX")[:, ::-1]
        yield joint, "R", np.rad2deg(np.unwrap(angles, axis=0))


def _animation(posed: PosedMotion) -> Iterator[Node]:
    times = _times(posed)
    span = [(name, "KTime", "Time", "", int(value)) for name, value in (("LocalStop", times[-1]), ("ReferenceStop", times[-1]))]
    yield node("AnimationStack", STACK, named(_name(posed), "AnimStack"), "", below=[properties(*span)])
    yield node("AnimationLayer", LAYER, named("Base", "AnimLayer"), "", block=True)
    for joint, kind, values in _curves(posed):
        start = _joint_id(joint) + CURVES[kind]
        defaults = [(f"d|{axis}", "Number", "", "A", float(value)) for axis, value in zip("XYZ", values[0], strict=True)]
        yield node("AnimationCurveNode", start, named(kind, "AnimCurveNode"), "", below=[properties(*defaults)])
        for axis in range(3):
            keys = [
                node("Default", float(values[0, axis])),
                node("KeyVer", Int(4009)),
                node("KeyTime", times),
                node("KeyValueFloat", values[:, axis].astype(np.float32)),
                # One entry of flags for all keys.
                node("KeyAttrFlags", np.array([LINEAR], np.int32)),
                node("KeyAttrDataFloat", np.zeros(4, np.float32)),
                node("KeyAttrRefCount", np.array([len(times)], np.int32)),
            ]
            yield node("AnimationCurve", start + 1 + axis, named("", "AnimCurve"), "", below=keys)


def _animation_links(posed: PosedMotion) -> Iterator[Node]:
    yield node("C", "OO", LAYER, STACK)
    for joint, kind, _ in _curves(posed):
        start = _joint_id(joint) + CURVES[kind]
        prop = {"T": "Lcl Translation", "R": "Lcl Rotation"}[kind]
        yield node("C", "OO", start, LAYER)
        yield node("C", "OP", start, _joint_id(joint), prop)
        for axis in range(3):
            yield node("C", "OP", start + 1 + axis, start, f"d|{'XYZ'[axis]}")
