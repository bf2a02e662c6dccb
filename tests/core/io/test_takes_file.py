"""Takes as a file, against bytes laid out by hand."""

import io
import json
import struct
import zlib

import numpy as np
import pytest

from motionpatches.core.io import takes_file
from motionpatches.core.io.takes_file import read_takes, write_takes
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

RATE = Assumption("rate", "30 fps", "stated", 1.0)
PAIR = Skeleton(("hips", "頭"), (-1, 0))


def a_take(frames: int = 3, **more) -> RawTake:
    positions = np.arange(frames * 6, dtype=np.float32).reshape(frames, 2, 3)
    return RawTake(positions, 30.0, PAIR, RATE, **more)


FULL = a_take(
    name="walk",
    captions=("a person walks", "она идёт"),
    rest=np.ones((2, 3), np.float32),
    unit=Stated(0.01, "centimetres", 0.9),
    up=Stated("Z", "the header"),
    parts=Stated("five chains", "names"),
    root_offset=np.array([0, 1.5, 0], np.float32),
    partner=a_take(),
    kind="points",
    notes=(Assumption("gaps", "2 frames", "filled", 0.8),),
)
ENTRY = {
    "positions": {"at": 0, "shape": [1, 2, 3]},
    "rest": None,
    "root_offset": None,
    "fps": 24.0,
    "names": ["a", "b"],
    "parents": [-1, 0],
    "chains": [],
    "rate": {"what": "rate", "value": "24", "reason": "said", "confidence": 1.0},
    "name": "",
    "captions": [],
    "kind": "body",
    "notes": [],
    "unit": None,
    "up": None,
    "parts": None,
    "partner": None,
}


def by_hand(header: str, arrays: bytes = np.arange(6, dtype="<f4").tobytes().ljust(64, b"\0")) -> bytes:
    """A whole file with its checksum around any header."""
    text = header.encode()
    content = b"MPTAKES2" + struct.pack("<Q", len(text)) + text
    content += b"\0" * (-len(content) % 64) + arrays
    return content + struct.pack("<I", zlib.crc32(content))


def written(*takes: RawTake) -> bytes:
    stream = io.BytesIO()
    write_takes(stream, takes)
    return stream.getvalue()


def same(one: RawTake, other: RawTake) -> bool:
    """Every field, arrays bit by bit."""
    for name in one.__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, np.ndarray):
            if b is None or a.dtype != b.dtype or not np.array_equal(a, b):
                return False
        elif isinstance(a, RawTake):
            if b is None or not same(a, b):
                return False
        elif a != b:
            return False
    return True


def test_a_file_laid_out_by_hand_is_read(tmp_path):
    (tmp_path / "x").write_bytes(by_hand(json.dumps([ENTRY])))
    (take,) = read_takes(tmp_path / "x")
    assert take.positions.tolist() == [[[0, 1, 2], [3, 4, 5]]] and take.fps == 24 and take.skeleton.joint_names == ("a", "b")
    assert take.unit is None and take.partner is None and take.rate.reason == "said"


def test_what_is_written_is_laid_out_so():
    content = written(FULL)
    assert content[:8] == b"MPTAKES2" and zlib.crc32(content[:-4]) == struct.unpack("<I", content[-4:])[0]
    (length,) = struct.unpack("<Q", content[8:16])
    (entry,) = json.loads(content[16 : 16 + length])
    start = -(-(16 + length) // 64) * 64
    place = entry["partner"]["positions"]
    assert np.frombuffer(content, "<f4", 18, start + place["at"]).tolist() == list(range(18)) and place["shape"] == [3, 2, 3]
    assert entry["unit"] == {"value": 0.01, "reason": "centimetres", "confidence": 0.9}


@pytest.mark.parametrize("map_from", [2**20, 0])
def test_every_field_comes_back(map_from, tmp_path, monkeypatch):
    monkeypatch.setattr(takes_file, "MAP_FROM", map_from)
    (tmp_path / "x").write_bytes(written(FULL, a_take(name="other")))
    first, second = read_takes(tmp_path / "x")
    assert same(first, FULL) and same(second, a_take(name="other"))
    assert not first.positions.flags.writeable and not first.rest.flags.writeable


def test_no_takes_and_no_frames(tmp_path):
    (tmp_path / "x").write_bytes(written())
    assert read_takes(tmp_path / "x") == []
    (tmp_path / "x").write_bytes(written(a_take(0)))
    assert read_takes(tmp_path / "x")[0].positions.shape == (0, 2, 3)


def test_numbers_of_numpy_are_numbers(tmp_path):
    take = RawTake(
        np.zeros((1, 2, 3), np.float32),
        np.float32(24),
        Skeleton(("a", "b"), tuple(np.array([-1, 0]))),
        RATE,
        unit=Stated(np.float32(0.5), "x"),
    )
    (tmp_path / "x").write_bytes(written(take))
    (found,) = read_takes(tmp_path / "x")
    assert found.fps == 24.0 and found.skeleton.parents == (-1, 0) and found.unit.value == 0.5


def test_a_large_file_is_mapped_not_read(tmp_path):
    (tmp_path / "x").write_bytes(written(a_take(50_000)))
    (take,) = read_takes(tmp_path / "x")
    base = take.positions
    while getattr(base, "base", None) is not None:
        base = base.base
    assert type(base).__name__ == "mmap" and same(take, a_take(50_000))


def test_every_cut_and_every_changed_byte_is_seen(tmp_path):
    whole = written(FULL)
    for at in range(len(whole)):
        for broken in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]):
            (tmp_path / "x").write_bytes(broken)
            with pytest.raises(ValueError):
                read_takes(tmp_path / "x")


HOSTILE = {
    "no list": "7",
    "a text": '"abc"',
    "no entry": "[7]",
    "deep": "[" * 100_000,
    "no json": "[{",
    "far": [ENTRY | {"positions": {"at": 10**9, "shape": [1, 2, 3]}}],
    "before": [ENTRY | {"positions": {"at": -64, "shape": [1, 2, 3]}}],
    "huge": [ENTRY | {"positions": {"at": 0, "shape": [2**40, 2**40, 3]}}],
    "negative": [ENTRY | {"positions": {"at": 0, "shape": [-1, -2, 3]}}],
    "infinite": '[{"positions": {"at": 0, "shape": [1e999, 2, 3]}}]',
    "flat": [ENTRY | {"positions": {"at": 0, "shape": [6]}}],
    "none": [ENTRY | {"positions": None}],
    "fps": [ENTRY | {"fps": "fast"}],
    "rate": [ENTRY | {"rate": {}}],
    "names": [ENTRY | {"names": ["a"]}],
    "unit": [ENTRY | {"unit": {"values": 1}}],
    "partner": [ENTRY | {"partner": {"a": 1}}],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused(name, tmp_path):
    header = HOSTILE[name]
    content = by_hand(header if isinstance(header, str) else json.dumps(header))
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError):
        read_takes(tmp_path / "x")
