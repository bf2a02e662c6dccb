"""The rows of the list: filtered, sorted, with what is known of takes."""

import os
import random
from dataclasses import replace
from datetime import datetime

import pytest

from motionpatches.app.viewmodels.clip_columns import BY_NAME, Entry, natural
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.core.library.facts import Facts
from motionpatches.core.library.packed import PACKED
from motionpatches.core.motion.motion import rate_text
from tests.lanes import heard


@pytest.fixture
def rows(ready):
    """The small library with names, lengths and captions of its own."""
    captions = ["a kick", "Wave 10", "wave 2", "", "a kick", "Zoom"]
    clips = [
        replace(
            clip, id=f"set {i % 3}/take {20 - i}", captions=(captions[i % 6],) if captions[i % 6] else (), duration_s=i % 4 + 1.0
        )
        for i, clip in enumerate(ready.library.clips)
    ]
    marks = Marks(ready, History())
    ready.library_changed.emit()
    rows = ClipRows(ready, marks)
    rows.set_library(replace(ready.library, clips=tuple(clips)))
    return rows


def shown(rows, column):
    return [BY_NAME[column].text(rows.entry(i)) for i in range(len(rows.rows))]


def test_names_and_captions_sort_as_a_person_sorts(rows):
    rows.sort("Name")
    numbers = [int(name.split()[1]) for name in shown(rows, "Name")]
    assert numbers == sorted(numbers), "'take 9' before 'take 10'"
    rows.sort("Caption", descending=True)
    captions = list(dict.fromkeys(text for text in shown(rows, "Caption") if not text.startswith("set")))
    assert captions == ["Zoom", "Wave 10", "wave 2", "a kick"]


def test_a_sort_keeps_what_the_one_before_did_among_equals(rows):
    """Against Python's stable sort of the same rows."""
    slow = list(range(len(rows.clips)))
    random.seed(1)
    for name, descending in (("Name", True), ("Length", False), ("Caption", True)):
        rows.sort(name, descending)
        column = BY_NAME[name]
        slow.sort(
            key=lambda i, c=column: (c.value or (lambda e, c=c: natural(c.text(e))))(Entry(rows.clips[i])), reverse=descending
        )
    assert rows.rows.tolist() == slow
    rows.filter("k")
    assert rows.rows.tolist() == [i for i in slow if "k" in f"{rows.clips[i].id} {' '.join(rows.clips[i].captions)}".lower()]
    rows.sort("")
    assert rows.rows.tolist() == sorted(rows.rows.tolist()), "the order of the library"


def test_takes_without_a_value_are_last_both_ways(rows):
    clips = rows.clips
    rows.marks.tag([clips[4]], "b")
    rows.marks.tag([clips[7]], "a, z")
    rows.sort("Tags")
    assert [rows.clip(i).id for i in (0, 1)] == [clips[7].id, clips[4].id]
    rows.sort("Tags", descending=True)
    assert [rows.clip(i).id for i in (0, 1)] == [clips[4].id, clips[7].id]
    assert shown(rows, "Tags")[2:] == [""] * (len(clips) - 2)


def test_rig_rate_and_quality_come_in_the_background_and_sort(rows, lanes):
    lanes.files.waits, told = True, heard(rows.changed)
    rows.sort("Quality")
    rows.set_library(rows.library)
    assert set(shown(rows, "Rate")) == {""}, "nothing waits for what is not known yet"
    lanes.files.go()
    assert set(shown(rows, "Rate")) == {"20"} and set(shown(rows, "Rig")) == {"SMPL-22"} and len(told) == 3
    qualities = ["good", "no body", "unsure"]
    rows._facts = [Facts("r", 22, 20.0, qualities[i % 3]) for i in range(len(rows.clips))]
    rows._ranks = {}
    rows.sort("Quality")
    assert shown(rows, "Quality") == ["good"] * 4 + ["unsure"] * 4 + ["no body"] * 4


def test_the_date_is_that_of_the_file_and_sorts(ready, lanes):
    """Set by hand on the files; a file that is gone, and a packed library, have none."""
    clips = ready.library.clips
    for days, clip in enumerate(clips):
        at = datetime(2024, 1, 31 - days, 9, 5).timestamp()
        os.utime(clip.path, (at, at))
    clips[3].path.unlink()
    rows = ClipRows(ready, Marks(ready, History()))
    rows.set_library(ready.library)
    assert shown(rows, "Date")[:4] == ["2024-01-31 09:05", "2024-01-30 09:05", "2024-01-29 09:05", ""]
    rows.sort("Date")
    assert [rows.clip(i).id for i in range(12)] == [c.id for c in [*clips[:3:-1], *clips[2::-1], clips[3]]]
    rows.sort("Date", descending=True)
    assert rows.clip(0).id == clips[0].id and rows.clip(11).id == clips[3].id
    rows.set_library(replace(ready.library, layout=PACKED, root=clips[0].path))
    rows.sort("Name")
    assert shown(rows, "Date")[:2] == ["", "2024-01-30 09:05"], "the one file of a packed library"


def test_a_rate_rounded_in_its_file_is_shown_whole(rows):
    """By hand: frame times of 0.0166669, 0.01667 and 0.0333667 s, and film's 24000/1001."""
    for fps, text in ((59.999, "60"), (59.988, "60"), (29.97, "29.97"), (23.976024, "23.976"), (119.88, "119.88"), (0.5, "0.5")):
        rows._facts = [Facts("r", 22, fps, "good")] * len(rows.clips)
        assert set(shown(rows, "Rate")) == {text} == {rate_text(fps)}


def test_a_mark_is_shown_and_filtered_and_moves_no_row(rows):
    rows.sort("Tags")
    before, told = rows.rows.tolist(), heard(rows.refreshed)
    rows.marks.tag([rows.clips[9]], "new")
    assert rows.rows.tolist() == before and told
    rows.filter("tag:new")
    assert [rows.clip(i).id for i in range(len(rows.rows))] == [rows.clips[9].id]
    rows.marks.tag([rows.clips[9]], "")
    assert not len(rows.rows)


def test_folder_and_name_are_apart(ready):
    root, clip = ready.library.root, ready.library.clips[0]
    inside = Entry(replace(clip, id="a/b/take 1", path=root / "a" / "b" / "take 1.bvh"), root=str(root))
    assert (inside.name, inside.folder.replace("\\", "/")) == ("take 1", "a/b")
    beside = root.with_name(root.name + " 2")
    for path, folder in ((root / "x.bvh", ""), (root, ""), (beside / "x.bvh", str(beside))):
        assert Entry(replace(clip, path=path), root=str(root)).folder == folder


def test_natural_order_takes_figures_as_numbers():
    assert sorted(["b10", "B9", "a", "b1x"], key=natural) == ["a", "b1x", "B9", "b10"]
    assert natural("²") == "²", "a digit that is no number stays"
