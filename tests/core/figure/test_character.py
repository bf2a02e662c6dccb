"""Characters for drawing, against what is written into their files and a slow twin that reads it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.figure import character as characters
from motionpatches.core.figure.character import bones_at, open_character, skinned, track_of
from motionpatches.core.io.gltf import meshes
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG, SMPL22
from tests.characters import GREEN, character, twin_vertices


@pytest.fixture
def file(tmp_path):
    (tmp_path / "me.glb").write_bytes(character().glb())
    return tmp_path / "me.glb"


def same_as_written(file, motion, out, frames, step):
    """Joints and vertices of the stage are those of the written file, in metres of the character."""
    write_motion(motion, out, Choices(rig=str(file)))
    shown = open_character(file)
    track = track_of(shown, motion)
    which = list(range(0, len(shown.meshes.vertices), step))
    for frame in frames:
        bones, _ = bones_at(shown, track, frame / motion.fps)
        got = skinned(shown.meshes, bones)[which] / track.size
        wanted = np.array(twin_vertices(out, frame / motion.fps, which))
        assert np.abs(got - wanted).max() < 2e-4
        assert np.ptp(wanted[:, 1]) > 0.5


def test_vertices_are_where_the_written_file_has_them(file, smpl_motion, tmp_path):
    same_as_written(file, smpl_motion, tmp_path / "out.glb", (0, 17, 59), 1)


def test_a_real_character_is_where_the_written_file_has_it(cases, smpl_motion, tmp_path):
    same_as_written(cases / "52-glb" / "mesh2motion_base.glb", smpl_motion.crop(20, 40), tmp_path / "out.glb", (7,), 97)


def test_joints_are_where_the_written_motion_has_them(file, smpl_motion):
    shown = open_character(file)
    track = track_of(shown, smpl_motion)
    posed = prepare(smpl_motion, Choices(rig=str(file))).posed
    _, places = bones_at(shown, track, 30 / smpl_motion.fps)
    # But for legs, which bend so that soles are on the ground.
    legs = [joint for joint, name in enumerate(SMPL22.joint_names) if re.search("knee|ankle|foot", name)]
    bent = places / track.size - posed.positions[30]
    apart = np.delete(bent, [posed.rig.skeleton.joint_names.index(SMPL22.joint_names[joint]) for joint in legs], axis=0)
    assert np.abs(bent).max() < 0.05
    assert np.abs(apart - apart[0]).max() < 1e-5 and np.abs(apart[0, [0, 2]]).max() < 1e-5


def test_at_rest_the_mesh_is_as_the_file_has_it(file):
    shown = open_character(file)
    still = np.tile([0.0, 0, 0, 1], (1, len(shown.rest), 1))
    track = characters.Track(still, shown.rest[None], 30.0, 1.0, np.zeros(22, int))
    assert np.allclose(skinned(shown.meshes, bones_at(shown, track, 0.0)[0]), shown.meshes.vertices, atol=1e-6)


def test_skinning_is_the_weighted_mean_of_what_bones_do():
    """Two bones: one stays, one turns by 90 degrees about Z and goes up by 1; the point (1, 0, 0) between them."""
    stays, turns = np.eye(4)[:3], np.array([[0.0, -1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]])
    shape = np.array([[1.0, 0, 0]]), np.array([[0, 1, 0, 0]]), np.array([[0.25, 0.75, 0, 0]])
    vertices, bones, weights = shape
    none = np.zeros((1, 3))
    mesh = meshes.Meshes(vertices, none, none, none, bones, weights, none, (), none, none, ())
    assert np.allclose(skinned(mesh, np.stack([stays, turns])), [[0.25, 0.75 * 2, 0]])


def test_between_frames_joints_turn_half_way(file, smpl_motion):
    shown = open_character(file)
    track = track_of(shown, smpl_motion)
    before, between, after = (bones_at(shown, track, (30 + share) / smpl_motion.fps)[1] for share in (0, 0.5, 1))
    assert np.allclose(between, (before + after) / 2, atol=1e-6)


@pytest.mark.parametrize("tall", [0.5, 1.6])
def test_a_character_stands_where_the_person_does(tmp_path, smpl_motion, tall):
    (tmp_path / "a.glb").write_bytes(character(tall=tall).glb())
    shown = open_character(tmp_path / "a.glb")
    track = track_of(shown, smpl_motion)
    ankles = [smpl_motion.skeleton.chains[part][-2] for part in (RIGHT_LEG, LEFT_LEG)]
    for frame in (0, 25, 50):
        _, places = bones_at(shown, track, frame / smpl_motion.fps)
        own = [shown.rig.skeleton.joint_names.index(SMPL22.joint_names[joint]) for joint in ankles]
        assert np.abs(places[own] - smpl_motion.positions[frame, ankles])[:, [0, 2]].max() < 0.02
        assert np.ptp(places[:, 1]) == pytest.approx(np.ptp(smpl_motion.positions[frame, :, 1]), rel=0.15)


def test_long_motions_are_posed_at_a_lower_rate(file, smpl_motion, monkeypatch):
    monkeypatch.setattr(characters, "MOST_CELLS", 22 * 30)
    shown = open_character(file)
    whole = smpl_motion.frame_count / smpl_motion.fps
    track = track_of(shown, smpl_motion)
    assert len(track.turns) <= 31 and len(track.turns) / track.fps == pytest.approx(whole, rel=0.1)


def test_the_picture_is_kept(file):
    (part,) = open_character(file).meshes.parts
    assert part.material.picture == 0 and part.material.both_sides and len(open_character(file).meshes.pictures) == 1
    assert bytes(GREEN) not in open_character(file).meshes.pictures[0]  # compressed, as in the file


def test_an_animal_goes_onto_no_character(file, smpl_motion):
    animal = replace(smpl_motion, skeleton=replace(smpl_motion.skeleton, chains=()))
    with pytest.raises(StudioError):
        track_of(open_character(file), animal)


def changed(edit):
    made = character()
    edit(made.json)
    return made.glb()


BROKEN = {
    "a corner that is not there": lambda j: j["accessors"][j["meshes"][0]["primitives"][0]["attributes"]["POSITION"]].update(
        count=100
    ),
    "it holds no triangles": lambda j: j.update(meshes=[{"primitives": []}]),
    "Draco": lambda j: j["meshes"][0]["primitives"][0].update(extensions={"KHR_draco_mesh_compression": {}}),
    "a joint that its skin has not": lambda j: (
        j["skins"][0].update(joints=[1, 2, 3]),
        j["skins"].append({"joints": list(range(1, 23))}),
    ),
    "a mesh has no places": lambda j: j["meshes"][0]["primitives"][0].update(attributes={}),
    "fewer matrices than joints": lambda j: j["accessors"][j["skins"][0]["inverseBindMatrices"]].update(count=3),
    "another size than its places": lambda j: j["accessors"][j["meshes"][0]["primitives"][0]["attributes"]["WEIGHTS_0"]].update(
        count=4
    ),
    "are no list": lambda j: j.update(scenes=[{"nodes": 3}]),
    "'source' is 9": lambda j: j.update(textures=[{"source": 9}]),
    "finite numbers": lambda j: j["materials"][0]["pbrMetallicRoughness"].update(baseColorFactor=["red"]),
    "'byteLength'": lambda j: j["bufferViews"][j["images"][0]["bufferView"]].update(byteLength=10**9),
    "outside of its folder": lambda j: j.update(images=[{"uri": "../secret.png"}]),
    "no list of objects": lambda j: j.update(materials=["red"]),
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_file_is_refused_in_a_sentence(words, tmp_path):
    (tmp_path / "broken.glb").write_bytes(changed(BROKEN[words]))
    with pytest.raises(FileProblem, match=words):
        open_character(tmp_path / "broken.glb")


def test_limits_are_reported(file, monkeypatch):
    monkeypatch.setattr(meshes, "MAX_TRIANGLES", 100)
    with pytest.raises(FileProblem, match="252 triangles, and up to 100 are drawn"):
        open_character(file)


def test_damaged_bytes_never_end_otherwise(tmp_path):
    """Bytes of the description and of the buffers are changed at random."""
    content, rng = character().glb(), np.random.default_rng(0)
    ends = {"opened": 0, "refused": 0}
    for _ in range(60):
        damaged = bytearray(content)
        for at in rng.integers(20, len(content), 12):
            damaged[at] = rng.integers(256)
        (tmp_path / "a.glb").write_bytes(damaged)
        try:
            open_character(tmp_path / "a.glb")
            ends["opened"] += 1
        except StudioError:
            ends["refused"] += 1
    assert ends["refused"] > 5


def test_soles_stand_on_the_ground(cases, smpl_motion):
    shown = open_character(cases / "52-glb" / "mesh2motion_base.glb")
    track = track_of(shown, smpl_motion)
    lowest = [skinned(shown.meshes, bones_at(shown, track, at)[0])[:, 1].min() for at in np.arange(0, 3, 0.25)]
    assert min(lowest) > -0.008 and abs(np.median(lowest)) < 0.02


def test_tiles_have_meshes_of_fewer_triangles(cases):
    shown = open_character(cases / "52-glb" / "mesh2motion_base.glb")
    whole, tile, small = (len(one.faces) for one in shown.levels)
    assert whole > 10_000 and tile < 9000 and 500 < small < 3000
    for one in shown.levels:
        assert [part.material for part in one.parts] == [part.material for part in shown.meshes.parts]
        assert np.allclose(np.ptp(one.vertices, axis=0), np.ptp(shown.meshes.vertices, axis=0), rtol=0.06)
