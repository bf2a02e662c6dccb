"""TRC written here: the tree of named points against the rigs they come from, gaps, dialects, and what is wrong."""

import re

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.points.trc import read_trc
from tests.skeletons import BODIES, build, w

OPENPOSE = w(
    "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist midHip RHip RKnee RAnkle LHip LKnee LAnkle REye LEye "
    "REar LEar LBigToe LSmallToe LHeel RBigToe RSmallToe RHeel"
)
OPENPOSE_PARENTS = {
    "Neck": "midHip",
    "RShoulder": "Neck",
    "RElbow": "RShoulder",
    "RWrist": "RElbow",
    "LShoulder": "Neck",
    "LElbow": "LShoulder",
    "LWrist": "LElbow",
    "RHip": "midHip",
    "RKnee": "RHip",
    "RAnkle": "RKnee",
    "LHip": "midHip",
    "LKnee": "LHip",
    "LAnkle": "LKnee",
    "LBigToe": "LAnkle",
    "LHeel": "LAnkle",
    "RSmallToe": "RAnkle",
    "Nose": "head",
    "LEye": "head",
    "head": "Neck",
}
PLACES = {
    "Nose": (0, 1.6, 0.1),
    "Neck": (0, 1.4, 0),
    "midHip": (0, 0.9, 0),
    "LShoulder": (0.2, 1.4, 0),
    "LElbow": (0.45, 1.4, 0),
    "LWrist": (0.7, 1.4, 0),
    "LHip": (0.1, 0.9, 0),
    "LKnee": (0.1, 0.5, 0),
    "LAnkle": (0.1, 0.1, 0),
    "LEye": (0.03, 1.63, 0.08),
    "LEar": (0.07, 1.6, 0),
    "LBigToe": (0.1, 0.02, 0.2),
    "LSmallToe": (0.15, 0.02, 0.17),
    "LHeel": (0.1, 0.03, -0.05),
}
PLACES |= {"R" + k[1:]: (-x, y, z) for k, (x, y, z) in PLACES.items() if k[0] == "L"}


def moving(names, frames=30):
    base = np.array([PLACES[n] for n in names])
    walk = np.linspace(0, 1, frames)[:, None, None] * [0, 0, 1.0]
    return base[None] + walk + np.random.default_rng(0).normal(0, 0.002, (frames, len(names), 3))


def trc(names, positions, rate=60.0, units="m", decimals=6, claimed=None):
    frames, count = positions.shape[:2]
    lines = [
        "PathFileType\t4\t(X/Y/Z)\ta.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{frames if claimed is None else claimed}\t{count}\t{units}\t{rate}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{k}\tY{k}\tZ{k}" for k in range(1, count + 1)),
        "",
    ]
    for t, row in enumerate(positions):
        cells = ["" if np.isnan(v) else f"{v:.{decimals}f}" for v in row.reshape(-1)]
        lines.append("\t".join([str(t + 1), f"{t / rate:.5f}", *cells]))
    return "\n".join(lines) + "\n"


def parents_of(take):
    names = take.skeleton.joint_names
    return {n: names[p] if p >= 0 else None for n, p in zip(names, take.skeleton.parents, strict=True)}


def test_openpose_names(tmp_path):
    positions = moving(OPENPOSE)
    (tmp_path / "a.trc").write_text(trc(OPENPOSE, positions))
    (take,) = read_trc(tmp_path / "a.trc")
    assert take.kind == "body" and take.fps == 60 and take.unit.value == 1 and take.up is None
    parents = parents_of(take)
    assert {k: parents[k] for k in OPENPOSE_PARENTS} == OPENPOSE_PARENTS and parents["midHip"] is None
    for i, name in enumerate(OPENPOSE):
        np.testing.assert_allclose(take.positions[:, take.skeleton.joint_names.index(name)], positions[:, i], atol=1e-5)
    head = positions[:, [OPENPOSE.index("LEar"), OPENPOSE.index("REar")]].mean(axis=1)
    np.testing.assert_allclose(take.positions[:, take.skeleton.joint_names.index("head")], head, atol=1e-5)


def test_virtual_joints_where_names_lack_them(tmp_path):
    names = [n for n in OPENPOSE if n not in ("Neck", "midHip")]
    positions = moving(names)
    (tmp_path / "a.trc").write_text(trc(names, positions * 1000, units="mm"))
    (take,) = read_trc(tmp_path / "a.trc")
    parents = parents_of(take)
    assert parents["LHip"] == "pelvis" and parents["RShoulder"] == "chest" == parents["head"] and parents["chest"] == "pelvis"
    assert take.unit.value == 0.001 and any(n.what == "joints" for n in take.notes)
    for name, sides in (("pelvis", "Hip"), ("chest", "Shoulder")):
        middle = (positions[:, names.index("L" + sides)] + positions[:, names.index("R" + sides)]) / 2
        np.testing.assert_allclose(take.positions[:, take.skeleton.joint_names.index(name)], middle * 1000, atol=1e-2)


@pytest.mark.parametrize("rig", BODIES)
def test_trees_of_rigs_are_found_from_names(rig, tmp_path):
    names, parents, places = build(BODIES[rig])
    still = places[None] + np.random.default_rng(1).normal(0, 0.002, (10, len(names), 3))
    (tmp_path / "a.trc").write_text(trc(names, still))
    found = parents_of(read_trc(tmp_path / "a.trc")[0])
    body = BODIES[rig]
    chain = {*body.torso[1:], *body.arm[1:], *body.leg[1:], *map(body.right, body.arm[1:]), *map(body.right, body.leg[1:])}
    wanted = {n: names[p] for n, p in zip(names, parents, strict=True) if n in chain and names[p] not in ("root", "Hips_root")}
    differ = {n for n, p in wanted.items() if found[n] != p}
    assert differ <= ({"lowerback", "lhipjoint", "rhipjoint"} if rig == "CMU ASF" else set()), {n: found[n] for n in differ}


DIALECTS = {
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "trailing tabs": lambda t: re.sub(r"(?m)^(\d.*)$", "\\1\t", t),
    "decimal commas": lambda t: re.sub(r"(\d)\.(\d)", r"\1,\2", t),
    "blanks": lambda t: t.replace("\t\t\t", "\t").replace("\t", "  "),
    "no axes row": lambda t: re.sub(r"\n\t\tX1.*\n", "\n", t),
    "no blank line": lambda t: t.replace("\n\n", "\n"),
    "upper case": lambda t: t.replace("Frame#", "FRAME#").replace("\tm\t", "\tM\t"),
    "rate from times": lambda t: t.replace("\n60.0\t", "\n0\t"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_read_alike(name, tmp_path):
    text = trc(OPENPOSE, moving(OPENPOSE))
    (tmp_path / "a.trc").write_text(text)
    (tmp_path / "b.trc").write_bytes(DIALECTS[name](text).encode("utf-16" if name == "crlf" else "utf-8"))
    plain, other = read_trc(tmp_path / "a.trc")[0], read_trc(tmp_path / "b.trc")[0]
    assert other.skeleton == plain.skeleton and other.fps == pytest.approx(60, rel=1e-3)
    np.testing.assert_allclose(other.positions, plain.positions, atol=1e-6)


@pytest.mark.parametrize("zeros", [False, True])
def test_gaps(zeros, tmp_path):
    positions = moving(OPENPOSE, 90)
    holed = positions.copy()
    wrist, toe, ankle = (OPENPOSE.index(n) for n in ("RWrist", "LBigToe", "LAnkle"))
    holed[20:30, wrist] = holed[10:60, toe] = holed[:25, ankle] = np.nan
    (tmp_path / "a.trc").write_text(trc(OPENPOSE, np.nan_to_num(holed, nan=0.0) if zeros else holed))
    (take,) = read_trc(tmp_path / "a.trc")
    names = take.skeleton.joint_names
    assert "LBigToe" not in names and len(take.positions) == 65, "the ankle is there from frame 25 on"
    notes = {n.what: n for n in take.notes}
    assert "LBigToe" in notes["left out"].reason and notes["frames"].value == "25 to 89" and "10 places" in notes["gaps"].value
    expected = np.linspace(positions[19, wrist], positions[30, wrist], 12)[1:-1]
    np.testing.assert_allclose(take.positions[:5, names.index("RWrist")], expected[5:], atol=1e-5)


def test_a_long_gap_of_the_body_is_told(tmp_path):
    positions = moving(OPENPOSE, 90)
    positions[40:70, OPENPOSE.index("RKnee")] = np.nan
    (tmp_path / "a.trc").write_text(trc(OPENPOSE, positions))
    with pytest.raises(FileProblem, match=r"frame 40: 'RKnee' is missing"):
        read_trc(tmp_path / "a.trc")


def test_unknown_names_are_points(tmp_path):
    names = [f"mk {k}" for k in range(12)]
    (tmp_path / "a.trc").write_text(trc(names, np.random.default_rng(0).normal(size=(10, 12, 3))))
    (take,) = read_trc(tmp_path / "a.trc")
    assert take.kind == "points" and take.skeleton.parents == (-1,) * 12 and take.skeleton.joint_names[3] == "mk 3"


def test_a_set_of_markers_becomes_joints(tmp_path):
    names = w(
        "LASI RASI LPSI RPSI LKNE RKNE LANK RANK LSHO RSHO LELB RELB LWRA LWRB RWRA RWRB C7 CLAV LFHD RFHD LBHD RBHD LTOE RTOE"
    )
    rough = {
        "ASI": "Hip",
        "PSI": "Hip",
        "KNE": "Knee",
        "ANK": "Ankle",
        "SHO": "Shoulder",
        "ELB": "Elbow",
        "WRA": "Wrist",
        "WRB": "Wrist",
        "FHD": "Ear",
        "BHD": "Ear",
        "TOE": "BigToe",
    }
    base = np.array([PLACES[n[0] + rough[n[1:]]] if n[1:] in rough else PLACES["Neck"] for n in names])
    base = base + np.random.default_rng(0).normal(0, 0.02, base.shape)
    base[[n in ("LPSI", "RPSI", "LBHD", "RBHD") for n in names], 2] -= 0.15
    positions = np.repeat(base[None], 20, axis=0)
    positions[8:, names.index("LTOE")] = np.nan
    (tmp_path / "a.trc").write_text(trc([f"Ada:{n}" for n in names], positions))
    (take,) = read_trc(tmp_path / "a.trc")
    at = take.skeleton.joint_names.index
    assert take.kind == "body" and any("markers" in n.value for n in take.notes)
    for joint, marker in (("left_knee", "LKnee"), ("right_elbow", "RElbow"), ("left_ankle", "LAnkle")):
        assert np.linalg.norm(take.positions[:, at(joint)] - PLACES[marker], axis=1).max() < 0.12


def test_two_people(tmp_path):
    positions = moving(OPENPOSE)
    both = np.concatenate([positions, positions + [1.0, 0, 0]], axis=1)
    names = [f"Ada:{n}" for n in OPENPOSE] + [f"Bo:{n}" for n in OPENPOSE]
    (tmp_path / "a.trc").write_text(trc(names, both))
    (take,) = read_trc(tmp_path / "a.trc")
    assert take.partner.positions.shape == take.positions.shape
    np.testing.assert_allclose(take.partner.positions, take.positions + [1.0, 0, 0], atol=1e-4)
    (tmp_path / "b.trc").write_text(trc([*names, *(f"Cy:{n}" for n in OPENPOSE)], np.concatenate([both, positions], axis=1)))
    assert [t.name for t in read_trc(tmp_path / "b.trc")] == ["Ada", "Bo", "Cy"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("Frame#", "Frames"), "no line of point names"),
        (lambda t: t.split("\n\n")[0] + "\n", "no frames"),
        (lambda t: "", "no line of point names"),
        (lambda t: t.replace("0.01667", "word", 1), "'word' is no number"),
        (lambda t: re.sub(r"(?m)^(\d+)\t\S+", "\\1\t0", t).replace("\n60.0\t", "\n0\t"), "neither a DataRate"),
    ],
)
def test_what_is_wrong_is_reported(change, says, tmp_path):
    (tmp_path / "a.trc").write_text(change(trc(OPENPOSE, moving(OPENPOSE))))
    with pytest.raises(FileProblem, match=says):
        read_trc(tmp_path / "a.trc")


def test_a_cut_off_take_is_noted(tmp_path):
    (tmp_path / "a.trc").write_text(trc(OPENPOSE, moving(OPENPOSE), claimed=500))
    assert "announces 500" in read_trc(tmp_path / "a.trc")[0].notes[0].reason
