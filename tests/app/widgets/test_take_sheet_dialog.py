"""The dialogs of the take sheet: several values stay until they are filled in; a table is previewed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from motionpatches.app.widgets.dialogs.sheet_import import SheetImportDialog
from motionpatches.app.widgets.dialogs.take_sheet import SEVERAL, TakeSheetDialog
from motionpatches.core.library.sheet_exchange import SheetPlan

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def sheet():
    """Two takes that differ in status and performer."""
    shared = {"status": None, "performer": None, "day": "2026-11-26", "notes": "", "camera": "3"}
    return SimpleNamespace(
        shared=lambda clips: shared, fields=tuple(shared), offered=lambda name: ("Anna", "Ben"), place=lambda: "Kept."
    )


def test_only_what_was_edited_is_written(sheet):
    dialog = TakeSheetDialog(sheet, (), "2 takes")
    assert dialog.values == {} and dialog.fields["status"].currentText() == SEVERAL
    dialog.fields["performer"].setCurrentText("Anna")
    dialog.fields["day"].setCurrentText("")
    dialog.fields["notes"].setPlainText("again\ntomorrow")
    assert dialog.values == {"performer": "Anna", "day": "", "notes": "again\ntomorrow"}
    dialog.setParent(None)


def test_a_wrong_day_is_reported_and_the_dialog_stays(sheet):
    dialog = TakeSheetDialog(sheet, (), "2 takes")
    dialog.fields["day"].setCurrentText("26.11.2026")
    dialog._accept()
    assert "2026-11-26" in dialog.problem.text() and not dialog.result()
    dialog.setParent(None)


def test_a_field_of_one_s_own_is_added(sheet):
    dialog = TakeSheetDialog(sheet, (), "walk")
    dialog.new.setText("Sound Roll")
    dialog._add_new()
    dialog.fields["sound-roll"].setCurrentText("7")
    assert dialog.values == {"sound-roll": "7"}
    dialog.new.setText("1st")
    dialog._add_new()
    assert "no name of a field" in dialog.problem.text()
    dialog.setParent(None)


def test_an_import_shows_each_field_before_and_after(sheet):
    plan = SheetPlan(Path("x.csv"), {("walk", "status"): "hold"}, {("walk", "status"): "select"}, 0, ("nobody",))
    dialog = SheetImportDialog(sheet, plan)
    assert [dialog.table.item(0, column).text() for column in range(4)] == ["walk", "status", "hold", "select"]
    assert "nobody" in dialog.problems.toPlainText() and dialog.accept_button.isEnabled()
    dialog.setParent(None)
