"""Large libraries, of which some takes are looked at and the others told by a glance: as if all had been read."""

import re

import numpy as np
import pytest

from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.io.load import FORMATS, load_motion
from motionpatches.core.library import folder, glances, index
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from tests.skeletons import BODIES, write_bvh

COUNT, MANY, ENOUGH = 30, 12, 5


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(glances, "MANY", MANY)
    monkeypatch.setattr(glances, "ENOUGH", ENOUGH)


@pytest.fixture
def read(monkeypatch):
    """Names of the files that were read."""
    seen = []
    load = folder.read_file
    monkeypatch.setattr(folder, "read_file", lambda file: seen.append(file.name) or load(file))
    return seen


def rows_of(file):
    head, _, body = file.read_text().partition("Frame Time: 0.0333333\n")
    return f"{head}Frame Time: 0.0333333\n", [np.array(row.split(), float) for row in body.splitlines()]


def written(file, head, rows):
    file.write_text(head + "\n".join(" ".join(f"{v:.4f}" for v in row) for row in rows) + "\n")


@pytest.fixture(params=("one OFFSET", "an OFFSET each"))
def takes(tmp_path, request):
    """Takes of one rig, each another motion of another length; the root's OFFSET is the same, or the place of the first frame."""
    root = tmp_path / "takes"
    root.mkdir()
    write_bvh(tmp_path / "one.bvh", BODIES["LAFAN1"], frames=40)
    head, rows = rows_of(tmp_path / "one.bvh")
    for number in range(COUNT):
        own = [np.concatenate([[number], row[1:]]) for row in rows[: 10 + number]]
        start = head.replace("Frames: 40", f"Frames: {len(own)}")
        if request.param == "an OFFSET each":
            start = re.sub(r"OFFSET \S+ \S+ \S+", f"OFFSET {number + 1:.5f} 0.00000 {-number:.5f}", start, count=1)
        written(root / f"walk_{number:02d}.bvh", start, own)
    return root


def whole(root, monkeypatch):
    """The library as it is where every file is read."""
    with monkeypatch.context() as patched:
        patched.setattr(glances, "MANY", 10**6)
        return run(open_library(root))


def test_a_glance_finds_what_reading_finds(takes, few, read, monkeypatch):
    expected = whole(takes, monkeypatch)
    del read[:]
    index.index_file(takes).unlink()
    library = run(open_library(takes))
    assert ENOUGH <= len(read) < COUNT / 2 and not library.skipped
    assert library.clips == expected.clips and library.notes == expected.notes
    assert len({clip.duration_s for clip in library.clips}) == COUNT
    for clip in library.clips:
        one, other = library.load(clip.id), expected.load(clip.id)
        np.testing.assert_array_equal(one.positions, other.positions)
        assert one.skeleton == other.skeleton and one.source == other.source


def test_reopened_and_scanned_again_nothing_is_read(takes, few, read):
    library = run(open_library(takes))
    del read[:]
    again = run(open_library(takes, use_index=True))
    assert again.from_index and again.same_content(library)
    for clip in library.clips[::5]:
        np.testing.assert_array_equal(again.load(clip.id).positions, library.load(clip.id).positions)
    assert run(open_library(takes)).same_content(library) and read == []
    (takes / "walk_99.bvh").write_text((takes / "walk_07.bvh").read_text().replace("0.0333333", "0.0166667"))
    more = run(open_library(takes))
    assert len(more.clips) == COUNT + 1 and more.clips[:-1] == library.clips and read == []
    assert more.by_id["walk_99"].duration_s == pytest.approx(library.by_id["walk_07"].duration_s / 2, rel=1e-4)


def test_takes_that_spoke_for_others_may_go(takes, few, read):
    run(open_library(takes))
    for name in set(read):
        (takes / name).unlink()
    del read[:]
    library = run(open_library(takes))
    assert len(library.clips) == COUNT - ENOUGH and not library.skipped
    assert len(read) >= ENOUGH, "others are looked at in their place"


def turned(file):
    """Its body stands along Z, its feet at height 0, and glides along Y: its root is turned by 90 degrees about X, of which its
    hierarchy tells nothing."""
    head, rows = rows_of(file)
    for at, row in enumerate(rows):
        row[1:6] = 30 * at, 95, 0, 0, 90  # Yposition, Zposition; Zrotation, Yrotation, Xrotation
    written(file, head, rows)


@pytest.mark.parametrize("number", (3, 17, 28))
def test_a_take_that_is_otherwise_is_read_as_it_is(takes, few, read, number, monkeypatch):
    file = takes / f"walk_{number:02d}.bvh"
    turned(file)
    library, expected = run(open_library(takes)), whole(takes, monkeypatch)
    assert file.name not in read[:ENOUGH], "no take that is looked at"
    other = library.load(file.stem)
    assert other.source.up == load_motion(file).source.up == expected.load(file.stem).source.up == "Z"
    assert library.load("walk_01").source.up == "Y"
    np.testing.assert_array_equal(other.positions, expected.load(file.stem).positions)


def test_one_take_that_is_otherwise_does_not_have_all_read(takes, few, read):
    first = glances.order(sorted(takes.iterdir()), {})[0]
    turned(first)
    library = run(open_library(takes))
    assert first.name in read and len(read) == 2 * ENOUGH, "nine of ten agree"
    assert library.load(first.stem).source.up == "Z"
    assert {library.load(clip.id).source.up for clip in library.clips if clip.path != first} == {"Y"}


def broken(text, kind):
    lines = text.rstrip("\n").split("\n")
    words = lines[-1].split()
    match kind:
        case "cut":
            return "\n".join(lines[:-1] + [" ".join(words[:-3])])
        case "word":
            words[5] = "nix"
        case "not finite":
            words[5] = "nan"
        case "too many":
            words += ["1.0"]
    return "\n".join([*lines[:-1], " ".join(words)]) + "\n"


@pytest.mark.parametrize("kind", ("cut", "word", "not finite", "too many"))
def test_a_broken_file_is_named_as_before(takes, few, kind, monkeypatch):
    file = takes / "walk_17.bvh"
    file.write_text(broken(file.read_text(), kind))
    library, expected = run(open_library(takes)), whole(takes, monkeypatch)
    assert [skipped.path.name for skipped in library.skipped] == ["walk_17.bvh"]
    assert library.skipped == expected.skipped and library.clips == expected.clips


def test_rigs_whose_takes_differ_are_read_whole(takes, few, read):
    """The root of half of them does not move and is left out as a ground joint, so that the others have one joint more."""
    for number, file in enumerate(sorted(takes.iterdir())):
        head, rows = rows_of(file)
        head = head.replace("ROOT Hips\n", "ROOT world\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\nJOINT Hips\n")
        head = head.replace("\nMOTION", "\n}\nMOTION")
        moved = [[t * (number % 2), 0, 0] for t in range(len(rows))]
        written(file, head, [np.concatenate([place, row]) for place, row in zip(moved, rows, strict=True)])
    library = run(open_library(takes))
    assert len(read) == COUNT and len(library.notes) == 2 and "(15 takes)" in library.notes[0]


@pytest.mark.parametrize("kind", ["f2", "f4"])
def test_arrays_of_another_size_are_read_as_they_are(tmp_path, few, read, smpl_motion, kind):
    """Metres, and one take in centimetres: nothing but its numbers tells."""
    root = tmp_path / "takes"
    root.mkdir()
    for number in range(COUNT):
        np.save(root / f"{number:02d}.npy", (smpl_motion.positions[number:] * (100 if number == 17 else 1)).astype(kind))
    library = run(open_library(root))
    assert ENOUGH <= len(read) < COUNT / 2
    for name, unit in (("16", 1.0), ("17", 0.01), ("18", 1.0)):
        assert library.load(name).source.unit_m == unit
        assert library.by_id[name].duration_s == pytest.approx((len(smpl_motion.positions) - int(name)) / 20)
    np.save(root / "20.npy", np.where(np.arange(3) == 1, np.nan, smpl_motion.positions))
    assert [skipped.path.name for skipped in run(open_library(root)).skipped] == ["20.npy"]


def test_few_files_are_all_read(takes, read):
    run(open_library(takes))
    assert len(read) == COUNT


BVH = next(kind for kind in FORMATS if kind.name == "BVH")


@pytest.mark.parametrize(
    "change",
    (
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("Frames: 24", "Frames: 23"),
        lambda text: text.replace("Frames: 24", "Frames:\t24 "),
        lambda text: text.replace("Frame Time: 0.0333333", "Frame Time: 0.5"),
        lambda text: text.replace("Frame Time: 0.0333333", "Frame Time: 0"),
        lambda text: text.replace("HIERARCHY", "# a note\nHIERARCHY"),
        lambda text: text.replace(".", ","),
        lambda text: text + "\n\n",
        lambda text: text.rstrip(),
        lambda text: text[:-40],
        lambda text: text.replace(" 0.0000 ", " 1e2 ", 1),
        lambda text: text.replace("CHANNELS 6", "CHANNELS 5"),
    ),
)
def test_a_glance_at_a_bvh_tells_what_its_reader_does_or_nothing(tmp_path, change):
    write_bvh(tmp_path / "a.bvh", BODIES["LAFAN1"])
    text = change((tmp_path / "a.bvh").read_text())
    (tmp_path / "a.bvh").write_bytes(text.encode())
    shown = BVH.glance(text.encode())
    if shown is not None:
        (take,) = read_bvh(tmp_path / "a.bvh")
        assert (shown.frames, shown.fps) == (len(take.positions), take.fps)
