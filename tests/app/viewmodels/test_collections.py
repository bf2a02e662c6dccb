"""Collections in the window: takes put in and taken out, names, counts, one step to undo each; the filter that shows one."""

import pytest

from motionpatches.app.viewmodels.clip_columns import BY_NAME
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.collections import Collections, shown_by, with_other
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.core.errors import StudioError
from motionpatches.core.library.collections import Collection
from motionpatches.core.library.sheet import change_sheet, read_sheet


@pytest.fixture
def history():
    return History()


@pytest.fixture
def collections(workspace, small_library, history):
    workspace.open([small_library])
    sheet = TakeSheet(workspace, history)
    sheet._opened()
    yield Collections(sheet)
    sheet.close()


def counts(collections):
    return {one.name: one.takes for one in collections.all}


def test_takes_go_in_and_out_of_several_in_one_step_each(collections, history):
    clips, root = collections.workspace.library.clips, collections.workspace.library.root
    collections.add(clips[:3], "Spring Reel")
    collections.add(clips[2:5], "loops 2")
    collections.add(clips[:1], "loops 10")
    collections.add(clips[:4], "spring-REEL")  # of those that are in it already nothing changes
    assert counts(collections) == {"loops 2": 3, "loops 10": 1, "Spring Reel": 4} and list(counts(collections))[0] == "loops 2"
    assert collections.of_all(clips[2:4]) == {"in:spring-reel", "in:loops-2"}
    assert collections.of_all(clips[1:5]) == set() and collections.of_any(clips[3:]) == {"in:spring-reel", "in:loops-2"}
    assert collections.is_any_in(clips[4:]) and not collections.is_any_in(clips[5:]) and not collections.of_all(())
    before = read_sheet(root)
    collections.remove(clips, collections.all[2])
    assert counts(collections) == {"loops 2": 3, "loops 10": 1} and history.undo_name == "Remove from “Spring Reel”"
    history.undo()
    assert read_sheet(root) == before and {row["in:spring-reel"] for row in before.values() if "in:spring-reel" in row} == {
        "Spring Reel"
    }
    for _ in range(4):
        history.undo()
    assert read_sheet(root) == {} and counts(collections) == {}
    history.redo()
    assert counts(collections) == {"Spring Reel": 3}


def test_another_name_and_deleting_leave_the_takes_and_are_undone(collections, history):
    clips, root = collections.workspace.library.clips, collections.workspace.library.root
    collections.sheet.edit(clips[:2], {"status": "select"})
    collections.add(clips[:3], "reel")
    collections.add(clips[:2], "loops")
    before = read_sheet(root)
    loops, reel = collections.all
    change_sheet(root, {(clips[5].id, "in:reel"): "reel"})  # by another, and not looked at yet
    assert collections.rename(reel, "Frühling 27") == "in:frühling-27"
    assert counts(collections) == {"Frühling 27": 4, "loops": 2}
    history.undo()
    assert read_sheet(root) == {**before, clips[5].id: {"in:reel": "reel"}}
    for wrong, said in (("LOOPS", "“LOOPS” already"), ("a/b", "letters, digits")):
        with pytest.raises(StudioError, match=said):
            collections.rename(reel, wrong)
    assert collections.rename(reel, "Reel") == "in:reel" and counts(collections) == {"loops": 2, "Reel": 4}
    collections.delete(loops)
    assert counts(collections) == {"Reel": 4} and read_sheet(root)[clips[0].id] == {"status": "select", "in:reel": "Reel"}
    history.undo()
    assert counts(collections) == {"loops": 2, "Reel": 4}


def test_an_undo_leaves_what_another_put_in(collections, history):
    clips, root = collections.workspace.library.clips, collections.workspace.library.root
    collections.add(clips[:1], "reel")
    change_sheet(root, {(clips[1].id, "in:reel"): "reel", (clips[0].id, "in:hers"): "hers"})
    history.undo()
    assert read_sheet(root) == {clips[1].id: {"in:reel": "reel"}, clips[0].id: {"in:hers": "hers"}}


def test_takes_that_are_not_open_are_not_counted(collections):
    clips, root = collections.workspace.library.clips, collections.workspace.library.root
    change_sheet(root, {("gone", "in:reel"): "reel", ("gone", "in:old"): "old", (clips[0].id, "in:reel"): "reel"})
    collections.sheet.look()
    assert counts(collections) == {"old": 0, "reel": 1}


def test_the_list_has_a_column_and_a_filter_and_the_take_sheet_no_field_of_it(collections, history):
    workspace, clips = collections.workspace, collections.workspace.library.clips
    rows = ClipRows(workspace, Marks(workspace, history), sheet=collections.sheet)
    rows.set_library(workspace.library)
    collections.add(clips[4:6], "Spring Reel")
    collections.add(clips[5:6], "loops")
    rows.filter("in:spring-reel")
    rows.sort("Collections")
    assert [rows.clip(at) for at in range(len(rows.rows))] == [clips[5], clips[4]]
    assert [BY_NAME["Collections"].text(rows.entry(at)) for at in range(2)] == ["loops, Spring Reel", "Spring Reel"]
    rows.filter("in:spring-reel -in:loops")
    assert [rows.clip(at) for at in range(len(rows.rows))] == [clips[4]]
    collections.remove(clips, Collection("in:spring-reel", "Spring Reel", 2))
    assert not len(rows.rows), "the filter follows"
    rows.filter("")
    rows.sort("Collections")
    assert rows.clip(0) == clips[5], "sorted by what is in it now"
    assert collections.sheet.fields == ("status", "performer", "day", "notes") and set(collections.sheet.shared(clips)) == {
        *collections.sheet.fields
    }


def test_a_filter_is_read_and_written():
    assert shown_by("walk in:Spring_Reel -in:loops len>3") == {"in:spring-reel"} and shown_by("in: walk") == frozenset()
    assert with_other("walk in:Spring_Reel -in:loops", "in:spring-reel", "in:new") == "walk in:new -in:loops"
    assert with_other("walk in:reel -in:loops", "in:loops", "in:new") == "walk in:reel -in:new"
    assert with_other("in:reel walk", "in:reel") == "walk" and with_other("-in:reel", "in:reel") == ""
