"""The awkward BVH files beside the checkout."""

import csv

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.bvh.bvh import read_bvh


def test_cases_of_dialects(cases):
    (good,) = read_bvh(cases / "08-decimal-commas" / "good.bvh")
    for file in [
        *(cases / "08-decimal-commas").glob("*.bvh"),
        *(cases / "09-bom-utf16").glob("*.bvh"),
        cases / "06-zero-position-channels-on-every-joint" / "take.bvh",
    ]:
        (take,) = read_bvh(file)
        np.testing.assert_allclose(take.positions, good.positions, atol=1e-3, err_msg=file.name)
        assert take.skeleton == good.skeleton and take.fps == 24
    names = {f.name: read_bvh(f)[0].skeleton.joint_names for f in (cases / "15-names").glob("*.bvh")}
    assert names["bip01_spaces.bvh"][:2] == ("Bip01 Pelvis", "Bip01 R Thigh") and names["mmd_utf8.bvh"][1] == "右足"
    assert names["joint_named_MOTION.bvh"][0] == "MOTION_ROOT" and names["namespace.bvh"][0] == "Actor.1:Hips"


def test_case_of_two_people(cases):
    (take,) = read_bvh(cases / "13-two-roots" / "two_people.bvh")
    assert take.partner.skeleton.joint_names == ("Hips2", *take.skeleton.joint_names[1:])
    assert take.partner.skeleton.parents == take.skeleton.parents
    assert take.partner.positions.shape == take.positions.shape == (101, 19, 3)
    apart = np.linalg.norm(take.partner.positions[:, 0] - take.positions[:, 0], axis=1)
    assert apart.min() > 50


def test_case_of_a_root_offset(cases):
    """Every joint as bvh-toolbox's own table of places has it."""
    folder = cases / "01-root-offset-doubled"
    (take,) = read_bvh(folder / "walk01.bvh")
    with open(folder / "walk01_pos.csv", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    table = np.array(rows, float)
    scale = take.positions[0, 0, 1] / table[0, header.index("Hips.y")]
    assert table[0, header.index("Hips.y")] * scale == pytest.approx(103.511, abs=1e-3)
    for i, name in enumerate(take.skeleton.joint_names):
        at = header.index(f"{name}.x")
        np.testing.assert_allclose(take.positions[:, i], table[:, at : at + 3] * scale, atol=1e-3, err_msg=name)
    np.testing.assert_allclose(take.root_offset, [0, 103.511, 0])
    (jesse,) = read_bvh(folder / "rokoko_jesse.bvh")
    toes = [i for i, n in enumerate(jesse.skeleton.joint_names) if "Toe" in n]
    assert jesse.positions[:100, toes, 1].min() == pytest.approx(1.8, abs=0.1)


def test_hostile_cases(cases):
    for name, says in (("08-bvh-star", "1,000 joints"), ("44-bvh-word-in-values", "line 235.*'oops'")):
        with pytest.raises(FileProblem, match=says):
            read_bvh(cases / "hostile" / name / "take.bvh")
    assert "no possible number" in read_bvh(cases / "hostile" / "52-bvh-frames-inf" / "take.bvh")[0].notes[0].reason
