"""Exported files, read back by the studio's own readers and by others."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import PRESETS, UNITS, Choices, prepare
from motionpatches.core.export.write import EXPORTERS, write_manifest, write_motion
from motionpatches.core.io.bvh.bvh import joint_positions
from motionpatches.core.io.bvh.parse import parse_bvh
from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton


def read_back(motion, path):
    """Greatest distance in metres of any joint, by name."""
    write_motion(motion, path)
    parsed = parse_bvh(path)
    positions = joint_positions(parsed) / 100
    order = [parsed.names.index("_".join(n.split())) for n in motion.skeleton.joint_names]
    return float(np.linalg.norm(positions[:, order] - motion.positions, axis=2).max()), parsed


def test_a_generated_motion_comes_back_to_a_tenth_of_a_millimetre(smpl_motion, tmp_path):
    worst, parsed = read_back(smpl_motion, tmp_path / "walk.bvh")
    assert worst < 1e-4
    assert sum(len(c) for c in parsed.channels) == 3 * 22 + 3, "a rigid body needs no position channels but the root's"
    again = load_motion(tmp_path / "walk.bvh")
    assert again.fps == pytest.approx(20, abs=1e-3)
    assert again.skeleton.chains and [again.skeleton.joint_names[c[-1]] for c in again.skeleton.chains] == [
        "right_foot",
        "left_foot",
        "head",
        "right_wrist",
        "left_wrist",
    ]


@pytest.mark.parametrize("folder", ["bandai", "cmu_cc"])
def test_real_takes_come_back_to_a_millimetre(shared, folder, tmp_path):
    for file in sorted((shared / "bvh" / folder).glob("*.bvh"))[:3]:
        motion = load_motion(file).crop(0, 200)
        worst, _ = read_back(motion, tmp_path / "out.bvh")
        assert worst < 1e-3, file.name


@pytest.mark.filterwarnings("ignore:pkg_resources:UserWarning", "ignore::DeprecationWarning")
def test_another_reader_finds_the_same_joints(smpl_motion, tmp_path):
    from tests.benchmarks.__main__ import _bvhtoolbox_positions

    write_motion(smpl_motion, tmp_path / "walk.bvh")
    for name, positions in _bvhtoolbox_positions(tmp_path / "walk.bvh").items():
        joint = smpl_motion.skeleton.joint_names.index(name)
        np.testing.assert_allclose(positions / 100, smpl_motion.positions[:, joint], atol=1e-3)


def test_bones_that_stretch_and_bodies_in_pieces_keep_their_places(tmp_path):
    rng = np.random.default_rng(1)
    loose = Motion(rng.normal(0, 1, (30, 22, 3)).astype(np.float32), 30.0, SMPL22, "noise")
    assert read_back(loose, tmp_path / "a.bvh")[0] < 1e-3
    pieces = Skeleton(("a a", "a_a", "b"), (-1, 0, -1))
    two = Motion(rng.normal(0, 1, (5, 3, 3)).astype(np.float32), 25.0, pieces, "pieces")
    write_motion(two, tmp_path / "b.bvh")
    parsed = parse_bvh(tmp_path / "b.bvh")
    assert parsed.names == ("a_a", "a_a_2", "b")
    np.testing.assert_allclose(joint_positions(parsed) / 100, two.positions, atol=1e-4)


@pytest.mark.parametrize("up", ["Y", "Z"])
@pytest.mark.parametrize("unit", UNITS)
def test_bvh_in_every_unit_and_axis(smpl_motion, tmp_path, unit, up):
    write_motion(smpl_motion, tmp_path / "a.bvh", Choices(unit=unit, up=up))
    positions = joint_positions(parsed := parse_bvh(tmp_path / "a.bvh")) * UNITS[unit]
    own = smpl_motion.positions if up == "Y" else smpl_motion.positions[..., [0, 2, 1]] * [1, -1, 1]
    order = [parsed.names.index(name) for name in SMPL22.joint_names]
    np.testing.assert_allclose(positions[:, order], own, atol=1e-4)


def test_rate_place_and_t_pose(smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "a.bvh", Choices(fps=40.0, in_place=True, rest_first=True))
    parsed = parse_bvh(tmp_path / "a.bvh")
    assert parsed.frame_time == pytest.approx(1 / 40)
    positions = joint_positions(parsed) / 100
    assert len(positions) == 2 * smpl_motion.frame_count - 1 + 1
    root = positions[:, 0]
    assert np.abs(root[:, [0, 2]]).max() < 1e-5 and np.ptp(smpl_motion.positions[:, 0, 2]) > 1
    np.testing.assert_allclose(root[1::2, 1], smpl_motion.positions[:, 0, 1], atol=1e-5)
    at = dict(zip(parsed.names, positions[0], strict=True))
    assert np.abs(parsed.values[0, 3:]).max() == 0, "all rotations of the T-pose are zero"
    assert (
        at["left_wrist"][1] == pytest.approx(at["left_shoulder"][1]) and at["left_wrist"][0] > 0.4 > -0.4 > at["right_wrist"][0]
    )
    assert min(place[1] for place in at.values()) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("suffix", [".bvh", ".fbx", ".glb"])
def test_what_each_program_wants_reads_back(smpl_motion, tmp_path, preset, suffix):
    if suffix == ".fbx" and preset not in ("unreal", "maya"):
        pytest.skip("two units and two axes are enough for the child process")
    write_motion(smpl_motion, tmp_path / f"a{suffix}", PRESETS[preset])
    again = load_motion(tmp_path / f"a{suffix}")
    expected = prepare(smpl_motion, PRESETS[preset]).motion
    names = [name for name in expected.skeleton.joint_names if name in again.skeleton.joint_names]
    assert len(names) >= expected.skeleton.joint_count - 1, "a reader may leave out a root that stands on the floor"
    own, found = (one.positions[:, [one.skeleton.joint_names.index(name) for name in names]] for one in (expected, again))
    np.testing.assert_allclose(found, own, atol=1e-3)


def test_arrays_and_tables(smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "a.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), smpl_motion.positions)
    write_motion(smpl_motion, tmp_path / "a.npz")
    again = load_motion(tmp_path / "a.npz")
    np.testing.assert_allclose(again.positions, smpl_motion.positions, atol=1e-6)
    assert again.fps == 20 and again.skeleton.parents == smpl_motion.skeleton.parents
    write_motion(smpl_motion, tmp_path / "a.csv")
    with open(tmp_path / "a.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == smpl_motion.frame_count and float(rows[20]["time_s"]) == 1.0
    assert float(rows[7]["left_wrist y"]) == pytest.approx(smpl_motion.positions[7, 20, 1], abs=1e-5)


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_every_exporter_writes_each_person_to_a_file_that_reads_back(smpl_motion, tmp_path, suffix):
    pair = replace(smpl_motion, partner=replace(smpl_motion, positions=smpl_motion.positions + np.float32([1.5, 0, 0])))
    write_motion(pair, tmp_path / f"pair{suffix.upper()}")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"pair{suffix.upper()}", f"pair_2{suffix.upper()}"]
    for number, person in zip(("", "_2"), pair.people, strict=True):
        again = load_motion(tmp_path / f"pair{number}{suffix.upper()}")
        order = [again.skeleton.joint_names.index(name) for name in smpl_motion.skeleton.joint_names]
        apart = again.positions[:, order] - person.positions
        np.testing.assert_allclose(apart, np.broadcast_to(apart[0, 0], apart.shape), atol=1e-3)


def test_an_unknown_suffix_names_the_known_ones(smpl_motion, tmp_path):
    with pytest.raises(StudioError, match=r"\.bvh, \.fbx, \.glb, \.usda, \.npz, \.npy, \.csv, not \.xyz"):
        write_motion(smpl_motion, tmp_path / "a.xyz")
    assert not list(tmp_path.iterdir())


def test_a_chain_as_long_as_a_skeleton_may_be_is_written(tmp_path):
    count = 1000
    places = np.zeros((2, count, 3), np.float32)
    places[..., 1] = np.linspace(2, 0, count)
    chain = Skeleton(tuple(f"j{i}" for i in range(count)), tuple(range(-1, count - 1)))
    write_motion(Motion(places, 20.0, chain, "chain"), tmp_path / "chain.bvh")
    text = (tmp_path / "chain.bvh").read_text()
    assert text.count("JOINT") == count - 1 and text.count("{") == text.count("}") == count + 1
    assert text.index("\n}\n") < text.index("MOTION")


@pytest.mark.parametrize("suffix", EXPORTERS)
def test_a_link_prepared_beside_an_export_is_not_written_through(smpl_motion, tmp_path, suffix):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in (f"a{suffix}", f"a{suffix}.writing", f"a.writing{suffix}", "manifest.json", "manifest.json.writing"):
        (tmp_path / name).symlink_to(victim)
    write_motion(smpl_motion, tmp_path / f"a{suffix}")
    write_manifest(tmp_path, "walk", "model", "library", [])
    assert victim.read_text() == "mine" and not (tmp_path / f"a{suffix}").is_symlink()


def test_hands_in_place_touch_in_the_file_where_they_touch_in_the_motion(smpl_motion, tmp_path):
    """On a rig as tall as the person: both wrists as far apart as they were, in a written BVH."""
    apart = {}
    for hands in (False, True):
        write_motion(smpl_motion, tmp_path / "a.bvh", Choices(rig="mixamo", hands=hands))
        read = load_motion(tmp_path / "a.bvh")
        names = read.skeleton.joint_names
        wrists = [read.positions[:, names.index(f"mixamorig:{side}Hand")] for side in ("Left", "Right")]
        apart[hands] = np.linalg.norm(wrists[0] - wrists[1], axis=1)
    own = [smpl_motion.positions[:, smpl_motion.skeleton.joint_names.index(f"{side}_wrist")] for side in ("left", "right")]
    wanted = np.linalg.norm(own[0] - own[1], axis=1)
    assert np.abs(apart[True] - wanted).max() < 0.002 < np.abs(apart[False] - wanted).max()
