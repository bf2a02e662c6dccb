"""Favourites and tags."""

import shutil

import pytest

from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.core.library import marks as store
from motionpatches.core.library.marks import NONE, Mark
from tests.lanes import heard


@pytest.fixture
def marks(ready):
    marks = Marks(ready, History())
    ready.library_changed.emit()
    return marks


def test_a_favourite_is_kept_on_disk_and_undone(marks, ready):
    clip, told = ready.library.clips[2], heard(marks.changed)
    marks.toggle_favourite(clip)
    assert marks.of(clip).favourite and store.read_marks(ready.library.root)[clip.id] == Mark(True, ())
    marks.toggle_favourite(clip)
    assert not marks.of(clip).favourite
    marks.history.undo()
    marks.history.undo()
    assert marks.of(clip) == NONE and len(told) == 4


def test_tags_take_the_place_of_those_before(marks, ready):
    clip = ready.library.clips[2]
    marks.toggle_favourite(clip)
    marks.tag([clip], "loop, for the trailer")
    marks.tag([clip], "loop")
    assert marks.of(clip) == Mark(True, ("loop",)) and marks.history.undo_name == "Tags"
    marks.tag([clip], " loop ")
    marks.history.undo()
    assert set(marks.of(clip).tags) == {"loop", "for the trailer"}, "the same tags are no step"


def test_another_workspace_reads_them(marks, ready):
    marks.tag([ready.library.clips[1]], "mine")
    again = Marks(ready, History())
    ready.library_changed.emit()
    assert again.of(ready.library.clips[1]).tags == ("mine",)


def test_marks_of_libraries_open_together_belong_to_each(ready, small_library):
    """Made together they are seen alone, and the other way round; one undo takes both back."""
    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    alone = Marks(ready, History())
    ready.library_changed.emit()
    alone.tag([ready.library.clips[0]], "alone")
    ready.open([small_library, other])
    marks = Marks(ready, History())
    ready.library_changed.emit()
    clips = ready.library.by_id
    assert marks.of(clips["small/000000"]).tags == ("alone",) and marks.of(clips["other/000000"]) == NONE
    marks.tag([clips["small/000003"], clips["other/000003"]], "both")
    marks.toggle_favourite(clips["other/000005"])
    assert store.read_marks(other) == {"000003": Mark(tags=("both",)), "000005": Mark(True)}
    assert store.read_marks(small_library) == {"000000": Mark(tags=("alone",)), "000003": Mark(tags=("both",))}
    assert not store.marks_file(ready.library.root).exists() and marks.tags == ("both", "alone")
    marks.history.undo()
    marks.history.undo()
    assert marks.marks == {"small/000000": Mark(tags=("alone",))} and store.read_marks(other) == {}
    marks.history.redo()
    ready.open([other])
    assert marks.of(ready.library.by_id["000003"]).tags == ("both",)


def test_what_cannot_be_written_is_reported_and_not_shown(marks, ready, monkeypatch):
    from motionpatches.core.errors import StudioError

    def refuse(*_):
        raise StudioError("The disk is full.")

    monkeypatch.setattr(store, "change_marks", refuse)
    failed = heard(ready.failed)
    marks.toggle_favourite(ready.library.clips[0])
    assert failed == [("The disk is full.",)] and not marks.of(ready.library.clips[0]).favourite
    assert not marks.history.undo_name, "what was not done is no step"


def test_another_window_s_tags_are_kept_and_shown_after_the_next_change(marks, ready):
    one, two, *_ = ready.library.clips
    other = Marks(ready, History())
    ready.library_changed.emit()
    marks.tag([one], "mine")
    other.tag([two], "yours")
    assert store.read_marks(ready.library.root) == {one.id: Mark(tags=("mine",)), two.id: Mark(tags=("yours",))} == other.marks
    marks.history.undo()
    assert marks.marks == {two.id: Mark(tags=("yours",))}


def test_damage_is_told_once_and_the_next_star_is_kept(marks, ready):
    clip = ready.library.clips[0]
    marks.toggle_favourite(clip)
    store.marks_file(ready.library.root).write_text("{")
    failed = heard(ready.failed)
    marks.toggle_favourite(ready.library.clips[1])
    assert len(failed) == 1 and "put aside" in failed[0][0]
    assert store.read_marks(ready.library.root) == {ready.library.clips[1].id: Mark(True)}
    ready.library_changed.emit()
    assert len(failed) == 1


def test_several_clips_are_tagged_in_one_step(marks, ready):
    one, two, three, *_ = ready.library.clips
    marks.tag([one], "loop, reviewed")
    marks.tag([two], "reviewed, stairs")
    before = store.marks_file(ready.library.root).read_bytes()
    assert marks.shared_tags([one, two]) == ("reviewed",) and marks.tags[0] == "reviewed"
    told = heard(marks.changed)
    marks.tag([one, two], "done, final")
    assert [n.text for n in ready.notices.shown] == ["Tags: 2 takes changed."]
    assert marks.of(one).tags == ("loop", "done", "final") and marks.of(two).tags == ("stairs", "done", "final")
    marks.toggle_favourite(one, two, three)
    marks.toggle_favourite(one, two, three)
    assert len(told) == 3 and not marks.of(three).favourite
    for _ in range(3):
        marks.history.undo()
    assert marks.of(one).tags == ("loop", "reviewed") and store.marks_file(ready.library.root).read_bytes() == before


def test_favourites_of_a_mixed_choice_are_all_on_then_all_off(marks, ready):
    one, two, *_ = ready.library.clips
    marks.toggle_favourite(one)
    marks.toggle_favourite(one, two)
    assert marks.of(one).favourite and marks.of(two).favourite
    marks.toggle_favourite(one, two)
    assert not marks.marks
    marks.history.undo()
    marks.history.undo()
    assert marks.of(one).favourite and not marks.of(two).favourite
