"""A character in FBX: vertices as ufbx skins them against a slow twin of the character's own GLB with the same motion."""

import base64
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.write import write_motion
from motionpatches.core.retarget import map_file, rig_file
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.joint_map import JointMap, guessed
from motionpatches.core.retarget.rig_file import rig_of_file
from tests.characters import character, png, twin_vertices
from tests.core.io.gltf.gltf_files import quaternion

pytest.importorskip("ufbx")

# In a process of its own: bindings 0.0.5 break when what they hand out is released.
READ = """
import base64, ctypes, json, os, sys, ufbx
hold = ctypes.pythonapi.Py_IncRef; hold.argtypes = [ctypes.py_object]; hold.restype = None
def all_of(items):
    for i in range(len(items)):
        item = items[i]; hold(item); yield item
scene = ufbx.load_file(sys.argv[1]); held = [scene]
step, times = int(sys.argv[2]), [float(time) for time in sys.argv[3:]]
mesh = next(all_of(scene.meshes))
material, skin = next(all_of(mesh.materials)), next(all_of(mesh.skin_deformers))
colour = material.fbx.diffuse_color
video = None if colour.texture is None else colour.texture.video
facts = {
    "vertices": mesh.num_vertices, "faces": mesh.num_faces, "materials": len(mesh.materials),
    "picture": None if video is None else base64.b64encode(bytes(video.content)).decode(),
    "uv": list(mesh.vertex_uv.values[0]), "normal": list(mesh.vertex_normal.values[0]), "colour": list(colour.value_vec4),
    "clusters": len(skin.clusters),
    "weights": sum(sum(cluster.weights[i] for i in range(cluster.num_weights)) for cluster in all_of(skin.clusters)),
}
print(json.dumps(facts))
for time in times:
    now = scene.evaluate(scene.anim, time, evaluate_skinning=True); held.append(now)
    one = next(all_of(now.meshes))
    at = one.skinned_position
    rows = [[p.x, p.y, p.z] for p in (at.values[i] for i in range(0, len(at.values), step))]
    print(json.dumps(rows))
sys.stdout.flush(); os._exit(0)
"""


def by_ufbx(path, step, times):
    """Facts, and every `step`th vertex at each time."""
    told = [sys.executable, "-c", READ, str(path), str(step), *map(str, times)]
    done = subprocess.run(told, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout, done.stderr
    facts, *rows = map(json.loads, done.stdout.splitlines())
    return facts, np.array(rows)


def same_vertices(rig, motion, folder, step, frames, unit_m=0.01, up="Y"):
    """Vertices of the FBX file are those of the GLB to a millimetre; what ufbx says of the mesh."""
    write_motion(motion, folder / "out.glb", Choices(rig=str(rig)))
    unit = {0.01: "cm", 1.0: "m"}[unit_m]
    write_motion(motion, folder / "out.fbx", Choices(rig=str(rig), unit=unit, up=up))
    times = [frame / motion.fps for frame in frames]
    facts, got = by_ufbx(folder / "out.fbx", step, times)
    which = list(range(0, facts["vertices"], step))
    for time, rows in zip(times, got * unit_m, strict=True):
        if up == "Z":
            rows = rows[:, [0, 2, 1]] * [1, 1, -1]
        wanted = np.array(twin_vertices(folder / "out.glb", time, which))
        assert np.abs(rows - wanted).max() < 1e-3, np.abs(rows - wanted).max()
        assert np.ptp(wanted[:, 1]) > 0.5
    return facts


@pytest.fixture
def file(tmp_path):
    (tmp_path / "me.glb").write_bytes(character().glb())
    return tmp_path / "me.glb"


@pytest.mark.parametrize("unit_m, up", [(0.01, "Y"), (1.0, "Z")])
def test_ufbx_moves_the_vertices_as_the_glb_has_them(file, smpl_motion, tmp_path, unit_m, up):
    facts = same_vertices(file, smpl_motion, tmp_path, 1, (0, 17, 40), unit_m, up)
    assert facts["vertices"] == 21 * 8 and facts["faces"] == 21 * 12 and facts["clusters"] == 22
    assert facts["weights"] == pytest.approx(21 * 8, abs=1e-4)


def test_materials_have_their_picture_and_places_in_it(file, smpl_motion, tmp_path):
    facts = same_vertices(file, smpl_motion.crop(0, 2), tmp_path, 50, (0,))
    assert base64.b64decode(facts["picture"]) == png()
    assert facts["uv"] == [0.5, 0.5] and np.linalg.norm(facts["normal"]) == pytest.approx(1, abs=1e-4)


def test_a_real_character(cases, smpl_motion, tmp_path):
    rig = cases / "52-glb" / "mesh2motion_base.glb"
    facts = same_vertices(rig, smpl_motion.crop(20, 32), tmp_path, 197, (0, 11))
    assert facts["materials"] == 3 and facts["vertices"] > 5000
    np.testing.assert_allclose(facts["colour"][:3], [0.5687, 0.2322, 0.1126], atol=1e-3)


def test_a_rig_without_a_mesh_gives_its_skeleton(smpl_motion, tmp_path):
    write_motion(smpl_motion.crop(0, 2), tmp_path / "rig.glb", Choices(rig="unity"))
    write_motion(smpl_motion.crop(0, 4), tmp_path / "out.fbx", Choices(rig=str(tmp_path / "rig.glb")))
    assert b"Geometry" not in (tmp_path / "out.fbx").read_bytes()


def test_a_mesh_that_is_not_read_is_reported(smpl_motion, tmp_path):
    made = character()
    made.json["meshes"][0]["primitives"][0]["extensions"] = {"KHR_draco_mesh_compression": {}}
    (tmp_path / "me.glb").write_bytes(made.glb())
    with pytest.raises(FileProblem, match="Draco"):
        write_motion(smpl_motion.crop(0, 4), tmp_path / "out.fbx", Choices(rig=str(tmp_path / "me.glb")))
    assert not (tmp_path / "out.fbx").exists()


def test_meshes_that_were_bound_in_another_pose_than_the_rest_pose(smpl_motion, tmp_path):
    """Arms hang lower at rest than they did when the skin was bound, and the whole body was bound elsewhere."""
    made = character()
    names = [node.get("name") for node in made.json["nodes"]]
    for name, degrees in (("left_shoulder", -40), ("right_shoulder", 40), ("left_elbow", -15), ("spine2", 5)):
        made.json["nodes"][names.index(name)]["rotation"] = quaternion(degrees, (0, 1, 0))
    (tmp_path / "me.glb").write_bytes(made.glb())
    facts = same_vertices(tmp_path / "me.glb", smpl_motion.crop(20, 40), tmp_path, 1, (0, 17))
    assert facts["vertices"] == 21 * 8
    same_vertices(tmp_path / "me.glb", smpl_motion.crop(20, 25), tmp_path, 1, (3,), 1.0, "Z")


def test_a_character_of_unknown_body_parts_once_its_joints_are_named(file, smpl_motion, tmp_path, monkeypatch):
    known = rig_of_file(file)
    joints = guessed(known)
    plain = rig_file.recognise

    def unnamed(take):
        found = plain(take)
        return replace(found, parts=replace(found.parts, chains=()))

    monkeypatch.setattr(rig_file, "recognise", unnamed)
    with pytest.raises(StudioError, match="arms"):
        write_motion(smpl_motion, tmp_path / "out.fbx", Choices(rig=str(file)))
    unknown = rig_of_file(file)
    assert not unknown.skeleton.chains
    np.testing.assert_allclose(unknown.places, known.places, atol=1e-6)
    map_file.remember(pose(smpl_motion).rig.skeleton, unknown.skeleton, JointMap(target=joints))
    same_vertices(file, smpl_motion, tmp_path, 1, (0, 17))
