"""The dialects that exporters write: one take in each gives the same places; names stay whole; several roots; real cases."""

import re

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.io.bvh.parse import parse_bvh

PLAIN = """HIERARCHY
ROOT Hips
{
  OFFSET 0.5 90.25 -1.5
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT LeftUpLeg
  {
    OFFSET 10.5 -3.25 0.5
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT LeftLeg
    {
      OFFSET 0.25 -40.5 0.75
      CHANNELS 3 Yrotation Xrotation Zrotation
      JOINT LeftFoot
      {
        OFFSET 0.5 -41.5 -0.5
        CHANNELS 3 Zrotation Xrotation Yrotation
        End Site
        {
          OFFSET 0.5 -5.5 15.5
        }
      }
    }
  }
  JOINT Spine
  {
    OFFSET 0.5 12.5 0.5
    CHANNELS 3 Zrotation Xrotation Yrotation
  }
}
MOTION
Frames: 3
Frame Time: 0.04
1.5 92.5 3.5 10.5 20.5 -30.5 5.5 -15.5 25.5 35.5 45.5 -55.5 7.5 8.5 9.5 1.5 2.5 3.5
2.5 93.5 4.5 11.5 21.5 -31.5 6.5 -16.5 26.5 36.5 46.5 -56.5 8.5 9.5 10.5 2.5 3.5 4.5
3.5 94.5 5.5 12.5 22.5 -32.5 7.5 -17.5 27.5 37.5 47.5 -57.5 9.5 10.5 11.5 3.5 4.5 5.5
"""
HEAD, MOTION = PLAIN.split("MOTION\n")
VALUES = MOTION.split("0.04\n")[1]


def comma(text: str) -> str:
    return re.sub(r"(\d)\.(\d)", r"\1,\2", text)


def separated(by: str) -> str:
    return PLAIN.replace(VALUES, VALUES.replace(" ", by))


DIALECTS = {
    "utf-8 mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "utf-16 mark": PLAIN.encode("utf-16"),
    "utf-16 le": PLAIN.encode("utf-16-le"),
    "utf-16 be": PLAIN.encode("utf-16-be"),
    "utf-32": PLAIN.encode("utf-32"),
    "cr": PLAIN.replace("\n", "\r").encode(),
    "crlf": PLAIN.replace("\n", "\r\n").encode(),
    "nul at the end": PLAIN.encode() + b"\0\0\x1a",
    "blank lines": PLAIN.replace("\n", "\n\n").encode(),
    "trailing blanks": PLAIN.replace("\n", " \t \n").encode(),
    "comments": f"# by a tool\n// two\n\n{PLAIN.replace('CHANNELS 6', '# note {' + chr(10) + 'CHANNELS 6')}".encode(),
    "comments in values": PLAIN.replace("0.04\n", "0.04\n# x y z\n").encode(),
    "lower case": PLAIN.lower().encode(),
    "upper case": PLAIN.upper().encode(),
    "tabs": PLAIN.replace(" ", "\t").encode(),
    "braces on the line": re.sub(r"\n\s*\{", " {", PLAIN).encode(),
    "braces glued": re.sub(r"\n\s*\{", "{", PLAIN).encode(),
    "one line": (" ".join(HEAD.split()) + "\nMOTION\n" + MOTION).encode(),
    "all but the values on one line": (" ".join(PLAIN.split("0.04\n")[0].split()) + " 0.04\n" + VALUES).encode(),
    "header blanks": PLAIN.replace("Frames: 3", "  frames  :\t3  ").replace("Frame Time: ", "FRAME  TIME:").encode(),
    "no colon": PLAIN.replace("Frames: 3", "Frames 3").encode(),
    "header reversed": PLAIN.replace("Frames: 3\nFrame Time: 0.04", "Frame Time: 0.04\nFrames: 3").encode(),
    "decimal commas": comma(PLAIN).encode(),
    "decimal commas, point in the time": comma(PLAIN).replace("0,04", "0.04").encode(),
    "decimal commas, semicolons": comma(separated(";")).encode(),
    "decimal commas, tabs": comma(separated("\t")).encode(),
    "decimal commas, comma and blank": comma(separated(", ")).encode(),
    "decimal commas, commas": comma(separated(",")).encode(),
    "decimal commas in offsets alone": (comma(HEAD) + "MOTION\n" + MOTION).encode(),
    "commas": separated(",").encode(),
    "commas and blanks": separated(", ").encode(),
    "semicolons": separated("; ").encode(),
    "commas in offsets": re.sub(r"OFFSET (\S+) (\S+) (\S+)", r"OFFSET \1, \2, \3", PLAIN).encode(),
    "counts too small": PLAIN.replace("CHANNELS 3", "CHANNELS 2").encode(),
    "counts too large": PLAIN.replace("CHANNELS 3", "CHANNELS 9").encode(),
    "channels on two lines": PLAIN.replace("Zposition Zrotation", "Zposition\n Zrotation").encode(),
    "a frame on several lines": PLAIN.replace(" 25.5 35.5", " 25.5\n35.5").replace(" 1.5 2.5", "\n 1.5 2.5").encode(),
    "no end site": re.sub(r"End Site\s*\{[^}]*\}", "", PLAIN).encode(),
    "end site": PLAIN.replace("End Site", "End site").encode(),
    "named end site": PLAIN.replace("End Site", "End Site LeftToe").encode(),
    "unknown statement": PLAIN.replace("CHANNELS 6", "SCALE 1.0 1.0\nCHANNELS 6").encode(),
    "exponents": PLAIN.replace(" 10.5 20.5", " 1.05e1 0.205E+2").encode(),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "a.bvh"
    path.write_text(PLAIN)
    (take,) = read_bvh(path)
    return take


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_read_alike(name, tmp_path, plain):
    (tmp_path / "a.bvh").write_bytes(DIALECTS[name])
    (take,) = read_bvh(tmp_path / "a.bvh")
    np.testing.assert_allclose(take.positions, plain.positions, atol=1e-5)
    np.testing.assert_allclose(take.rest, plain.rest, atol=1e-6)
    np.testing.assert_allclose(take.root_offset, [0.5, 90.25, -1.5])
    assert [n.lower() for n in take.skeleton.joint_names] == [n.lower() for n in plain.skeleton.joint_names]
    assert take.skeleton.parents == (-1, 0, 1, 2, 0) and take.fps == 25 and not take.notes


def test_against_bvhtoolbox(tmp_path, plain):
    """Another reader's matrices along each chain: it turns by the same channels, and replaces nothing."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        toolbox = pytest.importorskip("bvhtoolbox", reason="bvhtoolbox is not installed")
        transforms = pytest.importorskip("bvhtoolbox.bvhtransforms")
        tree = toolbox.BvhTree(PLAIN)
    found = {}

    def walk(joint, above):
        channels = tree.joint_channels(joint.name)
        axes = "s" + "".join(c[0] for c in channels if c.endswith("rotation")).lower()[::-1]
        world = transforms.get_affines(tree, joint.name, axes=axes)
        if above is not None:
            world[:, :3, 3] = [float(o) for o in joint["OFFSET"]]
            world = above @ world
        found[joint.name] = world[:, :3, 3]
        for child in joint.filter("JOINT"):
            walk(child, world)

    walk(next(tree.root.filter("ROOT")), None)
    for i, name in enumerate(plain.skeleton.joint_names):
        np.testing.assert_allclose(plain.positions[:, i], found[name], atol=1e-4)


NAMES = [
    "Bip01 L Thigh",
    "MOTION",
    "HIERARCHY",
    "End",
    "End Site",
    "MOTION_ROOT",
    "ROOT",
    "左足",
    "Actor 1:Hips",
    "ns|Right Leg",
    "Frames: 3",
    "l-arm.001",
    "a_OFFSET_b",
    "Hüfte",
    "JOINT",
    "センター",
    "CHANNELS",
    "7",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("brace", ["\n{", " {", "{"])
def test_names_stay_whole(name, brace, tmp_path, plain):
    text = PLAIN.replace("JOINT LeftLeg\n    {", f"JOINT {name}{brace}").replace("ROOT Hips\n{", f"ROOT {name}{brace}")
    own = {"左足": "shift_jis", "センター": "shift_jis", "Hüfte": "cp1252"}.get(name, "utf-8")
    for encoding in ("utf-8", "utf-16", own):
        (tmp_path / "a.bvh").write_bytes(text.encode(encoding))
        (take,) = read_bvh(tmp_path / "a.bvh")
        assert take.skeleton.joint_names == (name, "LeftUpLeg", name, "LeftFoot", "Spine")
        np.testing.assert_allclose(take.positions, plain.positions, atol=1e-5)


def test_quoted_and_missing_names(tmp_path):
    text = PLAIN.replace("JOINT LeftLeg", 'JOINT "Left Leg"').replace("JOINT Spine", "JOINT").replace("ROOT Hips", "ROOT\nHips")
    (tmp_path / "a.bvh").write_text(text)
    assert read_bvh(tmp_path / "a.bvh")[0].skeleton.joint_names == ("Hips", "LeftUpLeg", "Left Leg", "LeftFoot", "joint 4")


def six_channels(places: list[str]) -> str:
    """PLAIN with six channels on every joint, `places` (4) as position values of the joints below the root."""
    text = PLAIN.replace("CHANNELS 3 ", "CHANNELS 6 Xposition Yposition Zposition ")
    for line in VALUES.splitlines():
        w = line.split()
        row = w[:6]
        for place, at in zip(places, range(6, 18, 3), strict=True):
            row += [*place.split(), *w[at : at + 3]]
        text = text.replace(line, " ".join(row))
    return text


OFFSETS = ["10.5 -3.25 0.5", "0.25 -40.5 0.75", "0.5 -41.5 -0.5", "0.5 12.5 0.5"]


def test_positions_on_every_joint(tmp_path, plain):
    (tmp_path / "same.bvh").write_text(six_channels(OFFSETS))
    (take,) = read_bvh(tmp_path / "same.bvh")
    np.testing.assert_allclose(take.positions, plain.positions, atol=1e-5)
    assert not take.notes
    (tmp_path / "zero.bvh").write_text(six_channels(["0 0 0"] * 4))
    (take,) = read_bvh(tmp_path / "zero.bvh")
    np.testing.assert_allclose(take.positions, plain.positions, atol=1e-5)
    assert "OFFSETs" in take.notes[0].value
    (tmp_path / "moved.bvh").write_text(six_channels(["20 0 0", "0 -50 0", "0 -50 0", "0 25 0"]))
    (take,) = read_bvh(tmp_path / "moved.bvh")
    lengths = np.linalg.norm(take.positions[:, 1:] - take.positions[:, [0, 1, 2, 0]], axis=2)
    np.testing.assert_allclose(lengths, np.tile([20, 50, 50, 25], (3, 1)), rtol=1e-5)
    assert not take.notes


def test_scale_channels_and_roots_with_few_channels(tmp_path, plain):
    scaled = (
        PLAIN.replace(
            "CHANNELS 3 Zrotation Xrotation Yrotation\n  }\n}",
            "CHANNELS 6 Zrotation Xrotation Yrotation Xscale Yscale Zscale\n  }\n}",
        )
        .replace("3.5\n2.5", "3.5 1 1 1\n2.5")
        .replace("4.5\n3.5", "4.5 1 1 1\n3.5")
    )
    (tmp_path / "scale.bvh").write_text(scaled.replace("4.5 5.5\n", "4.5 5.5 1 1 1\n"))
    np.testing.assert_allclose(read_bvh(tmp_path / "scale.bvh")[0].positions, plain.positions, atol=1e-5)
    turning = PLAIN.replace("CHANNELS 6 Xposition Yposition Zposition", "CHANNELS 3")
    (tmp_path / "turns.bvh").write_text(re.sub(r"(?m)^\S+ 9\d\.5 \S+ ", "", turning))
    (take,) = read_bvh(tmp_path / "turns.bvh")
    assert take.root_offset is None
    np.testing.assert_allclose(take.positions - take.positions[:, :1], plain.positions - plain.positions[:, :1], atol=1e-4)
    np.testing.assert_allclose(take.positions[:, 0], np.tile([0.5, 90.25, -1.5], (3, 1)))


def crowd(counts: list[int]) -> str:
    """A BVH of a chain of joints for each count, all named alike, standing apart."""
    lines, width = ["HIERARCHY"], 0
    for count in counts:
        for joint in range(count):
            lines += [
                f"{'JOINT' if joint else 'ROOT'} j{joint}",
                "{",
                f"OFFSET 0 {joint} 0",
                "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
                if not joint
                else "CHANNELS 3 Zrotation Xrotation Yrotation",
            ]
        lines += ["}"] * count
        width += 3 + 3 * count
    rows = []
    for t in range(4):
        rows.append(" ".join(f"{100 * p + t} 0 0" + " 0" * (3 * c) for p, c in enumerate(counts)))
    return "\n".join([*lines, "MOTION", "Frames: 4", "Frame Time: 0.05", *rows, ""])


@pytest.mark.parametrize(
    ("counts", "bodies"),
    [([8, 8], [8, 8]), ([8, 1], [8]), ([2, 8], [8]), ([9, 8, 2], [9, 8]), ([8, 7, 9], [8, 7, 9]), ([4], [4])],
)
def test_several_roots(counts, bodies, tmp_path):
    (tmp_path / "a.bvh").write_text(crowd(counts))
    takes = read_bvh(tmp_path / "a.bvh")
    people = [*takes, takes[0].partner] if takes[0].partner else takes
    assert [p.skeleton.joint_count for p in people] == bodies
    assert [p.positions[1, 0, 0] for p in people] == [100 * i + 1 for i, c in enumerate(counts) if c in bodies]
    assert all(p.skeleton.parents == tuple(range(-1, b - 1)) for p, b in zip(people, bodies, strict=True))
    assert len({t.name for t in takes}) == len(takes)
    assert any(n.what == "left out" for n in takes[0].notes) == (len(counts) > len(bodies))


def test_points_without_a_hierarchy(tmp_path):
    (tmp_path / "a.bvh").write_text(crowd([1] * 12))
    (take,) = read_bvh(tmp_path / "a.bvh")
    assert take.kind == "points" and take.positions.shape == (4, 12, 3)


def test_a_ground_joint_is_left_out(tmp_path, plain):
    inner = (
        PLAIN.replace("ROOT Hips", "JOINT Hips")
        .replace("HIERARCHY\n", "HIERARCHY\nROOT Reference\n{\nOFFSET 0 0 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n")
        .replace("}\nMOTION", "}\n}\nMOTION")
    )
    (tmp_path / "a.bvh").write_text(re.sub(r"(?m)^(\S+ 9\d\.5)", r"0 0 0 \1", inner))
    (take,) = read_bvh(tmp_path / "a.bvh")
    assert take.skeleton.joint_names == plain.skeleton.joint_names
    np.testing.assert_allclose(take.positions, plain.positions, atol=1e-5)
    np.testing.assert_allclose(take.rest, plain.rest, atol=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Frame Time: 0.04", "Frame Time: 0", "Frame Time of 0"),
        ("Frame Time: 0.04", "Frame Time: 9.9", "rate of 0.101"),
        ("Frame Time: 0.04", "Frame Time: 1e-9", "rate of 1e.09"),
        ("Frame Time: 0.04", "Frame Time: nan", "no Frames"),
        ("20.5", "oops", "line 34: a value is not a number .'oops'"),
        ("20.5", "1.2x", "line 34"),
        ("20.5", "nan", "frame 0"),
        ("20.5", "1e999", "frame 0"),
        ("20.5", "1,2,3", "cut off|not a number"),
        ("20.5 ", "", "cut off"),
        ("20.5", "-1.#IND", "line 34"),
        ("Frames: 3", "", ""),
        ("{\n          OFFSET", "{{ OFFSET", "without a joint"),
        ("Xposition", "W" * 500 + "position", r"unknown channel 'W{59}…'"),
        ("OFFSET 0.5 12.5 0.5", "OFFSET 1 n 2", "three numbers"),
        ("OFFSET 0.5 12.5 0.5", "OFFSET 1", "three numbers"),
        ("HIERARCHY\nROOT", "JOINT", "not a .whole. BVH"),
    ],
)
def test_what_is_wrong_is_reported(old, new, says, tmp_path):
    (tmp_path / "a.bvh").write_text(PLAIN.replace(old, new, 1))
    if not says:
        assert len(read_bvh(tmp_path / "a.bvh")[0].positions) == 3
        return
    with pytest.raises(FileProblem, match=says):
        read_bvh(tmp_path / "a.bvh")


def test_a_number_cut_at_the_end_is_noted(tmp_path):
    (tmp_path / "a.bvh").write_text(PLAIN.rstrip("\n")[:-1])
    assert "cut off" in read_bvh(tmp_path / "a.bvh")[0].notes[0].reason
    (tmp_path / "b.bvh").write_text(PLAIN.rstrip("\n"))
    assert not read_bvh(tmp_path / "b.bvh")[0].notes


def test_hostile_headers_end_at_once(tmp_path):
    star = "HIERARCHY\nROOT r\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\n"
    child = "JOINT j\n{\nOFFSET 0 1 0\n}\n"
    site = "End Site\n{\nOFFSET 0 0 1\n}\n"
    end = "}\nMOTION\nFrames: 1\nFrame Time: 0.05\n0 0 0\n"
    for text, says in (
        (star + child * 5000 + end, "more than 1,000 joints"),
        (star + "{" * 100000, "without a joint"),
        (star + "End Site {" * 50000 + end, "never closed"),
        (star * 50000, "more than|never closed"),
        ("HIERARCHY " * 100000, "not a"),
        ("HIERARCHY\n" + "x" * 2000000, "not a"),
        ("", "not a"),
        (star.split("CHANNELS")[0] + child * 900 + end.replace("0 0 0", "0 " * 10), "no joint has channels"),
        ("HIERARCHY\n" + "ROOT a\n{\nCHANNELS 999999\n}\n" * 900 + end[2:], "no joint has channels"),
    ):
        (tmp_path / "a.bvh").write_text(text)
        with pytest.raises(FileProblem, match=says):
            read_bvh(tmp_path / "a.bvh")
    (tmp_path / "b.bvh").write_text(star + child + site * 40000 + end)
    assert read_bvh(tmp_path / "b.bvh")[0].skeleton.joint_count == 2
    (tmp_path / "c.bvh").write_text(star + child * 900 + end + "0 0 0\n" * 500000)
    with pytest.raises(FileProblem, match="more than 1 GB"):
        read_bvh(tmp_path / "c.bvh")


def test_parse_keeps_zero_frames_apart(tmp_path):
    (tmp_path / "a.bvh").write_text(PLAIN.replace(VALUES, ""))
    with pytest.raises(FileProblem, match="no frames"):
        parse_bvh(tmp_path / "a.bvh")
