"""Files shown in the file manager, or a sentence that says why not."""

import subprocess
import sys
from pathlib import Path

import pytest

from motionpatches.app.background import reveal as module
from motionpatches.app.background.reveal import choose_in_file_manager, reveal, reveal_own
from tests.lanes import FakeLane


@pytest.fixture
def files(tmp_path):
    found = [tmp_path / "a, b.bvh", tmp_path / "c.bvh"]
    for file in found:
        file.touch()
    return found


@pytest.fixture
def desktop(monkeypatch):
    """A system with a bus; what was run on it, and what was opened without."""
    ran, opened, result = [], [], {"code": 0, "opens": True}

    def run(command, **_):
        ran.append(command)
        return subprocess.CompletedProcess(command, result["code"])

    def open_url(url):
        opened.append(url.toLocalFile())
        return result["opens"]

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module.QDesktopServices, "openUrl", open_url)
    return ran, opened, result


def test_files_are_chosen_in_their_folder(files, desktop):
    ran, opened, _ = desktop
    problems = []
    reveal(files, FakeLane(), problems.append)
    (command,) = ran
    assert command[-2].startswith("array:string:file://") and "a%2C%20b.bvh" in command[-2].replace(" ", "%20")
    assert command[-2].count(",") == 1 and not opened and not problems


def test_without_such_a_file_manager_the_folder_is_opened(files, desktop):
    ran, opened, result = desktop
    result["code"] = 1
    reveal(files, FakeLane(), pytest.fail)
    assert len(ran) == 1 and opened == [str(files[0].parent)]


def test_without_any_the_user_learns_where_the_files_are(files, desktop):
    _, _, result = desktop
    result.update(code=1, opens=False)
    problems = []
    reveal(files, FakeLane(), problems.append)
    assert len(problems) == 1 and "no file manager" in problems[0] and str(files[0].parent) in problems[0]


def test_a_file_that_is_gone_is_named(files, desktop):
    files[1].unlink()
    problems = []
    reveal([files[1]], FakeLane(), problems.append)
    assert "c.bvh is no longer there" in problems[0]
    reveal(files, FakeLane(), pytest.fail)
    assert "c.bvh" not in desktop[0][0][-2], "the others are shown"


def test_a_command_that_is_not_there_is_no_success(files, monkeypatch, desktop):
    def missing(*_, **__):
        raise FileNotFoundError("dbus-send")

    monkeypatch.setattr(module.subprocess, "run", missing)
    assert not choose_in_file_manager(files)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert not choose_in_file_manager(files)


def test_a_folder_of_the_program_is_made_to_be_shown(tmp_path, desktop):
    _, opened, result = desktop
    reveal_own(tmp_path / "new", FakeLane(), pytest.fail)
    assert opened == [str(tmp_path / "new")] and (tmp_path / "new").is_dir()
    (tmp_path / "file").touch()
    problems = []
    reveal_own(tmp_path / "file" / "new", FakeLane(), problems.append)
    assert "cannot be made" in problems[0]
    result["opens"] = False
    reveal_own(tmp_path / "new", FakeLane(), problems.append)
    assert str(tmp_path / "new") in problems[1], "no click is without an answer"


def test_there_is_one_way_to_the_file_manager():
    app = Path(module.__file__).parents[1]
    users = [file.name for file in app.rglob("*.py") if "QDesktopServices" in file.read_text(encoding="utf-8")]
    assert users == ["reveal.py"]
