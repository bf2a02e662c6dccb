"""Captions that are edited: what is on the disk afterwards, and what a library opened anew makes of it."""

import csv

import numpy as np
import pytest

from motionpatches.core import notices
from motionpatches.core.io.load import load_motion
from motionpatches.core.library import caption_store
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.open import open_library
from motionpatches.core.library.packed import write_packed
from motionpatches.core.library.takes import lines_of, take_id, with_lines
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run

WHOLE, PART = CaptionLine("he waves, then rests"), CaptionLine("he waves", 0.5, 1.25)


def opened(root):
    return run(open_library(root))


def test_lines_are_written_as_the_data_set_writes_them_and_tokens_stay(small_library):
    file = small_library / "texts" / "000002.txt"
    file.write_text("old words#old/ADJ words/NOUN#0.0#0.0\nto go#to/X go/Y#0.0#0.0\n")
    library = opened(small_library)
    lines = (CaptionLine("old words"), WHOLE, PART)
    saved = caption_store.save(library, {"000002": lines}, own=True)
    assert file.read_text() == ("old words#old/ADJ words/NOUN#0.0#0.0\nhe waves, then rests##0.0#0.0\nhe waves##0.5#1.25\n")
    assert saved.files == {file} and not saved.problem
    again = opened(small_library)
    edited = with_lines(library, {"000002": lines})
    assert again.clips == edited.clips
    full = np.load(small_library / "new_joints" / "000002.npy")
    np.testing.assert_array_equal(again.load("000002@0.5-1.25").positions, full[10:25])


def test_a_table_keeps_its_other_rows_columns_and_order(tmp_path, small_library):
    folder = tmp_path / "takes"
    folder.mkdir()
    for name in ("a", "b", "c"):
        np.save(folder / f"{name}.npy", np.load(small_library / "new_joints" / "000001.npy"))
    (folder / "captions.csv").write_text(
        'file,caption,actor\na.npy,"one, two",Ann\nb.npy,three,Bo\nb.npy,gone,Bo\nc.npy,four,Cy\n'
    )
    library = opened(folder)
    caption_store.save(library, {"b": (CaptionLine("three"), PART), "c": ()}, own=True)
    with open(folder / "captions.csv", newline="") as stream:
        table = csv.DictReader(stream, restval="")
        rows = [(r["file"], r["caption"], r["actor"], r["start"], r["end"]) for r in table]
    assert rows == [
        ("a.npy", "one, two", "Ann", "", ""),
        ("b.npy", "three", "Bo", "", ""),
        ("b.npy", "he waves", "Bo", "0.5", "1.25"),
        ("c.npy", "", "Cy", "", ""),
    ]
    found = {c.id: c.captions for c in opened(folder).clips}
    assert found == {"a": ("one, two",), "b": ("three",), "b@0.5-1.25": ("he waves",), "c": ()}


def test_a_file_named_by_its_caption_gets_a_text_beside_it_and_is_not_read_again(tmp_path, small_library, monkeypatch):
    folder = tmp_path / "takes"
    folder.mkdir()
    take = folder / "walks@home.npy"
    np.save(take, np.load(small_library / "new_joints" / "000001.npy"))
    library = opened(folder)
    assert [take_id(c) for c in library.clips] == ["walks@home"]
    caption_store.save(library, {"walks@home": (PART,)}, own=True)
    assert (folder / "walks@home.txt").read_text() == "he waves##0.5#1.25\n"
    monkeypatch.setattr("motionpatches.core.library.folder.read_file", lambda path: pytest.fail("read again"))
    again = opened(folder)
    assert [(c.id, c.captions, take_id(c)) for c in again.clips] == [
        ("walks@home", (), "walks@home"),
        ("walks@home@0.5-1.25", ("he waves",), "walks@home"),
    ]
    assert opened(folder).clips == again.clips


def test_a_library_in_one_file_is_left_as_it_is(tmp_path):
    rng = np.random.default_rng(0)
    motions = [Motion(rng.normal(0, 1, (n, 22, 3)).astype(np.float32), 20.0, SMPL22, "m") for n in (40, 60)]
    file = tmp_path / "two.npz"
    write_packed(file, "two", motions, [{"id": n, "captions": [n], "split": "train"} for n in ("a", "b")])
    before = file.read_bytes()
    caption_store.save(opened(file), {"b": (WHOLE, PART)}, own=True)
    library = opened(file)
    assert file.read_bytes() == before
    assert {c.id: c.captions for c in library.clips} == {"a": ("a",), "b": (WHOLE.text,), "b@0.5-1.25": (PART.text,)}
    np.testing.assert_array_equal(library.load("b@0.5-1.25").positions, library.load("b").positions[10:25])
    assert library.by_id["b@0.5-1.25"].split == "train"
    caption_store.save(library, {"b": (CaptionLine("b"),)}, own=True)
    assert opened(file).clips == (library.by_id["a"], opened(file).by_id["b"]) and opened(file).by_id["b"].captions == ("b",)


def test_only_ranges_are_captioned_and_one_is_taken_back(small_library):
    caption_store.save(opened(small_library), {"000004": (PART,)}, own=True)
    library = opened(small_library)
    assert "000004" not in library.by_id
    whole = with_lines(library, {"000004": ()})
    frames = len(np.load(small_library / "new_joints" / "000004.npy"))
    assert whole.by_id["000004"].duration_s == pytest.approx(frames / 20) and "000004@0.5-1.25" not in whole.by_id
    caption_store.save(library, {"000004": ()}, own=True)
    assert opened(small_library).clips == whole.clips


def test_own_files_untouched_where_wished_and_where_they_cannot_be_written(small_library):
    file = small_library / "texts" / "000003.txt"
    before = file.read_text()
    saved = caption_store.save(opened(small_library), {"000003": (WHOLE,)}, own=False)
    assert saved.files == {caption_store.sidecar_file(small_library)} and file.read_text() == before
    assert opened(small_library).by_id["000003"].captions == (WHOLE.text,)
    caption_store.save(opened(small_library), {"000003": (PART,)}, own=True)
    assert not caption_store.read_sidecar(small_library), "the library's own file has the newer words"
    assert lines_of([opened(small_library).by_id["000003@0.5-1.25"]]) == (PART,)
    library = opened(small_library)
    file.unlink()
    file.mkdir()
    saved = caption_store.save(library, {"000003": (WHOLE,)}, own=True)
    assert "000003.txt" in saved.problem and "own file" in saved.problem
    assert not list(file.parent.glob("*.writing"))


def test_damaged_captions_of_the_user_are_reported_and_the_library_opens(small_library):
    file = caption_store.sidecar_file(small_library)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{")
    notices.untold()
    library = opened(small_library)
    (notice,) = notices.untold()
    assert len(library.clips) == 12 and "Your captions for this library could not be read" in notice
    kept = file.parent / f"{file.name}.damaged"
    assert str(kept) in notice and kept.read_text() == "{" and not file.exists()
    for use_index in (True, False, True):
        assert run(open_library(small_library, use_index)).notes == library.notes
    assert not notices.untold(), "it is reported once"
    kept.unlink()


def test_text_of_a_caption_fits_its_line():
    assert clean_caption(" a #1\n kick ") == "a 1 kick"


def test_ranges_of_real_capture(shared, tmp_path):
    name = "dataset-2_walk_active_001.bvh"
    (tmp_path / name).write_bytes((shared / "bvh" / "bandai" / name).read_bytes())
    (tmp_path / name).with_suffix(".txt").write_text("she walks#x#0.2#0.8\n")
    library = opened(tmp_path)
    part = library.by_id[f"{name[:-4]}@0.2-0.8"]
    full = load_motion(tmp_path / name)
    np.testing.assert_array_equal(library.load(part.id).positions, full.positions[6:24])
