"""BVH against a slow twin with 4 x 4 matrices, and bad files."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.bvh.bvh import joint_positions, read_bvh
from motionpatches.core.io.bvh.parse import parse_bvh
from motionpatches.core.io.bvh.positions import meaning_of_places

SMALL = """HIERARCHY
ROOT Hips
{
  OFFSET 1.0 2.0 3.0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Spine
  {
    OFFSET 0.0 10.0 0.0
    CHANNELS 3 Yrotation Zrotation Xrotation
    JOINT Head
    {
      OFFSET 0.0 5.0 1.0
      CHANNELS 6 Xposition Yposition Zposition Xrotation Yrotation Zrotation
      End Site
      {
        OFFSET 0.0 1.0 0.0
      }
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.05
0 0 0 0 0 0 0 0 0 0 5 1 0 0 0
1 2 3 30 40 -50 20 10 70 0.5 6 2 15 25 35
"""


def test_statements_may_share_a_line(tmp_path):
    head, motion = SMALL.split("MOTION")
    (tmp_path / "a.bvh").write_text(SMALL)
    (tmp_path / "b.bvh").write_text(" ".join(head.split()) + "\nMOTION" + motion)
    one, other = (parse_bvh(tmp_path / name) for name in ("a.bvh", "b.bvh"))
    assert (one.names, one.parents, one.channels) == (other.names, other.parents, other.channels)
    assert np.array_equal(one.offsets, other.offsets)


def rotation(axis, degrees):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    rows = {
        "X": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "Y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "Z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }[axis]
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    return matrix


def slow_positions(bvh):
    """Frame by frame with 4 x 4 matrices."""
    out = np.zeros((len(bvh.values), len(bvh.names), 3))
    for t, row in enumerate(bvh.values):
        world, at = [], 0
        for j, channels in enumerate(bvh.channels):
            parent = bvh.parents[j]
            place = list(bvh.offsets[j])
            turn = np.eye(4)
            for kind, axis in channels:
                value = row[at]
                at += 1
                if kind == "p":
                    i = "XYZ".index(axis)
                    place[i] = value
                else:
                    turn = turn @ rotation(axis, value)
            move = np.eye(4)
            move[:3, 3] = place
            local = move @ turn
            world.append(local if parent < 0 else world[parent] @ local)
            out[t, j] = world[-1][:3, 3]
    return out


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_forward_kinematics_by_hand(tmp_path):
    bvh = parse_bvh(write(tmp_path / "a.bvh", SMALL))
    positions = joint_positions(bvh)
    np.testing.assert_allclose(positions[0], [[0, 0, 0], [0, 10, 0], [0, 15, 1]], atol=1e-5)
    np.testing.assert_allclose(positions, slow_positions(bvh), atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        ("\n", "\r\n"),
        ("  ", "\t"),
        (" 0 0 0\n1", " 0 0 0\n\n\n1"),
        ("5 1 0 0 0", "5e0 1.0e+0 0 0 0"),
        ("0 0 0 0 0 0 0 0 0 0 5", "0,0,0,0,0,0,0,0,0,0,5"),
    ],
)
def test_dialects_read_alike(tmp_path, change):
    plain = joint_positions(parse_bvh(write(tmp_path / "a.bvh", SMALL)))
    other = joint_positions(parse_bvh(write(tmp_path / "b.bvh", SMALL.replace(*change))))
    np.testing.assert_allclose(plain, other, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("MOTION", "MOTI"), "not a"),
        (("}\nMOTION", "MOTION"), "never closed"),
        (("35\n", "\n"), "cut off"),
        (("35\n", "35"), "9 frames are announced"),
        (("0.05", "0"), "Frame Time"),
        (("15 25", "15 abc"), "cut off|number"),
        (("Xrotation\n", "Wrotation\n"), "unknown channel"),
        (("OFFSET 0.0 10.0", "OFFSET zero 10.0"), "three numbers"),
    ],
)
def test_broken_files_say_what_is_wrong(tmp_path, change, word):
    text = SMALL.replace("Frames: 2", "Frames: 9") if "announced" in word else SMALL
    path = write(tmp_path / "broken.bvh", text.replace(*change, 1))
    with pytest.raises(FileProblem, match=word) as caught:
        read_bvh(path)
    assert "broken.bvh" in str(caught.value) and str(caught.value).endswith(".")


def test_all_real_files_are_upright_in_metres_with_five_chains(shared):
    from motionpatches.core.io.load import load_motion

    files = sorted((shared / "bvh").rglob("*.bvh"))
    assert len(files) == 96
    for file in files[::9] + files[-6:]:
        motion = load_motion(file)
        chains = [[motion.skeleton.joint_names[j] for j in c] for c in motion.skeleton.chains]
        assert len(chains) == 5
        right_leg, left_leg, torso, right_arm, left_arm = (" ".join(c) for c in chains)
        assert "Head" in torso and "Hand" in right_arm and "Foot" in left_leg
        assert all(mark in right for right in (right_leg, right_arm) for mark in ["R"]), chains
        head, foot = motion.positions[:, motion.skeleton.chains[2][-1], 1], motion.positions[:, chains_end(motion), 1]
        assert 1.1 < np.median(head - foot) < 1.9


def chains_end(motion):
    return motion.skeleton.chains[0][-1]


def test_real_file_against_the_slow_twin(shared):
    bvh = parse_bvh(sorted((shared / "bvh" / "cmu_cc").glob("*.bvh"))[2])
    short = type(bvh)(bvh.names, bvh.parents, bvh.offsets, bvh.channels, bvh.values[:4], bvh.frame_time, 4)
    np.testing.assert_allclose(joint_positions(short), slow_positions(short), atol=1e-5 * 180)


def test_bvh_and_joint_arrays_of_one_take_agree(shared):
    """The dataset's own joint positions at 20 fps were made by someone else from the same file at 30 fps."""
    from motionpatches.core.io.load import load_motion
    from motionpatches.core.motion.canonical import resample

    index = (shared / "bandai2" / "index.csv").read_text().splitlines()[1:]
    by_source = {line.split(",")[1]: line.split(",")[0] for line in index}
    file = shared / "bvh" / "bandai" / "dataset-2_walk_normal_001.bvh"
    theirs = np.load(shared / "bandai2" / "new_joints" / f"{by_source[file.stem]}.npy")
    ours = resample(load_motion(file), 20).positions
    count = min(len(theirs), len(ours))
    assert np.abs(theirs[:count] - ours[:count]).max() < 0.02


def test_a_header_that_lies_about_frames_is_reported(tmp_path):
    for claim in (9, 1, 10**12):
        (take,) = read_bvh(write(tmp_path / "a.bvh", SMALL.replace("Frames: 2", f"Frames: {claim}") + "\n\n  \n"))
        note = take.notes[-1]
        assert len(take.positions) == 2 and note.what == "frames" and f"{claim:,}" in note.reason


@pytest.mark.parametrize(
    "joint", ("6 Xposition Yposition Zposition Xrotation Yrotation Zrotation", "3 Yrotation Zrotation Xrotation")
)
def test_lines_that_hold_more_values_than_channels_are_no_frames(tmp_path, joint):
    """A joint without its channels: the values of all lines still make whole frames of fewer channels, which nobody meant."""
    frames = 12
    text = SMALL.replace(f"CHANNELS {joint}", "CHANNELS 0").replace("Frames: 2", f"Frames: {frames}")
    lines = "\n".join(" ".join(str(k) for k in range(15)) for _ in range(frames))
    path = write(tmp_path / "a.bvh", text[: text.index("0.05") + 5] + lines + "\n")
    width = 15 - int(joint[0])
    assert 15 * frames % width == 0, "as if there were more frames, or fewer"
    with pytest.raises(FileProblem, match=f"its lines hold 15 values, its hierarchy has {width} channels"):
        read_bvh(path)


NAMES = st.sampled_from(["Hips", "mixamorig:LeftArm", "ns|Right Leg", "CC_Base_L_Foot", "joint 1", "Ünïcode", "a-b.c", "Hips"])


@st.composite
def hierarchies(draw):
    """A BVH text of random tree, channels, dialect marks, and several roots at times."""
    out, width = ["HIERARCHY"], [0]
    tab = draw(st.sampled_from(["  ", "\t", ""]))
    number = st.floats(-90, 90, allow_nan=False).map(draw(st.sampled_from(["{:.4f}", "{:.3e}", "{:g}"])).format)

    def joint(depth: int) -> None:
        pad = tab * depth
        rotations = draw(st.permutations(["Xrotation", "Yrotation", "Zrotation"]))[: draw(st.sampled_from([3, 3, 3, 1, 0]))]
        places = draw(st.permutations(["Xposition", "Yposition", "Zposition"]))[: draw(st.sampled_from([0, 3, 3, 2]))]
        channels = places + rotations if draw(st.booleans()) else rotations + places
        width[0] += len(channels)
        out.append(f"{pad}{'JOINT' if depth else 'ROOT'} {draw(NAMES)}" + draw(st.sampled_from(["", " {"])))
        if not out[-1].endswith("{"):
            out.append(pad + "{")
        out.append(f"{pad}{tab}OFFSET {draw(number)} {draw(number)} {draw(number)}")
        out.append(f"{pad}{tab}CHANNELS {len(channels)} {' '.join(channels)}")
        for _ in range(draw(st.integers(0, 2 if depth < 4 else 0))):
            joint(depth + 1)
        for _ in range(draw(st.integers(0, 2))):
            out.extend([f"{pad}End Site", pad + "{", f"{pad}OFFSET 0 1 0", pad + "}"])
        out.append(pad + "}")

    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        joint(0)
    if not width[0]:
        return ""
    rows = [draw(st.sampled_from([" ", ", ", "\t"])).join(draw(number) for _ in range(width[0])) for _ in range(3)]
    text = "\n".join([*out, "MOTION", f"Frames: {len(rows)}", "Frame Time: 0.04", *rows])
    text += draw(st.sampled_from(["\n", "\n\n \n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=hierarchies())
def test_any_dialect_against_the_slow_twin(text, tmp_path):
    assume(text)
    (tmp_path / "a.bvh").write_bytes(text.encode())
    bvh = parse_bvh(tmp_path / "a.bvh")
    assume(meaning_of_places(bvh) == "local")
    expected = slow_positions(bvh)
    height = max(np.ptp(expected, axis=(0, 1)).max(), np.abs(expected).max(), 1.0)
    np.testing.assert_allclose(joint_positions(bvh), expected, atol=1e-5 * height)


def test_places_of_joints_in_the_world_are_seen_by_the_bones_length(tmp_path):
    """The chest's channels say where it is in the world, 1 above a pelvis that walks along x; the head hangs from the chest."""
    head = "JOINT head\n{\nOFFSET 0 0.5 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n}\n"
    text = (
        "HIERARCHY\nROOT pelvis\n{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
        "JOINT chest\n{\nOFFSET 0 1 0\nCHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation\n"
        + head
        + "}\n}\nMOTION\nFrames: 3\nFrame Time: 0.05\n"
    )
    rows = [[x, 2, 0, 0, 0, 0, x, 3, 0, 90, 0, 0, 0, 0, 0] for x in (5, 6, 7)]
    path = tmp_path / "a.bvh"
    path.write_text(text + "".join(" ".join(map(str, row)) + "\n" for row in rows))
    (take,) = read_bvh(path)
    expected = [[[x, 2, 0], [x, 3, 0], [x - 0.5, 3, 0]] for x in (5, 6, 7)]
    np.testing.assert_allclose(take.positions, expected, atol=1e-5)
    assert any(note.value == "in the world" for note in take.notes)
