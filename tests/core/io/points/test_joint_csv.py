"""Tables of joints in the layouts that programs write, each made here from one motion; what is no such table is left alone."""

import csv
import io
import re

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.io.points.csv_header import read_label
from motionpatches.core.io.points.joint_csv import JOINT_CSV, read_joint_csv
from tests.skeletons import BODIES, build

NAMES, PARENTS, PLACES = build(BODIES["LAFAN1"])
FRAMES, FPS = 24, 50.0
MOVING = np.round(
    PLACES[None]
    + np.linspace(0, 1, FRAMES)[:, None, None] * [0, 0, 1.0]
    + np.random.default_rng(0).normal(0, 0.002, (FRAMES, len(NAMES), 3)),
    5,
)


def table(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def wide(label, first=("frame", "time"), delimiter=",", factor=1.0, frames=True, decimals=5):
    header = [*first, *(label(n, a) for n in NAMES for a in "xyz")]
    rows = []
    for t, row in enumerate(MOVING.reshape(FRAMES, -1) * factor):
        starts = {"frame": t, "time": f"{t / FPS:.5f}", "timestamp_ms": 1000 * t / FPS, "Timestamp": 1.7e9 + t / FPS}
        rows.append([*(starts[f] for f in first), *(f"{v:.{decimals}f}" for v in row)])
    return table([header, *rows], delimiter)


def comma(text):
    return re.sub(r"(\d)\.(\d)", r"\1,\2", text)


def motive(rotations=True):
    """OptiTrack Motive: version row, blank, rows of types, names, ids, kinds, axes."""
    parts = [("Rotation", "XYZW"), ("Position", "XYZ")] if rotations else [("Position", "XYZ")]
    columns = [(n, k, a) for n in NAMES for k, axes in parts for a in axes]
    props = [("Ball", "Position", a) for a in "XYZ"]
    marks = [(f"{n}_m", "Position", a) for n in NAMES[:3] for a in "XYZ"]
    every = columns + marks + props
    types = [*["Bone"] * len(columns), *["Bone Marker"] * len(marks), *["Rigid Body"] * len(props)]
    rows = [
        [
            "Format Version",
            "1.23",
            "Take Name",
            "walk",
            "Capture Frame Rate",
            "50.000000",
            "Export Frame Rate",
            "50.000000",
            "Total Frames in Take",
            "24",
            "Rotation Type",
            "Quaternion",
            "Length Units",
            "Centimeters",
            "Coordinate Space",
            "Global",
        ],
        [],
        ["", "Type", *types],
        ["", "Name", *(f"Skeleton:{n}" if n != "Ball" else n for n, _, _ in every)],
        ["", "ID", *("0A0B0C0D0E0F" for _ in every)],
        ["", "", *(k for _, k, _ in every)],
        ["Frame", "Time (Seconds)", *(a for _, _, a in every)],
    ]
    for t in range(FRAMES):
        cells = [t, f"{t / FPS:.6f}"]
        for n, k, a in every:
            index = NAMES.index(n) if n in NAMES else None
            cells.append(f"{100 * MOVING[t, index, 'XYZ'.index(a)]:.3f}" if k == "Position" and index is not None else "0.5")
        rows.append(cells)
    return table(rows)


def vicon():
    names = ["", "", *(c for n in NAMES for c in (f"Ada:{n}", "", ""))]
    rows = [
        ["Devices"],
        ["1000"],
        ["", "", "Force", "", ""],
        ["Frame", "Sub Frame", "Fx", "Fy", "Fz"],
        ["", "", "N", "N", "N"],
        ["1", "0", "1", "2", "3"],
        [],
        ["Trajectories"],
        ["50"],
        names,
        ["Frame", "Sub Frame", *"XYZ" * len(NAMES)],
        ["", "", *["mm"] * 3 * len(NAMES)],
    ]
    rows += [[t + 1, 0, *(f"{1000 * v:.2f}" for v in MOVING[t].reshape(-1))] for t in range(FRAMES)]
    return table(rows)


def deeplabcut():
    rows = [
        ["scorer", *["me"] * 4 * len(NAMES)],
        ["bodyparts", *(n for n in NAMES for _ in range(4))],
        ["coords", *["x", "y", "z", "likelihood"] * len(NAMES)],
    ]
    return table(rows + [[t, *(v for p in MOVING[t] for v in (*p, 0.9))] for t in range(FRAMES)])


def long(columns, shuffled=False, delimiter=","):
    rows = []
    for t in range(FRAMES):
        for j, n in enumerate(NAMES):
            cell = dict(zip("xyz", MOVING[t, j], strict=True)) | {
                "frame": t,
                "joint": n,
                "landmark": n,
                "timestamp": t / FPS,
                "time_ms": 1000 * t / FPS,
                "visibility": 0.9,
                "person": 0,
            }
            rows.append([cell[c] for c in columns])
    if shuffled:
        np.random.default_rng(1).shuffle(rows)
    return table([list(columns), *rows], delimiter)


def rokoko():
    kinds = [f"position_{a}" for a in "xyz"] + [f"rotation_{a}" for a in "xyzw"]
    header = ["Timestamp", *(f"{n}_{k}" for n in NAMES for k in kinds)]
    return table([header, *([t / FPS, *(v for p in MOVING[t] for v in (*p, 0, 0, 0, 1))] for t in range(FRAMES))])


# Content -> metres a unit that are stated, and frames per second (30 where nothing tells).
LAYOUTS = {
    "underscore": (wide(lambda n, a: f"{n}_{a}"), None, FPS),
    "dot": (wide(lambda n, a: f"{n}.{a.upper()}"), None, FPS),
    "unit in mm": (wide(lambda n, a: f"{n} {a.upper()} (mm)", factor=1000), 0.001, FPS),
    "unit in cm, brackets": (wide(lambda n, a: f"{n} {a} [cm]", factor=100), 0.01, FPS),
    "unit after the axis": (wide(lambda n, a: f"{n}_{a}_mm", factor=1000), 0.001, FPS),
    "metres": (wide(lambda n, a: f"{n}.position.{a} (m)"), 1.0, FPS),
    "inches": (wide(lambda n, a: f"{n} {a} (in)"), 0.0254, FPS),
    "tx": (wide(lambda n, a: f"{n}.t{a}"), None, FPS),
    "posX": (wide(lambda n, a: f"{n}_pos{a.upper()}"), None, FPS),
    "Xposition": (wide(lambda n, a: f"{n}.{a.upper()}position"), None, FPS),
    "camel": (wide(lambda n, a: n + a.upper()), None, FPS),
    "axis first": (wide(lambda n, a: f"{a}_{n}"), None, FPS),
    "brackets": (wide(lambda n, a: f"{n}[{a}]"), None, FPS),
    "namespace": (wide(lambda n, a: f"Rig:{n}_{a}"), None, FPS),
    "body_": (wide(lambda n, a: f"body_{n}_{a}"), None, FPS),
    "frame alone": (wide(lambda n, a: f"{n}_{a}", ("frame",)), None, 30),
    "no index": (wide(lambda n, a: f"{n}_{a}", ()), None, 30),
    "milliseconds": (wide(lambda n, a: f"{n}_{a}", ("timestamp_ms",)), None, FPS),
    "unix times": (wide(lambda n, a: f"{n}_{a}", ("Timestamp",)), None, FPS),
    "semicolons": (wide(lambda n, a: f"{n}_{a}", delimiter=";"), None, FPS),
    "decimal commas": (comma(wide(lambda n, a: f"{n}_{a}", delimiter=";")), None, FPS),
    "tabs": (wide(lambda n, a: f"{n}_{a}", delimiter="\t"), None, FPS),
    "quotes": (re.sub(r"([^,\n]+)", r'"\1"', wide(lambda n, a: f"{n}_{a}")), None, FPS),
    "quoted decimal commas": (re.sub(r"(-?\d+)\.(\d+)", r'"\1,\2"', wide(lambda n, a: f"{n}_{a}")), None, FPS),
    "comment in front": ("# fps: 50\n# by a tool\n" + wide(lambda n, a: f"{n}_{a}", ("frame",)), None, FPS),
    "motive bones": (motive(), 0.01, FPS),
    "motive positions": (motive(rotations=False), 0.01, FPS),
    "vicon": (vicon(), 0.001, FPS),
    "deeplabcut": (deeplabcut(), None, 30),
    "rokoko": (rokoko(), None, FPS),
    "long": (long(["frame", "joint", "x", "y", "z"]), None, 30),
    "long, times": (long(["timestamp", "landmark", *"xyz"]), None, FPS),
    "long, ms": (long(["frame", "time_ms", "joint", *"xyz", "visibility"]), None, FPS),
    "long, shuffled": (long(["joint", "frame", "x", "y", "z"], True), None, 30),
    "long, without frames": (long(["joint", "x", "y", "z"]), None, 30),
    "long, tabs": (long(["frame", "joint", *"xyz"], False, "\t"), None, 30),
    "long, person": (long(["frame", "person", "joint", "x", "y", "z"]), None, 30),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_read_alike(name, tmp_path):
    content, metres, fps = LAYOUTS[name]
    for k, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16")):
        path = tmp_path / f"{k}.csv"
        path.write_text(content if not k else content.replace("\n", "\r\n"), encoding=encoding, newline="")
        assert JOINT_CSV.fits(path)
        (take,) = read_joint_csv(path)
        assert take.fps == pytest.approx(fps, rel=1e-3) and take.kind == "body"
        assert (take.unit is None) if metres is None else take.unit.value == pytest.approx(metres)
        names = [re.sub(r"^.*:|^body_", "", n) for n in take.skeleton.joint_names]
        assert sorted(names) == sorted(NAMES)
        scale = metres if metres and name != "inches" else 1
        np.testing.assert_allclose(take.positions[:, [names.index(n) for n in NAMES]] * scale, MOVING, atol=1e-4)
        parents = [take.skeleton.parents[names.index(n)] for n in NAMES]
        assert [names[p] if p >= 0 else "" for p in parents] == [NAMES[p] if p >= 0 else "" for p in PARENTS]


def test_gaps_and_zeros(tmp_path):
    rows = [line.split(",") for line in wide(lambda n, a: f"{n}_{a}").splitlines()]
    hand = rows[0].index("LeftHand_x")
    for t in range(5, 9):
        rows[1 + t][hand : hand + 3] = ["", "", ""] if t % 2 else ["nan", "NaN", "0"]
    rows[20][hand : hand + 3] = ["0", "0", "0"]
    (tmp_path / "a.csv").write_text("\n".join(map(",".join, rows)) + "\n")
    (take,) = read_joint_csv(tmp_path / "a.csv")
    at = take.skeleton.joint_names.index("LeftHand")
    line = np.linspace(MOVING[4, NAMES.index("LeftHand")], MOVING[9, NAMES.index("LeftHand")], 6)
    np.testing.assert_allclose(take.positions[4:10, at], line, atol=1e-5)
    assert "2 gaps" in next(n for n in take.notes if n.what == "gaps").value and np.isfinite(take.positions).all()


def test_people(tmp_path):
    header = ["frame", *(f"{who}:{n}_{a}" for who in ("A", "B") for n in NAMES for a in "xyz")]
    rows = [[t, *MOVING[t].reshape(-1), *(MOVING[t] + 1).reshape(-1)] for t in range(FRAMES)]
    (tmp_path / "a.csv").write_text(table([header, *rows]))
    (take,) = read_joint_csv(tmp_path / "a.csv")
    np.testing.assert_allclose(take.partner.positions, take.positions + 1, atol=1e-5)
    long_rows = [
        [t, who, n, *(MOVING[t, j] + who)]
        for t in range(FRAMES)
        for who in (0, 1, 7)
        for j, n in enumerate(NAMES)
        if who < 7 or t < 3
    ]
    (tmp_path / "b.csv").write_text(table([["frame", "person_id", "joint", "x", "y", "z"], *long_rows]))
    (take,) = read_joint_csv(tmp_path / "b.csv")
    np.testing.assert_allclose(take.partner.positions, take.positions + 1, atol=1e-5)


def test_numbered_joints_in_a_known_order(tmp_path, smpl_motion):
    flat = smpl_motion.positions.reshape(smpl_motion.frame_count, -1)
    for header in ([f"joint_{j}_{a}" for j in range(22) for a in "xyz"], [f"{a}{j}" for j in range(22) for a in "xyz"]):
        (tmp_path / "a.csv").write_text(table([header, *flat.tolist()]))
        (take,) = read_joint_csv(tmp_path / "a.csv")
        assert take.skeleton.chains == smpl_motion.skeleton.chains and take.parts.confidence > 0.5
        np.testing.assert_allclose(take.positions, smpl_motion.positions, atol=1e-5)


@pytest.mark.parametrize(
    "content",
    [
        "file,caption\na.npy,a person walks\nb.npy,someone runs\n",
        "name,start,end\na,0,1\nb,1,2\n",
        "",
        "\n\n",
        "x,y\n1,2\n3,4\n",
        "id,x,y,z\n1,2,3,4\n",
        "1,2,3\n4,5,6\n",
        'file,caption\na,"open quote\nb,c\n',
        "epoch,loss,R@1\n1,0.2,3\n2,0.1,4\n",
        "index,file,frames,seconds\n0,a,100,3.3\n1,b,200,6.6\n",
        "Hips_rotation_x,Hips_rotation_y,Hips_rotation_z\n1,2,3\n4,5,6\n",
        "Hips.x,Hips.y,Hips.z,Hips.w\n0,0,0,1\n0,0,0,1\n",
        "\0\1\2",
        "a" * 300000,
    ],
)
def test_other_tables_are_left_alone(content, tmp_path):
    (tmp_path / "a.csv").write_text(content)
    assert not JOINT_CSV.fits(tmp_path / "a.csv")
    with pytest.raises(FileProblem, match="no table of joint"):
        read_joint_csv(tmp_path / "a.csv")


def test_two_coordinates_and_bad_words(tmp_path):
    (tmp_path / "a.csv").write_text("Hips_x,Hips_y,Knee_x,Knee_y\n1,2,3,4\n1,2,3,4\n")
    assert not JOINT_CSV.fits(tmp_path / "a.csv")
    with pytest.raises(FileProblem, match="two coordinates"):
        read_joint_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(wide(lambda n, a: f"{n}_{a}").replace("\n7,", "\n7,x", 1).replace(",x0", ",0"))
    assert len(read_joint_csv(tmp_path / "b.csv")[0].positions) == FRAMES
    rows = wide(lambda n, a: f"{n}_{a}").splitlines()
    rows[5] = rows[5].rsplit(",", 1)[0] + ",word"
    (tmp_path / "c.csv").write_text("\n".join(rows))
    with pytest.raises(FileProblem, match="line 6: 'word' is no number"):
        read_joint_csv(tmp_path / "c.csv")


@pytest.mark.parametrize(
    "label",
    [
        "Index",
        "captions",
        "Box",
        "prefix",
        "Unix",
        "max",
        "Hips_rotation_x",
        "Hips.rX",
        "Hips_qx",
        "Hips velocity x",
        "nose_visibility",
        "HipsRotX",
        "",
    ],
)
def test_labels_that_are_no_places(label):
    assert read_label(label) is None


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Hand R.x", "Hand R"),
        ("RHIP_X", "RHIP"),
        ("left_shoulder_y", "left_shoulder"),
        ("foot.r.z", "foot.r"),
        ("Hips - Z [cm]", "Hips"),
        ("pos_x", ""),
        ("左足_x", "左足"),
    ],
)
def test_labels_keep_the_name(label, name):
    assert read_label(label)[0] == name


def test_case_of_a_toolbox_table(cases):
    """bvh-toolbox's table of walk01 equals the BVH, End Sites apart."""
    folder = cases / "01-root-offset-doubled"
    (take,) = read_joint_csv(folder / "walk01_pos.csv")
    (bvh,) = read_bvh(folder / "walk01.bvh")
    assert take.fps == pytest.approx(24, abs=1e-3)
    at = [take.skeleton.joint_names.index(n) for n in bvh.skeleton.joint_names]
    scale = bvh.positions[0, 0, 1] / take.positions[0, at[0], 1]
    np.testing.assert_allclose(take.positions[:, at] * scale, bvh.positions, atol=1e-3)
    assert [take.skeleton.joint_names[take.skeleton.parents[j]] for j in at[1:]] == [
        bvh.skeleton.joint_names[p] for p in bvh.skeleton.parents[1:]
    ]


def test_no_other_table_of_the_material_looks_like_joints(shared):
    assert not any(JOINT_CSV.fits(file) for file in shared.rglob("*.csv"))
