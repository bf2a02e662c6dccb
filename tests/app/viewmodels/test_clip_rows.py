"""The rows of the list: filtered, sorted, with what is known of takes."""

import random
from dataclasses import replace

import pytest

from motionpatches.app.viewmodels.clip_columns import BY_NAME, Entry, natural
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.core.library.facts import Facts
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
