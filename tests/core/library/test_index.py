"""The index: nothing read twice, changes noticed, a broken index rebuilt."""

import os
import sqlite3

import numpy as np
import pytest

from motionpatches.core.library import folder, index
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
    again = run(open_library(takes, use_index=True))
    assert not again.from_index and again.same_content(first)
    assert run(open_library(takes, use_index=True)).from_index


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
