"""Settings of the version before are taken over; everything can live in one folder."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from motionpatches.app.background.training_process import CHILD, command
from motionpatches.app.settings import FORMAT, open_settings
from motionpatches.core import paths


@pytest.fixture
def before(tmp_path):
    """Where 0.1 kept its settings: the platform's own store for this name, here in a folder of the test."""
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path / "native"))
    settings = QSettings(paths.APP, paths.APP)
    settings.clear()
    (paths.config() / "settings.ini").unlink(missing_ok=True)
    yield settings
    settings.clear()
    settings.sync()
    (paths.config() / "settings.ini").unlink(missing_ok=True)


@pytest.mark.skipif(sys.platform == "win32", reason="the registry is not a test's to write")
def test_settings_of_the_version_before_are_taken_over_once(before):
    before.setValue("appearance", "Dark")
    before.setValue("recent", ["/takes/a", "/takes/b"])
    before.setValue("layout", QByteArray(b"docks of another window"))
    before.sync()
    (paths.cache() / "galleries").mkdir(parents=True, exist_ok=True)
    (paths.cache() / "galleries" / "old.npz").write_bytes(b"of another format")
    now = open_settings()
    assert now.value("appearance") == "Dark" and now.value("recent") == ["/takes/a", "/takes/b"]
    assert now.value("format", 0, int) == FORMAT and not now.contains("layout")
    assert not (paths.cache() / "galleries").exists()
    now.setValue("appearance", "Light")
    now.sync()
    assert open_settings().value("appearance") == "Light", "what was changed since stays"


def test_the_tests_keep_to_a_folder_of_their_own(tmp_path_factory):
    for place in (paths.cache(), paths.data(), paths.config(), paths.reports()):
        assert place.is_relative_to(tmp_path_factory.getbasetemp())


def test_one_folder_for_everything(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "stick"))
    for place in (paths.cache(), paths.data(), paths.config(), paths.reports(), paths.user_runs(), paths.corrections()):
        assert place.is_relative_to(tmp_path / "stick")
    open_settings().sync()
    assert (tmp_path / "stick" / "config" / "settings.ini").exists()


def test_a_frozen_program_is_portable_beside_a_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "motionpatches"))
    assert paths.portable_home() is None
    (tmp_path / paths.PORTABLE).mkdir()
    assert paths.portable_home() == tmp_path / paths.PORTABLE


def test_what_is_shipped_is_found():
    assert paths.demo_library().is_file() and (paths.assets() / "icon.png").is_file()


def test_the_child_process_of_a_source_tree_and_of_a_frozen_program(monkeypatch):
    assert command(Path("run"))[1:] == ["-m", "motionpatches.core.training", "run"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command(Path("run")) == [sys.executable, CHILD, "run"]
    from motionpatches.app import __main__ as program
    from motionpatches.core.training import __main__ as training

    heard = []
    monkeypatch.setattr(training, "main", lambda arguments: heard.append(arguments) or 0)
    monkeypatch.setattr(sys, "argv", ["motionpatches", CHILD, "run"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 0 and heard == [["run"]]
