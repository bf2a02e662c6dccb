"""Files that are left out, as the window names them: scrolled, copied and saved, and other files beside them."""

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets import commands as module
from motionpatches.app.widgets.commands import Commands
from motionpatches.app.widgets.dialogs import report
from motionpatches.app.widgets.dialogs.report import ReportDialog
from tests.lanes import fake_lanes


@pytest.fixture
def commands(app, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    return Commands(ViewModels(fake_lanes(), settings), settings, None, lambda: None)


@pytest.fixture
def shown(monkeypatch):
    """Dialogs that were shown; none waits."""
    found = []
    monkeypatch.setattr(ReportDialog, "exec", lambda dialog: found.append(dialog) or QDialog.DialogCode.Rejected)
    monkeypatch.setattr(ReportDialog, "deleteLater", lambda dialog: None)
    return found


def test_reasons_are_scrolled_copied_and_saved_and_other_files_are_named(commands, shown, tmp_path, smpl_motion, monkeypatch):
    folder = tmp_path / "takes"
    folder.mkdir()
    np.save(folder / "good.npy", smpl_motion.positions)
    for i in range(40):
        (folder / f"cut {i:02d}.bvh").write_text("HIERARCHY")
    for name in ("scene.blend", "video.mp4"):
        (folder / name).write_bytes(b"0")
    commands.workspace.open([folder])
    commands.show_left_out()
    (dialog,) = shown
    text = dialog.findChild(QPlainTextEdit)
    assert all(f"cut {i:02d}.bvh" in text.toPlainText() for i in range(40)), "each with its reason"
    assert "40 files left out" in text.toPlainText() and ".blend: 1 file" in text.toPlainText()
    dialog.show()
    assert text.isReadOnly() and text.verticalScrollBar().maximum() > 0, "it is scrolled"
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Copy"].click()
    assert QGuiApplication.clipboard().text() == text.toPlainText()
    monkeypatch.setattr(report, "ask_new_file", lambda *_: tmp_path / "left out.txt")
    buttons["Save Report…"].click()
    assert (tmp_path / "left out.txt").read_text() == text.toPlainText()
    dialog.close()
    dialog.setParent(None)


def test_where_all_is_read_it_says_so(commands, shown, small_library, monkeypatch):
    said = []
    monkeypatch.setattr(module, "tell", lambda parent, title, text: said.append(text))
    commands.show_left_out()
    commands.workspace.open([small_library])
    commands.show_left_out()
    assert said == ["Open a library first.", "Every file of small is in the library."] and not shown
