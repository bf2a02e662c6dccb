"""Test items of a data set: every captioned range, or the first line of each file."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library.items import choose_items
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run

TEXTS = {
    "000000": ["walks far#x#0.0#0.0", "starts#x#0.5#1.5", "stops#x#1.0#2.0"],
    "000001": ["starts#x#0.5#1.5", "walks#x#0.0#0.0", "begins#x#0.5#1.5"],
    "000002": ["", "only line#x#0.0#0.0"],
    "000003": [],
}


def lines_by_hand(root):
    """{file: (caption, start, end)} of the first line that says something."""
    found = {}
    for file in sorted((root / "texts").glob("*.txt")):
        line = next((row for row in file.read_text().splitlines() if row), None)
        if line:
            text, _, start, end = line.split("#")
            found[file.stem] = (text, float(start), float(end))
    return found


@pytest.fixture
def library(small_library):
    for name, lines in TEXTS.items():
        (small_library / "texts" / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))
    return run(open_library(small_library))


def test_first_lines_are_those_of_the_text_files(library):
    items = choose_items(library.clips, "first_lines")
    found = {clip.path.stem: (clip.captions, clip.start_s, clip.end_s) for clip in items}
    by_hand = lines_by_hand(library.root)
    assert found == {name: ((text,), start, end) for name, (text, start, end) in by_hand.items()}
    assert len(items) == 11 and by_hand["000001"] == ("starts", 0.5, 1.5), "000003 has no line"
    full = np.load(library.root / "new_joints" / "000001.npy")
    part = next(clip for clip in items if clip.path.stem == "000001")
    np.testing.assert_array_equal(library.load(part.id).positions, full[10:30])


def test_ranges_are_cut_as_the_authors_do(small_library):
    (small_library / "texts/000000.txt").write_text("turns#x#0.28#1.99\n")
    library = run(open_library(small_library))
    full = np.load(library.root / "new_joints/000000.npy")
    (item,) = [c for c in choose_items(library.clips, "first_lines") if c.path.stem == "000000"]
    for source in (library, run(open_library(small_library, use_index=True))):
        np.testing.assert_array_equal(source.load(item.id).positions, full[int(0.28 * 20) : int(1.99 * 20)])


def test_ranges_are_all_of_them(library):
    items = choose_items(library.clips, "ranges")
    assert [c.id for c in items[:5]] == ["000000", "000000@0.5-1.5", "000000@1-2", "000001@0.5-1.5", "000001"]
    assert items[3].captions == ("starts", "begins")


def test_a_plain_folder_keeps_the_order_of_its_lines(tmp_path, smpl_motion):
    """Its whole takes are in the list as well, before ranges only where no line is of the whole."""
    for name, text in (("a", "waves##0.5#1.0\nrests##0.0#0.0\n"), ("b", "waves##0.5#1.0\n")):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
        (tmp_path / f"{name}.txt").write_text(text)
    clips = run(open_library(tmp_path)).clips
    assert [c.id for c in clips] == ["a@0.5-1", "a", "b", "b@0.5-1"]
    assert [c.id for c in choose_items(clips, "first_lines")] == ["a@0.5-1", "b@0.5-1"]


def test_captions_after_the_end_of_a_motion_are_named(small_library, tmp_path, smpl_motion):
    (small_library / "texts/000000.txt").write_text("late#x#90.0#95.0\nwaves#x#0.0#0.0\n")
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    (tmp_path / "a.txt").write_text("late##90#95\n")
    for root in (small_library, tmp_path / "a.npy"):
        library = run(open_library(root))
        (skipped,) = library.skipped
        assert "'late' begins at 90 s, the motion ends at" in skipped.reason


def test_an_unknown_choice_names_the_known_ones():
    with pytest.raises(StudioError, match="ranges, first_lines"):
        choose_items((), "all")
