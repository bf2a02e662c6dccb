"""Rotations of a file against values that were written into it by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.export.choices import PLAIN, prepare
from motionpatches.core.export.gltf import glb
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.smpl.body import REST
from motionpatches.core.library.open import open_library
from motionpatches.core.library.own_rotations import load_with_rotations
from motionpatches.core.motion.canonical import resample, rotate_y
from motionpatches.core.motion.kinematics import axis_angle_matrices
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, SMPL22
from motionpatches.core.progress import run
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.from_turns import pose_of, upright_turn

# Offsets in centimetres of a person in a T-pose that faces +Z, left side.
OFFSETS = {"Shoulder": (4, 18, 0), "Arm": (14, 0, 0), "ForeArm": (28, 0, 0), "Hand": (25, 0, 0), "HandEnd": (9, 0, 0)}
OFFSETS |= {"UpLeg": (9, -4, 0), "Leg": (0, -42, 0), "Foot": (0, -41, 0), "ToeEnd": (0, -5, 13)}
FRAMES = 24


def _limb(side: str, names: list[str], end: str) -> str:
    sign = 1 if side == "Left" else -1
    text = ""
    for name in names:
        x, y, z = OFFSETS[name]
        text += f"JOINT {side}{name} {{ OFFSET {sign * x} {y} {z} CHANNELS 3 Zrotation Xrotation Yrotation\n"
    x, y, z = OFFSETS[end]
    return text + f"End Site {{ OFFSET {sign * x} {y} {z} }}\n" + "}" * len(names) + "\n"


def bvh(turned: dict[str, tuple[float, float, float]]) -> str:
    """A walk on the spot whose named joints have these angles (about Z, X, Y in degrees) in all frames; thighs swing by 20."""
    arms = [_limb(side, ["Shoulder", "Arm", "ForeArm", "Hand"], "HandEnd") for side in ("Left", "Right")]
    legs = [_limb(side, ["UpLeg", "Leg", "Foot"], "ToeEnd") for side in ("Left", "Right")]
    text = "HIERARCHY\nROOT Hips { OFFSET 0 0 0 CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
    text += "JOINT Spine { OFFSET 0 12 0 CHANNELS 3 Zrotation Xrotation Yrotation\n"
    text += "JOINT Chest { OFFSET 0 15 0 CHANNELS 3 Zrotation Xrotation Yrotation\n"
    text += "JOINT Neck { OFFSET 0 24 0 CHANNELS 3 Zrotation Xrotation Yrotation\n"
    text += "JOINT Head { OFFSET 0 10 0 CHANNELS 3 Zrotation Xrotation Yrotation\nEnd Site { OFFSET 0 16 0 } } }\n"
    text += "".join(arms) + "} }\n" + "".join(legs) + "}\n"
    names = re.findall(r"(?:ROOT|JOINT) (\w+)", text)
    rows = []
    for frame in range(FRAMES):
        swing = 20 * np.sin(2 * np.pi * frame / FRAMES)
        values = [0.0, 92.0, 0.0]
        for name in names:
            angles = turned.get(name, (0, 0, 0))
            values += (0, swing if name == "LeftUpLeg" else -swing, 0) if name.endswith("UpLeg") else angles
        rows.append(" ".join(f"{v:.6f}" for v in values))
    return text + f"MOTION\nFrames: {FRAMES}\nFrame Time: 0.0333333\n" + "\n".join(rows) + "\n"


@pytest.fixture
def person(tmp_path: Path):
    """Opens a file in which head and left hand are turned about their own bones, which positions do not show."""

    def opened(**turned: tuple[float, float, float]):
        (tmp_path / "turned.bvh").write_text(bvh(turned))
        return run(open_library(tmp_path))

    return opened


def _own(rotations: np.ndarray) -> np.ndarray:
    """Angles in degrees of rotations (T, 3, 3)."""
    return np.degrees(np.arccos(np.clip((np.einsum("tii->t", rotations) - 1) / 2, -1, 1)))


def test_turns_about_a_bone_are_those_of_the_file(person):
    motion = load_with_rotations(person(Head=(0, 0, 35.0), LeftHand=(0, 50.0, 0)), "turned")
    posed = pose_of(motion)
    names = posed.rig.skeleton.joint_names
    head, neck = names.index("Head"), names.index("Neck")
    local = posed.turns[:, neck].swapaxes(1, 2) @ posed.turns[:, head]
    assert np.abs(local - axis_angle_matrices(np.deg2rad([0, 35.0, 0]))).max() < 0.01
    hand, lower = names.index("LeftHand"), names.index("LeftForeArm")
    local = posed.turns[:, lower].swapaxes(1, 2) @ posed.turns[:, hand]
    assert np.abs(local - axis_angle_matrices(np.deg2rad([50.0, 0, 0]))).max() < 0.01


def test_bones_point_where_the_joints_are(person):
    motion = load_with_rotations(person(LeftArm=(-60, 20, 10), LeftForeArm=(0, 0, -70), Head=(5, 10, 35)), "turned")
    posed = pose_of(motion)
    parents = np.array(posed.rig.skeleton.parents)
    placed = np.einsum("tjab,jb->tja", posed.turns[:, parents], posed.rig.offsets)
    apart = posed.positions - posed.positions[:, parents]
    assert np.abs(placed - apart)[:, parents >= 0].max() < 0.003


def test_a_motion_turned_as_a_whole_keeps_its_rotations(person):
    motion = load_with_rotations(person(Head=(0, 0, 35.0)), "turned")
    before = pose_of(motion)
    turned = replace(motion, positions=rotate_y(motion.positions, 1.0) + np.float32(0.5))
    after = pose_of(turned)
    assert np.abs(before.rotations[:, 1:] - after.rotations[:, 1:]).max() < 0.01


def test_ranges_and_other_rates_keep_them(person):
    motion = load_with_rotations(person(Head=(0, 0, 35.0)), "turned")
    for changed in (motion.crop(4, 15), resample(motion, 50.0)):
        assert changed.turns is not None and len(changed.turns.quaternions) == changed.frame_count
        posed = pose_of(changed)
        names = posed.rig.skeleton.joint_names
        local = posed.turns[:, names.index("Neck")].swapaxes(1, 2) @ posed.turns[:, names.index("Head")]
        assert np.allclose(_own(local), 35.0, atol=0.5)


def test_rotations_of_another_motion_are_left(person):
    motion = load_with_rotations(person(Head=(0, 0, 35.0)), "turned")
    mirrored = replace(motion, positions=motion.positions * np.array([1, -1, 1], np.float32))
    assert np.array_equal(pose_of(mirrored).turns, pose(mirrored).turns)


def test_a_written_glb_turns_the_head(person, tmp_path: Path):
    motion = load_with_rotations(person(Head=(0, 0, 35.0)), "turned")
    file = tmp_path / "out.glb"
    file.write_bytes(glb([prepare(motion, PLAIN).posed]))
    document = Document(file)
    head = next(i for i, node in enumerate(document.json["nodes"]) if node["name"] == "Head")
    animation = document.json["animations"][0]
    channel = next(c for c in animation["channels"] if c["target"] == {"node": head, "path": "rotation"})
    turns = document.accessor(animation["samplers"][channel["sampler"]]["output"])
    assert np.allclose(np.abs(turns), [0, np.sin(np.deg2rad(17.5)), 0, np.cos(np.deg2rad(17.5))], atol=0.005)


def test_a_rest_pose_that_lies_is_made_to_stand(person):
    motion = load_with_rotations(person(), "turned")
    assert motion.turns is not None
    lying = axis_angle_matrices(np.array([np.pi / 2, 0.0, 0.0])) @ axis_angle_matrices(np.array([0.0, 0.7, 0.0]))
    found = upright_turn(motion.turns.rest @ lying.T, motion.skeleton)
    assert found is not None
    standing = motion.turns.rest @ lying.T @ found.T
    assert np.abs(standing - motion.turns.rest).max() < 0.03


@pytest.mark.parametrize("lean", [0.0, 0.6])
@pytest.mark.parametrize("tip", [(0, -0.05, 0.32), (0, -0.32, 0.02), (0, 0.1, 0.2)], ids=["long", "down", "up"])
def test_feet_do_not_tilt_a_rest_pose(tip, lean):
    """Also of a body that leans in its file, so that it is along no axis of that."""
    rest = REST - REST[0]
    for ankle, end in (SMPL22.chains[part][-2:] for part in (RIGHT_LEG, LEFT_LEG)):
        rest[end] = rest[ankle] + tip
    leaning = axis_angle_matrices(np.array([lean, 0.0, 0.0]))
    before = upright_turn((REST - REST[0]) @ leaning.T, SMPL22)
    found = upright_turn(rest @ leaning.T, SMPL22)
    assert found is not None and np.allclose(found, before)
    assert np.abs(found @ leaning - np.eye(3)).max() < (0.06 if lean else 1e-6)


def test_a_head_ahead_and_ankles_behind_do_not_tilt_a_rest_pose():
    rest = REST - REST[0]
    rest[[SMPL22.joint_names.index(name) for name in ("neck", "head")], 2] += 0.07
    rest[[joint for part in (RIGHT_LEG, LEFT_LEG) for joint in SMPL22.chains[part][-2:]], 2] -= 0.05
    found = upright_turn(rest, SMPL22)
    assert found is not None and np.abs(found - np.eye(3)).max() < 1e-6


def test_a_rest_pose_twisted_between_hips_and_shoulders_is_none(person):
    motion = load_with_rotations(person(), "turned")
    assert motion.turns is not None
    rest = motion.turns.rest.copy()
    above = [j for j, name in enumerate(motion.skeleton.joint_names) if not ("Leg" in name or "Foot" in name or name == "Hips")]
    rest[above] *= [-1, 1, -1]
    assert upright_turn(rest, motion.skeleton) is None
