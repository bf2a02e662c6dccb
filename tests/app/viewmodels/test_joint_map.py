"""The dialog on the joints of two rigs, without its widgets: guesses, changes, what is refused, what is kept."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.viewmodels import joint_map
from motionpatches.app.viewmodels.joint_map import JointMapping
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.motion.motion import Motion
from motionpatches.core.retarget.joint_map import ROLES
from tests.lanes import FakeLane


@pytest.fixture
def short(smpl_motion):
    return smpl_motion.crop(0, 10)


@pytest.fixture
def mapping(short):
    return JointMapping(lambda: short, "unity", FakeLane())


def test_it_begins_with_the_guess_and_the_motion_on_the_rig(mapping, short):
    assert mapping.ready and not mapping.problem and not mapping.can_keep
    assert [mapping.joint_name(side, "left shin") for side in ("source", "target")] == ["left_knee", "LeftLowerLeg"]
    assert mapping.how("left shin") == "guessed" and mapping.how("left fingers") == "on neither"
    expected = prepare(short, Choices(rig="unity")).motion
    np.testing.assert_allclose(mapping.shown["target"].positions, expected.positions, atol=1e-6)


def test_a_joint_chosen_in_a_figure_chooses_its_row(mapping):
    knee = mapping.skeleton("target").joint_names.index("LeftLowerLeg")
    mapping.choose(mapping.role_of("target", knee))
    assert mapping.role == "left shin"
    assert mapping.joints("source")["left shin"] == mapping.skeleton("source").joint_names.index("left_knee")
    mapping.choose("")
    assert mapping.role == "left shin"


def test_a_change_is_tried_out_undone_and_reset(mapping):
    before = mapping.shown["target"].positions
    mapping.set("target", None, "left toes")
    assert mapping.how("left toes") == "on one rig" and mapping.unmapped == ["left toes"] and mapping.can_keep
    after = mapping.shown["target"].positions
    assert np.abs(after - before).max() > 1e-3
    mapping.history.undo()
    assert not mapping.said and not mapping.unmapped
    np.testing.assert_array_equal(mapping.shown["target"].positions, before)
    mapping.history.redo()
    np.testing.assert_array_equal(mapping.shown["target"].positions, after)
    mapping.reset()
    assert not mapping.said
    mapping.history.undo()
    assert mapping.said.target == {"left toes": None}


def test_the_guess_chosen_again_is_no_change(mapping):
    own = mapping.joints("target")["neck"]
    mapping.set("target", None, "neck")
    mapping.set("target", own, "neck")
    assert not mapping.said and not mapping.can_keep and mapping.how("neck") == "guessed"


def test_an_impossible_map_is_named_and_not_kept(mapping):
    before = mapping.shown["target"]
    mapping.choose("left shin")
    mapping.set("target", mapping.joints("target")["left foot"])
    assert "same joint" in mapping.problem and not mapping.keep()
    assert mapping.shown["target"] is before, "the last that was possible"
    mapping.set("target", mapping.joints("target")["right shin"], "left foot")
    assert mapping.problem and not mapping.keep()
    mapping.set("target", None, "hips")
    assert mapping.joints("target")["hips"] is not None, "what cannot be without stays"


def test_what_is_kept_holds_for_exports_and_at_the_next_start(mapping, short):
    before = prepare(short, Choices(rig="unity")).posed.positions
    mapping.set("target", None, "left toes")
    assert mapping.keep() and not mapping.can_keep
    assert np.abs(prepare(short, Choices(rig="unity")).posed.positions - before).max() > 1e-3
    again = JointMapping(lambda: short, "unity", FakeLane())
    assert again.said.target == {"left toes": None} and not again.can_keep
    again.reset()
    assert again.keep()
    np.testing.assert_array_equal(prepare(short, Choices(rig="unity")).posed.positions, before)


def test_a_map_by_which_nothing_moves_is_not_kept(mapping, monkeypatch):
    def refused(*_):
        raise StudioError("The rig does not move.")

    plain = joint_map.onto
    monkeypatch.setattr(joint_map, "onto", refused)
    mapping.set("target", None, "left toes")
    assert mapping.problem == "The rig does not move." and not mapping.keep()
    monkeypatch.setattr(joint_map, "onto", plain)
    mapping.set("source", None, "left toes")
    assert not mapping.problem and mapping.keep()


def test_a_rig_that_cannot_be_read_is_reported(short, tmp_path):
    (tmp_path / "a.bvh").write_text("HIERARCHY")
    mapping = JointMapping(lambda: short, str(tmp_path / "a.bvh"), FakeLane())
    assert not mapping.ready and "a.bvh" in mapping.problem and not mapping.keep()


def test_a_rig_of_unknown_names_can_be_named(short):
    """Nothing is guessed, and the sentence says what is missing."""
    motion = Motion(short.positions, short.fps, replace(short.skeleton, joint_names=tuple(f"j{i}" for i in range(22)), chains=()))
    mapping = JointMapping(lambda: motion, "unity", FakeLane())
    assert "source has no joint for hips, and 13 more" in mapping.problem
    known = JointMapping(lambda: short, "unity", FakeLane())
    for role in ROLES:
        mapping.set("source", known.joints("source")[role], role)
    assert not mapping.problem
    np.testing.assert_allclose(mapping.shown["target"].positions, known.shown["target"].positions, atol=1e-6)
