"""The index: nothing read twice, changes noticed, a broken index rebuilt."""

import os
import shutil
import sqlite3

import numpy as np
import pytest

from motionpatches.core import notices
from motionpatches.core.library import caption_store, folder, index, scan
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import Cancelled, run
from tests.skeletons import BODIES, write_bvh


@pytest.fixture
def takes(tmp_path):
    root = tmp_path / "takes"
    (root / "deep" / "er").mkdir(parents=True)
    for place in ("walk_left_01", "wave_02", "deep/er/jump_03"):
        write_bvh(root / f"{place}.bvh", BODIES["LAFAN1"])
    (root / "broken.bvh").write_text("HIERARCHY\nMOTION\n")
    (root / "captions.csv").write_text("file,caption\nwave_02.bvh,a person waves\nwave_02.bvh,someone says hello\n")
    return root


@pytest.fixture
def read(monkeypatch):
    """Which files were read as motions."""
    seen = []
    load = folder.read_file
    monkeypatch.setattr(folder, "read_file", lambda file: seen.append(file.name) or load(file))
    return seen


def test_reopening_reads_nothing_and_gives_the_same(takes, read):
    first = run(open_library(takes, use_index=True))
    assert len(read) == 4 and not first.from_index
    again = run(open_library(takes, use_index=True))
    assert again.from_index and again.same_content(first) and again.notes == first.notes and len(read) == 4
    np.testing.assert_array_equal(again.load("wave_02").positions, first.load("wave_02").positions)
    del read[:]
    assert run(open_library(takes)).same_content(first) and read == ["broken.bvh"]


def test_changes_are_noticed_by_size_time_and_content(takes, read):
    before = run(open_library(takes))
    del read[:]
    os.utime(takes / "wave_02.bvh", (1, 1))
    (takes / "captions.csv").write_text("file,caption\nwave_02.bvh,a person greets\n")
    touched = run(open_library(takes))
    assert read == ["broken.bvh"]
    assert touched.by_id["wave_02"].key == before.by_id["wave_02"].key
    assert touched.by_id["wave_02"].captions == ("a person greets",)
    write_bvh(takes / "wave_02.bvh", BODIES["LAFAN1"], frames=31)
    (takes / "walk_left_01.bvh").unlink()
    changed = run(open_library(takes))
    assert "wave_02.bvh" in read and set(changed.by_id) == {"wave_02", "deep/er/jump_03"}
    assert changed.by_id["wave_02"].key != before.by_id["wave_02"].key
    assert not changed.same_content(before)


def test_a_cancelled_scan_is_resumed(takes, read):
    steps = []

    def stop():
        steps.append(1)
        return len(steps) > 3

    with pytest.raises(Cancelled):
        run(open_library(takes), cancelled=stop)
    done = [n for n in read if n != "broken.bvh"]
    assert index.load(takes) is None or not index.load(takes).complete
    run(open_library(takes, use_index=True))
    assert len([n for n in read if n != "broken.bvh"]) == 3 and len(done) >= 1


def test_words_are_found(takes):
    library = run(open_library(takes))
    for words in ("person wave", "hello", "jum", "WALK left", "greets", "nothing here", 'a "quote', "'"):
        found = index.search(takes, words)
        wanted = [w.strip("\"'").lower() for w in words.split() if w.strip("\"'")]
        texts = [" ".join((c.id, *c.captions)).lower().replace("_", " ").replace("/", " ").split() for c in library.clips]
        expected = [i for i, text in enumerate(texts) if all(any(t.startswith(w) for t in text) for w in wanted)]
        assert (found or []) == (expected if wanted else [])


@pytest.mark.parametrize("damage", ["noise", "version", "empty", "table"])
def test_a_bad_index_is_built_again(takes, damage):
    first = run(open_library(takes))
    file = index.index_file(takes)
    if damage == "noise":
        file.write_bytes(b"no database" * 100)
    elif damage == "empty":
        file.write_bytes(b"")
    else:
        with sqlite3.connect(file) as base:
            base.execute("UPDATE meta SET value='99' WHERE name='format'" if damage == "version" else "DROP TABLE clips")
        base.close()
    before = file.read_bytes()
    notices.untold()
    again = run(open_library(takes, use_index=True))
    assert not again.from_index and again.same_content(first)
    assert run(open_library(takes, use_index=True)).from_index
    kept = file.with_name(file.name + ".damaged")
    assert [str(kept) in notice for notice in notices.untold()] == [True] * (damage != "version"), "said once"
    assert damage == "version" or kept.read_bytes() == before
    kept.unlink(missing_ok=True)


def test_a_cache_that_cannot_be_written_is_no_obstacle(takes, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(index, "index_file", lambda root: tmp_path / "file" / "x.sqlite")
    assert len(run(open_library(takes)).clips) == 3


def test_a_scan_gives_out_what_it_has(takes, monkeypatch):
    monkeypatch.setattr(folder, "PARTLY_S", 0.0)
    grown = []
    library = run(open_library(takes), lambda p: grown.append(p.found) if p.found else None)
    assert [len(g.clips) for g in grown] == sorted(len(g.clips) for g in grown) and 1 <= len(grown[0].clips) < 3
    assert grown[-1].clips == library.clips[: len(grown[-1].clips)]
    assert grown[0].load(grown[0].clips[0].id).frame_count == 24


def test_a_damaged_index_that_cannot_be_moved_is_no_obstacle(takes, monkeypatch):
    first = run(open_library(takes))
    index.index_file(takes).write_bytes(b"no database" * 100)

    opened = os.open

    def refused(*_, **__):
        raise OSError(30, "Read-only file system")

    for name in ("replace", "unlink", "mkdir"):
        monkeypatch.setattr(os, name, refused)
    monkeypatch.setattr(
        os, "open", lambda path, flags, *more, **kw: refused() if flags & os.O_CREAT else opened(path, flags, *more, **kw)
    )
    assert run(open_library(takes, use_index=True)).same_content(first)


@pytest.mark.parametrize("home", ["h?", "h#x", "h%41?mode=rwc#x", "é ü", "a" * 200])
def test_homes_of_any_name(takes, tmp_path, monkeypatch, home):
    monkeypatch.setenv("MOTIONPATCHES_HOME", str(tmp_path / home))
    first = run(open_library(takes))
    again = run(open_library(takes, use_index=True))
    assert again.from_index and again.same_content(first) and index.search(takes, "hello")
    np.testing.assert_array_equal(again.load("wave_02").positions, first.load("wave_02").positions)
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted([home, "takes"]), "nothing is made beside the home"


def test_captions_of_any_letters_come_back(takes):
    (takes / "wave_02.txt").write_text("a\x1fb\x1ec\n")
    (takes / "captions.csv").write_text('file,caption\nwave_02.bvh,"one\ntwo"\nwave_02.bvh,"[""x""]"\nwalk_left_01.bvh,a\x1fb\n')
    first = run(open_library(takes))
    again = run(open_library(takes, use_index=True))
    assert again.from_index and again.clips == first.clips
    assert again.by_id["wave_02"].captions == ("one\ntwo", '["x"]') and again.by_id["walk_left_01"].captions == ("a\x1fb",)


@pytest.mark.skipif(os.name == "nt", reason="names of bytes")
def test_file_names_that_are_no_utf_8(takes):
    os.rename(os.fsencode(takes / "wave_02.bvh"), os.fsencode(takes) + b"/walk\xe9.bvh")
    for root in (takes, takes.parent / os.fsdecode(b"f\xe9")):
        takes.rename(root)
        takes = root
        first = run(open_library(root))
        again = run(open_library(root, use_index=True))
        assert again.from_index and again.same_content(first) and "walk\udce9" in again.by_id
        np.testing.assert_array_equal(again.load("walk\udce9").positions, first.load("walk\udce9").positions)
        caption_store.save(first, {"walk\udce9": (CaptionLine("walks"),)}, own=False)
        assert run(open_library(root, use_index=True)).by_id["walk\udce9"].captions == ("walks",)


def test_what_is_wrong_with_the_user_s_file_is_not_in_the_index(takes, monkeypatch):
    first = run(open_library(takes))
    file = caption_store.sidecar_file(takes)
    file.mkdir(parents=True)
    troubled = [run(open_library(takes, use_index)) for use_index in (False, True, False)]
    assert all(len(library.notes) == len(first.notes) + 1 and file.name in library.notes[0] for library in troubled)
    file.rmdir()
    for use_index in (True, False):
        assert run(open_library(takes, use_index)).notes == first.notes


def test_values_that_no_clip_has_are_damage(takes):
    run(open_library(takes))
    for change in ("duration = 'x'", "captions = '[1]'", "captions = 'x'", "id = NULL"):
        with sqlite3.connect(index.index_file(takes)) as base:
            base.execute(f"UPDATE clips SET {change} WHERE row = 0")
        base.close()
        assert index.load(takes) is None
        run(open_library(takes))


def test_copies_are_looked_at_once_and_each_is_a_clip(takes, monkeypatch):
    seen = []
    look = scan.found_in
    monkeypatch.setattr(scan, "found_in", lambda take: seen.append(take) or look(take))
    for number in range(5):
        shutil.copy(takes / "wave_02.bvh", takes / f"copy {number}.bvh")
    library = run(open_library(takes))
    assert len(library.clips) == 8 and len(seen) <= 1
    np.testing.assert_array_equal(library.load("copy 3").positions, library.load("wave_02").positions)


def test_a_note_on_a_table_goes_when_it_is_fixed(takes):
    good = (takes / "captions.csv").read_text()
    (takes / "captions.csv").write_text(good.replace("waves", "waves,slowly"))
    first = run(open_library(takes))
    assert any("more cells" in note for note in first.notes)
    (takes / "captions.csv").write_text(good)
    shown = run(open_library(takes, use_index=True))
    mended = run(open_library(takes))
    assert shown.notes == first.notes and not mended.same_content(shown), "the window takes the new scan"
    assert run(open_library(takes, use_index=True)).notes == mended.notes == first.notes[:-1]


def test_kinds_of_takes_are_counted_in_words(tmp_path, smpl_motion):
    for name, joints in (("a", 22), ("b", 22), ("c", 24)):
        np.save(tmp_path / f"{name}.npy", np.concatenate([smpl_motion.positions] * 2, axis=1)[:, :joints])
    ends = [note.rpartition("(")[2] for note in run(open_library(tmp_path)).notes]
    assert {"2 takes)", "1 take)"} <= set(ends), "not '1 takes'"
