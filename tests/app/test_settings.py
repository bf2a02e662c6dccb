"""Settings of the version before are taken over; everything can live in one folder."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from motionpatches.app.background.training_process import CHILD, command
from motionpatches.app.settings import FORMAT, open_settings, plain_settings
from motionpatches.core import notices, paths


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
    assert command(Path("run"))[1:] == ["-m", "motionpatches.core.training", "run", "--told"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command(Path("run")) == [sys.executable, CHILD, "run", "--told"]
    from motionpatches.app import __main__ as program
    from motionpatches.core.training import __main__ as training

    heard = []
    monkeypatch.setattr(training, "main", lambda arguments: heard.append(arguments) or 0)
    monkeypatch.setattr(sys, "argv", ["motionpatches", CHILD, "run"])
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 0 and heard == [["run"]]


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return open, (str(self.file), "w")


@pytest.fixture
def ini(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    notices.untold()
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "settings.ini"


def spelled(text, way):
    """The same value in another spelling that QSettings reads."""
    if way == "hexadecimal":
        return text.replace("@", "\\x40")
    if way == "long":
        return text.replace("@", "\\x10040")
    if way == "octal":
        return text.replace("@V", "@\\126")
    if way == "quotes":
        return text.replace("@Var", '@"Var"')
    if way == "line":
        return text.replace("@Var", "@Var\\\n")
    return text


@pytest.mark.parametrize("way", ["plain", "hexadecimal", "long", "octal", "quotes", "line", "list"])
def test_a_pickle_in_the_settings_is_not_opened(ini, tmp_path, way):
    writer = QSettings(str(tmp_path / "writer.ini"), QSettings.Format.IniFormat)
    writer.setValue("x", Touch(tmp_path / "touched"))
    writer.sync()
    value = next(line for line in (tmp_path / "writer.ini").read_text().splitlines() if line.startswith("x=")).removeprefix("x=")
    assert "@Variant(" in value and "PyObjectWrapper" in value
    value = value.strip('"') if way == "list" else value
    bait = f"[General]\nformat=2\nrecent={'a, ' if way == 'list' else ''}{spelled(value, way)}\nappearance=Dark\n"
    ini.write_text(bait)
    settings = open_settings()
    assert settings.value("recent") is None and settings.value("appearance") is None
    assert not (tmp_path / "touched").exists()
    (notice,) = notices.untold()
    kept = ini.with_name("settings.ini.damaged")
    assert str(kept) in notice and kept.read_text() == bait
    assert open_settings().value("format", 0, int) == FORMAT and not notices.untold()


def test_what_the_program_keeps_is_plain(ini):
    values = {
        "recent": ["/takes/é", 'C:\\a "q", x;y', "@home", "@Variant(x)", "\u2028\x00\x1f"],
        "layout": QByteArray(bytes(range(256))),
        "own captions": True,
        "export/size": 3,
        "keys/Save (as)…": ["Ctrl+@"],
        "nothing": [],
    }
    settings = open_settings()
    for key, value in values.items():
        settings.setValue(key, value)
    settings.sync()
    again = open_settings()
    assert not notices.untold() and again.value("recent") == values["recent"] and again.value("layout") == values["layout"]


@pytest.mark.parametrize(
    "recent", ["@Rect(0 0 1 1)", "@Invalid()", "5", "@ByteArray(abc)", "@Size(1 2)", ",", "a, @Point(1 1), b", "\\x80"]
)
def test_libraries_opened_last_are_texts_whatever_the_file_says(ini, recent):
    from motionpatches.app.viewmodels.recent import Recent

    class Workspace(QObject):
        library_changed = Signal()

    ini.write_text(f"[General]\nformat=2\nrecent={recent}\n")
    found = Recent(Workspace(), open_settings()).paths()
    assert all(isinstance(name, str) and name for name in found) and len(found) <= 8


def test_settings_are_not_written_through_a_link(ini, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("[General]\nformat=2\nappearance=Dark\n")
    ini.symlink_to(victim)
    settings = open_settings()
    assert settings.value("appearance") == "Dark"
    settings.setValue("appearance", "Light")
    settings.sync()
    assert "Dark" in victim.read_text() and "Light" in ini.read_text() and not ini.is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_in_the_place_of_the_settings_is_put_aside(ini):
    os.mkfifo(ini)
    settings = plain_settings(ini)
    settings.setValue("a", 1)
    settings.sync()
    assert ini.is_file() and ini.with_name(ini.name + ".damaged").is_fifo()
    assert "could not be read" in notices.untold()[0]


def test_a_home_that_cannot_be_written_has_no_settings(tmp_path, monkeypatch):
    for home in ("/dev/null", str(tmp_path / "file")):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv(paths.HOME_VARIABLE, home)
        settings = open_settings()
        assert settings.fileName() != os.devnull, "QSettings renames a new file over the old one, a device too"
        settings.setValue("appearance", "Dark")
        settings.sync()
        assert settings.value("appearance") == "Dark" and not os.path.isfile(os.devnull)
