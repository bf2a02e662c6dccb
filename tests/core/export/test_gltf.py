"""glTF against a slow reader of its own: accessors by struct, one value at a time."""

import json
import struct
from dataclasses import replace

import numpy as np

from motionpatches.core.export.gltf import glb
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion, load_motions
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.retarget.from_positions import pose
from tests.core.io.gltf.gltf_files import twin_accessor, twin_place


def chunks(content):
    """Document and data, with lengths and padding as the format requires."""
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    size, kind = struct.unpack_from("<I4s", content, 12)
    binary, second = struct.unpack_from("<I4s", content, 20 + size)
    assert (kind, second, size % 4, binary % 4, 28 + size + binary) == (b"JSON", b"BIN\0", 0, 0, len(content))
    document = json.loads(content[20 : 20 + size])
    assert document["buffers"] == [{"byteLength": binary}] and document["asset"]["version"] == "2.0"
    return document, content[28 + size :]


def same_joints(motion, content, animation=0, frames=None):
    """Every joint to a millimetre, by the slow reader."""
    document, data = chunks(content)
    names = [node["name"] for node in document["nodes"]]
    for frame in range(motion.frame_count) if frames is None else frames:
        for joint, name in enumerate(motion.skeleton.joint_names):
            place = twin_place(document, data, document["animations"][animation], names.index(name), frame / motion.fps)
            np.testing.assert_allclose(place, motion.positions[frame, joint], atol=1e-3)


def test_a_slow_reader_finds_the_same_joints(smpl_motion, tmp_path):
    short = smpl_motion.crop(0, 6)
    write_motion(short, tmp_path / "walk.glb")
    same_joints(short, (tmp_path / "walk.glb").read_bytes())


def test_a_captured_take_to_a_millimetre(shared, tmp_path):
    motion = load_motion(sorted((shared / "capture" / "accad").glob("*.bvh"))[0])
    write_motion(motion, tmp_path / "take.glb")
    same_joints(motion, (tmp_path / "take.glb").read_bytes(), frames=(0, motion.frame_count - 1))
    again = load_motion(tmp_path / "take.glb")
    order = [again.skeleton.joint_names.index(name) for name in motion.skeleton.joint_names]
    np.testing.assert_allclose(again.positions[:, order], motion.positions, atol=1e-3)


def test_the_skin_names_the_joints_in_their_rest_pose(smpl_motion):
    document, data = chunks(glb([pose(smpl_motion)]))
    (skin,) = document["skins"]
    assert [document["nodes"][j]["name"] for j in skin["joints"]] == list(SMPL22.joint_names)
    values = document["accessors"][skin["inverseBindMatrices"]]
    start = document["bufferViews"][values["bufferView"]]["byteOffset"]
    parents = {c: p for p, node in enumerate(document["nodes"]) for c in node.get("children", [])}
    for joint in range(22):
        place, at = np.zeros(3), joint
        while True:
            place += document["nodes"][at]["translation"]
            if at not in parents:
                break
            at = parents[at]
        matrix = np.reshape(struct.unpack_from("<16f", data, start + 64 * joint), (4, 4)).T
        np.testing.assert_allclose(matrix @ [*place, 1], [0, 0, 0, 1], atol=1e-6)


def test_several_motions_share_a_skeleton_and_keep_their_names(smpl_motion, tmp_path):
    rng = np.random.default_rng(0)
    taller = replace(smpl_motion.crop(5, 20), positions=smpl_motion.positions[5:20] * np.float32(1.1), name="tall")
    other = Motion(
        rng.normal(0, 1, (4, 22, 3)).astype(np.float32), 20.0, replace(SMPL22, joint_names=("a", *SMPL22.joint_names[1:]))
    )
    content = glb([pose(one) for one in (smpl_motion, taller, other)])
    document, data = chunks(content)
    assert [animation["name"] for animation in document["animations"]] == ["walk", "tall", "take 3"]
    assert len(document["skins"]) == 2 and len(document["nodes"]) == 44
    same_joints(taller, content, animation=1, frames=(0, 14))
    for animation, motion in zip(document["animations"], (smpl_motion, taller, other), strict=True):
        (times,) = {sampler["input"] for sampler in animation["samplers"]}
        accessor = document["accessors"][times]
        seconds = [row[0] for row in twin_accessor(document, data, times)]
        np.testing.assert_allclose(seconds, np.arange(motion.frame_count) / motion.fps, atol=1e-6)
        assert accessor["min"] == [min(seconds)] and accessor["max"] == [max(seconds)]
    (tmp_path / "all.glb").write_bytes(glb([pose(smpl_motion), pose(taller)]))
    again = load_motions(tmp_path / "all.glb")
    assert [(motion.name, motion.fps, motion.frame_count) for motion in again] == [("walk", 20, 60), ("tall", 20, 15)]


def test_rotations_are_unit_quaternions_that_take_the_short_way(smpl_motion):
    document, data = chunks(glb([pose(smpl_motion)]))
    (animation,) = document["animations"]
    for channel in animation["channels"]:
        if channel["target"]["path"] == "rotation":
            values = np.array(twin_accessor(document, data, animation["samplers"][channel["sampler"]]["output"]))
            np.testing.assert_allclose(np.linalg.norm(values, axis=1), 1, atol=1e-6)
            assert (np.diff(values, axis=0) ** 2).sum(axis=1).max() < 2
