"""Small data sets in the layouts in which BONES-SEED and SnapMoGen are released: their files, joints, units, rates, columns."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from tests.skeletons import Body, build, w

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Pinky")
SOMA = Body(
    w("Hips Spine1 Spine2 Chest Neck1 Neck2 Head HeadEnd"),
    w("LeftShoulder LeftArm LeftForeArm LeftHand"),
    w("LeftLeg LeftShin LeftFoot LeftToeBase"),
    "Chest",
    "Hips",
    ("Left", "Right"),
    above=("Root",),
    extras={
        "Head": w("Jaw LeftEye RightEye"),
        "LeftToeBase": w("LeftToeEnd"),
        "LeftHand": tuple(f"LeftHand{finger}1" for finger in FINGERS),
        **{f"LeftHand{f}{n}": (f"LeftHand{f}{n + 1}",) for f in FINGERS for n in range(1, 3 if f == "Thumb" else 4)},
        **{f"LeftHand{f}{3 if f == 'Thumb' else 4}": (f"LeftHand{f}End",) for f in FINGERS},
    },
)
# Names and parents of SnapMoGen's joints, and places in centimetres, the left side's at +X.
SNAP = (
    ("ROOT", "", (0, 95, 0)),
    ("C_spine0001_bind_JNT", "ROOT", (0, 103, 0)),
    ("C_spine0002_bind_JNT", "C_spine0001_bind_JNT", (0, 115, 0)),
    ("C_spine0003_bind_JNT", "C_spine0002_bind_JNT", (0, 128, 0)),
    ("C_neck0001_bind_JNT", "C_spine0003_bind_JNT", (0, 148, 0)),
    ("C_neck0002_bind_JNT", "C_neck0001_bind_JNT", (0, 153, 0)),
    ("C_head_bind_JNT", "C_neck0002_bind_JNT", (0, 158, 1)),
    *(
        (name.replace("S_", f"{side}_", 1), parent.replace("S_", f"{side}_", 1), (sign * x, y, z))
        for side, sign in (("L", 1), ("R", -1))
        for name, parent, (x, y, z) in (
            ("S_clavicle_bind_JNT", "C_spine0003_bind_JNT", (4, 143, 0)),
            ("S_armUpper0001_bind_JNT", "S_clavicle_bind_JNT", (18, 143, 0)),
            ("S_armLower0001_bind_JNT", "S_armUpper0001_bind_JNT", (45, 143, -1)),
            ("S_hand0001_bind_JNT", "S_armLower0001_bind_JNT", (70, 143, 0)),
        )
    ),
    ("C_pelvis0001_bind_JNT", "ROOT", (0, 95, 0)),
    *(
        (name.replace("S_", f"{side}_", 1), parent.replace("S_", f"{side}_", 1), (sign * x, y, z))
        for side, sign in (("L", 1), ("R", -1))
        for name, parent, (x, y, z) in (
            ("S_legUpper0001_bind_JNT", "C_pelvis0001_bind_JNT", (10, 90, 0)),
            ("S_legLower0001_bind_JNT", "S_legUpper0001_bind_JNT", (10, 49, 2)),
            ("S_foot0001_bind_JNT", "S_legLower0001_bind_JNT", (10, 8, -2)),
            ("S_foot0002_bind_JNT", "S_foot0001_bind_JNT", (10, 2, 12)),
        )
    ),
)


def swung(names: list[str], parents: list[int], frames: int, fps: float, amount: float) -> np.ndarray:
    """(T, J, 3, 3) rotations of bones in the world: legs and arms swing, knees and elbows bend."""
    time = np.arange(frames) / fps
    found = np.tile(np.eye(3), (frames, len(names), 1, 1))
    for joint, name in enumerate(names):
        side = 1 if name.startswith(("Left", "L_")) else -1
        angle = np.zeros(frames)
        if name.endswith(("tLeg", "_legUpper0001_bind_JNT")):
            angle = side * amount * np.sin(2 * np.pi * time)
        elif name.endswith(("Shin", "_legLower0001_bind_JNT")):
            angle = amount * (1 + np.sin(2 * np.pi * time + side))
        elif name.endswith(("tArm", "_armUpper0001_bind_JNT")):
            angle = -side * amount * np.sin(2 * np.pi * time)
        own = Rotation.from_rotvec(angle[:, None] * [1.0, 0, 0]).as_matrix()
        found[:, joint] = own if parents[joint] < 0 else found[:, parents[joint]] @ own
    return found


def write_posed(
    path: Path, names: list[str], parents: list[int], rest: np.ndarray, turned: np.ndarray, fps: float, along_x: bool, ends: bool
) -> np.ndarray:
    """Write a BVH file, and return the places (T, J, 3) of its joints.

    Args:
        path: Of the file.
        names, parents: J joints.
        rest: (J, 3) places at rest.
        turned: (T, J, 3, 3) rotations in the world, of which `rest` has none.
        fps: Frames per second.
        along_x: Each bone lies along its own X axis, so that the file's figure without rotations is no body; the joint below
            the root has six channels.
        ends: With End Sites.
    """
    count, kids = len(names), [[k for k, p in enumerate(parents) if p == j] for j in range(len(names))]
    base = np.tile(np.eye(3), (count, 1, 1))
    for joint in range(count):
        bone = rest[kids[joint][0]] - rest[joint] if kids[joint] else np.zeros(3)
        if along_x and np.linalg.norm(bone) > 1e-6:
            base[joint] = Rotation.align_vectors([bone], [[1, 0, 0]])[0].as_matrix()
    world = turned @ base
    offsets = np.array([base[p].T @ (rest[j] - rest[p]) if p >= 0 else np.zeros(3) for j, p in enumerate(parents)])
    places = np.zeros((len(turned), count, 3))
    for joint, parent in enumerate(parents):
        places[:, joint] = rest[joint] if parent < 0 else places[:, parent] + world[:, parent] @ offsets[joint]
    lines: list[str] = []
    columns: list[np.ndarray] = []

    def block(joint: int, depth: int) -> None:
        parent, pad = parents[joint], "  " * depth
        six = parent < 0 or (along_x and parents[parent] < 0)
        local = world[:, joint] if parent < 0 else np.swapaxes(world[:, parent], 1, 2) @ world[:, joint]
        if six:
            columns.append(np.tile(rest[joint] if parent < 0 else offsets[joint], (len(turned), 1)))
        columns.append(Rotation.from_matrix(local).as_euler("ZYX", degrees=True))
        position = "Xposition Yposition Zposition " if six else ""
        lines.extend(
            (
                f"{pad}{'ROOT' if parent < 0 else 'JOINT'} {names[joint]}",
                f"{pad}{{",
                f"{pad}  OFFSET {' '.join(f'{v:.6f}' for v in offsets[joint])}",
                f"{pad}  CHANNELS {6 if six else 3} {position}Zrotation Yrotation Xrotation",
            )
        )
        for kid in kids[joint]:
            block(kid, depth + 1)
        if ends and not kids[joint]:
            lines.append(f"{pad}  End Site\n{pad}  {{\n{pad}    OFFSET 0 0 1\n{pad}  }}")
        lines.append(f"{pad}}}")

    block(0, 0)
    rows = "\n".join(" ".join(f"{v:.6f}" for v in row) for row in np.concatenate(columns, axis=1))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("HIERARCHY\n" + "\n".join(lines) + f"\nMOTION\nFrames: {len(turned)}\nFrame Time: {1 / fps:.6f}\n{rows}\n")
    return places


def write_soma(path: Path, frames: int = 90, amount: float = 0.5) -> np.ndarray:
    """A take as BONES-SEED has it: 78 joints, centimetres, 120 fps, no End Site. Returns the places of its joints."""
    names, parents, places = build(SOMA)
    turned = swung(names, parents, frames, 120, amount)
    return write_posed(path, names, parents, 100 * places, turned, 120, along_x=True, ends=False)


def write_snap(path: Path, frames: int = 60, amount: float = 0.5) -> np.ndarray:
    """A motion as SnapMoGen has it: 24 joints, centimetres, 30 fps. Returns the places of its joints."""
    names = [name for name, _, _ in SNAP]
    parents = [names.index(parent) if parent else -1 for _, parent, _ in SNAP]
    rest = np.array([place for _, _, place in SNAP], float)
    return write_posed(path, names, parents, rest, swung(names, parents, frames, 30, amount), 30, along_x=False, ends=True)


COLUMNS = (
    *("move_name", "filename", "move_duration_frames", "package", "category", "is_neutral", "is_mirror"),
    *("move_soma_uniform_path", "move_soma_proportional_path", "move_g1_path", "take_name", "take_date"),
    *("content_name", *(f"content_natural_desc_{n}" for n in range(1, 5)), "content_technical_description"),
    *("content_short_description", "content_short_description_2", "content_type_of_movement"),
)


def seed_row(name: str, date: str, texts: tuple[str, ...], frames: int = 90, kind: str = "walking") -> dict[str, object]:
    """A row of the table: at most four descriptions, then two short ones."""
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    row |= {
        "move_name": name,
        "filename": name,
        "move_duration_frames": frames,
        "take_date": date,
        "is_mirror": name.endswith("_M"),
    }
    row |= {"move_g1_path": f"g1/csv/{date}/{name}.csv", "content_technical_description": "hip flexion", "content_name": name}
    row |= {f"move_soma_{body}_path": f"soma_{body}/bvh/{date}/{name}.bvh" for body in ("uniform", "proportional")}
    row |= {f"content_natural_desc_{n}": text for n, text in enumerate(texts[:4], 1)}
    row |= {"content_short_description": texts[-1], "content_type_of_movement": kind}
    return row


def write_table(file: Path, rows: list[dict[str, object]]) -> None:
    """As CSV, or as Parquet where pyarrow is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        columns = {name: [row[name] if row[name] != "" else None for row in rows] for name in COLUMNS}
        parquet.write_table(pyarrow.table(columns), file)
        return
    with open(file, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def write_seed(root: Path, count: int = 8, table: str = "seed_metadata_v004.csv") -> list[str]:
    """Takes of two dates, walking little or much, with two descriptions and a timeline of two labels each. Returns their ids."""
    rows, lines, ids = [], [], []
    for number in range(count):
        date, kind = ("230101", "240202")[number % 2], ("walk", "march")[number % 2]
        name = f"{kind}_ff_R_{number:03d}__A{500 + number}"
        write_soma(root / f"soma_uniform/bvh/{date}/{name}.bvh", amount=0.3 + 0.5 * (number % 2))
        rows.append(seed_row(name, date, (f"a person {kind}es forward", f"someone {kind}es", f"{kind}ing")))
        events = [
            {"start_time": 0.0, "end_time": 0.3, "description": f"A person starts to {kind}."},
            {"start_time": 0.3, "end_time": 0.7, "description": f"A person {kind}es on."},
        ]
        lines.append(json.dumps({"filename": name, "num_events": 2, "events": events}))
        ids.append(f"{date}/{name}")
    write_table(root / "metadata" / table, rows)
    (root / "metadata/seed_metadata_v002_temporal_labels.jsonl").write_text("\n".join(lines) + "\n")
    (root / "LICENSE.md").write_text("# BONES-SEED Dataset License Agreement\n\nText.\n")
    return ids


def write_seed_splits(root: Path, ids: list[str]) -> None:
    """The lists of the Kimodo benchmark, two takes in each test."""
    (root / "splits").mkdir()
    for name, part in (("train", ids[:-4]), ("test_content", ids[-4:-2]), ("test_repetition", ids[-2:])):
        (root / f"splits/{name}_split_paths.txt").write_text("\n".join(part) + "\n")


def write_snapmogen(root: Path, count: int = 8) -> None:
    """Motions of 60 frames with two clips each, six captions a clip; the last two motions are of val and test."""
    captions, splits = {}, {"train": [], "val": [], "test": []}
    for number in range(count):
        name = f"{'m_' if number % 2 else ''}gp_{number:05d}"
        write_snap(root / f"renamed_bvhs/{name}.bvh", amount=0.3 + 0.5 * (number % 2))
        split = "val" if number == count - 2 else "test" if number == count - 1 else "train"
        for first, last in ((0, 25), (25, 59)):
            what = f"the person {'strides' if number % 2 else 'walks'} {'on' if first else 'off'}"
            captions[f"{name}#{first}#{last}"] = {
                "manual": [f"{what}.", f"{what}, arms swinging."],
                "gpt": [f"{what} in way {n}." for n in range(4)],
            }
            splits[split].append((name, f"{name}#{first}#{last}"))
    (root / "all_caption_clean.json").write_text(json.dumps(captions))
    (root / "data_split_info").mkdir()
    for split, clips in splits.items():
        (root / f"data_split_info/{split}_ids.txt").write_text("".join(f"{clip}\n" for _, clip in clips))
        (root / f"data_split_info/{split}_fnames.txt").write_text(
            "".join(f"{name}\n" for name in dict.fromkeys(n for n, _ in clips))
        )
