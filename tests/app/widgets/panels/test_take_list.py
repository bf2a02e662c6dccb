"""The list of takes: columns that are remembered, sorting by a click, several rows, large libraries."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest

from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.selection import Selection
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels.list_columns import NAMES, widest_that_fits
from motionpatches.app.widgets.panels.take_list import TakeList
from motionpatches.app.widgets.panels.take_table import CARD
from tests.lanes import fake_lanes, heard

CTRL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Bench:
    """A list of the small library, without a window around it."""

    def __init__(self, root, settings):
        self.workspace = Workspace(fake_lanes())
        self.marks = Marks(self.workspace, History())
        self.selection, self.takes = Selection(self.workspace), ClipRows(self.workspace, self.marks)
        self.workspace.open([root])
        self.settings = QSettings(str(settings), QSettings.Format.IniFormat)
        self.view = TakeList(self.takes, self.selection, Thumbnails(self.workspace), self.settings)
        self.view.resize(1100, 500)
        self.view.show()
        self.takes.set_library(self.workspace.library)

    def section(self, name):
        """The middle of a column's heading."""
        header = self.view.horizontalHeader()
        at = NAMES.index(name)
        return QPoint(header.sectionViewportPosition(at) + header.sectionSize(at) // 2, header.height() // 2)

    def click(self, name):
        QTest.mouseClick(self.view.horizontalHeader().viewport(), LEFT, NONE, self.section(name))

    def row(self, row, modifiers=NONE):
        column = self.view._column
        QTest.mouseClick(self.view.viewport(), LEFT, modifiers, self.view.visualRect(self.view.table.index(row, column)).center())

    def column(self, name):
        return [self.view.table.index(row, NAMES.index(name)).data() for row in range(self.view.table.rowCount())]

    def seen(self):
        header = self.view.horizontalHeader()
        found = [at for at in range(CARD + 1) if not header.isSectionHidden(at)]
        return [NAMES[at] if at < CARD else "card" for at in sorted(found, key=header.visualIndex)]


@pytest.fixture
def bench(app, small_library, tmp_path):
    bench = Bench(small_library, tmp_path / "s.ini")
    yield bench
    bench.view.close()
    bench.view.deleteLater()


def test_a_click_on_a_heading_sorts_and_another_turns_it_round(bench):
    bench.click("Length")
    lengths = [float(text.split()[0]) for text in bench.column("Length")]
    assert lengths == sorted(lengths) and bench.view.horizontalHeader().sortIndicatorSection() == NAMES.index("Length")
    bench.click("Length")
    lengths = [float(text.split()[0]) for text in bench.column("Length")]
    assert lengths == sorted(lengths, reverse=True)
    bench.click("Name")
    assert bench.column("Name") == sorted(bench.column("Name"))


def test_columns_order_widths_and_sorting_are_remembered(bench, small_library, tmp_path):
    columns, header = bench.view.columns, bench.view.horizontalHeader()
    columns.show_column("Folder", False)
    columns.show_column("Split", True)
    header.moveSection(header.visualIndex(NAMES.index("Rig")), 1)
    header.resizeSection(NAMES.index("Caption"), 333)
    bench.click("Length")
    bench.click("Length")
    bench.settings.sync()
    again = Bench(small_library, tmp_path / "s.ini")
    assert again.seen() == bench.seen() == ["Picture", "Rig", "Name", "Caption", "Length", "Rate", "Tags", "Quality", "Split"]
    assert again.view.columnWidth(NAMES.index("Caption")) == 333
    assert again.column("Name") == bench.column("Name") and again.takes.sorted_by == ("Length", True)
    again.view.columns.reset()
    assert again.seen() == ["Picture", "Name", "Caption", "Folder", "Length", "Rig", "Rate", "Tags", "Quality"]
    again.view.close()


@pytest.mark.parametrize("kept", ["Name:-5|nonsense|:|Rig:x", "Name:99999999999999999999", "|||", "Length"])
def test_settings_that_make_no_sense_do_no_harm(app, small_library, tmp_path, kept):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    for key in ("list/columns", "list/sorts", "list/layout"):
        settings.setValue(key, kept)
    settings.sync()
    bench = Bench(small_library, tmp_path / "s.ini")
    assert bench.seen() and len(bench.column("Name")) == 12
    bench.view.close()


def test_little_room_shows_two_lines_with_a_picture(bench):
    bench.view.resize(260, 500)
    assert bench.seen() == ["card"] and bench.view.columnWidth(CARD) > 200
    high = bench.view.rowHeight(0)
    bench.view.resize(1100, 500)
    assert bench.seen()[:3] == ["Picture", "Name", "Caption"] and high > bench.view.rowHeight(0)
    bench.view.columns.set_layout("Two Lines with Picture")
    assert bench.seen() == ["card"]


def test_columns_are_as_wide_as_what_they_hold(bench):
    clips = [replace(clip, id=f"x/{clip.id} with a long name") for clip in bench.workspace.library.clips]
    narrow = bench.view.columnWidth(NAMES.index("Name"))
    bench.takes.set_library(replace(bench.workspace.library, clips=tuple(clips)))
    wide, metrics = bench.view.columnWidth(NAMES.index("Name")), bench.view.fontMetrics()
    assert wide > narrow and wide >= metrics.horizontalAdvance("000000 with a long name")
    used = sum(bench.view.columnWidth(NAMES.index(name)) for name in bench.seen())
    assert used <= bench.view.viewport().width()


def test_rows_are_chosen_as_in_any_list(bench):
    clips, chosen = bench.takes.clips, heard(bench.view.chosen)
    bench.row(1)
    assert [clip.id for clip in bench.selection.clips] == [clips[1].id] and chosen == [(clips[1],)]
    bench.row(3, CTRL)
    bench.row(5, SHIFT)
    assert [clip.id for clip in bench.selection.clips] == [clip.id for clip in clips[3:6]]
    QTest.keyClick(bench.view, Qt.Key.Key_A, CTRL)
    assert len(bench.selection.clips) == 12
    bench.takes.sort("Name", True)
    assert len(bench.view.selectionModel().selectedRows()) == 12, "another order chooses the same"
    bench.selection.choose([clips[2], clips[7]])
    rows = sorted(index.row() for index in bench.view.selectionModel().selectedRows())
    assert [bench.takes.clip(row).id for row in rows] == [clips[7].id, clips[2].id]
    bench.takes.filter(clips[7].id)
    assert len(bench.view.selectionModel().selectedRows()) == 1 and len(bench.selection.clips) == 2


def test_a_doubt_of_import_is_seen_and_told(bench):
    from motionpatches.core.library.facts import Facts

    bench.takes._facts = [Facts("r", 22, 20.0, "unsure", ("up axis Z is 61% sure: posture",))] * 12
    cell = bench.view.table.index(0, NAMES.index("Quality"))
    assert cell.data() == "unsure" and "61% sure" in cell.data(Qt.ItemDataRole.ToolTipRole)
    good = cell.data(Qt.ItemDataRole.ForegroundRole)
    bench.takes._facts = [Facts("r", 22, 20.0, "good")] * 12
    assert cell.data(Qt.ItemDataRole.ForegroundRole) != good


def test_a_large_library_makes_only_the_rows_that_are_seen(bench, monkeypatch):
    clip = bench.workspace.library.clips[0]
    clips = tuple(replace(clip, id=f"take {i}") for i in range(30_000))
    asked = []
    entry = ClipRows.entry
    monkeypatch.setattr(ClipRows, "entry", lambda self, row: (asked.append(row), entry(self, row))[1])
    bench.takes.set_library(replace(bench.workspace.library, clips=clips))
    bench.view.grab()
    bench.view.scrollToBottom()
    bench.view.grab()
    assert max(asked) == 29_999 and len(asked) < 10_000


def test_wide_columns_give_way_before_narrow_ones():
    """Against the largest limit under which all fit, found by trying."""
    for widths, room in (([100, 300, 320, 50], 500), ([10, 10, 10], 15), ([40, 200], 240), ([40, 200], 100), ([7], 3)):
        slow = max((most for most in range(max(widths) + 1) if sum(min(width, most) for width in widths) <= room), default=0)
        assert widest_that_fits(widths, room) == slow
