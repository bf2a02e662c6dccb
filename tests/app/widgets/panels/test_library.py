"""The library's page: a filter that finds nothing, what stays while a library grows, the menu of the headings."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets import collection_menus
from motionpatches.app.widgets.panels.library import LibraryPanel
from tests.lanes import fake_lanes


@pytest.fixture
def panel(app, small_library, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    panel = LibraryPanel(ViewModels(fake_lanes(), settings), settings)
    panel.resize(900, 500)
    panel.show()
    panel.workspace.open([small_library])
    yield panel
    panel.close()
    panel.deleteLater()


def test_before_a_library_is_open_it_says_what_comes(app, tmp_path, small_library):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    panel = LibraryPanel(ViewModels(fake_lanes(), settings), settings)
    assert panel.pages.currentIndex() == 1 and "once it is open" in panel.nothing.text() and panel.clear.isHidden()
    panel.workspace.open([small_library])
    assert panel.pages.currentIndex() == 0 and not panel.clear.isHidden()
    panel.setParent(None)


def test_a_filter_that_finds_nothing_says_so_and_can_be_cleared(panel):
    assert panel.pages.currentIndex() == 0
    panel.filter.setText("<b>nobody</b>")
    assert panel.pages.currentIndex() == 1 and "<b>nobody</b>" in panel.nothing.text(), "text, not markup"
    QTest.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    assert panel.pages.currentIndex() == 0 and panel.filter.text() == "" and panel.table.rowCount() == 12


def test_in_little_height_rigs_are_in_the_tooltip(panel):
    assert panel.count.text().startswith("12 motions\n") and panel.count.toolTip() == ""
    panel.resize(220, 330)
    assert panel.count.text() == "12 motions" and "joints" in panel.count.toolTip()
    panel.resize(220, 600)
    assert "joints" in panel.count.text()


def test_filter_order_and_choice_stay_while_a_library_grows(panel):
    library, v = panel.workspace.library, panel.view
    panel.takes.sort("Name", True)
    panel.filter.setText("00")
    v.selection.choose(library.clips[2:4])
    fewer = replace(library, clips=library.clips[:8])
    for grown in (fewer, library):
        panel.workspace.edited(grown)
        rows = sorted(index.row() for index in v.selectionModel().selectedRows())
        assert [v.takes.clip(row).id for row in rows] == [library.clips[3].id, library.clips[2].id]
        assert panel.filter.text() == "00" and panel.table.rowCount() == len(grown.clips)


def test_the_search_keeps_to_the_rows_that_are_left(panel):
    panel.filter.setText("000003")
    panel.only.setChecked(True)
    assert panel.search.only == {"000003"}
    panel.filter.setText("00000")
    assert len(panel.search.only) == 10
    panel.takes.sort("Length")
    assert len(panel.search.only) == 10, "another order limits to the same"
    panel.filter.clear()
    assert panel.search.only is None and not panel.only.isChecked()


def test_the_menu_of_the_headings_chooses_columns_and_order(panel):
    columns = panel.view.columns
    actions = {action.text(): action for action in columns.menu().actions()}
    assert actions["Order of the Library"].isChecked() and not actions["Descending"].isEnabled()
    actions["Rate"].trigger()
    assert panel.view.isColumnHidden(6) and not panel.view.isColumnHidden(5)
    (sorts,) = [action.menu() for action in columns.menu().actions() if action.menu()]
    next(action for action in sorts.actions() if action.text() == "Length").trigger()
    assert panel.takes.sorted_by == ("Length", False)
    panel.resize(260, 500)
    panel.view.columns.lay_out()
    actions = {action.text(): action for action in columns.menu().actions()}
    assert not actions["Rate"].isEnabled() and "no columns" in actions["Rate"].toolTip()


def entries(menu):
    """What a menu lists once it opens: its actions by their words."""
    menu.aboutToShow.emit()
    found = [action for action in menu.actions() if not action.isSeparator()]
    return {action.text(): action for action in found}


def test_the_menu_of_collections_shows_renames_and_deletes_one(panel, monkeypatch):
    """Names are asked for again until one can be taken; the filter goes along with a name."""
    menu, shown = panel.collection_menu, panel.takes
    assert not entries(menu)["No collections yet"].isEnabled() and "Rename" not in entries(menu)
    answers, warned = ["a/b", "Spring & Reel", "Spring Reel"], []
    monkeypatch.setattr(collection_menus, "ask_text", lambda *_: answers.pop(0) if answers else None)
    monkeypatch.setattr(collection_menus, "warn", lambda parent, what, text: warned.append(text))
    clips = panel.workspace.library.clips
    panel.view.selection.choose(clips[3:5])
    entries(menu)["New Collection of Chosen Takes…"].trigger()
    assert len(warned) == 2 and "letters, digits" in warned[0] and not answers
    entries(menu)["Spring Reel\t2"].trigger()
    assert panel.filter.text() == "in:spring-reel" and [shown.clip(row) for row in range(len(shown.rows))] == [*clips[3:5]]
    assert entries(menu)["Spring Reel\t2"].isChecked()
    answers.append("Frühling")
    entries(entries(menu)["Rename"].menu())["Spring Reel…"].trigger()
    assert panel.filter.text() == "in:frühling" and len(shown.rows) == 2
    entries(menu)["Frühling\t2"].trigger()
    assert panel.filter.text() == "" and len(shown.rows) == 12, "a second click shows all"
    panel.filter.setText("walk in:frühling")
    entries(entries(menu)["Delete"].menu())["Frühling"].trigger()
    assert panel.filter.text() == "walk" and "Delete" not in entries(menu)
