"""Motions on a character of a GLB that was written by hand: centimetres, an armature that lies, a mesh, a picture."""

from __future__ import annotations

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.gltf.character import read_character
from motionpatches.core.io.gltf.document import Document
from motionpatches.core.io.load import load_motion
from motionpatches.core.io.smpl.body import REST
from motionpatches.core.motion.skeleton import SMPL22
from tests.characters import armature
from tests.core.io.gltf.gltf_files import Builder

PICTURE = b"\x89PNG and so on"
VERTICES = [[0.0, 1, 0], [0.1, 1, 0], [0, 1.1, 0]]


def character(moves: bool = True) -> bytes:
    """A person in a T-pose, with one animation of its own where it `moves`."""
    made = Builder()
    armature(made)
    vertices = made.accessor(VERTICES)
    made.json["meshes"] = [{"primitives": [{"attributes": {"POSITION": vertices}}]}]
    made.json["nodes"].append({"mesh": 0, "skin": 0})
    made.json["skins"] = [{"joints": list(range(1, 23))}]
    made.json["images"] = [{"bufferView": made.view(PICTURE), "mimeType": "image/png"}]
    made.json["scenes"] = [{"nodes": [0, 23]}]
    times = made.accessor(np.arange(500) / 30)
    if moves:
        made.animate("its own", (1, "rotation", times, made.accessor(np.tile([0, 0, 0, 1.0], (500, 1))), ""))
    return made.glb()


@pytest.fixture
def file(tmp_path):
    (tmp_path / "me.glb").write_bytes(character())
    return tmp_path / "me.glb"


def test_the_character_moves_as_its_rig_does(file, smpl_motion, tmp_path):
    choices = Choices(rig=str(file))
    write_motion(smpl_motion, tmp_path / "out.glb", choices)
    got, posed = load_motion(tmp_path / "out.glb"), prepare(smpl_motion, choices).posed
    order = [posed.rig.skeleton.joint_names.index(name) for name in got.skeleton.joint_names]
    apart = got.positions - posed.positions[:, order]
    assert np.abs(apart - apart[0, 0]).max() < 0.0005 and np.abs(apart[0, 0, [0, 2]]).max() < 0.0005
    assert got.frame_count == smpl_motion.frame_count and got.fps == pytest.approx(smpl_motion.fps)
    feet = [got.skeleton.joint_names.index(name) for name in ("left_foot", "right_foot")]
    assert abs(np.percentile(got.positions[:, feet, 1].min(axis=1), 1)) < 0.002  # as high as at rest: 0


def test_bones_keep_their_length(file, smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "out.glb", Choices(rig=str(file)))
    got = load_motion(tmp_path / "out.glb")
    names = [SMPL22.joint_names.index(name) for name in got.skeleton.joint_names]
    rest = REST[names]
    for joint, parent in enumerate(got.skeleton.parents):
        if parent >= 0:
            length = np.linalg.norm(got.positions[:, joint] - got.positions[:, parent], axis=1)
            assert np.allclose(length, np.linalg.norm(rest[joint] - rest[parent]), atol=0.0005)


def test_meshes_and_pictures_stay_and_its_own_animation_goes(file, smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "out.glb", Choices(rig=str(file)))
    made = Document(tmp_path / "out.glb")
    assert [animation["name"] for animation in made.json["animations"]] == [smpl_motion.name or "take 1"]
    position = made.json["meshes"][0]["primitives"][0]["attributes"]["POSITION"]
    assert np.allclose(made.accessor(position), VERTICES) and made.json["skins"] == [{"joints": list(range(1, 23))}]
    view = made.json["bufferViews"][made.json["images"][0]["bufferView"]]
    start = view["byteOffset"]
    assert made.content(0)[start : start + view["byteLength"]].tobytes() == PICTURE
    own = 500 * 20  # bytes of its animation
    motion = smpl_motion.frame_count * (4 + 16 * 22 + 3 * 12)
    assert (tmp_path / "out.glb").stat().st_size < file.stat().st_size - own + motion + 12_000


def test_a_character_without_an_animation_is_a_rig(tmp_path, smpl_motion):
    (tmp_path / "still.glb").write_bytes(character(moves=False))
    assert read_character(tmp_path / "still.glb").take.skeleton.joint_count == 22
    assert prepare(smpl_motion, Choices(rig=str(tmp_path / "still.glb"))).posed.rig.skeleton.joint_count == 22


def test_a_file_without_a_skeleton_is_refused(tmp_path, smpl_motion):
    (tmp_path / "box.glb").write_bytes(Builder(nodes=[{"name": "box"}]).glb())
    with pytest.raises(FileProblem, match="no skeleton"):
        prepare(smpl_motion, Choices(rig=str(tmp_path / "box.glb"))).posed.motion()


def test_a_real_character(cases, smpl_motion, tmp_path):
    choices = Choices(rig=str(cases / "52-glb" / "mesh2motion_base.glb"))
    write_motion(smpl_motion, tmp_path / "out.glb", choices)
    got, posed = load_motion(tmp_path / "out.glb"), prepare(smpl_motion, choices).posed
    order = [posed.rig.skeleton.joint_names.index(name) for name in got.skeleton.joint_names]
    apart = got.positions - posed.positions[:, order]
    assert np.abs(apart - apart[0, 0]).max() < 0.0005
