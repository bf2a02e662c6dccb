"""Whole small files of every format, and how each is broken."""

from __future__ import annotations

import io
import json
import pickle
import struct
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.fuzz import texts
from tests.fuzz.mutations import BYTES, TEXT, Mutation
from tests.fuzz.structures import (
    broken_glb,
    broken_json,
    broken_npy,
    broken_opcodes,
    broken_pickle,
    broken_zip,
    glb_bytes,
    guarded,
    npy_bytes,
)
from tests.fuzz.torch_sample import torch_bytes

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
# Real files that small ones written here do not stand for.
REAL = ("51-fbx/91_48.fbx", "50-c3d/jab_left.c3d", "16-gvhmr-output/hmr4d_results.pt")


@dataclass(frozen=True, eq=False)
class Sample:
    """`files` by name, the first of them the one that is opened; any may be broken, by its own `mutations`."""

    files: dict[str, bytes]
    mutations: dict[str, tuple[Mutation, ...]]

    @property
    def main(self) -> str:
        return next(iter(self.files))


def _sample(
    name: str, content: bytes | str, *mutations: Mutation, **beside: tuple[str, bytes | str, tuple[Mutation, ...]]
) -> Sample:
    files, ways = {name: _bytes(content)}, {name: tuple(map(guarded, mutations)) or BYTES}
    for other, other_content, other_ways in beside.values():
        files[other], ways[other] = _bytes(other_content), tuple(map(guarded, other_ways)) or BYTES
    return Sample(files, ways)


def often(mutation: Mutation) -> tuple[Mutation, ...]:
    """As often as two times all ways to break bytes: most of those end at the first check."""
    return (mutation,) * 2 * len(BYTES)


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def samples(suffixes: Collection[str]) -> Iterator[Sample]:
    """Samples that end so: text formats, arrays, pickles, scenes; and a few real files where they lie beside the checkout."""
    for some in (_texts, _arrays, _pickles, _scenes):
        yield from (sample for sample in some() if Path(sample.main).suffix in suffixes)
    if ".usdc" in suffixes and (usdc := _usdc()):
        yield _sample("a.usdc", usdc)
    for name in REAL:
        if Path(name).suffix in suffixes and (CASES / name).exists():
            yield _sample(Path(name).name, (CASES / name).read_bytes())


def _texts() -> Iterator[Sample]:
    yield _sample("a.bvh", texts.BVH, *TEXT)
    yield _sample("two.bvh", texts.BVH_TWO, *TEXT)
    yield _sample("a.amc", texts.AMC, *TEXT, beside=("a.asf", texts.ASF, TEXT))
    yield _sample("a.trc", texts.TRC, *TEXT)
    yield _sample("wide.csv", texts.CSV_WIDE, *TEXT)
    yield _sample("long.csv", texts.CSV_LONG, *TEXT)
    yield _sample("take.csv", texts.CSV_OPTITRACK, *TEXT)
    yield _sample("a.mvnx", texts.MVNX, *TEXT)
    yield _sample("a.skeleton", texts.NTU, *TEXT)
    yield _sample("a.fbx", texts.FBX_ASCII, *TEXT)
    yield _sample("a.usda", texts.USDA, *TEXT)


def _arrays() -> Iterator[Sample]:
    draw = np.random.default_rng(0)

    def body(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    npy = (*often(broken_npy), *BYTES)
    shapes = (
        (8, 22, 3),
        (8, 24, 3),
        (8, 66),
        (1, 8, 22, 3),
        (22, 3, 8),
        (2, 22, 3, 8),
        (8, 33, 3),
        (8, 17, 3),
        (8, 25, 3),
        (8, 263),
        (8, 251),
        (8, 322),
        (8, 62, 3),
        (8, 72),
        (8, 192),
        (8, 492),
    )
    for shape in shapes:
        values = body(*shape) * np.float32(0.1) + np.float32(0.5)  # Not normalised.
        yield _sample(f"{'_'.join(map(str, shape))}.npy", npy_bytes(values), *npy)
    npz = (*often(broken_zip(guarded(broken_npy))), broken_zip(BYTES[0]), *BYTES)
    poses = {"trans": body(4, 3), "betas": body(10), "gender": np.array("male")}
    for arrays in (
        poses | {"poses": body(4, 156), "mocap_framerate": np.array(120.0)},
        poses | {"root_orient": body(4, 3), "pose_body": body(4, 63), "mocap_frame_rate": np.array(30)},
        {"global_orient": body(4, 3), "body_pose": body(4, 63), "transl": body(4, 3), "betas": body(4, 10), "fps": np.array(30)},
        {"poses": body(4, 24, 3), "trans": body(4, 3), "fps": np.array(25)},
        {"positions": body(4, 22, 3), "fps": np.array(20.0)},
        {
            "joints": body(4, 5, 3),
            "parents": np.array([-1, 0, 1, 2, 3]),
            "names": np.array(["a", "b", "c", "d", "e"]),
            "fps": np.array(20),
        },
        {"posed_joints": body(4, 30, 3), "local_rot_mats": body(4, 30, 3, 3), "root_positions": body(4, 3)},
    ):
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        yield _sample("a.npz", stream.getvalue(), *npz)
    meta = json.dumps({"fps": 30, "text": "a person walks", "num_frames": 4, "joint_names": ["a"] * 30})
    yield _sample("a.npz", stream.getvalue(), *npz, beside=("meta.json", meta, (*often(broken_json), *TEXT)))


def _pickles() -> Iterator[Sample]:
    draw = np.random.default_rng(0)

    def body(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    person = {"trans": body(3, 3), "root_orient": body(3, 3), "pose_body": body(3, 63), "betas": body(10), "gender": "male"}
    smpl = {"global_orient": body(3, 3), "body_pose": body(3, 69), "transl": body(3, 3), "betas": body(3, 10)}
    trees = {
        "pair.pkl": {"mocap_framerate": 60.0, "person1": person, "person2": person},
        "aist.pkl": {"smpl_poses": body(3, 72), "smpl_scaling": np.array([90.0]), "smpl_trans": body(3, 3), "smpl_loss": 0.1},
        "gvhmr.pkl": {"smpl_params_global": smpl, "smpl_params_incam": smpl, "K_fullimg": body(3, 3, 3)},
        "vibe.pkl": {
            1: {
                "pose": body(3, 72),
                "betas": body(3, 10),
                "trans": body(3, 3),
                "joints3d": body(3, 49, 3),
                "frame_ids": np.arange(3),
            }
        },
        "wham.pkl": {0: {"poses_world": body(3, 72), "trans_world": body(3, 3), "betas": body(3, 10), "frame_ids": np.arange(3)}},
        "glamr.pkl": {
            "person_data": {
                0: {
                    "smpl_pose": body(3, 69),
                    "smpl_orient_world": body(3, 3),
                    "root_trans_world": body(3, 3),
                    "smpl_beta": body(3, 10),
                    "fps": 30,
                }
            }
        },
        "smplx.pkl": {**smpl, "left_hand_pose": body(3, 45), "fps": 30},
        "mdm.npy": {
            "motion": body(2, 22, 3, 6),
            "text": ["walks", "runs"],
            "lengths": np.array([6, 4]),
            "num_samples": 2,
            "num_repetitions": 1,
        },
        "tram.npy": {
            "pred_rotmat": body(3, 24, 3, 3),
            "pred_trans": body(3, 1, 3),
            "pred_shape": body(3, 10),
            "frame": np.arange(3),
        },
        "romp.npz": {f"{i:08d}.jpg": {"poses": body(72), "betas": body(10), "trans": body(3)} for i in range(3)},
    }
    for name, tree in trees.items():
        broken = guarded(broken_pickle(tree))
        if name.endswith(".pkl"):
            yield _sample(name, pickle.dumps(tree, 2 if "a" in name else 5), *often(broken), *BYTES)
            continue
        header, data = _object_array(tree)

        def inside(rng, content, header=header, broken=broken):
            return content[: len(header)] + broken(rng, content[len(header) :])

        if name.endswith(".npy"):
            yield _sample(name, header + data, *often(inside), broken_npy, *BYTES)
        else:
            yield _sample(name, _zip({"results.npy": header + data}), *often(broken_zip(inside)), *BYTES)
    yield _sample(
        "a.pt",
        torch_bytes({"smpl_params_global": smpl, "fps": 30}),
        *often(broken_zip(broken_opcodes)),
        broken_zip(BYTES[0]),
        broken_zip(BYTES[2]),
        *BYTES,
    )


def _object_array(value: object) -> tuple[bytes, bytes]:
    """The header of an npy of one object, and its pickle."""
    whole = npy_bytes(value)
    start = 10 + int.from_bytes(whole[8:10], "little")
    return whole[:start], whole[start:]


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _scenes() -> Iterator[Sample]:
    tree, buffer = texts.gltf()
    yield _sample("a.glb", glb_bytes(json.dumps(tree).encode(), buffer), *often(broken_glb), *BYTES)
    beside = tree | {"buffers": [{"uri": "a.bin", "byteLength": len(buffer)}]}
    yield _sample("a.gltf", json.dumps(beside), *often(broken_json), *TEXT, beside=("a.bin", buffer, BYTES))
    yield _sample("a.vrm", glb_bytes(json.dumps(tree).encode(), buffer), *often(broken_glb), *BYTES)
    yield _sample("a.c3d", c3d_bytes())


def c3d_bytes(frames: int = 4, labels: tuple[str, ...] = ("LASI", "RASI", "LKNE", "RKNE", "C7")) -> bytes:
    """Two header blocks and floating-point points, laid out by the format's own manual."""
    names = "".join(label.ljust(4) for label in labels).encode()

    def group(number: int, name: str) -> bytes:
        return struct.pack("<bb", len(name), -number) + name.encode() + struct.pack("<hB", 3, 0)

    def parameter(name: str, kind: int, sizes: tuple[int, ...], data: bytes) -> bytes:
        body = struct.pack("<bB", kind, len(sizes)) + bytes(sizes) + data + b"\0"
        return struct.pack("<bb", len(name), 1) + name.encode() + struct.pack("<h", 2 + len(body)) + body

    parameters = (
        b"\x01\x50"
        + struct.pack("<BB", 1, 84)
        + group(1, "POINT")
        + b"".join(
            (
                parameter("USED", 2, (), struct.pack("<h", len(labels))),
                parameter("FRAMES", 2, (), struct.pack("<h", frames)),
                parameter("SCALE", 4, (), struct.pack("<f", -1.0)),
                parameter("RATE", 4, (), struct.pack("<f", 100.0)),
                parameter("DATA_START", 2, (), struct.pack("<h", 3)),
                parameter("UNITS", -1, (2,), b"mm"),
                parameter("LABELS", -1, (4, len(labels)), names),
            )
        )
        + b"\0\0"
    )
    header = struct.pack("<BBhhhhhfhhf", 2, 0x50, len(labels), 0, 1, frames, 10, -1.0, 3, 0, 100.0).ljust(512, b"\0")
    points = np.random.default_rng(0).normal(900, 50, (frames, len(labels), 4)).astype("<f4")
    points[..., 3] = 0
    return header + parameters.ljust(512, b"\0") + points.tobytes().ljust(512, b"\0")


def _usdc() -> bytes:
    """The USD sample in the binary form; nothing where the library is not installed."""
    try:
        from pxr import Usd
    except ImportError:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        text, binary = Path(folder) / "a.usda", Path(folder) / "a.usdc"
        text.write_text(texts.USDA)
        Usd.Stage.Open(str(text)).Export(str(binary))
        return binary.read_bytes()
