"""The About box, reports, what is stored where: in the real window."""

import sys

from PySide6.QtWidgets import QDialog, QPushButton

from motionpatches.app.widgets.dialogs.about import AboutDialog
from motionpatches.app.widgets.dialogs.report import ReportDialog
from motionpatches.app.widgets.dialogs.settings import SettingsDialog, restore
from motionpatches.core import paths
from motionpatches.core.library.cache import take_cache
from motionpatches.core.version import VERSION
from tests.window import wait


def buttons(dialog):
    return {b.text().replace("&", ""): b for b in dialog.findChildren(QPushButton)}


def test_about_says_version_device_and_licences(studio):
    dialog = AboutDialog(studio.workspace.device_label, studio.workspace.device_reason, studio.window)
    dialog.show()
    shown = " ".join(label.text() for label in dialog.findChildren(type(studio.window.statusBar().facts)))
    assert VERSION in shown and "CPU" in shown and "torch" in studio.workspace.device_reason
    rows = {dialog.table.item(r, 0).text(): r for r in range(dialog.table.rowCount())}
    dialog.table.setCurrentCell(rows["numpy"], 0)
    assert "Redistribution" in dialog.text.toPlainText() or "BSD" in dialog.text.toPlainText()
    assert studio.window.statusBar().facts.toolTip() == studio.workspace.device_reason
    dialog.close()


def test_a_report_is_saved_and_what_was_open_is_offered(studio, tmp_path, monkeypatch):
    dialog = ReportDialog("It did not close well.", "version: 1\n", "Open What Was Open", studio.window)
    dialog.show()
    file = tmp_path / "report.txt"
    monkeypatch.setattr("motionpatches.app.widgets.ask_path.QFileDialog.getSaveFileName", lambda *a: (str(file), ""))
    buttons(dialog)["Save Report…"].click()
    assert file.read_text() == "version: 1\n"
    buttons(dialog)["Open What Was Open"].click()
    assert dialog.result() == QDialog.DialogCode.Accepted


def settings_dialog(studio):
    window = studio.window
    v = studio.view_models
    return SettingsDialog(studio.settings, studio.workspace, v.stage, studio.playback, v.corrections, v.shared, window)


def test_settings_say_how_much_is_stored_and_clear_caches(studio):
    (paths.user_galleries() / "x").mkdir(parents=True, exist_ok=True)
    (paths.user_galleries() / "x" / "y.npz").write_bytes(bytes(3 << 20))
    dialog = settings_dialog(studio)
    before = int(dialog.cache.text().split()[0])
    assert before >= 3 and "MB" in dialog.data.text()
    fields = [w.geometry() for w in [dialog.bodies, *dialog.pages.widget(0).findChildren(QPushButton)]]
    assert not any(a.adjusted(-4, 0, 4, 0).intersects(b) for a in fields for b in fields if a is not b), "none touches another"
    buttons(dialog)["Clear"].click()
    assert int(dialog.cache.text().split()[0]) <= before - 3 and not (paths.user_galleries() / "x").exists()
    dialog.close()


def test_the_cache_of_motions_has_a_limit_and_is_emptied(studio):
    stored = paths.cache() / "motions" / "ab" / "abc-1.takes"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(bytes(5 << 20))
    dialog = settings_dialog(studio)
    row = dialog.motions
    assert row.most.value() == 4 and take_cache().store.limit == 4 * 2**30
    wait(lambda: row.used.text().endswith(" MB"))
    assert int(row.used.text().split()[0]) >= 5
    row.most.setValue(7)
    wait(lambda: take_cache().store.limit == 7 * 2**30)
    buttons(dialog)["Empty"].click()
    wait(lambda: row.used.text() == "0 MB")
    assert not stored.exists()
    stored.parent.mkdir(parents=True)
    stored.write_bytes(bytes(5 << 20))
    row.most.setValue(0)
    wait(lambda: not stored.exists())
    take_cache().store.limit = 1
    restore(studio.settings, studio.playback)
    assert row.most.text() == "off" and take_cache().store.limit == 0
    row.most.setValue(4)
    wait(lambda: take_cache().store.limit == 4 * 2**30)
    dialog.close()


def test_an_exception_in_a_slot_is_reported_and_the_studio_goes_on(studio, monkeypatch):
    from motionpatches.app import application, crash

    monkeypatch.setattr(crash.faulthandler, "enable", lambda *_: None)
    monkeypatch.setattr(crash.faulthandler, "disable", lambda: None)
    trouble = application._Trouble()
    trouble.window = studio.window
    watch = crash.Watch(trouble.happened.emit)
    hook = sys.excepthook
    try:
        watch.begin()
        try:
            raise RuntimeError("a slot failed")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
        wait(lambda: any(d.isVisible() for d in studio.window.findChildren(ReportDialog)))
        shown = next(d for d in studio.window.findChildren(ReportDialog) if d.isVisible())
        assert "a slot failed" in shown.report and VERSION in shown.report
        shown.close()
    finally:
        watch.end()
        sys.excepthook = hook
