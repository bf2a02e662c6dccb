"""The take sheet in the window: batch edits, undo, what others wrote, filters of the list and of a query, tables."""

import pytest

from motionpatches.app.viewmodels.clip_columns import BY_NAME
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.take_sheet import TakeSheet, news, problems
from motionpatches.core.library.sheet import change_sheet, read_sheet
from tests.lanes import heard


@pytest.fixture
def history():
    return History()


@pytest.fixture
def opened(workspace, small_library):
    workspace.open([small_library])
    return workspace


@pytest.fixture
def sheet(opened, history):
    found = TakeSheet(opened, history)
    found._opened()
    yield found
    found.close()


def test_several_takes_are_edited_in_one_step_and_undone(sheet, opened, history):
    clips = opened.library.clips[:3]
    sheet.edit(clips[:1], {"performer": "Anna"})
    assert sheet.edit(clips, {"status": "select", "day": "2026-11-26"})
    assert sheet.shared(clips) == {"status": "select", "performer": None, "day": "2026-11-26", "notes": ""}
    assert read_sheet(opened.library.root)[clips[2].id] == {"status": "select", "day": "2026-11-26"}
    history.undo()
    assert sheet.of(clips[0]) == {"performer": "Anna"} and not sheet.of(clips[2])
    history.redo()
    assert sheet.of(clips[1]) == {"status": "select", "day": "2026-11-26"}
    assert "for everyone" in sheet.place() and sheet.offered("performer") == ("Anna",)


def test_an_undo_leaves_another_person_s_word_and_says_so(sheet, opened, history):
    one, two = opened.library.clips[:2]
    said = heard(opened.said)
    sheet.edit((one, two), {"notes": "mine"})
    change_sheet(opened.library.root, {(two.id, "notes"): "hers"})
    history.undo()
    assert not sheet.of(one) and sheet.of(two) == {"notes": "hers"}
    assert "someone else" in said[-1][0]


def test_what_others_write_is_shown_at_the_next_look(sheet, opened):
    changed = heard(sheet.changed)
    clip = opened.library.clips[0]
    sheet.look()
    assert not changed
    change_sheet(opened.library.root, {(clip.id, "status"): "hold"})
    sheet.look()
    assert sheet.of(clip) == {"status": "hold"} and len(changed) == 1


def test_what_cannot_be_kept_is_reported_and_is_no_step(sheet, opened, history):
    failed = heard(opened.failed)
    assert not sheet.edit(opened.library.clips[:1], {"status": "great"})
    assert "select, hold, no good" in failed[0][0] and not history.undo_name


def test_the_list_has_columns_and_filters_of_it(sheet, opened, history):
    rows = ClipRows(opened, Marks(opened, history), sheet=sheet)
    rows.set_library(opened.library)
    first, second = opened.library.clips[:2]
    sheet.edit([first], {"status": "select", "performer": "Anna", "camera": "2"})
    sheet.edit([second], {"status": "no good"})
    rows.filter("status:select performer:anna camera=2")
    assert [rows.clip(row) for row in range(len(rows.rows))] == [first]
    assert [BY_NAME[name].text(rows.entry(0)) for name in ("Status", "Performer", "Day")] == ["select", "Anna", ""]
    rows.filter("")
    rows.sort("Status")
    assert [rows.clip(0), rows.clip(1)] == [second, first]  # "no good" before "select", those without last
    rows.filter("status:select")
    sheet.edit([second], {"status": "select"})
    assert len(rows.rows) == 2  # the filter follows the sheet


def test_a_table_is_previewed_taken_over_and_undone(sheet, opened, history, tmp_path):
    clip = opened.library.clips[0]
    sheet.edit([clip], {"status": "hold"})
    file = tmp_path / "out.csv"
    sheet.export(file)
    assert f"{clip.id},hold,,," in file.read_text()
    file.write_text(file.read_text().replace(f"{clip.id},hold,,,", f"{clip.id},select,Anna,,") + "nobody,hold,,,\n")
    plans = []
    sheet.read(file, plans.append)
    assert news(plans[0]) == "2 fields of 1 take change. 1 had another value." and "nobody" in problems(plans[0])
    sheet.take_over(plans[0])
    assert sheet.of(clip) == {"status": "select", "performer": "Anna"}
    history.undo()
    assert sheet.of(clip) == {"status": "hold"}
