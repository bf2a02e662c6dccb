"""File > Save Blender Add-On: the file that Blender installs."""

import ast

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets import commands as module
from motionpatches.app.widgets.commands import Commands
from tests.lanes import fake_lanes


@pytest.fixture
def commands(app, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    return Commands(ViewModels(fake_lanes(), settings), settings, None, lambda: None)


def test_it_is_an_add_on_and_the_notice_says_where_it_goes(commands, monkeypatch, tmp_path):
    file = tmp_path / "saved.py"
    monkeypatch.setattr(module, "ask_new_file", lambda *_: file)
    commands.save_add_on()
    assigned = [node.targets[0] for node in ast.parse(file.read_text()).body if isinstance(node, ast.Assign)]
    assert "bl_info" in {name.id for name in assigned if isinstance(name, ast.Name)}
    [notice] = commands.workspace.notices.shown
    assert notice.text == "Saved saved.py. In Blender: Preferences > Add-ons > Install from Disk."
    assert notice.action.words == "Show in Folder"


def test_what_cannot_be_written_is_reported_and_cancelling_says_nothing(commands, monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(module, "warn", lambda parent, title, text: said.append(text))
    monkeypatch.setattr(module, "ask_new_file", lambda *_: None)
    commands.save_add_on()
    assert not said and not commands.workspace.notices.shown
    monkeypatch.setattr(module, "ask_new_file", lambda *_: tmp_path)  # a folder
    commands.save_add_on()
    assert said == [f"{tmp_path.name}: it is a folder, not a file. Choose another name."] and not commands.workspace.notices.shown
