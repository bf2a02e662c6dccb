"""FBX against positions worked out by hand, against ufbx's own world matrices, on the cases and on broken bytes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.native.child import NativeReader
from tests.core.io.native.fbx_files import Model, ascii_fbx, binary_fbx, scene

pytest.importorskip("ufbx")
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def child():
    reader = NativeReader()
    yield lambda path: reader.read("FBX", path, 30.0)
    reader.close()


def written(folder: Path, tree, encode=ascii_fbx) -> Path:
    path = folder / "take.fbx"
    path.write_bytes(encode(tree))
    return path


def turned(degrees: float, axis: int) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


WALK = {"TX": [0.0, 10.0, 20.0], "RZ": [0.0, 30.0, 60.0]}
BEND = {"RX": [0.0, 45.0, 90.0]}


def leg() -> list[Model]:
    """A leg of three bones under a null, beside a camera, a mesh and a target that moves."""
    return [
        Model("World", "Null"),
        Model("rig:Hips", parent=0, translation=(0, 90, 0), curves={"Walk": WALK}),
        Model("rig:Thigh", parent=1, translation=(5, -10, 0), curves={"Walk": BEND, "Bend": BEND}),
        Model("rig:Shin", parent=2, translation=(0, -40, 0)),
        Model("Camera", "Camera", 0),
        Model("Mesh", "Mesh", 0),
        Model("IK", "Null", 1, curves={"Walk": WALK, "Aim": WALK}),
    ]


@pytest.mark.parametrize("encode", [ascii_fbx, binary_fbx])
def test_positions_names_rate_unit_and_axis(child, tmp_path, encode):
    stacks = {"Walk": 3 / 24, "Bend": 2 / 24, "Empty": 1.0, "Aim": 1.0}
    walk, bend = child(written(tmp_path, scene(leg(), stacks, fps_mode=11, fps=24.0, unit=2.54), encode))
    assert (walk.name, bend.name) == ("Walk", "Bend") and walk.fps == 24 and walk.rate.confidence > 0.9
    assert walk.skeleton.joint_names == ("rig:Hips", "rig:Thigh", "rig:Shin") and walk.skeleton.parents == (-1, 0, 1)
    assert walk.unit.value == pytest.approx(0.0254) and walk.up.value == "Y" and walk.up.confidence < 1
    assert [note.value for note in walk.notes] == ["2 takes"] and "no bone moves" in walk.notes[0].reason
    assert len(walk.positions) == 3
    for frame, at in enumerate(walk.positions):
        hips = np.array([10.0 * frame, 90, 0])
        thigh = hips + turned(30.0 * frame, 2) @ [5, -10, 0]
        shin = thigh + turned(30.0 * frame, 2) @ turned(45.0 * frame, 0) @ [0, -40, 0]
        np.testing.assert_allclose(at, [hips, thigh, shin], atol=1e-4)
    np.testing.assert_allclose(walk.rest, [[0, 90, 0], [5, 80, 0], [5, 40, 0]], atol=1e-4)
    np.testing.assert_allclose(bend.positions[2], [[0, 90, 0], [5, 80, 0], [5, 80, -40]], atol=1e-4)


def test_the_bind_pose_is_the_rest_pose(child, tmp_path):
    bind = {1: (0, 1, 0), 2: (0, 2, 0), 3: (0, 3, 0)}
    (take,) = child(written(tmp_path, scene(leg(), {"Walk": 0.1}, bind=bind)))
    np.testing.assert_allclose(take.rest, list(bind.values()))


# In a process of its own, which ends as it must.
OWN_WORLD = """
import ctypes, json, os, sys, ufbx
hold = ctypes.pythonapi.Py_IncRef; hold.argtypes = [ctypes.py_object]; hold.restype = None
scene = ufbx.load_file(sys.argv[1]); held = []
for frame in range(3):
    now = scene.evaluate(scene.anim, frame / 30); held.append(now)
    row = []
    for i in range(len(now.nodes)):
        node = now.nodes[i]; hold(node); row.append([node.name, list(node.node_to_world.c3)])
    print(json.dumps(row))
sys.stdout.flush(); os._exit(0)
"""


@pytest.mark.parametrize("inherit", [(1, 1, 1), (0, 0, 0), (2, 2, 2), (1, 2, 0), (0, 2, 1)])
def test_scale_that_is_inherited_in_each_way(child, tmp_path, inherit):
    turn = {"RX": [10.0, 50.0, 90.0], "RY": [0.0, 20.0, 40.0], "SX": [1.0, 1.5, 2.0]}
    models = [Model("Root", scaling=(2, 3, 1), translation=(1, 2, 3), rotation=(20, 0, 0), curves={"A": turn})]
    for number, mode in enumerate(inherit):
        models.append(
            Model(
                f"Bone{number}",
                parent=number,
                translation=(0, -10, 2),
                scaling=(1, 2, 0.5),
                inherit=mode,
                extra={"PreRotation": (0, 0, 30), "RotationPivot": (1, 1, 0)},
                curves={"A": turn},
            )
        )
    models.append(Model("End", parent=len(models) - 1, translation=(0, -5, 0), inherit=inherit[0]))
    path = written(tmp_path, scene(models, {"A": 0.1}))
    (take,) = child(path)
    own = subprocess.run([sys.executable, "-c", OWN_WORLD, str(path)], capture_output=True, text=True, check=True).stdout
    for at, line in zip(take.positions, own.splitlines(), strict=True):
        world = dict(json.loads(line))
        np.testing.assert_allclose(at, [world[name] for name in take.skeleton.joint_names], atol=1e-4)


def test_without_bones_the_nodes_that_move(child, tmp_path):
    models = [
        Model("Body", "Null", curves={"A": WALK}),
        Model("Foot", "Null", 0, (0, -80, 0), curves={"A": BEND}),
        Model("Prop", "Null"),
        Model("Camera", "Camera", -1, curves={"A": WALK}),
    ]
    (take,) = child(written(tmp_path, scene(models, {"A": 0.1})))
    assert take.skeleton.joint_names == ("Body", "Foot")


def person(label: str, start: int, moving: bool = True) -> list[Model]:
    """Twelve bones in a chain under a null."""
    first = Model(f"{label}:Hips", parent=start, translation=(0, 90, 0), curves={"A": WALK} if moving else {})
    return [
        Model(f"{label} rig", "Null"),
        first,
        *(Model(f"{label}:b{i}", parent=start + 1 + i, translation=(0, 5, 0)) for i in range(11)),
    ]


def test_two_skeletons_are_two_people_and_three_are_three_takes(child, tmp_path):
    (pair,) = child(written(tmp_path, scene([*person("A", 0), *person("B", 13), Model("stick")], {"A": 0.1})))
    assert pair.skeleton.joint_names[0] == "A:Hips" and pair.partner.skeleton.joint_names[0] == "B:Hips"
    assert pair.positions.shape == pair.partner.positions.shape == (3, 12, 3)
    assert pair.notes[0].value == "1 bone"
    three = child(written(tmp_path, scene([*person("A", 0), *person("B", 13), *person("C", 26)], {"A": 0.1})))
    assert [take.name for take in three] == ["A (A:Hips)", "A (B:Hips)", "A (C:Hips)"]
    (one,) = child(written(tmp_path, scene([*person("A", 0), *person("B", 13, moving=False)], {"A": 0.1})))
    assert one.partner is None


def test_a_scaled_armature_gives_its_own_unit(child, tmp_path):
    models = [
        Model("Armature", "Null", scaling=(100, 100, 100)),
        Model("Hips", parent=0, translation=(0, 0.9, 0), curves={"A": {"TX": [0.0, 1.0]}}),
        Model("Leg", parent=1, translation=(0, -0.4, 0)),
    ]
    (take,) = child(written(tmp_path, scene(models, {"A": 0.1})))
    assert take.unit.value == pytest.approx(1.0) and "100" in take.unit.reason and "Armature" in take.unit.reason
    np.testing.assert_allclose(take.positions[1], [[1, 0.9, 0], [1, 0.5, 0]], atol=1e-5)


def test_axes_of_the_file(child, tmp_path):
    z_up = written(tmp_path, scene(leg(), {"Walk": 0.1}, axes=(2, 1, 1, -1, 0, 1)))
    (take,) = child(z_up)
    assert take.up.value == "Z" and take.positions[1, 0, 0] == pytest.approx(10) and not take.notes
    (mirrored,) = child(written(tmp_path, scene(leg(), {"Walk": 0.1}, axes=(1, 1, 2, -1, 0, 1))))
    assert mirrored.positions[1, 0, 0] == pytest.approx(-10) and "left-handed" in mirrored.notes[0].reason


def test_a_take_without_a_span_has_that_of_its_keys(child, tmp_path):
    (take,) = child(written(tmp_path, scene(leg(), {"Walk": 0.0})))
    assert len(take.positions) == 3


def test_what_cannot_be_opened_is_reported(child, tmp_path):
    path = tmp_path / "take.fbx"
    for content, said in (
        (b"", "no whole FBX"),
        (b"; FBX 7.4.0\nObjects: {", "FBX|animation"),
        (b"\0" * 500, "no whole FBX"),
        (binary_fbx(scene(leg(), {"Walk": 0.1}))[:900], "no whole FBX"),
        (ascii_fbx(scene(leg(), {})), "no animation"),
        (ascii_fbx(scene(leg(), {"Empty": 1.0})), "no animation"),
        (ascii_fbx(scene(leg(), {"Aim": 1.0})), "no take moves a bone"),
    ):
        path.write_bytes(content)
        with pytest.raises(FileProblem, match=said):
            child(path)
    path.write_bytes(ascii_fbx(scene(leg(), {"Walk": 1e8})))
    with pytest.raises(FileProblem, match="too long"):
        child(path)


def test_the_cases(child, cases):
    (take,) = child(cases / "51-fbx" / "91_48.fbx")
    assert len(take.positions) / take.fps == pytest.approx(3.667, abs=1e-3) and take.fps == 30
    names = take.skeleton.joint_names
    assert {"rThigh", "lShin", "head", "rHand"} <= set(names) and take.up.value == "Y"
    thigh = take.positions[:, names.index("rThigh")] - take.positions[:, names.index("rShin")]
    length = np.linalg.norm(thigh, axis=1)
    assert length.std() < 1e-3 and 30 < length.mean() < 50, "centimetres in the armature's own unit"
    (other,) = child(cases / "51-fbx" / "91_50.fbx")
    assert len(other.positions) == 166 and other.skeleton.joint_names == names


def broken(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut off, or with bytes changed, doubled or taken out."""
    out = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        at, kind = int(rng.integers(len(out))), int(rng.integers(6))
        if kind == 0:
            del out[at : at + int(rng.integers(1, 2000))]
        elif kind == 1:
            out[at:at] = out[at : at + 40]
        elif kind == 2:
            out[at:at] = bytes([(0, 255, 57, 45, 123)[int(rng.integers(5))]]) * int(rng.integers(1, 9))
        else:
            out[at] = int(rng.integers(256))
        out = out or bytearray(b"\0")
    return bytes(out)


def fuzzed(read, samples: list[bytes], path: Path, count: int) -> dict[str, int]:
    """How often broken files were read, and how often told of; anything else is raised."""
    rng = np.random.default_rng(0)
    outcomes: dict[str, int] = {}
    for number in range(count):
        path.write_bytes(broken(samples[number % len(samples)], rng))
        try:
            for take in read(path):
                assert np.isfinite(take.positions).all()
            outcome = "read"
        except FileProblem as problem:
            assert len(str(problem)) < 400
            odd = [word for word in ("crashed", "more than", "could not be read") if word in problem.problem]
            outcome = problem.problem[:70] if odd else "told"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def test_broken_bytes(child, tmp_path):
    samples = [encode(scene(leg(), {"Walk": 0.1, "Bend": 0.2})) for encode in (ascii_fbx, binary_fbx)]
    outcomes = fuzzed(child, samples, tmp_path / "take.fbx", 150)
    assert set(outcomes) == {"read", "told"}, outcomes
