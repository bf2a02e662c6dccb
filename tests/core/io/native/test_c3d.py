"""C3D files written by ezc3d: joints against positions worked out by hand, gaps, subjects, and the solved take of the case."""

from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.native.child import NativeReader
from motionpatches.core.io.points.marker_names import is_nameless, role_of, split_label
from motionpatches.core.io.points.markers import HIP, KNEE_IN, SHOULDER_DOWN, SKELETON, body_of
from tests.core.io.native.test_fbx import fuzzed

ezc3d = pytest.importorskip("ezc3d")

# A person of 1.75 m who stands and looks along +x, the left along +y: millimetres, Z up.
HALF = {
    "ASI": (100, 120, 1000),
    "PSI": (-80, 50, 1010),
    "KNE": (10, 150, 500),
    "ANK": (-10, 140, 100),
    "HEE": (-70, 100, 50),
    "TOE": (110, 110, 50),
    "SHO": (-20, 190, 1440),
    "ELB": (-20, 260, 1140),
    "WRA": (120, 250, 1000),
    "WRB": (80, 270, 960),
    "FIN": (180, 250, 990),
    "FHD": (100, 75, 1650),
    "BHD": (-80, 75, 1660),
}
MIDDLE = {"C7": (-80, 0, 1480), "CLAV": (60, 0, 1400), "STRN": (90, 0, 1250), "T10": (-110, 0, 1230)}
PERSON = {
    f"{side}{name}": np.array([x, y * sign, z], float) for name, (x, y, z) in HALF.items() for side, sign in (("L", 1), ("R", -1))
} | {name: np.array(place, float) for name, place in MIDDLE.items()}


@pytest.fixture(scope="module")
def child():
    reader = NativeReader()
    yield lambda path: reader.read("C3D", path, 30.0)
    reader.close()


def written(path: Path, markers: dict[str, np.ndarray], rate=100.0, units="mm", **point) -> Path:
    """`markers`: label -> (3,) or (T, 3), NaN where unseen."""
    frames = max((len(v) for v in markers.values() if v.ndim == 2), default=4)
    points = np.ones((4, len(markers), frames))
    for column, places in enumerate(markers.values()):
        points[:3, column] = np.broadcast_to(places, (frames, 3)).T
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [rate]
    file["parameters"]["POINT"]["UNITS"]["value"] = [units]
    file["parameters"]["POINT"]["LABELS"]["value"] = list(markers)
    for name, values in point.items():
        file.add_parameter("POINT", name, values)
    file["data"]["points"] = points
    file.write(str(path))
    return path


def of(take, joint: str) -> np.ndarray:
    return take.positions[:, take.skeleton.joint_names.index(joint)]


def joints(markers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    body = body_of(list(markers), np.stack([np.atleast_2d(v) for v in markers.values()], axis=1))
    return {name: body.positions[0, i] for i, name in enumerate(body.skeleton.joint_names)}


def test_a_person_of_the_plug_in_gait_set(child, tmp_path):
    (take,) = child(written(tmp_path / "a.c3d", PERSON, Y_SCREEN=["+Z"]))
    assert take.kind == "body" and take.fps == 100 and take.unit.value == 0.001 and take.up.value == "Z"
    assert take.skeleton.joint_names == (*SKELETON.joint_names, "left_hand", "right_hand")
    assert take.positions.shape == (4, 24, 3)
    # Bell: from the middle of the front markers, 240 mm apart, out 0.36, back 0.19, down 0.30 of that, in the pelvis' own axes.
    back, up = np.array([-180, 0, 10]) / np.hypot(180, 10), np.array([10, 0, 180]) / np.hypot(180, 10)
    left_hip = np.array([100, 0, 1000]) + 240 * (HIP[0] * np.array([0, 1, 0]) + HIP[1] * back - HIP[2] * up)
    np.testing.assert_allclose(of(take, "left_hip")[0], left_hip, atol=0.1)
    np.testing.assert_allclose(of(take, "right_hip")[0], left_hip * [1, -1, 1], atol=0.1)
    np.testing.assert_allclose(of(take, "left_wrist")[0], (100, 260, 980), atol=0.1)
    np.testing.assert_allclose(of(take, "left_hand")[0], PERSON["LFIN"], atol=0.1)
    # A straight leg: inwards by a share of the shin, across it and the foot.
    shin = np.linalg.norm(PERSON["LKNE"] - PERSON["LANK"])
    assert np.linalg.norm(of(take, "left_knee")[0] - PERSON["LKNE"]) == pytest.approx(KNEE_IN * shin, rel=1e-3)
    assert 85 < of(take, "left_knee")[0, 1] < 105 and abs(of(take, "left_knee")[0, 0] - 10) < 15
    width = 380
    np.testing.assert_allclose(of(take, "left_shoulder")[0, 1:], (190, 1440 - SHOULDER_DOWN * width), atol=5)
    heights = [
        of(take, name)[0, 2]
        for name in ("left_foot", "left_ankle", "left_knee", "left_hip", "pelvis", "spine1", "spine2", "spine3", "neck", "head")
    ]
    assert heights == sorted(heights)
    assert all(
        of(take, name.replace("left", "right"))[0, 1] == pytest.approx(-of(take, name)[0, 1], abs=0.1)
        for name in take.skeleton.joint_names
        if name.startswith("left")
    )


def test_inner_markers_and_centres_of_the_file_are_taken():
    inner = {
        "LKNM": np.array([10.0, 50, 500]),
        "LANM": np.array([-10.0, 60, 100]),
        "LELBM": np.array([-20.0, 180, 1140]),
        "RHJC": np.array([1.0, 2, 3]),
    }
    found = joints(PERSON | inner)
    np.testing.assert_allclose(found["left_knee"], (10, 100, 500), atol=1e-3)
    np.testing.assert_allclose(found["left_ankle"], (-10, 100, 100), atol=1e-3)
    np.testing.assert_allclose(found["left_elbow"], (-20, 220, 1140), atol=1e-3)
    np.testing.assert_allclose(found["right_hip"], (1, 2, 3), atol=1e-3)


@pytest.mark.parametrize("bend", [0, 30, 60, 100])
def test_a_knee_that_bends_stays_on_its_axis(bend):
    """The shin turns about a knee 90 mm inwards of the hip's plane; the foot turns out by 40 degrees."""
    knee, angle, out = np.array([10.0, 95, 500]), np.radians(bend), np.radians(40)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    foot = np.array([[np.cos(out), -np.sin(out), 0], [np.sin(out), np.cos(out), 0], [0, 0, 1]])
    ankle = np.array([0.0, 0, -400])
    leg = {
        "LKNE": knee + [0, 55, 0],
        "LANK": knee + turn @ (ankle + foot @ [0, 40, 0]),
        "LHEE": knee + turn @ (ankle + foot @ [-50, 0, -60]),
        "LTOE": knee + turn @ (ankle + foot @ [130, 0, -60]),
    }
    found = joints(PERSON | leg)
    assert np.linalg.norm(found["left_knee"] - knee) < (40 if bend < 45 else 15)
    assert np.linalg.norm(found["left_ankle"] - (knee + turn @ ankle)) < 12


def test_joints_turn_and_grow_with_the_markers():
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    plain, moved = joints(PERSON), joints({name: 0.001 * turn @ place + [1, 2, 3] for name, place in PERSON.items()})
    for name, place in plain.items():
        np.testing.assert_allclose(moved[name], 0.001 * turn @ place + [1, 2, 3], atol=1e-4)


RENAMED = {
    "cmu": {"ASI": "FWT", "PSI": "BWT"},
    "helen hayes": {
        "ASI": "ASIS",
        "KNE": "Knee.Lat",
        "ANK": "Ankle.Lat",
        "HEE": "Heel",
        "TOE": "Toe.Tip",
        "SHO": "Acromium",
        "ELB": "Elbow",
        "WRA": "Wrist",
        "SACR": "V.Sacral",
    },
    "lower case": {name: name.lower() for name in HALF},
}


@pytest.mark.parametrize("names", RENAMED)
def test_other_sets(child, tmp_path, names):
    table = RENAMED[names]
    markers = {}
    for label, place in PERSON.items():
        side, name = (label[0], label[1:]) if label[1:] in HALF else ("", label)
        if names == "helen hayes":
            if side and name in table:
                markers[f"{side}.{table[name]}"] = place
        else:
            markers[(side.lower() if names == "lower case" else side) + table.get(name, name)] = place
    if names == "helen hayes":
        markers |= {"V.Sacral": (PERSON["LPSI"] + PERSON["RPSI"]) / 2, "Top.Head": np.array([10.0, 0, 1750])}
    (take,) = child(written(tmp_path / "a.c3d", markers))
    plain = joints(PERSON)
    for name in ("left_hip", "right_knee", "left_ankle", "right_elbow"):
        np.testing.assert_allclose(of(take, name)[0], plain[name], atol=60 if names == "helen hayes" else 0.1)
    assert of(take, "neck")[0, 2] < of(take, "head")[0, 2] < 1750


def walking(count=100) -> dict[str, np.ndarray]:
    drift = np.arange(count)[:, None] * [10.0, 0, 0]
    return {name: place + drift for name, place in PERSON.items()}


def test_gaps_are_filled_and_counted(child, tmp_path):
    markers = walking()
    whole = child(written(tmp_path / "whole.c3d", markers))[0].positions
    markers["LKNE"][20:40] = np.nan  # 0.2 s
    markers["RKNE"][20:60] = np.nan  # 0.4 s
    markers["C7"][:50] = np.nan  # at the start
    markers["LTOE"][10:80] = 0  # mostly missing
    markers["*12"] = np.zeros((100, 3)) + 5
    (take,) = child(written(tmp_path / "a.c3d", markers))
    near = [take.skeleton.joint_names.index(name) for name in ("left_hip", "left_knee", "left_ankle", "left_wrist", "right_hand")]
    np.testing.assert_allclose(take.positions[:, near], whole[:, near], atol=45)
    np.testing.assert_allclose(of(take, "right_hip"), whole[:, take.skeleton.joint_names.index("right_hip")], atol=0.1)
    assert np.isfinite(take.positions).all()
    notes = {note.what: note for note in take.notes}
    assert "1 gap" in notes["gaps"].value and "20 places" in notes["gaps"].value
    assert "90 places in 2 markers" in notes["long gaps"].value and notes["long gaps"].confidence < 0.9
    dropped = [note.value for note in take.notes if note.what == "left out"]
    assert any("LTOE" in value for value in dropped) and any("1 track" in value for value in dropped)


def test_frames_without_the_person_are_left_out(child, tmp_path):
    markers = walking()
    for places in markers.values():
        places[:30] = np.nan
        places[90:] = np.nan
    (take,) = child(written(tmp_path / "a.c3d", markers))
    assert len(take.positions) == 60 and [n.value for n in take.notes if n.what == "frames"] == ["60 of 100"]
    whole = child(written(tmp_path / "b.c3d", walking()))[0].positions
    np.testing.assert_allclose(take.positions, whole[30:90], atol=0.1)


def test_subjects(child, tmp_path):
    two = {f"{who}:{name}": place + shift for who, shift in (("Ann", 0), ("Bob", 1000)) for name, place in PERSON.items()}
    (pair,) = child(written(tmp_path / "a.c3d", two | {"Ball:1": np.array([1.0, 2, 3])}))
    np.testing.assert_allclose(pair.partner.positions, pair.positions + 1000, atol=0.1)
    assert any(note.value == "1 marker" for note in pair.notes if note.what == "left out") or "Ball" not in str(pair.notes)
    three = child(written(tmp_path / "a.c3d", two | {f"Cy:{name}": place for name, place in PERSON.items()}))
    assert len({take.name for take in three}) == 3 and all(take.partner is None for take in three)
    (one,) = child(written(tmp_path / "a.c3d", {f"Liu:{name}": place for name, place in PERSON.items()}))
    assert one.partner is None and one.kind == "body"


def test_other_markers_are_points(child, tmp_path):
    markers = {f"point {letter}": np.array([ord(letter), 1.0, 2.0]) for letter in "abc"} | {"*7": np.array([1.0, 1, 1])}
    markers["seldom"] = np.where(np.arange(10)[:, None] < 2, 1.0, np.nan) * np.ones(3)
    (take,) = child(written(tmp_path / "a.c3d", markers, units="m", rate=60.0))
    assert take.kind == "points" and take.skeleton.joint_names == ("point a", "point b", "point c")
    assert take.skeleton.parents == (-1, -1, -1) and take.unit.value == 1 and take.fps == 60
    assert "cannot be searched" in take.notes[0].reason and any("seldom" in note.value for note in take.notes)
    np.testing.assert_allclose(take.positions[3], [(97, 1, 2), (98, 1, 2), (99, 1, 2)], atol=1e-3)
    legs = {name: place for name, place in PERSON.items() if name[1:] in ("ASI", "PSI", "KNE", "ANK", "TOE", "HEE")}
    (take,) = child(written(tmp_path / "a.c3d", legs | {"LKneeAngles": np.ones(3)}, ANGLES=["LKneeAngles"]))
    assert take.kind == "points" and "LKneeAngles" not in take.skeleton.joint_names


def test_labels():
    assert split_label("Liu:LASI") == ("Liu", "LASI") and split_label("male2_LASI", ("male2_",)) == ("male2", "LASI")
    for label, role in (
        ("LASI", "left front waist"),
        ("lkne", "left knee"),
        ("R.Knee.Med", "right inner knee"),
        ("C7", "C7"),
        ("V.Sacral", "sacrum"),
        ("Trial1_RANK", "right ankle"),
        ("LeftShoulder", "left shoulder"),
        ("RBWT", "right back waist"),
        ("LFLE", "left knee"),
        ("RFAL", "right ankle"),
        ("wand", ""),
        ("", ""),
    ):
        assert role_of(label) == role, label
    assert all(map(is_nameless, ("*12", "", "U7", "M003", "unlabeled 4", "C_12")))
    assert not any(map(is_nameless, ("C7", "LASI", "Ball")))


def test_what_cannot_be_opened_is_reported(child, tmp_path):
    good = written(tmp_path / "a.c3d", walking()).read_bytes()
    path = tmp_path / "b.c3d"
    for content, said in (
        (b"", "no whole C3D"),
        (b"x" * 2000, "no whole C3D"),
        (good[:5000], "cut off"),
        (good[:2] + b"\xff\x7f" + good[4:], "cut off"),
    ):
        path.write_bytes(content)
        with pytest.raises(FileProblem, match=said):
            child(path)


def test_the_case_is_near_its_solved_take(child, cases):
    """Within 6 cm over frames and the chains' ends, after turning, moving and scaling one onto the other. The solved take holds
    hands 18 cm and ankles 9 cm nearer together than the markers are, in every frame: no choice of joints makes that up."""
    from motionpatches.core.io.bvh.bvh import joint_positions
    from motionpatches.core.io.bvh.parse import parse_bvh

    (take,) = child(cases / "50-c3d" / "jab_left.c3d")
    assert take.kind == "body" and take.fps == 120 and take.unit.value == 0.001 and take.up.value == "Z"
    bvh = parse_bvh(cases / "50-c3d" / "jab_left.bvh")
    solved = 0.01 * joint_positions(bvh)
    frames = 4 * np.arange(1, 100) - 2
    ends = {
        "left_foot": "LeftToeBase",
        "right_foot": "RightToeBase",
        "head": "Head",
        "left_hand": "LeftHand",
        "right_hand": "RightHand",
    }
    a = 0.001 * take.positions[frames][:, [take.skeleton.joint_names.index(name) for name in ends]].astype(float)
    b = solved[1:100][:, [bvh.names.index(name) for name in ends.values()]].astype(float)
    x, y = a.reshape(-1, 3) - a.mean((0, 1)), b.reshape(-1, 3) - b.mean((0, 1))
    u, s, v = np.linalg.svd(x.T @ y)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ v))])
    scale = (s * sign).sum() / (x**2).sum()
    assert 0.9 < scale < 1.05
    assert np.linalg.norm(scale * x @ (u * sign) @ v - y, axis=1).mean() < 0.06
    for one in range(5):
        for other in range(one):
            apart = [np.linalg.norm(p[:, one] - p[:, other], axis=1) for p in (a, b)]
            if apart[1].std() > 0.03:
                assert np.corrcoef(*apart)[0, 1] > 0.9


def test_broken_bytes(child, tmp_path):
    samples = [written(tmp_path / "s.c3d", markers).read_bytes() for markers in (walking(5), {"a": np.ones((4, 3))})]
    outcomes = fuzzed(child, samples, tmp_path / "a.c3d", 150)
    # The library itself may crash on broken sections of parameters; the child makes a sentence of it.
    assert set(outcomes) <= {"read", "told", "the C3D reader crashed on it (SIGSEGV)"} and outcomes["told"] > 20, outcomes
