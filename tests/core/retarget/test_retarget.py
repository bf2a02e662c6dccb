"""One rig's motion on another: shapes, feet, knees, and the way over several rigs and back."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import PRESETS, Choices, prepare
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG, SMPL22, Skeleton
from motionpatches.core.recognition.body_parts import find_body_parts
from motionpatches.core.recognition.published_orders import ORDERS
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.retarget import retarget, sized
from motionpatches.core.retarget.rig import plain_rig
from motionpatches.core.retarget.rig_file import rig_of_file
from motionpatches.core.retarget.roles import body_of
from motionpatches.core.retarget.targets import TARGETS, target_rig

LEGS, ARMS = (RIGHT_LEG, LEFT_LEG), (RIGHT_ARM, LEFT_ARM)
FIVE = ("mixamo", "unreal", "unity", "smpl", "humanik")


def over_and_back(posed):
    """Distance (T, J) of each joint from where it was, and the motion on each rig."""
    now, seen = posed, []
    for name in FIVE:
        now = retarget(now, sized(target_rig(name), posed))
        seen.append(now)
    back = retarget(now, posed.rig)
    return np.linalg.norm(back.positions - posed.positions, axis=2), seen


def angle(a, b):
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    return np.rad2deg(np.arccos(np.clip(cosine, -1, 1)))


def chain_joints(motion, part):
    return motion.positions[:, list(motion.rig.skeleton.chains[part])]


def test_over_five_rigs_and_back(smpl_motion):
    away, seen = over_and_back(pose(smpl_motion))
    assert away.max() < 0.01
    for posed in seen:
        names = posed.rig.skeleton.joint_names
        moved = {name for name, moves in zip(names, posed.moved, strict=True) if moves}
        assert moved <= {names[posed.rig.skeleton.root], names[0]}, "bones keep their length"


@pytest.mark.parametrize("folder, rig", [("accad", "Female_"), ("accad", "Male"), ("cmu", "0")])
def test_captured_takes_over_five_rigs_and_back(shared, folder, rig):
    """Legs to a centimetre, but for knees that are nearly straight; arms to two: spines bend at other places on other rigs."""
    for file in sorted((shared / "capture" / folder).glob(f"{rig}*.bvh"))[3:20:8]:
        posed = pose(load_motion(file).crop(0, 120))
        away, _ = over_and_back(posed)
        legs, arms = ([j for part in pair for j in posed.rig.skeleton.chains[part]] for pair in (LEGS, ARMS))
        assert np.percentile(away[:, legs], 95) < 0.01, file.name
        assert np.median(away[:, arms]) < 0.02, file.name


@pytest.mark.parametrize("name", TARGETS)
def test_limbs_point_where_they_did(smpl_motion, name):
    source = pose(smpl_motion)
    found = retarget(source, target_rig(name))
    arms = [np.diff(chain_joints(one, LEFT_ARM)[:, -3:], axis=1) for one in (source, found)]
    assert angle(*arms).max() < 3
    legs = [np.diff(chain_joints(one, LEFT_LEG)[:, 1:4], axis=1) for one in (source, found)]
    assert angle(*legs).max() < 8, "other shares of thigh and shin"
    assert found.rig.skeleton.joint_names == target_rig(name).skeleton.joint_names


@pytest.mark.parametrize("name", TARGETS)
def test_names_of_the_targets_are_recognised_as_their_chains(name):
    rig = target_rig(name)
    bare = Skeleton(rig.skeleton.joint_names, rig.skeleton.parents)
    assert find_body_parts(bare, rig.places[None]).chains == rig.skeleton.chains
    assert rig.places[:, 1].min() >= 0


def test_the_root_goes_as_far_as_the_legs_are_long_and_feet_stay_on_the_floor(smpl_motion):
    source, small = pose(smpl_motion), target_rig("unity")
    small = replace(small, offsets=small.offsets * 0.5)
    found = retarget(source, small)
    legs = [
        np.linalg.norm(np.diff(one.rig.places[list(one.rig.skeleton.chains[LEFT_LEG])[1:4]], axis=0), axis=1).sum()
        for one in (source, found)
    ]
    ways = [np.ptp(one.positions[:, one.rig.skeleton.root, 2]) for one in (source, found)]
    assert ways[1] / ways[0] == pytest.approx(legs[1] / legs[0], rel=0.02)
    for part in (RIGHT_LEG, LEFT_LEG):
        tips = [one.positions[:, one.rig.skeleton.chains[part][-1], 1] for one in (source, found)]
        assert tips[1].min() == pytest.approx(small.places[:, 1].min(), abs=0.02)


def test_feet_slide_no_more_than_in_the_source(smpl_motion):
    source = pose(smpl_motion)
    found = retarget(source, sized(target_rig("unreal"), source))
    for part in (RIGHT_LEG, LEFT_LEG):
        ankles = [one.positions[:, one.rig.skeleton.chains[part][3]] for one in (source, found)]
        steps = [np.linalg.norm(np.diff(one[:, [0, 2]], axis=0), axis=1) for one in ankles]
        low = ankles[0][1:, 1] < ankles[0][:, 1].min() + 0.02
        assert low.sum() > 5 and (steps[1][low] <= steps[0][low] + 1e-3).all()


def test_knees_bend_to_the_side_to_which_they_did(smpl_motion):
    source = pose(smpl_motion)
    found = retarget(source, sized(target_rig("mixamo"), source))
    for part in (RIGHT_LEG, LEFT_LEG):
        sides = []
        for one in (source, found):
            hip, knee, ankle = chain_joints(one, part)[:, 1:4].transpose(1, 0, 2)
            bend = np.cross(knee - hip, ankle - knee)
            ahead = np.cross(ankle - hip, bend)
            sides.append((ahead / np.linalg.norm(ahead, axis=1, keepdims=True), np.linalg.norm(bend, axis=1)))
        bent = sides[0][1] > 0.02
        assert bent.sum() > 10 and (sides[0][0] * sides[1][0]).sum(1)[bent].min() > 0.9


def test_a_rest_pose_with_lowered_arms_gives_the_same_motion(smpl_motion):
    """An A-pose: the arms of the same rig hang down at rest by 50 degrees."""
    source, rig = pose(smpl_motion), target_rig("unity")
    lowered = rig.offsets.copy()
    for side, sign in (("Left", -1), ("Right", 1)):
        c, s = np.cos(np.deg2rad(50)), sign * np.sin(np.deg2rad(50))
        for name in ("LowerArm", "Hand"):
            j = rig.skeleton.joint_names.index(side + name)
            lowered[j] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ lowered[j]
    hand = rig.skeleton.joint_names.index("LeftHand")
    a_pose = plain_rig(rig.skeleton, lowered)
    assert a_pose.places[hand, 1] < rig.places[hand, 1] - 0.3
    np.testing.assert_allclose(retarget(source, a_pose).positions, retarget(source, rig).positions, atol=2e-3)


def test_a_foot_without_toes_is_level_on_the_floor(smpl_motion):
    keep = [j for j in range(22) if "foot" not in SMPL22.joint_names[j]]
    at = {j: i for i, j in enumerate(keep)}
    parents = tuple(at[p] if p >= 0 else -1 for p in (SMPL22.parents[j] for j in keep))
    chains = tuple(tuple(at[j] for j in chain if j in at) for chain in SMPL22.chains)
    bare = Skeleton(tuple(SMPL22.joint_names[j] for j in keep), parents, chains)
    source = pose(Motion(smpl_motion.positions[:, keep], 20.0, bare))
    found = retarget(source, sized(target_rig("unity"), source))
    ankle, tip = (found.positions[:, j] for j in found.rig.skeleton.chains[LEFT_LEG][-2:])
    low = ankle[:, 1] < ankle[:, 1].min() + 0.02
    own = found.rig.places[list(found.rig.skeleton.chains[LEFT_LEG][-2:])]
    np.testing.assert_allclose((ankle - tip)[low, 1], own[0, 1] - own[1, 1], atol=5e-3)
    assert tip[:, 1].min() > -0.05


def test_the_rig_of_a_file_comes_back_in_its_size(smpl_motion, tmp_path):
    write_motion(smpl_motion, tmp_path / "own.bvh", Choices(rig="mixamo"))
    rig = rig_of_file(tmp_path / "own.bvh")
    assert set(rig.skeleton.joint_names) == set(target_rig("mixamo").skeleton.joint_names)
    longer = replace(smpl_motion, positions=smpl_motion.positions * np.float32(1.2))
    made = prepare(longer, Choices(rig=str(tmp_path / "own.bvh"))).motion
    foot = [
        np.linalg.norm(
            np.diff(m.positions[:, [made.skeleton.joint_names.index(f"mixamorig:Left{n}") for n in ("UpLeg", "Leg")]], axis=1)
        )
        for m in (made,)
    ]
    own = rig.offsets[rig.skeleton.joint_names.index("mixamorig:LeftLeg")]
    assert foot[0] / np.sqrt(made.frame_count) == pytest.approx(np.linalg.norm(own), rel=1e-3)


def test_programs_get_their_bone_names(smpl_motion, tmp_path):
    write_motion(smpl_motion.crop(0, 3), tmp_path / "a.glb", PRESETS["godot"])
    assert {"Hips", "UpperChest", "LeftUpperArm", "RightToes"} <= set(load_motion(tmp_path / "a.glb").skeleton.joint_names)
    write_motion(smpl_motion.crop(0, 3), tmp_path / "a.npz", PRESETS["unreal"])
    again = load_motion(tmp_path / "a.npz")
    assert {"root", "spine_05", "upperarm_l", "ball_r"} <= set(again.skeleton.joint_names) and again.frame_count == 3


def test_an_unknown_rig_is_named_with_those_there_are(smpl_motion, tmp_path):
    with pytest.raises(StudioError, match="no rig 'mixammo'.*own, mixamo, .*smpl, or a motion file"):
        write_motion(smpl_motion, tmp_path / "a.bvh", Choices(rig="mixammo"))


def test_what_is_no_person_goes_nowhere(tmp_path):
    chain = Skeleton(("a", "b", "c"), (-1, 0, 1))
    with pytest.raises(StudioError, match="two legs"):
        write_motion(Motion(np.ones((2, 3, 3), np.float32), 30.0, chain), tmp_path / "a.bvh", Choices(rig="mixamo"))
    assert not list(tmp_path.iterdir())


def test_hands_are_where_they_were_in_space_where_that_is_wanted(smpl_motion):
    """On a rig with longer arms, shorter legs and another trunk."""
    source, rig = pose(smpl_motion), target_rig("mixamo")
    offsets, names = rig.offsets.copy(), rig.skeleton.joint_names
    for joint, name in enumerate(names):
        offsets[joint] *= 1.15 if name.endswith(("ForeArm", "Hand")) else 0.9 if name.endswith(("Leg", "Spine1")) else 1.0
    rig = plain_rig(rig.skeleton, offsets)
    plain, held = retarget(source, rig), retarget(source, rig, hands=True)
    scale = body_of(rig).leg_m / body_of(source.rig).leg_m
    for side in ("Left", "Right"):
        hand, own = names.index(f"mixamorig:{side}Hand"), SMPL22.joint_names.index(f"{side.lower()}_wrist")
        wanted = source.positions[:, own] * scale
        level = np.median(source.positions[:, own, 1] * scale - held.positions[:, hand, 1])
        assert abs(level) < 0.02  # the floor, which is the feet's
        assert np.abs(held.positions[:, hand] - wanted + [0, level, 0]).max() < 0.001
        assert np.abs(plain.positions[:, hand] - wanted + [0, level, 0]).max() > 0.05
        assert np.allclose(held.turns[:, hand], plain.turns[:, hand])
    parents = np.array(rig.skeleton.parents)
    said = held.positions[:, parents] + np.einsum("tjab,jb->tja", held.turns[:, parents], rig.offsets)
    assert np.allclose(said[:, 1:], held.positions[:, 1:], atol=1e-6)
    # Elbows stay on their side of the line from shoulder to hand.
    arm, fore, hand = (held.positions[:, names.index(f"mixamorig:Left{name}")] for name in ("Arm", "ForeArm", "Hand"))
    before = [plain.positions[:, names.index(f"mixamorig:Left{name}")] for name in ("Arm", "ForeArm", "Hand")]
    sides = [np.cross(m - s, e - m) for s, m, e in ((arm, fore, hand), before)]
    assert ((sides[0] * sides[1]).sum(axis=1) > 0).all()


@pytest.mark.parametrize("name, order", [("soma", "SOMA 30"), ("smpl", "SMPL 22")])
def test_rigs_of_data_sets_have_their_joints(name, order):
    published = next(one.skeleton for one in ORDERS if one.name == order)
    rig = target_rig(name).skeleton
    for chain in range(5):
        names = [rig.joint_names[joint] for joint in rig.chains[chain]]
        assert names == [published.joint_names[joint] for joint in published.chains[chain]]
