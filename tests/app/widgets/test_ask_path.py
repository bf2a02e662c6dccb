"""Questions for files begin where one of their kind was chosen last."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog

from motionpatches.app.widgets import ask_path


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Where each dialog begins; it answers with `answer`."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    monkeypatch.setattr(ask_path, "_settings", settings)
    found = {"begun": [], "answer": ""}

    def dialog(one):
        def show(parent, title, where="", kinds=""):
            found["begun"].append(where)
            return found["answer"] if one == "folder" else ([found["answer"]] if one == "files" else found["answer"], "")

        return show

    for name, one in (
        ("getOpenFileName", "file"),
        ("getOpenFileNames", "files"),
        ("getExistingDirectory", "folder"),
        ("getSaveFileName", "file"),
    ):
        monkeypatch.setattr(QFileDialog, name, dialog(one))
    return found


def test_each_kind_begins_where_it_was_last(asked, tmp_path):
    for name in ("walks", "tables"):
        (tmp_path / name).mkdir()
    asked["answer"] = str(tmp_path / "walks" / "a.bvh")
    assert ask_path.ask_files(None, "motions", "Open") == [tmp_path / "walks" / "a.bvh"]
    asked["answer"] = str(tmp_path / "tables" / "t.csv")
    assert ask_path.ask_file(None, "captions", "Import") == tmp_path / "tables" / "t.csv"
    asked["answer"] = ""
    assert ask_path.ask_files(None, "motions", "Open") == [] and ask_path.ask_folder(None, "motions", "Open") is None
    assert ask_path.ask_new_file(None, "captions", "Export", "captions.csv") is None
    home, walks, tables = str(Path.home()), str(tmp_path / "walks"), tmp_path / "tables"
    assert asked["begun"] == [home, home, walks, walks, str(tables / "captions.csv")], "a cancelled question changes nothing"


def test_a_folder_s_question_begins_beside_it_and_a_place_that_is_gone_at_home(asked, tmp_path):
    (tmp_path / "mocap" / "walks").mkdir(parents=True)
    asked["answer"] = str(tmp_path / "mocap" / "walks")
    assert ask_path.ask_folder(None, "motions", "Open") == tmp_path / "mocap" / "walks"
    assert ask_path.place("motions") == tmp_path / "mocap"
    (tmp_path / "mocap" / "walks").rmdir()
    (tmp_path / "mocap").rmdir()
    assert ask_path.place("motions") == Path.home()


def test_every_question_of_the_window_is_asked_here():
    """But for those that begin where they are told: what is exported, and folders that are typed as well."""
    import motionpatches.app.widgets as widgets

    folder = Path(widgets.__file__).parent
    told = {"ask_path.py", "export.py", "export_fields.py", "settings.py"}
    found = {file.name for file in folder.rglob("*.py") if "QFileDialog.get" in file.read_text(encoding="utf-8")}
    assert found <= told
