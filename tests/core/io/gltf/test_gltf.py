"""glTF against a slow twin that reads every accessor with struct, on small files made here, the cases and broken bytes."""

import base64
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.gltf.gltf import GLTF, gltf_files, read_gltf
from tests.core.io.gltf.gltf_files import Builder, arm, opened, quaternion, same_as_twin
from tests.core.io.native.test_fbx import fuzzed


def test_every_interpolation_is_the_twins(tmp_path):
    rng = np.random.default_rng(0)
    builder = arm()
    times = np.sort(rng.integers(0, 24, 6)) / 24 + np.arange(6) / 24
    turns = rng.normal(size=(6, 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    builder.animate("linear", (1, "rotation", times, turns, None), (2, "translation", times, rng.normal(size=(6, 3)), "LINEAR"))
    builder.animate("step", (2, "rotation", times, turns, "STEP"), (1, "scale", times, rng.uniform(0.5, 2, (6, 3)), "STEP"))
    spline = rng.normal(size=(18, 4))
    builder.animate(
        "spline",
        (1, "rotation", times, spline, "CUBICSPLINE"),
        (3, "translation", times, rng.normal(size=(18, 3)), "CUBICSPLINE"),
    )
    builder.animate("one key", (2, "rotation", [0.5], [turns[0]], None))
    builder.animate(
        "later",
        (2, "translation", [0.5, 1.0], [[1, 0, 0], [3, 0, 0]], "LINEAR"),
        (1, "translation", [0.75, 1.5], [[0, 1, 0], [0, 3, 0]], "LINEAR"),
    )
    takes = opened(tmp_path, builder.glb())
    assert [take.name for take in takes] == ["linear", "step", "spline", "one key", "later"]
    assert takes[0].skeleton.joint_names == ("hips", "arm", "hand") and takes[0].skeleton.parents == (-1, 0, 1)
    assert takes[0].fps == 24 and len(takes[3].positions) == 1 and len(takes[4].positions) == 25
    same_as_twin(builder.glb(), takes, range)
    assert takes[0].unit.value == 1 and takes[0].up.value == "Y" and takes[0].up.confidence < 1


def test_integers_strides_and_sparse_values(tmp_path):
    builder = arm()
    times = [0, 1 / 30, 2 / 30, 3 / 30]
    turns = np.array([quaternion(a, (1, 2, 3)) for a in (0, 40, 80, 120)])
    shorts = builder.accessor(np.round(turns * 32767), 5122, normalized=True)
    small = builder.accessor(np.round(turns * 127), 5120, normalized=True)
    builder.animate("normalised", (1, "rotation", times, shorts, None), (2, "rotation", times, small, None))
    # Places and turns of one buffer view, in turns.
    rows = b"".join(struct.pack("<7f", i, 2 * i, 3 * i, *turns[i]) for i in range(4))
    view = builder.view(rows, byteStride=28)
    builder.json["accessors"] += [
        {"bufferView": view, "componentType": 5126, "count": 4, "type": "VEC3"},
        {"bufferView": view, "byteOffset": 12, "componentType": 5126, "count": 4, "type": "VEC4"},
    ]
    last = len(builder.json["accessors"]) - 1
    builder.animate("interleaved", (1, "translation", times, last - 1, None), (2, "rotation", times, last, None))
    takes = opened(tmp_path, builder.glb())
    same_as_twin(builder.glb(), takes, range)
    # Sparse: zeros but for one row, and rows of a view but for one.
    indices, row = builder.view(struct.pack("<H", 2)), builder.view(struct.pack("<3f", 7, 8, 9))
    sparse = {"count": 1, "indices": {"bufferView": indices, "componentType": 5123}, "values": {"bufferView": row}}
    builder.json["accessors"] += [
        {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": sparse},
        {
            "bufferView": builder.view(struct.pack("<12f", *range(12))),
            "componentType": 5126,
            "count": 4,
            "type": "VEC3",
            "sparse": sparse,
        },
    ]
    last = len(builder.json["accessors"]) - 1
    builder.animate("zeros", (1, "translation", times, last - 1, None))
    builder.animate("rows", (1, "translation", times, last, None))
    zeros, rows = opened(tmp_path, builder.glb())[2:]
    matrix = np.array(builder.json["nodes"][0]["matrix"]).reshape(4, 4).T
    np.testing.assert_allclose(zeros.positions[2, 0], (matrix @ [7, 8, 9, 1])[:3], atol=1e-5)
    np.testing.assert_allclose(zeros.positions[1, 0], [1, 2, 3], atol=1e-5)
    expected = [(matrix @ [*p, 1])[:3] for p in ((0, 1, 2), (3, 4, 5), (7, 8, 9), (9, 10, 11))]
    np.testing.assert_allclose(rows.positions[:, 0], expected, atol=1e-5)


@pytest.mark.parametrize("rate, expected", [(24, 24), (25, 25), (30, 30), (60, 60), (120, 120), (20, 60), (10, 30)])
def test_the_rate_is_that_of_the_keys(tmp_path, rate, expected):
    builder = arm()
    frames = np.array([0, 1, 2, 3, 7, 11, 20])
    builder.animate("a", (1, "translation", frames / rate, np.zeros((7, 3)), None))
    (take,) = opened(tmp_path, builder.glb())
    assert take.fps == expected and take.name == "" and len(take.positions) == 20 * expected // rate + 1


def test_keys_on_no_frames_are_sampled_at_30_fps(tmp_path):
    builder = arm()
    builder.animate("a", (1, "translation", [0, 0.0137, 0.311, 0.7213, 1.0], np.zeros((5, 3)), None))
    (take,) = opened(tmp_path, builder.glb())
    assert take.fps == 30 and len(take.positions) == 31 and "no frames" in take.rate.reason


def test_names_are_unique_and_animations_of_other_things_are_left_out(tmp_path):
    builder = arm()
    for name in ("walk", "walk", None, "walk 2", "camera only"):
        builder.animate(name, (5 if name == "camera only" else 1, "translation", [0, 0.5, 1], np.zeros((3, 3)), None))
    builder.json["animations"][0]["channels"].append({"sampler": 0, "target": {"path": "weights", "node": 4}})
    takes = opened(tmp_path, builder.glb())
    assert len({take.name for take in takes}) == 4 and {"walk", "walk 2", "animation 3"} <= {take.name for take in takes}
    assert takes[0].notes[0].value == "1 animation"


def test_without_a_skin_the_nodes_that_move(tmp_path):
    builder = arm()
    del builder.json["skins"]
    builder.animate(
        "a",
        (2, "rotation", [0, 1], [quaternion(0, (1, 0, 0)), quaternion(90, (1, 0, 0))], None),
        (3, "rotation", [0, 1], [quaternion(0, (1, 0, 0)), quaternion(90, (1, 0, 0))], None),
    )
    (take,) = opened(tmp_path, builder.glb())
    assert take.skeleton.joint_names == ("arm", "hand")


def test_two_characters_are_a_pair_and_a_part_of_one_is_left_out(tmp_path):
    builder = Builder()
    nodes = builder.json["nodes"]
    for who in range(2):
        start = len(nodes)
        nodes += [{"name": f"{who} {i}", "translation": [0, 1, who], "children": [start + i + 1][: i < 11]} for i in range(12)]
    nodes.append({"name": "hat"})
    builder.json["skins"] = [
        {"joints": list(range(8))},
        {"joints": list(range(4, 12))},
        {"joints": list(range(12, 24))},
        {"joints": [24]},
    ]
    moves = [(node, "translation", [0, 0.5, 1], np.zeros((3, 3)), None) for node in (0, 12)]
    builder.animate("both", *moves)
    builder.animate("second", moves[1])
    both, second = opened(tmp_path, builder.glb())
    assert both.skeleton.joint_names[0] == "0 0" and both.partner.skeleton.joint_names[0] == "1 0"
    assert both.skeleton.joint_count == 12 and second.partner is None and second.skeleton.joint_names[0] == "1 0"
    assert both.notes[0].value == "1 joint"


@pytest.mark.parametrize(
    "extension",
    [
        {"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 1}, "leftUpperArm": {"node": 2}}}}},
        {"VRM": {"humanoid": {"humanBones": [{"bone": "hips", "node": 1}, {"bone": "leftUpperArm", "node": 2}]}}},
        {"VRMC_vrm_animation": {"humanoid": {"humanBones": {"hips": {"node": 1}, "leftUpperArm": {"node": 2}}}}},
    ],
)
def test_vrm_names_the_bones(tmp_path, extension):
    builder = arm(extensions=extension)
    builder.animate("a", (1, "translation", [0, 1], np.zeros((2, 3)), None))
    (take,) = opened(tmp_path, builder.glb(), "a.vrm")
    assert take.skeleton.joint_names == ("hips", "leftUpperArm", "hand")


def test_buffers_as_text_and_beside_the_file(tmp_path):
    builder = arm()
    builder.animate("a", (1, "translation", [0, 0.5, 1], [[0, 0, 0], [1, 1, 1], [2, 2, 2]], None))
    (glb,) = opened(tmp_path, builder.glb())
    uri = "data:application/octet-stream;base64," + base64.b64encode(builder.data).decode()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "the data.bin").write_bytes(builder.data)
    for place in (uri, "sub/the%20data.bin"):
        (take,) = opened(tmp_path, builder.gltf(place), "a.gltf")
        np.testing.assert_array_equal(take.positions, glb.positions)
    assert gltf_files(tmp_path / "a.gltf") == [tmp_path / "a.gltf", tmp_path / "sub" / "the data.bin"]
    assert GLTF.files(tmp_path / "a.glb") == [tmp_path / "a.glb"]


@pytest.mark.parametrize(
    "uri",
    [
        "../secret.bin",
        "%2e%2e/secret.bin",
        "/etc/passwd",
        "http://example.org/a.bin",
        "sub/../../a",
        "..\\secret.bin",
        "C:\\a.bin",
        "file:///etc/passwd",
        "link.bin",
        "//host/a",
        "",
        "a\0b",
    ],
)
def test_no_file_outside_of_the_folder_is_opened(tmp_path, uri):
    folder = tmp_path / "inner"
    folder.mkdir()
    builder = arm()
    builder.animate("a", (1, "translation", [0, 0.5, 1], np.zeros((3, 3)), None))
    (tmp_path / "secret.bin").write_bytes(builder.data)
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(FileProblem, match="outside of its folder"):
        opened(folder, builder.gltf(uri), "a.gltf")
    assert gltf_files(folder / "a.gltf") == [folder / "a.gltf"]


def test_what_cannot_be_opened_is_reported(tmp_path):
    def whole(change) -> bytes:
        builder = arm()
        builder.animate("a", (1, "translation", [0, 0.5, 1], np.zeros((3, 3)), None))
        change(builder.json)
        return builder.glb()

    def set_(holder: str, index: int, **values):
        return lambda document: document[holder][index].update(values)

    good = whole(lambda _: None)
    for content, said in (
        (b"", "no whole glTF"),
        (good[:200], "cut off"),
        (good[:-8], "cut off"),
        (b"[" * 100_000, "no whole glTF"),
        (b"{}", "no 'asset'"),
        (good[:4] + struct.pack("<I", 1) + good[8:], "glTF 1"),
        (whole(lambda d: d.update(animations=[])), "no animation"),
        (whole(set_("nodes", 3, children=[1])), "two parents|circle"),
        (whole(set_("nodes", 0, children=[1, 99])), "child"),
        (whole(lambda d: d.update(nodes=[{"children": [1]}, {"children": [0]}], skins=[])), "circle"),
        (whole(set_("accessors", 1, count=10**12)), "count"),
        (whole(set_("accessors", 1, count=400)), "beyond its buffer"),
        (whole(set_("bufferViews", 1, byteLength=10**9)), "byteLength"),
        (whole(set_("bufferViews", 1, byteStride=2)), "beyond its buffer"),
        (whole(set_("bufferViews", 1, extensions={"EXT_meshopt_compression": {}})), "meshopt"),
        (whole(set_("nodes", 1, translation=[0, float("nan"), 0])), "not 3 finite"),
        (whole(lambda d: d["animations"][0]["samplers"][0].update(interpolation="BEZIER")), "BEZIER"),
        (whole(lambda d: d["animations"][0]["samplers"][0].update(output=0)), "do not fit"),
        (whole(set_("skins", 0, joints=[1, 1000])), "joint"),
        (whole(lambda d: d.update(nodes="x")), "list of objects"),
    ):
        with pytest.raises(FileProblem, match=said):
            opened(tmp_path, content)
    builder = arm()
    builder.animate("backwards", (1, "translation", [0, 1, 0.5], np.zeros((3, 3)), None))
    with pytest.raises(FileProblem, match="backwards"):
        opened(tmp_path, builder.glb())
    builder = arm()
    builder.animate("long", (1, "translation", [0, 1, 1e9], np.zeros((3, 3)), None))
    with pytest.raises(FileProblem, match="too long"):
        opened(tmp_path, builder.glb())
    with pytest.raises(FileProblem, match="does not exist"):
        read_gltf(tmp_path / "none.glb")


def test_the_case(cases):
    path = cases / "52-glb" / "mesh2motion_base.glb"
    content = path.read_bytes()
    takes = read_gltf(path)
    document = json.loads(content[20 : 20 + struct.unpack("<I", content[12:16])[0]])
    assert [take.name for take in takes] == [animation["name"] for animation in document["animations"]] and len(takes) == 50
    assert {"T-Pose", "A_TPose"} <= {take.name for take in takes}
    for take, animation in zip(takes, document["animations"], strict=True):
        inputs = [document["accessors"][sampler["input"]] for sampler in animation["samplers"]]
        seconds = max(a["max"][0] for a in inputs) - min(a["min"][0] for a in inputs)
        assert (len(take.positions) - 1) / take.fps == pytest.approx(seconds, abs=1e-3) and take.fps == 24
    chosen = [i for i, take in enumerate(takes) if take.name in ("Roll_RM", "T-Pose")]
    small = {**document, "animations": [document["animations"][i] for i in chosen]}
    text = json.dumps(small).encode()
    binary = content[20 + struct.unpack("<I", content[12:16])[0] :]
    rebuilt = content[:12] + struct.pack("<I4s", len(text), b"JSON") + text + binary
    same_as_twin(rebuilt, [takes[i] for i in chosen], lambda count: [0, count // 2])


def test_broken_bytes(tmp_path):
    builder = arm(extensions={"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 1}}}}})
    turns = [quaternion(a, (1, 2, 3)) for a in (0, 40, 80)]
    builder.animate("a", (1, "translation", [0, 0.5, 1], np.zeros((3, 3)), None), (2, "rotation", [0, 0.5, 1], turns, "STEP"))
    uri = "data:;base64," + base64.b64encode(builder.data).decode()
    outcomes = fuzzed(read_gltf, [builder.glb(), builder.gltf(uri)], tmp_path / "a.glb", 300)
    assert set(outcomes) == {"read", "told"}, outcomes
    outcomes = fuzzed_values(builder, tmp_path / "a.glb", 300)
    assert min(outcomes.values()) > 20, outcomes


ODD = [
    None,
    True,
    -1,
    0,
    1,
    2,
    3,
    99,
    1e308,
    10**400,
    -(10**9),
    "x",
    "",
    [],
    {},
    [1],
    [[[]]],
    {"node": 1},
    2**31,
    0.5,
    5126,
    5121,
    float("nan"),
    float("inf"),
    "POINTER",
    "VEC3",
]


def fuzzed_values(builder: Builder, path: Path, count: int) -> dict[str, int]:
    """How often documents with other values in places of theirs were read, and how often told of."""
    rng = np.random.default_rng(0)
    text = json.dumps(builder.json)
    outcomes = {"read": 0, "told": 0}
    for _ in range(count):
        builder.json = json.loads(text)
        for _ in range(int(rng.integers(1, 4))):
            holder = builder.json
            while True:
                keys = list(holder) if isinstance(holder, dict) else range(len(holder))
                if not len(keys):
                    break
                key = keys[int(rng.integers(len(keys)))]
                if not isinstance(holder[key], dict | list) or rng.random() < 0.2:
                    holder[key] = ODD[int(rng.integers(len(ODD)))]
                    break
                holder = holder[key]
        path.write_bytes(builder.glb())
        try:
            assert all(np.isfinite(take.positions).all() for take in read_gltf(path))
            outcomes["read"] += 1
        except FileProblem:
            outcomes["told"] += 1
    return outcomes
