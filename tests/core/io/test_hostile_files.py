"""Files of any suffix that were made to hang, to fill memory or to be taken for more than they are: a sentence, at once."""

import io
import json
import os
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.io import load, text
from motionpatches.core.io.limits import check_size
from motionpatches.core.io.load import load_motions, read_takes_of, suffixes
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.motion import caption_range, frame_at, frame_range
from motionpatches.core.progress import run
from tests.fuzz.truncation import SILENT, cuts
from tests.memory import peak_kb
from tests.patience import PATIENCE

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links of POSIX systems")
CHANNELS = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"


def bvh(children: int, frames: int = 2, sites: int = 0, seconds: str = "0.05", last: str = "1") -> str:
    """A root with many children, each with an End Site, and End Sites of its own."""
    child = "JOINT j{0}\n{{\nOFFSET {0} 1 0\nCHANNELS 3 Zrotation Xrotation Yrotation\nEnd Site\n{{\nOFFSET 0 1 0\n}}\n}}\n"
    site = "End Site\n{\nOFFSET 0 1 0\n}\n"
    row = " ".join(["1"] * (6 + 3 * children)) + "\n"
    return (
        f"HIERARCHY\nROOT r\n{{\nOFFSET 0 0 0\n{CHANNELS}\n"
        + "".join(child.format(i) for i in range(children))
        + site * sites
        + f"}}\nMOTION\nFrames: {frames}\nFrame Time: {seconds}\n"
        + row * frames
    )


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def circle() -> bytes:
    return npz(joints=np.zeros((4, 3, 3), np.float32), parents=np.array([1, 2, 0]))


def shared_lists(deep: int = 30) -> bytes:
    """A pickle of lists that hold the list before ten times: 10 ** deep items."""

    def ten(i: int) -> bytes:
        return b"](" + b"h%c" % i * 10 + b"eq%c" % (i + 1)

    return b"\x80\x02]q\x00" + b"".join(map(ten, range(deep))) + b"."


def header_of_spaces() -> bytes:
    header = ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + " " * 60_000 + "4, 22, 3), }\n").encode()
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header


def lzma_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("positions.npy", npy(np.zeros((4, 22, 3), np.float32)))
    broken = bytearray(stream.getvalue())
    broken[60:80] = b"\xff" * 20
    return bytes(broken)


# Name of the file, its content, words of the message; '' where it may also be read.
FILES = {
    "parents in a circle": ("a.npz", circle, "circle"),
    "shared lists": ("a.pkl", shared_lists, ""),
    "memo index": ("a.pkl", lambda: b"\x80\x02]r\xff\xff\xff\x7f.", "none of its arrays"),
    "60 million parents": (
        "a.npz",
        lambda: npz(joints=np.zeros((4, 22, 3), "f4"), parents=np.zeros(60_000_000, "i1")),
        "parents|unpack",
    ),
    "unpacks 1000 times": ("a.npz", lambda: npz(positions=np.zeros((600_000, 22, 3), "f4")), "unpack"),
    "1000 joints": ("a.npy", lambda: npy(np.random.default_rng(0).normal(size=(119, 1000, 3)).astype("f4")), ""),
    "300 joints in one place": ("a.npy", lambda: npy(np.zeros((119, 300, 3), "f4")), ""),
    "no joints in a frame": ("a.npy", lambda: npy(np.zeros((0, 66), "f4")), "no frames|shape"),
    "a header of spaces": ("a.npy", header_of_spaces, "header"),
    "a member of broken LZMA": ("a.npz", lzma_zip, "whole"),
    "999 children": ("a.bvh", lambda: bvh(999).encode(), ""),
    "20,000 End Sites": ("a.bvh", lambda: bvh(3, sites=20_000).encode(), ""),
    "ten seconds a frame": ("a.bvh", lambda: bvh(3, seconds="9.9").encode(), "rate"),
    "frames without end": ("a.bvh", lambda: bvh(3).replace("Frames: 2", "Frames: 1e999").encode(), ""),
    "a frame of one second": ("a.bvh", lambda: bvh(900, frames=5, seconds="0.999").encode(), ""),
    "100,000 channels of a joint": (
        "a.bvh",
        lambda: bvh(1).replace(CHANNELS, "CHANNELS 100000\n" + "Xrotation\n" * 100_000).encode(),
        "channels",
    ),
    "a word among the values": ("a.bvh", lambda: bvh(3, frames=200).replace("1 1 1\n", "1 oops 1\n", 1).encode(), "'oops'"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bomb_ends_at_once(name, tmp_path):
    file, content, says = FILES[name]
    (tmp_path / file).write_bytes(content())
    before, start = peak_kb(), time.process_time()
    try:
        load_motions(tmp_path / file)
        assert not says
    except FileProblem as problem:
        assert not says or any(word in str(problem) for word in says.split("|")), problem
    assert time.process_time() - start < PATIENCE * 5 and peak_kb() - before < 900_000


@POSIX
@pytest.mark.parametrize("suffix", sorted(suffixes()))
def test_a_pipe_is_told_at_once(suffix, tmp_path):
    os.mkfifo(tmp_path / f"a{suffix}")
    (tmp_path / "a.asf").write_text("")
    with pytest.raises(FileProblem):
        read_takes_of(tmp_path / f"a{suffix}")


@POSIX
def test_a_device_is_told_at_once(tmp_path):
    for suffix in (".bvh", ".npy", ".npz", ".pkl", ".csv", ".trc", ".amc"):
        (tmp_path / f"a{suffix}").symlink_to("/dev/zero")
        with pytest.raises(FileProblem):
            read_takes_of(tmp_path / f"a{suffix}")


@POSIX
def test_pipes_and_devices_of_a_folder_are_named_and_the_rest_opens(tmp_path, smpl_motion):
    (tmp_path / "new_joints").mkdir()
    (tmp_path / "texts").mkdir()
    np.save(tmp_path / "new_joints" / "good.npy", smpl_motion.positions)
    os.mkfifo(tmp_path / "new_joints" / "a.npy")
    (tmp_path / "new_joints" / "b.npy").symlink_to("/dev/zero")
    library = run(open_library(tmp_path))
    assert [clip.id for clip in library.clips] == ["good"]
    assert {skipped.path.name for skipped in library.skipped} == {"a.npy", "b.npy"}


def test_places_a_kilometre_apart_are_read_and_more_is_told(tmp_path, smpl_motion):
    """In metres, whatever the unit of the file."""
    for far, good in ((900.0, True), (1200.0, False)):
        positions = np.concatenate([smpl_motion.positions, smpl_motion.positions[::-1]] * 40)
        away = np.linspace(0, far, len(positions), dtype=np.float32)
        np.save(tmp_path / "a.npy", positions + away[:, None, None] * np.float32([1, 0, 0]))
        if good:
            assert np.ptp(load_motions(tmp_path / "a.npy")[0].positions[..., 0]) > 800
        else:
            with pytest.raises(FileProblem, match="km apart"):
                load_motions(tmp_path / "a.npy")


def test_a_poisoned_clip_of_a_data_set_is_told_when_it_is_read(tmp_path, smpl_motion):
    (tmp_path / "new_joints").mkdir()
    for name in ("a", "b", "c"):
        np.save(tmp_path / "new_joints" / f"{name}.npy", smpl_motion.positions * np.float32(1e25 if name == "b" else 1))
    library = run(open_library(tmp_path))
    library.load("a")
    with pytest.raises(StudioError, match=r"b\.npy"):
        library.load("b")


def test_what_is_made_is_bounded_after_resampling_too(tmp_path):
    frames = 3_000_000  # of 22 joints: 0.8 GB
    check_size(tmp_path, frames, 22)
    check_size(tmp_path, frames, 22, fps=30.0)
    with pytest.raises(FileProblem, match="more than 1 GB"):
        check_size(tmp_path, frames, 22, fps=2.0)
    with pytest.raises(FileProblem, match="more than 1 GB"):
        check_size(tmp_path, 400_000, 999)


@pytest.mark.parametrize("time_s", [1e308, 1e300, float("inf")])
def test_a_time_beyond_all_frames_is_the_last(time_s):
    assert frame_at(time_s, 20.0, 40) == 39 and frame_range(0.0, time_s, 20.0, 40) == (0, 40)
    assert caption_range(0.0, time_s, 20.0, 40) == (0, 40) and caption_range(time_s, time_s, 20.0, 40) == (39, 40)


TOKENS = {
    "a.bvh": lambda long: bvh(2).replace("1 1 1\n", f"1 {long} 1\n", 1),
    "b.bvh": lambda long: bvh(2).replace("Xposition", long, 1),
    "a.amc": lambda long: f":DEGREES\n1\n{long} 3\n",
    "a.trc": lambda long: f"Frame#\tTime\ta\n\t\tX1\tY1\tZ1\n1\t0\t{long}\t1\t1\n",
    "a.csv": lambda long: f"a_x,a_y,a_z\n1,2,{long}\n",
    "a.skeleton": lambda long: f"1\n1\n{long}\n",
    "a.mvnx": lambda long: f"<mvnx><{long}></mvnx>",
    "a.npy": lambda long: f"\x93NUMPY{long}",
    "a.gltf": lambda long: json.dumps({"asset": {"version": long}, "animations": long}),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_message_repeats_no_long_token_of_a_file(name, tmp_path):
    (tmp_path / "a.asf").write_text(":root\norder TX TY TZ RX RY RZ\naxis XYZ\n:bonedata\n:hierarchy\nbegin\nend\n")
    (tmp_path / name).write_text(TOKENS[name]("x" * 500_000), encoding="latin-1")
    with pytest.raises(FileProblem) as caught:
        read_takes_of(tmp_path / name)
    assert len(str(caught.value)) < 500


def test_a_word_among_numbers_is_told_by_every_numpy(monkeypatch):
    """numpy 1.26 gives the numbers before a word and a warning that only tests turn into an error."""
    monkeypatch.setattr(text.np, "fromstring", lambda words, dtype, sep: np.array([float(words.split()[0])]))
    with pytest.raises(ValueError, match="no number"):
        text.parse_numbers("1.5 oops 2")


@pytest.mark.parametrize("kind", [kind for kind in load.FORMATS if not kind.native], ids=lambda kind: kind.name)
def test_no_cut_file_is_taken_for_a_whole_one(kind, tmp_path):
    found = cuts(kind, tmp_path, 12)
    assert found and [cut for cut in found if cut.outcome == SILENT] == []


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("1.250 2.500 3.750 4.125", False),
        ("1.250 2.500 3.750 4.12", True),
        ("7 1.250,2.500,3.750,4.125", False),
        ("ltibia 4", True),
        ("1 2 3 64", True),
        ("1.250 2.500 3.750 4.", True),
        ("1,25 2,50 3,75 4,12", False),
        ("1.250 2.500 3.750 4.12\n", False),
        ("1.250 2.500 3.750 4.12 ", False),
        ("", False),
    ],
)
def test_whether_the_last_number_is_whole(line, cut):
    assert text.last_number_may_be_cut(line) is cut


# Inputs of the faults that 0.2.0 had, beside the project: words of the message, or '' where they are read.
CASES = {
    "01-cycle-npz/take.npz": "circle",
    "03-pickle-shared-lists/take.pkl": "none of its arrays",
    "05-npz-parents-bomb/take.npz": "parents",
    "08-bvh-star/take.bvh": "joints",
    "10a-skeleton-json-deep": "skeleton",
    "10b-skeleton-json-fps-0": "rate of 0",
    "10d-skeleton-json-fps-tiny": "rate",
    "10e-skeleton-json-parent-99": "skeleton",
    "11-npz-text-member/take.npz": "",
    "44-bvh-word-in-values/take.bvh": "'oops'",
    "52-bvh-frames-inf/take.bvh": "",
    "53-npy-header-spaces/take.npy": "",
    "55-npz-lzma/take.npz": "not a whole",
}


@pytest.mark.parametrize("name", CASES)
def test_what_fell_on_0_2_0(name, cases):
    path: Path = cases / "hostile" / name
    if not path.exists():
        pytest.skip("this input is not here")
    start = time.process_time()
    try:
        run(open_library(path)) if path.is_dir() else load_motions(path)
        assert not CASES[name]
    except StudioError as problem:
        assert CASES[name] in str(problem)
    assert time.process_time() - start < PATIENCE * 5


def test_a_poisoned_library_of_0_2_0_is_told(cases):
    library = run(open_library(cases / "hostile" / "40-poison"))
    with pytest.raises(StudioError, match=r"3\.npy"):
        library.load("3")


def test_an_amc_cut_inside_its_last_number_says_so(cases):
    folder = cases / "hostile" / "45-amc-cut"
    (motion,) = load_motions(folder / "a.amc")
    assert any("cut off" in assumption.reason for assumption in motion.assumptions)
