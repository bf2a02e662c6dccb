"""Unit, up axis and root offset from the evidence of take, rig and folder."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.io.assemble import assemble
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.motion.axes import UP_AXES, from_y_up, to_y_up
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition.corrections import Correction
from motionpatches.core.recognition.decide import decide, recognise
from motionpatches.core.recognition.evidence import evidence_of
from motionpatches.core.recognition.stored import (
    evidence_from,
    evidence_values,
    recognition_from,
    recognition_values,
)
from motionpatches.core.recognition.survey import survey

RATE = Assumption("rate", "20 fps", "the test", 1.0)


def take(positions, fps=20.0, skeleton=SMPL22, **more) -> RawTake:
    return RawTake(np.ascontiguousarray(positions, np.float32), fps, skeleton, RATE, **more)


@pytest.fixture
def walk(smpl_motion) -> np.ndarray:
    """A generated walk, metres, Y up, (T, 22, 3)."""
    return smpl_motion.positions


def lying(walk: np.ndarray) -> np.ndarray:
    """The first pose laid on its back and breathing, its lowest point at height 0."""
    pose = walk[:1] - walk[:1, :1]
    flat = np.repeat(pose[..., [0, 2, 1]] * np.array([1, -1, 1], np.float32), 60, axis=0)
    flat[:, 12:] += 0.004 * np.sin(np.arange(60) / 5)[:, None, None].astype(np.float32)
    return flat - [0, flat[..., 1].min(), 0]


@pytest.mark.parametrize("up", ["Y", "Z", "-Y", "X"])
def test_a_walk_is_stood_up_from_every_axis(walk, up):
    found = recognise(take(from_y_up(walk, up)))
    assert found.up.value == up and found.up.confidence > 0.6
    np.testing.assert_allclose(to_y_up(from_y_up(walk, up), found.up.value), walk, atol=1e-6)


@pytest.mark.parametrize(
    "factor, right", [(1, 1), (100, 0.01), (1000, 0.001), (1 / 0.0254, 0.0254), (0.45 / 0.0254, 0.0254 / 0.45)]
)
@pytest.mark.parametrize("tall", [0.62, 0.9, 1.0, 1.12])
def test_units_make_adults_and_children(walk, factor, right, tall):
    found = recognise(take(walk * factor * tall))
    child_in_a_rare_unit = tall == 0.62 and right < 0.06 and right not in (0.01, 0.001)
    assert found.unit.value == pytest.approx(right) or child_in_a_rare_unit and found.unit.confidence < 0.9


def test_who_lies_is_not_stood_up_among_the_takes_of_the_rig(walk):
    takes = [take(walk), take(walk[::-1]), take(lying(walk)), take(lying(walk)[:, :, [2, 1, 0]] * [-1, 1, 1])]
    together = decide([evidence_of(one) for one in takes])
    assert [one.up.value for one in together] == ["Y"] * 4 and together[2].up.confidence >= 0.9
    alone = recognise(takes[2]).up
    assert alone.value == "Y" or alone.confidence < 0.7, "a body lying still may be misread, but not with certainty"


def test_two_conventions_in_one_folder_are_distinguished_by_size_or_by_folder(walk):
    takes = {1: take(walk), 2: take(from_y_up(walk, "Z") * 100), 3: take(walk * 1.05)}
    found = survey({k: evidence_of(v) for k, v in takes.items()}, dict.fromkeys(takes, "here"))
    assert [(found[k].up.value, found[k].unit.value) for k in (1, 2, 3)] == [("Y", 1.0), ("Z", 0.01), ("Y", 1.0)]
    apart = {"a": take(walk), "b": take(from_y_up(walk, "Z"))}
    found = survey({k: evidence_of(v) for k, v in apart.items()}, {"a": "one", "b": "another"})
    assert found["a"].up.value == "Y" and found["b"].up.value == "Z"


def test_what_a_format_states_counts_but_the_motion_may_refute_it(walk):
    z_up = from_y_up(walk, "Z")
    agreed = recognise(take(z_up, up=Stated("Z", "AMASS", 0.85), unit=Stated(1.0, "AMASS", 1.0)))
    assert agreed.up.value == "Z" and agreed.up.confidence >= 0.95 and "agree" in agreed.up.reason
    lied = recognise(take(walk, up=Stated("Z", "AMASS", 0.85)))
    assert lied.up.value == "Y" and "against" in lied.up.reason
    wrong_unit = recognise(take(walk * 100, unit=Stated(1.0, "the header", 0.97)))
    assert wrong_unit.unit.value == 0.01, "a person of 170 m is not believed"


@pytest.mark.parametrize("added", [False, True])
def test_the_floor_tells_whether_the_root_offset_is_added(walk, added):
    offset = np.array([0.0, 0.95, 0.0], np.float32)
    on_floor = walk - [0, walk[..., 1].min(), 0]
    stored = take(on_floor - offset if added else on_floor, root_offset=offset)
    found = recognise(stored)
    assert found.root_offset.value is added
    assert assemble_of(stored, found).positions[..., 1].min() == pytest.approx(0, abs=1e-4)
    turned = assemble_of(stored, found, Correction(root_offset=not added))
    assert abs(turned.positions[..., 1].min()) > 0.9, "a person can turn it"


def assemble_of(one, found, said=None):
    from pathlib import Path

    return assemble(Path("a.bvh"), one, found, said or Correction())


def test_a_pair_shares_one_reading(walk):
    z_up = from_y_up(walk, "Z") * 100
    pair = take(z_up, partner=take(z_up + np.array([100, 0, 0], np.float32)))
    motion = assemble_of(pair, recognise(pair))
    assert motion.partner is not None
    np.testing.assert_allclose(motion.partner.positions - motion.positions, np.tile([1.0, 0, 0], (len(walk), 22, 1)), atol=1e-4)
    assert motion.partner.skeleton.chains == motion.skeleton.chains


def test_the_second_of_a_pair_on_another_rig_has_its_own_body_parts(walk):
    """As many joints, in the opposite order: the first one's chains would name other joints."""
    order = list(range(22))[::-1]
    names = tuple(SMPL22.joint_names[j] for j in order)
    parents = tuple(order.index(p) if (p := SMPL22.parents[j]) >= 0 else -1 for j in order)
    other = take(walk[:, order] + np.float32(1), skeleton=replace(SMPL22, joint_names=names, parents=parents, chains=()))
    pair = take(walk, partner=other)
    motion = assemble_of(pair, recognise(pair))
    named = [[[one.skeleton.joint_names[j] for j in chain] for chain in one.skeleton.chains] for one in (motion, motion.partner)]
    assert named[0] == named[1] and len(named[0]) == 5


def test_markers_are_shown_and_have_no_chains(walk):
    loose = replace(SMPL22, parents=(-1,) * 22, chains=())
    found = recognise(take(walk, skeleton=loose, kind="points"))
    assert found.parts.chains == () and found.up.value == "Y"


def test_evidence_and_recognition_survive_the_index(walk):
    import json

    one = take(walk * 100, root_offset=np.array([0, 90, 0], np.float32), up=Stated("Y", "the file", 0.9))
    evidence = evidence_of(one)
    again = evidence_from(json.loads(json.dumps(evidence_values(evidence))))
    assert decide([again]) == decide([evidence])
    found = recognise(one)
    assert recognition_from(json.loads(json.dumps(recognition_values(found)))) == found


def test_one_frame_and_one_joint_are_no_trouble(walk):
    assert recognise(take(walk[:1])).up.value in UP_AXES
    single = replace(SMPL22, joint_names=("a",), parents=(-1,), chains=())
    assert recognise(take(walk[:, :1], skeleton=single)).parts.chains == ()
    still = recognise(take(np.zeros((10, 22, 3))))
    assert np.isfinite(still.unit.value)


def test_lying_takes_of_accad_alone_and_together(cases):
    takes = [read_bvh(file)[0] for file in sorted((cases / "12-lying-take").glob("*.bvh"))]
    assert [one.up.value for one in decide([evidence_of(one) for one in takes])] == ["Y"] * 3
    for one in takes:
        alone = recognise(one).up
        assert alone.value == "Y" or alone.confidence < 0.7


def test_inches_and_cmu_units(cases):
    for folder, right in (("36-inches-as-centimetres", 0.0254), ("04-cmu-unit-gap", 0.0254 / 0.45)):
        for file in sorted((cases / folder).glob("*.bvh")):
            assert recognise(read_bvh(file)[0]).unit.value == pytest.approx(right), file.name
