"""Pickles against the pickle module itself, joblib and torch; and that nothing in any container runs, hangs or grows."""

import collections
import io
import os
import pathlib
import pickle
import pickletools
import struct
import time
import zipfile

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.arrays import read_arrays, read_value
from motionpatches.core.io.containers.plain_pickle import read_pickle
from motionpatches.core.io.containers.torch_file import fits, read_torch
from tests.memory import peak_kb
from tests.patience import PATIENCE


def content():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(4, 3))
    return {
        "f4": rng.normal(size=(5, 2)).astype("f4"),
        "fortran": np.asfortranarray(rng.normal(size=(3, 4))),
        "big": shared.astype(">f8"),
        "none": None,
        "yes": True,
        "whole": -7,
        "large": 2**70,
        "real": 1.5,
        "text": "caf\u00e9",
        "raw": b"\x00\xff",
        "tuple": (1, (2, 3)),
        "scalar": np.float32(2.5),
        "flag": np.bool_(True),
        "word": np.str_("x"),
        "words": np.array(["ab", "c"]),
        "shared": [shared, shared],
        "ordered": collections.OrderedDict(a=1),
        3: {np.int64(4): "int keys"},
        "empty": np.zeros((0, 3)),
    }


def assert_same(found, expected):
    if isinstance(expected, np.ndarray):
        assert found.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=") and np.array_equal(found, expected)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, list):
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b)
    else:
        assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_equals_the_pickle_module(tmp_path, protocol):
    data = pickle.dumps(content(), protocol)
    (tmp_path / "a.pkl").write_bytes(data)
    found = read_pickle(tmp_path / "a.pkl")
    assert_same(found, pickle.loads(data))
    assert found["shared"][0] is found["shared"][1]


def test_both_module_paths_of_numpy(tmp_path):
    data = pickle.dumps({"a": np.arange(6.0).reshape(2, 3)}, 2)
    new, old = b"numpy._core.multiarray", b"numpy.core.multiarray"
    assert new in data or old in data
    for name in (new, old):
        (tmp_path / "a.pkl").write_bytes(data.replace(new, old).replace(old, name))
        assert np.array_equal(read_pickle(tmp_path / "a.pkl")["a"], [[0, 1, 2], [3, 4, 5]])


def test_bytes_as_other_versions_write_them(tmp_path):
    given = {
        "b": bytearray(b"\x01\x02"),
        "set": {1},
        "path": pathlib.PurePosixPath("/a/b"),
        "default": collections.defaultdict(dict, a=1),
    }
    for protocol in (2, 4, 5):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(given, protocol))
        found = read_pickle(tmp_path / "a.pkl")
        assert bytes(found["b"]) == b"\x01\x02" and list(found["set"]) == [1] and found["path"].endswith("a/b")
        assert found["default"] == {"a": 1}
    # An array as Python 2 pickled it: its bytes are a string.
    row = np.array([1.0, -2.0])
    state = (
        b"(I1\n(I2\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'"
        + "".join(f"\\x{b:02x}" for b in row.tobytes()).encode()
        + b"'\ntb."
    )
    data = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR" + state
    if all(b < 128 for b in row.tobytes()):
        (tmp_path / "two.pkl").write_bytes(data)
        assert np.array_equal(read_pickle(tmp_path / "two.pkl"), row)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_joblib(tmp_path, compress):
    joblib = pytest.importorskip("joblib", reason="joblib writes the file")
    given = {0: {"pose": content()["f4"], "trans": content()["fortran"]}, "objects": np.array([{"a": 1}, None], object), "x": "y"}
    joblib.dump(given, tmp_path / "a.pkl", compress=compress)
    found = read_pickle(tmp_path / "a.pkl")
    assert_same(found[0], given[0])
    assert list(found["objects"]) == [{"a": 1}, None] and found["x"] == "y"


@pytest.mark.parametrize("new", [True, False])
def test_torch_equals_torch(tmp_path, new):
    import torch

    base = torch.arange(24, dtype=torch.float32)
    given = {
        "t": base.reshape(4, 6).T,
        "part": base[5:11],
        "half": base.half(),
        "brain": base.bfloat16(),
        "whole": torch.arange(3),
        "flag": torch.tensor([True, False]),
        "repeated": torch.ones(1, 4).expand(5, 4),
        "array": np.arange(3),
        "n": 5,
        "parameter": torch.nn.Parameter(torch.ones(2)),
    }
    torch.save(given, tmp_path / "a.pt", _use_new_zipfile_serialization=new)
    found = read_torch(tmp_path / "a.pt")
    for key, value in given.items():
        expected = value.detach().float().numpy() if isinstance(value, torch.Tensor) else value
        assert np.array_equal(np.asarray(found[key], np.float64), np.asarray(expected, np.float64)), key
    # Tensors in a plain pickle carry a file of torch.save each.
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"t": given["t"]}))
    assert np.array_equal(read_pickle(tmp_path / "a.pkl")["t"], given["t"].numpy())


def test_weights_are_distinguished(tmp_path):
    import torch

    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "weights.pt")
    torch.save({"epoch": 3, "state_dict": {}, "optimizer": {}}, tmp_path / "checkpoint.pth")
    torch.save({"poses": torch.zeros(3, 72), "trans": torch.zeros(3, 3)}, tmp_path / "motion.pt")
    torch.save(torch.zeros(3, 22, 3), tmp_path / "joints.pt")
    assert [fits(tmp_path / n) for n in ("weights.pt", "checkpoint.pth", "motion.pt", "joints.pt")] == [False, False, True, True]
    with pytest.raises(FileProblem, match="weights of a model"):
        read_arrays(tmp_path / "weights.pt")
    assert read_arrays(tmp_path / "motion.pt")[0].positions.shape == (3, 22, 3)


class Code:
    """Writes a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return (os.mkdir, (str(self.mark),))


def hostile_files(folder, mark):
    import torch

    code = Code(mark)
    for protocol in (0, 2, 5):
        (folder / f"p{protocol}.pkl").write_bytes(pickle.dumps({"poses": np.zeros((2, 72)), "x": code}, protocol))
    (folder / "bare.npy").write_bytes(pickle.dumps(code))
    np.save(folder / "object.npy", np.array({"x": code}, object), allow_pickle=True)
    np.savez(folder / "object.npz", results=np.array({"x": code}, object))
    for new in (True, False):
        torch.save({"x": code}, folder / f"new{new}.pt", _use_new_zipfile_serialization=new)
    # Called through NEWOBJ, INST and OBJ; through a stand-in's attributes; a build of a function's defaults.
    (folder / "inst.pkl").write_bytes(b"(S'" + str(mark).encode() + b"'\nios\nmkdir\n.")
    (folder / "obj.pkl").write_bytes(b"(cos\nmkdir\nS'" + str(mark).encode() + b"'\no.")
    (folder / "extension.pkl").write_bytes(b"\x80\x02\x82\x01.")
    (folder / "defaults.pkl").write_bytes(b"\x80\x02c_codecs\nencode\n}X\x0c\x00\x00\x00__defaults__K\x01sb.")
    try:
        import joblib
    except ImportError:
        return
    joblib.dump({"x": np.array([code], object)}, folder / "joblib.pkl")
    joblib.dump({"x": code}, folder / "packed.pkl", compress=3)


def test_nothing_runs_from_any_container(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    mark = tmp_path / "ran"
    hostile_files(folder, mark)
    assert len(list(folder.iterdir())) >= 12
    for file in folder.iterdir():
        with pytest.raises(FileProblem):
            read_arrays(file)
        assert not mark.exists(), file.name
    with pytest.raises(FileProblem, match=r"asks for posix\.mkdir|asks for nt\.mkdir"):
        read_arrays(folder / "p2.pkl")
    pickle.loads((folder / "p2.pkl").read_bytes())
    assert mark.exists()  # the file would have run


def bombs():
    """Small pickles that make much of little."""
    lists = b"(lp0\n" + b"".join(b"(l" + b"g%d\na" % (n - 1) * 10 + b"p%d\n" % n for n in range(1, 11)) + b"."
    yield "shared lists", lists
    yield "memo index", b"\x80\x02Nr\xff\xff\xff\x7f."
    yield "a long promise", b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x."
    yield "nested tuples as a key", b"\x80\x02}" + b")" + b"\x85" * 300_000 + b"Ns."
    key = struct.pack("<I", 4 << 20) + b"x" * (4 << 20)
    yield "a long key again and again", b"\x80\x02}B" + key + b"q\x00Ns" + b"h\x00Ns" * 200_000 + b"."
    yield "deep lists", b"\x80\x02" + b"]" * 200_000 + b"a" * 199_999 + b"."
    text = struct.pack("<I", 1 << 20) + b"x" * (1 << 20)
    codec = b"\x80\x02c_codecs\nencode\nq\x00X" + text + b"q\x01X\x06\x00\x00\x00latin1q\x02"
    yield "bytes again and again", codec + b"h\x00h\x01h\x02\x86R" * 5000 + b"."
    array = pickle.dumps(np.zeros(2), 2)
    yield "a shape of zeros and more", array.replace(b"K\x02\x85", b"\x8a\x06\xff\xff\xff\xff\xff\x00\x85")
    inner = b"\x80\x02N."
    for _ in range(3):
        inner = (
            (
                b"\x80\x02ctorch.storage\n_load_from_bytes\nq\x00C"
                + struct.pack("<B", len(inner))
                + inner
                + b"q\x01"
                + b"h\x00h\x01\x85R0" * 20
                + b"N."
            )
            if len(inner) < 200
            else inner
        )
    yield "files in files", inner
    yield "half an instruction", pickle.dumps(content(), 4)[:-40]


@pytest.mark.parametrize(("name", "data"), [pytest.param(n, d, id=n) for n, d in bombs()])
def test_bombs_end_at_once(tmp_path, name, data):
    (tmp_path / "a.pkl").write_bytes(data)
    before, start = peak_kb(), time.process_time()
    with pytest.raises(FileProblem) as told:
        read_arrays(tmp_path / "a.pkl")
    assert time.process_time() - start < PATIENCE * 2 and peak_kb() - before < 1_300_000
    assert len(str(told.value)) < 300


def test_expanded_tensors_are_bounded(tmp_path):
    import torch

    torch.save(torch.zeros(1).expand(1 << 32), tmp_path / "a.pt")
    start = time.perf_counter()
    with pytest.raises(FileProblem, match="larger than the file"):
        read_value(tmp_path / "a.pt")
    torch.save(torch.zeros(4), tmp_path / "b.pt")
    with zipfile.ZipFile(tmp_path / "b.pt") as old, zipfile.ZipFile(tmp_path / "c.pt", "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith("data.pkl"):
                assert b"K\x04\x85" in data
                data = data.replace(b"K\x04\x85", b"K\x05\x85")  # five numbers from a storage of four
            new.writestr(entry.filename, data)
    with pytest.raises(FileProblem, match="beyond its storage"):
        read_value(tmp_path / "c.pt")
    with zipfile.ZipFile(tmp_path / "d.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("d/data.pkl", b"\x80\x02]" + b"N" * (64 << 20))
    with pytest.raises(FileProblem, match="unpacks to far more"):
        read_value(tmp_path / "d.pt")
    assert time.perf_counter() - start < PATIENCE * 5


def test_compressed_bombs(tmp_path):
    import bz2
    import zlib

    for name, packed in (("a.pkl", zlib.compress(bytes(300 << 20), 9)), ("b.pkl", bz2.compress(bytes(100 << 20)))):
        (tmp_path / name).write_bytes(packed)
        with pytest.raises(FileProblem, match="unpack to more|whole"):
            read_pickle(tmp_path / name)
    (tmp_path / "cut.pkl").write_bytes(zlib.compress(pickle.dumps(content()))[:-30])
    with pytest.raises(FileProblem, match="cut off"):
        read_pickle(tmp_path / "cut.pkl")


def test_protocol_cases(cases):
    """Two people, from protocols 2, 4 and 5."""
    found = [read_arrays(cases / "37-pickle-protocol-5" / f"protocol{n}.pkl")[0] for n in (2, 4, 5)]
    for take in found:
        assert take.partner is not None and take.fps == 60 and len(take.positions) == 203
        assert np.array_equal(take.positions, found[0].positions)
        assert np.array_equal(take.partner.positions, found[0].partner.positions)
    names = {op.name for op, _, _ in pickletools.genops((cases / "37-pickle-protocol-5/protocol5.pkl").read_bytes())}
    assert "BYTEARRAY8" in names or "FRAME" in names
    apart = found[0].partner.positions - found[0].positions
    assert np.allclose(apart, [1, 0, 0], atol=1e-4)


def test_streams_are_read_to_their_stop(tmp_path):
    stream = io.BytesIO()
    pickle.dump({"poses": np.zeros((2, 72)), "trans": np.zeros((2, 3))}, stream)
    (tmp_path / "a.pkl").write_bytes(stream.getvalue() + b"what follows is not read")
    assert len(read_arrays(tmp_path / "a.pkl")[0].positions) == 2
