"""The panel of captions: nothing moves under the pointer, and what is new is in sight."""

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from motionpatches.app.viewmodels.caption_place import CaptionPlace
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels import captions as panels
from motionpatches.core.library.captions import CaptionLine
from tests.lanes import fake_lanes, rest


@pytest.fixture
def panel(app, small_library, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    workspace = Workspace(fake_lanes())
    captions = Captions(workspace, History(), CaptionPlace(workspace, settings))
    playback = Playback()
    playback.playing = False
    panel = panels.CaptionsPanel(captions, playback)
    panel.resize(260, 320)
    panel.show()
    workspace.open([small_library])
    workspace.show_clip(workspace.library.by_id["000000"])
    rest()
    yield panel
    panel.close()


@pytest.mark.parametrize("points", [9, 14])
def test_headings_are_whole_in_any_font(app, panel, points):
    before = app.font()
    app.setFont(QFont(before.family(), points))
    panel.captions.add("only here", 0.25, 0.75)
    wide = panels.CaptionsPanel(panel.captions, panel.playback)
    header = wide.table.horizontalHeader()
    assert all(header.sectionSize(at) >= header.sectionSizeHint(at) > 20 for at in (1, 2))
    app.setFont(before)


def test_times_take_no_room_where_no_caption_has_any(panel):
    hidden = lambda: [panel.table.isColumnHidden(at) for at in (1, 2)]  # noqa: E731
    assert hidden() == [True, True] and panel.table.columnWidth(0) >= panel.table.viewport().width() - 1
    panel.playback.range_s = (0.25, 0.75)
    panel.table.setCurrentCell(0, 0)
    text = panel.table.item(0, 0).text()
    next(action for action in panel.menu().actions() if action.text() == "Set to Marked Range").trigger()
    rest()
    assert hidden() == [False, False]
    row = next(r for r in range(panel.table.rowCount()) if panel.table.item(r, 0).text() == text)
    assert [panel.table.item(row, at).text() for at in (1, 2)] == ["0.25", "0.75"]
    panel.captions.edit(panel.captions.lines.index(CaptionLine(text, 0.25, 0.75)), start_s=0.0, end_s=0.0)
    rest()
    assert hidden() == [True, True]


def test_buttons_stay_where_they_are_whatever_the_message(panel):
    places = lambda: [w.geometry() for w in (panel.table, panel.add, panel.remove, panel.own, panel.state)]  # noqa: E731
    before = places()
    for said in ("", "Saved.", "word " * 200):
        panel.captions.say(said)
        rest()
        assert places() == before
    panel.captions.add("one more")
    rest()
    assert places() == before


def test_a_new_range_caption_is_scrolled_into_sight(panel):
    for at in range(12):
        panel.captions.add(f"caption {at} of a take with many")
    panel.table.scrollToTop()
    panel.playback.range_s = (0.25, 0.75)
    panel.add_range.setEnabled(True)
    panel.add_range.click()
    editor = panel.table.findChildren(QLineEdit)[-1]
    QTest.keyClicks(editor, "only here\r")
    rest(0.3)  # rows have settled at the width that is left
    row = next(r for r in range(panel.table.rowCount()) if panel.table.item(r, 0).text() == "only here")
    assert panel.table.currentRow() == row and panel.table.item(row, 1).text() == "0.25"
    seen = panel.table.visualItemRect(panel.table.item(row, 0))
    assert panel.table.viewport().rect().contains(seen.center())


def test_rows_are_as_high_as_their_texts(panel):
    text = "someone lifts up both arms energetically and then lets them sink again"
    panel.captions.add(text)
    rest(0.2)
    row = panel.table.rowCount() - 1
    width = panel.table.columnWidth(0)
    lines = panel.table.fontMetrics().horizontalAdvance(text) / width
    assert panel.table.rowHeight(row) >= lines * panel.table.fontMetrics().lineSpacing()


def test_the_library_s_files_are_written_once_the_question_is_answered(panel, monkeypatch, small_library):
    asked, answers = [], iter((False, True))
    monkeypatch.setattr(panels, "ask", lambda parent, title, text: asked.append(text) or next(answers))
    panel.own.click()
    assert not panel.own.isChecked() and not panel.captions.place.own and "stay as they are" in panel.state.text()
    panel.own.click()
    assert panel.own.isChecked() and panel.captions.place.own and str(small_library / "texts") in asked[1]
    assert "Edits change the text files" in panel.state.text().replace("\u200b", "")
    panel.own.click()
    assert not panel.captions.place.own and len(asked) == 2, "back again without a question"
