"""Joints of the two rigs: guesses, what a person set instead, impossible maps, and the list on disk."""

import json
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core import notices, paths
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from motionpatches.core.retarget import map_file
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.joint_map import ROLES, JointMap, guessed, joints_of, onto, problem, with_joints
from motionpatches.core.retarget.rig import plain_rig
from motionpatches.core.retarget.roles import body_of
from motionpatches.core.retarget.targets import TARGETS, target_rig
from tests.skeletons import BODIES, build


def rig_of(name):
    """A rig of a program, or of tests/skeletons.py with the body parts that are recognised."""
    if name in TARGETS:
        return target_rig(name)
    names, parents, places = build(BODIES[name])
    bare = Skeleton(tuple(names), tuple(parents))
    apart = places - np.where(np.array(parents)[:, None] < 0, 0.0, places[parents])
    return plain_rig(replace(bare, chains=find_body_parts(bare, places[None]).chains), apart)


@pytest.mark.parametrize("name", [*TARGETS, *BODIES])
def test_the_guess_taken_as_said_is_the_same_body(name):
    rig = rig_of(name)
    joints = guessed(rig)
    assert problem(rig.skeleton, joints, "target") == ""
    said = body_of(replace(rig, skeleton=with_joints(rig.skeleton, joints, "target")))
    before = body_of(rig)
    assert said.stretches == before.stretches and said.hips == before.hips
    assert said.leg_m == pytest.approx(before.leg_m)


def names_of(rig, joints):
    return {role: None if joint is None else rig.skeleton.joint_names[joint] for role, joint in joints.items()}


def test_roles_of_a_known_rig():
    named = names_of(target_rig("unreal"), guessed(target_rig("unreal")))
    assert set(named) == set(ROLES)
    assert named["hips"] == "pelvis" and named["chest"] == "spine_05" and named["head"] == "head" and named["neck"] == "neck_01"
    assert named["left shoulder"] == "clavicle_l" and named["left forearm"] == "lowerarm_l" and named["left fingers"] is None
    assert named["right shin"] == "calf_r" and named["right toes"] == "ball_r"


def crossed(rig):
    """A rig whose body parts were recognised with legs exchanged."""
    chains = rig.skeleton.chains
    return replace(rig, skeleton=replace(rig.skeleton, chains=(chains[1], chains[0], *chains[2:])))


def test_a_wrong_guess_corrected_gives_the_right_motion(smpl_motion):
    posed, right = pose(smpl_motion), target_rig("unity")
    wrong = crossed(right)
    truth = onto(smpl_motion, posed, right, JointMap(), True).positions
    assert np.abs(onto(smpl_motion, posed, wrong, JointMap(), True).positions - truth).max() > 0.05
    said = JointMap(target={role: joint for role, joint in guessed(right).items() if joint != guessed(wrong)[role]})
    assert len(said.target) == 8
    np.testing.assert_allclose(onto(smpl_motion, posed, wrong, said, True).positions, truth, atol=1e-9)


def test_a_wrong_guess_of_the_source_corrected_gives_the_right_motion(smpl_motion):
    chains = smpl_motion.skeleton.chains
    wrong = replace(smpl_motion, skeleton=replace(smpl_motion.skeleton, chains=(*chains[:3], chains[4], chains[3])))
    truth = onto(smpl_motion, pose(smpl_motion), target_rig("unity"), JointMap(), True).positions
    posed = pose(wrong)
    said = JointMap(source=guessed(pose(smpl_motion).rig))
    np.testing.assert_allclose(onto(wrong, posed, target_rig("unity"), said, True).positions, truth, atol=1e-9)


def test_another_knee_bends(smpl_motion):
    """A rig with a joint in the thigh: where the person says that it is the knee, it bends there."""
    rig = target_rig("smpl")
    names = (*rig.skeleton.joint_names, "middle")
    knee = names.index("left_knee")
    parents = [*rig.skeleton.parents, rig.skeleton.parents[knee]]
    parents[knee] = len(names) - 1
    offsets = np.concatenate([rig.offsets, rig.offsets[[knee]] / 2])
    offsets[knee] /= 2
    chains = tuple(tuple(j for c in chain for j in ((len(names) - 1, c) if c == knee else (c,))) for chain in rig.skeleton.chains)
    longer = plain_rig(Skeleton(names, tuple(parents), chains), offsets)
    said = JointMap(target={"left thigh": names.index("left_hip"), "left shin": len(names) - 1})
    found = onto(smpl_motion, pose(smpl_motion), longer, said, True)
    hip, middle, low = (found.positions[:, names.index(n)] for n in ("left_hip", "middle", "left_knee"))
    cosine = (
        ((middle - hip) * (low - middle)).sum(1) / np.linalg.norm(middle - hip, axis=1) / np.linalg.norm(low - middle, axis=1)
    )
    assert cosine.min() < 0.99


def test_a_role_without_a_joint_leaves_the_joint_with_what_carries_it(smpl_motion):
    rig = target_rig("unity")
    found = onto(smpl_motion, pose(smpl_motion), rig, JointMap(target={"left toes": None}), True)
    names = found.rig.skeleton.joint_names
    foot, toes = names.index("LeftFoot"), names.index("LeftToes")
    np.testing.assert_array_equal(found.turns[:, foot], found.turns[:, toes])


def test_a_rig_of_unknown_body_parts_moves_once_its_joints_are_named(smpl_motion):
    known = target_rig("unity")
    unknown = replace(known, skeleton=Skeleton(known.skeleton.joint_names, known.skeleton.parents))
    assert set(guessed(unknown).values()) == {None}
    with pytest.raises(StudioError, match="no joint for"):
        onto(smpl_motion, pose(smpl_motion), unknown, JointMap(target={"hips": 0}), True)
    found = onto(smpl_motion, pose(smpl_motion), unknown, JointMap(target=guessed(known)), True)
    expected = onto(smpl_motion, pose(smpl_motion), known, JointMap(), True)
    np.testing.assert_allclose(found.positions, expected.positions, atol=1e-9)


@pytest.mark.parametrize(
    "role, name, sentence",
    [
        ("left shin", "LeftUpperLeg", "same joint"),
        ("left shin", "LeftToes", "same joint"),
        ("left thigh", "RightUpperLeg", "same joint"),
        ("right forearm", "LeftHand", "same joint"),
        ("hips", "LeftUpperLeg", "same joint"),
        ("right hand", None, "no joint for right hand"),
        ("head", "LeftToes", "same joint"),
        ("chest", "Head", "same joint"),
    ],
)
def test_impossible_maps_are_refused_in_a_sentence(role, name, sentence):
    rig = target_rig("unity")
    joint = None if name is None else rig.skeleton.joint_names.index(name)
    with pytest.raises(StudioError, match=sentence) as told:
        with_joints(rig.skeleton, joints_of(rig, {role: joint}), "target")
    assert str(told.value).endswith(".") and "target" in str(told.value)


def test_trunk_on_a_limb_and_joints_that_are_not_there_are_refused():
    rig = target_rig("humanik")
    names = rig.skeleton.joint_names
    arm = dict(zip(("left shoulder", "left upper arm"), (None, names.index("Spine")), strict=True))
    assert "hangs on the left upper arm" in problem(rig.skeleton, joints_of(rig, arm), "source")
    swapped = {"left shin": names.index("LeftFoot"), "left foot": names.index("LeftLeg")}
    assert "in this order" in problem(rig.skeleton, joints_of(rig, swapped), "target")
    assert "joint 99 of" in problem(rig.skeleton, joints_of(rig, {"hips": 99}), "source")


def test_every_way_out_uses_what_was_set_and_it_survives(smpl_motion, tmp_path):
    """The file of a rig with exchanged sides; the map is read again by a list that knows nothing of this test."""
    write_motion(smpl_motion.crop(0, 2), tmp_path / "rig.bvh", Choices(rig="unity"))
    choices = Choices(rig=str(tmp_path / "rig.bvh"))
    before = prepare(smpl_motion, choices).posed
    joints = guessed(before.rig)
    swap = {"right": "left", "left": "right"}
    said = {r: joints[" ".join([swap[r.split()[0]], *r.split()[1:]])] for r in ROLES if r.split()[0] in swap}
    map_file.remember(pose(smpl_motion).rig.skeleton, before.rig.skeleton, JointMap(target=said))
    assert json.loads(paths.joint_maps().read_text())["format"] == 1
    after = prepare(smpl_motion, choices).posed
    assert np.abs(after.positions - before.positions).max() > 0.05
    write_motion(smpl_motion, tmp_path / "out.bvh", choices)
    written = load_motion(tmp_path / "out.bvh")
    order = [written.skeleton.joint_names.index(name) for name in after.rig.skeleton.joint_names]
    np.testing.assert_allclose(written.positions[:, order], after.positions, atol=2e-3)
    other = prepare(smpl_motion, Choices(rig="mixamo")).posed
    (kept,) = map_file.listed()
    map_file.exchange([kept], [])
    assert map_file.listed() == []
    np.testing.assert_array_equal(prepare(smpl_motion, choices).posed.positions, before.positions)
    np.testing.assert_array_equal(prepare(smpl_motion, Choices(rig="mixamo")).posed.positions, other.positions)


def test_one_map_of_each_pair_and_an_empty_one_is_forgotten():
    one, two = target_rig("unity"), target_rig("vrm")
    map_file.remember(one.skeleton, two.skeleton, JointMap(source={"left toes": None}))
    map_file.remember(two.skeleton, one.skeleton, JointMap(source={"neck": None}))
    map_file.remember(one.skeleton, two.skeleton, JointMap(target={"left toes": None}))
    assert map_file.find(one, two) == JointMap(target={"left toes": None}) and len(map_file.listed()) == 2
    map_file.remember(one.skeleton, two.skeleton, JointMap())
    assert map_file.find(one, two) == JointMap() and map_file.find(two, one) == JointMap(source={"neck": None})


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"maps": 3}', "\x00\x01", '{"maps": ' + "[" * 5000])
def test_a_damaged_list_is_put_aside_and_reported_once(content, smpl_motion):
    file = paths.joint_maps()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    notices.untold()
    assert prepare(smpl_motion, Choices(rig="unity")).posed.frame_count == smpl_motion.frame_count
    assert len(notices.untold()) == 1 and not file.exists()


def test_single_entries_that_cannot_be_are_skipped_and_counted():
    one, two = target_rig("unity"), target_rig("vrm")
    map_file.remember(one.skeleton, two.skeleton, JointMap(source={"neck": None}))
    values = json.loads(paths.joint_maps().read_text())
    (row,) = values["maps"]
    for said in ({"tail": 1}, {"neck": "a"}, {"neck": -1}, {"neck": True}, [], None):
        values["maps"].append({**row, "source": str(said), "said": {"source": said, "target": {}}})
    values["maps"] += [3, None, {}, {**row, "names": ["a"]}, {**row, "source": 5}]
    paths.joint_maps().write_text(json.dumps(values))
    notices.untold()
    assert len(map_file.listed()) == 1
    assert "11 of 12" in notices.untold()[0]


@pytest.mark.parametrize("said", [{"neck": 10**9}, {"left shin": 0}, {"left thigh": 4, "left shin": 3}, {"hips": None}])
def test_a_kept_map_that_is_impossible_is_reported_and_not_used(said, smpl_motion):
    """As after an edit of the file by hand."""
    before = prepare(smpl_motion.crop(0, 3), Choices(rig="unity")).posed
    notices.untold()
    map_file.remember(pose(smpl_motion).rig.skeleton, before.rig.skeleton, JointMap(target=said))
    after = prepare(smpl_motion.crop(0, 3), Choices(rig="unity")).posed
    np.testing.assert_array_equal(after.positions, before.positions)
    (told,) = notices.untold()
    assert "Hips, Spine, Chest" in told and "not used" in told
    assert len(map_file.listed()) == 1, "it stays in the list, where it can be removed"
