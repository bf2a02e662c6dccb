"""ASF/AMC written here against scipy's rotations, its dialects, cuts, and the real take against its own BVH."""

import math
import re

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.acclaim.amc import AMC, read_amc, read_amc_turned
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.library.open import open_library
from motionpatches.core.library.own_rotations import load_with_rotations
from motionpatches.core.progress import run
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.from_turns import pose_of

ASF = """# a comment
:version 1.10
:name VICON
:units
  mass 1.0
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name lfemur
     direction 0.34 -0.94 0
     length 7.2
     axis 10 -20 30 XYZ
    dof rx ry rz
    limits (-160.0 20.0)
           (-70.0 70.0)
           (-60.0 70.0)
  end
  begin
     id 2
     name ltibia
     direction 0.3 -0.9 0.1
     length 7.5
     axis 5 0 20 XYZ
    dof rx
    limits (-10.0 170.0)
  end
  begin
     id 3
     name lowerback
     direction 0 1 0.1
     length 2.1
     axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root lfemur lowerback
    lfemur ltibia
  end
"""
HEADER = "#!OML:ASF C:\\data\\subject seven.ASF\n:FULLY-SPECIFIED\n:DEGREES\n"
FRAMES = """1
root 9.3 17.8 -17.3 -2 3.3 -33
lfemur 5 6 7
ltibia 21
2
root 9.1 17.9 -17.1 1 13.3 -3
lfemur -15 16 -7
ltibia 40
"""


@pytest.fixture
def take(tmp_path):
    (tmp_path / "07.asf").write_text(ASF)
    (tmp_path / "07_01.amc").write_text(HEADER + FRAMES)
    return tmp_path / "07_01.amc"


def xyz(degrees):
    """Fixed axes, X first: scipy's lower-case order."""
    return Rotation.from_euler("xyz", degrees, degrees=True)


def expected():
    rows = [([9.3, 17.8, -17.3], [-2, 3.3, -33], [5, 6, 7], 21), ([9.1, 17.9, -17.1], [1, 13.3, -3], [-15, 16, -7], 40)]
    out = []
    for place, turn, hip, knee in rows:
        root = xyz(turn)
        c1, c2 = xyz([10, -20, 30]), xyz([5, 0, 20])
        femur = root * c1 * xyz(hip) * c1.inv()
        tibia = femur * c2 * xyz([knee, 0, 0]) * c2.inv()
        end = np.array(place) + femur.apply(np.array([0.34, -0.94, 0]) * 7.2)
        out.append(
            [
                place,
                end,
                end + tibia.apply(np.array([0.3, -0.9, 0.1]) * 7.5),
                np.array(place) + root.apply(np.array([0, 1, 0.1]) * 2.1),
            ]
        )
    return np.array(out)


def test_against_scipy(take):
    (found,) = read_amc(take)
    np.testing.assert_allclose(found.positions, expected(), atol=1e-5)
    assert found.skeleton.joint_names == ("root", "lfemur", "ltibia", "lowerback") and found.skeleton.parents == (-1, 0, 1, 0)
    assert found.unit.value == pytest.approx(0.0254 / 0.45) and found.fps == 120 and found.rate.confidence < 0.7
    assert not found.notes and AMC.files(take) == [take, take.parent / "07.asf"]
    femur = np.array([0.34, -0.94, 0]) * 7.2
    tibia = np.array([0.3, -0.9, 0.1]) * 7.5
    np.testing.assert_allclose(found.rest, [[0, 0, 0], femur, femur + tibia, [0, 2.1, 0.21]], atol=1e-5)


def test_rotations_against_scipy(take):
    """A joint turns as the bone that begins there: hips by the root (it carries two), the knee's bone at the end of the thigh."""
    (got,) = read_amc_turned(take)
    (plain,) = read_amc(take)
    np.testing.assert_array_equal(got.positions, plain.positions)
    assert plain.turns is None and got.skeleton.joint_names == ("root", "lfemur", "ltibia", "lowerback")
    c1, c2 = xyz([10, -20, 30]), xyz([5, 0, 20])
    for turns, (turn, hip, knee) in zip(
        got.turns, [([-2, 3.3, -33], [5, 6, 7], 21), ([1, 13.3, -3], [-15, 16, -7], 40)], strict=True
    ):
        root = xyz(turn)
        femur = root * c1 * xyz(hip) * c1.inv()
        tibia = femur * c2 * Rotation.from_euler("x", knee, degrees=True) * c2.inv()
        for found, wanted in zip(turns, (root, tibia, tibia, root), strict=True):
            assert (Rotation.from_quat(found) * wanted.inv()).magnitude() < 1e-5


def test_a_root_with_axes_is_at_rest_without_rotation(tmp_path):
    (tmp_path / "07.asf").write_text(ASF.replace("orientation 0 0 0", "orientation 10 -20 30"))
    (tmp_path / "07_01.amc").write_text(HEADER + "1\nroot 0 17 0 0 0 0\nlfemur 0 0 0\nltibia 0\n")
    (got,) = read_amc_turned(tmp_path / "07_01.amc")
    assert np.abs(np.abs(got.turns[0, :, 3]) - 1).max() < 1e-6
    np.testing.assert_allclose(got.positions[0] - got.positions[0, 0], got.rest - got.rest[0], atol=1e-5)


def test_a_real_take_keeps_how_hands_are_twisted(cases):
    """The hand's own bone turns by its values alone; what positions show of it is kept, and every bone points where it did."""
    folder = cases / "33-asf-amc"
    library = run(open_library(folder))
    clip = next(one for one in library.clips if one.path.suffix == ".amc")
    motion = load_with_rotations(library, clip.id).crop(0, 120)
    assert motion.turns is not None
    posed, by_positions = pose_of(motion), pose(motion)
    np.testing.assert_array_equal(posed.positions, by_positions.positions)
    names = posed.rig.skeleton.joint_names
    wrist = names.index("lradius")
    apart = np.arccos(np.clip((np.einsum("tij,tij->t", posed.turns[:, wrist], by_positions.turns[:, wrist]) - 1) / 2, -1, 1))
    assert np.rad2deg(np.median(apart)) > 3
    offsets = posed.rig.offsets
    for joint, parent in enumerate(posed.rig.skeleton.parents):
        if parent >= 0 and len(posed.rig.skeleton.children[parent]) == 1 and np.linalg.norm(offsets[joint]) > 0.02:
            said = posed.turns[:, parent] @ offsets[joint]
            seen = posed.positions[:, joint] - posed.positions[:, parent]
            assert np.abs(said - seen).max() < 0.002, names[joint]


def radians(text):
    return (
        "\n".join(
            " ".join(
                [
                    w[0],
                    *(w[1:4] if w[0] == "root" else []),
                    *(repr(math.radians(float(v))) for v in w[4 if w[0] == "root" else 1 :]),
                ]
            )
            if len(w) > 1
            else " ".join(w)
            for w in (line.split() for line in text.splitlines())
        )
        + "\n"
    )


SHUFFLED = FRAMES.replace("lfemur -15 16 -7\nltibia 40\n", "ltibia 40\nlfemur -15 16 -7\n")


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + FRAMES).replace("\n", "\r\n").encode(),
        (HEADER + FRAMES).replace("\n", "\r").encode(),
        (HEADER + FRAMES).encode("utf-16"),
        (HEADER + FRAMES.replace("\n", "\n\n")).encode(),
        (HEADER + FRAMES.replace(" ", "\t")).encode(),
        (HEADER + SHUFFLED).encode(),
        FRAMES.encode(),
        (HEADER + FRAMES.replace("2\nroot", "# a note\n2\nroot")).encode(),
        (HEADER.replace("DEGREES", "RADIANS") + radians(FRAMES)).encode(),
    ],
)
def test_dialects_read_alike(take, content):
    take.write_bytes(content)
    (found,) = read_amc(take)
    np.testing.assert_allclose(found.positions, expected(), atol=1e-4)


@pytest.mark.parametrize(
    ("length", "metres", "sure"),
    [("0.45", 0.0254 / 0.45, 0.9), ("1.0", None, 0), ("", None, 0), ("2.54", 0.01, 0.7), ("0", None, 0), ("7", 0.0254 / 7, 0)],
)
def test_units(take, length, metres, sure):
    (take.parent / "07.asf").write_text(ASF.replace("  length 0.45", f"  length {length}" if length else ""))
    unit = read_amc(take)[0].unit
    assert (unit is None) if metres is None else (unit.value == pytest.approx(metres) and unit.confidence >= sure)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ltibia 40", "ltibia 40 3", "2 values"),
        ("ltibia 40", "", "is missing"),
        ("ltibia 40", "tail 1", "not in the skeleton"),
        ("ltibia 40", "ltibia x", "not a number"),
        ("ltibia 40", "ltibia nan", "frame 1"),
        ("ltibia 40", "ltibia 1e999", "frame 1"),
        ("ltibia 40", "lowerback 1", "no degrees"),
        ("ltibia 40", "ltibia 40\nltibia 41", "twice"),
        ("ltibia 40", "ltibia 40\n3", "is missing"),
        (FRAMES, "", "no frames"),
        ("ltibia 40", "x" * 9999 + " 1", "'x{59}…'"),
    ],
)
def test_bad_amc(take, old, new, says):
    take.write_text(HEADER + FRAMES.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        read_amc(take)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("lfemur ltibia\n", "ltibia lfemur\n lfemur ltibia\n", "already has a parent|circle"),
        ("root lfemur lowerback\n    lfemur ltibia", "root lowerback\n ltibia lfemur\n lfemur ltibia", "circle"),
        ("length 7.2", "length long", "number"),
        ("length 7.2", "length inf", "number"),
        ("axis 5 0 20 XYZ", "axis 5 0 20 XXZ", "order"),
        ("root lfemur low", "root low", "no parent"),
        ("dof rx\n", "dof rq\n", "degrees of freedom"),
        (":hierarchy", ":nothing", "hierarchy"),
        ("name ltibia", "name lfemur", "twice"),
        ("  end\n:hierarchy", ":hierarchy", "breaks off"),
    ],
)
def test_bad_asf(take, old, new, says):
    (take.parent / "07.asf").write_text(ASF.replace(old, new))
    with pytest.raises(FileProblem, match=says):
        read_amc(take)


def test_a_cut_is_reported(take):
    for cut in range(1, 12):
        take.write_text((HEADER + FRAMES)[:-cut])
        try:
            (note,) = read_amc(take)[0].notes
            assert cut <= 2 and "cut off" in note.reason
        except FileProblem as problem:
            assert cut > 2, problem


@pytest.mark.parametrize(
    ("amc", "skeletons", "chosen"),
    [
        ("07_01.amc", ["07.asf", "08.asf"], "07.asf"),
        ("071_01.amc", ["07.asf", "0.asf"], None),
        ("1.amc", [], None),
        ("HDM_bd_01-01_01_120.amc", ["HDM_bd.asf", "HDM.asf", "HDM_dg.asf"], "HDM_bd.asf"),
        ("07_01.AMC", ["07_01.ASF", "07.asf"], "07_01.ASF"),
        ("walk.amc", ["any.asf"], "any.asf"),
        ("walk.amc", ["a.asf", "Subject Seven.asf"], "Subject Seven.asf"),
    ],
)
def test_the_skeleton_of_a_take(amc, skeletons, chosen, tmp_path):
    for name in skeletons:
        (tmp_path / name).write_text(ASF)
    (tmp_path / amc).write_text(HEADER + FRAMES)
    if chosen:
        assert AMC.files(tmp_path / amc)[1].name == chosen and len(read_amc(tmp_path / amc)[0].positions) == 2
        return
    with pytest.raises(FileProblem, match=r"Put .*\.asf"):
        read_amc(tmp_path / amc)


def test_rate_from_name_and_frame_numbers(take):
    name = take.parent / "07_dance_240.amc"
    name.write_text(HEADER + FRAMES)
    assert read_amc(name)[0].fps == 240
    take.write_text(HEADER + re.sub(r"(?m)^2$", "5", FRAMES))
    assert read_amc(take)[0].fps == 30


def test_real_take_against_its_bvh(cases):
    """The same take converted by someone else: a bone's end in the AMC is the next joint's place in the BVH."""
    folder = cases / "33-asf-amc" / "cmu01"
    (amc,) = read_amc(folder / "01_01.amc")
    (bvh,) = read_bvh(folder / "01_01.bvh")
    pairs = {
        "root": "Hips",
        "lhipjoint": "LeftUpLeg",
        "lfemur": "LeftLeg",
        "ltibia": "LeftFoot",
        "lfoot": "LeftToeBase",
        "rhipjoint": "RightUpLeg",
        "rfemur": "RightLeg",
        "rtibia": "RightFoot",
        "lclavicle": "LeftArm",
        "lhumerus": "LeftForeArm",
        "lradius": "LeftHand",
        "rclavicle": "RightArm",
        "rhumerus": "RightForeArm",
    }
    ours = amc.positions[:, [amc.skeleton.joint_names.index(a) for a in pairs]]
    # The BVH has a rest pose in front, and its arms start at the thorax's beginning: the bones of the arms are compared.
    theirs = bvh.positions[1:, [bvh.skeleton.joint_names.index(b) for b in pairs.values()]]
    np.testing.assert_allclose(ours[:, :8], theirs[:, :8], atol=1e-3)
    for start, end in ((8, 9), (9, 10), (11, 12)):
        np.testing.assert_allclose(ours[:, end] - ours[:, start], theirs[:, end] - theirs[:, start], atol=1e-3)
    names = amc.skeleton.joint_names
    thigh = np.linalg.norm(amc.positions[:, names.index("rfemur")] - amc.positions[:, names.index("rhipjoint")], axis=1)
    np.testing.assert_allclose(thigh * amc.unit.value, 0.420, atol=5e-4)


def test_centimetres_equal_cmu_units(cases):
    folder = cases / "33-asf-amc"
    (inches,) = read_amc(folder / "cmu11" / "11_01.amc")
    (cm,) = read_amc(folder / "cm" / "11_01.amc")
    assert cm.unit is None
    np.testing.assert_allclose(inches.positions * inches.unit.value, cm.positions * 0.01, atol=1e-5)


def test_hostile_case(cases):
    (take,) = read_amc(cases / "hostile" / "45-amc-cut" / "a.amc")
    assert "cut off" in take.notes[0].reason
