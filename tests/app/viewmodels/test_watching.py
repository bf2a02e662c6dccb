"""Watched folders: takes that land are found, with a notice; what moves keeps its marks; what is gone is named."""

import json
import os
import shutil
import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.watching import KEY, Watching


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def folder(small_library, tmp_path):
    """A folder of single files, so that the demo's own layout does not matter."""
    takes = tmp_path / "takes"
    takes.mkdir()
    for at, file in enumerate(sorted(small_library.rglob("*.npy"))[:3]):
        shutil.copy(file, takes / f"take_{at}.npy")
    return takes


@pytest.fixture
def watching(workspace, tiny_model, folder, settings):
    workspace.model = tiny_model
    found = Watching(workspace, settings)
    workspace.open([folder])
    return found


def land(folder, name):
    first = sorted(folder.glob("*.npy"))[0]
    file = folder / name
    shutil.copy(first, file)
    with file.open("r+b") as stream:  # another content
        stream.seek(-2, os.SEEK_END)
        stream.write(bytes((len(name), 1)))
    old = time.time() - 30
    os.utime(file, (old, old))
    return file


def texts(workspace):
    return [notice.text for notice in (*workspace.notices.shown, *workspace.notices.waiting)]


def looks(watching, times=3):
    for _ in range(times):
        watching.look()


def test_what_lands_is_found_and_said(watching, workspace, folder):
    looks(watching)
    shown = workspace.clip
    land(folder, "new_one.npy")
    looks(watching)
    assert "new_one" in workspace.library.by_id
    assert {entry.clip_id for entry in workspace.retriever.gallery.entries} == set(workspace.library.by_id)
    assert texts(workspace) == ["1 new take, found: new_one."] and workspace.clip == shown


def test_moved_takes_keep_their_marks_and_gone_ones_are_named(watching, workspace, folder):
    marks = Marks(workspace, History())
    marks._look()
    clip = workspace.library.by_id["take_0"]
    marks.tag([clip], "good")
    looks(watching)
    (folder / "monday").mkdir()
    (folder / "take_0.npy").rename(folder / "monday" / "take_0.npy")
    (folder / "take_1.npy").unlink()
    looks(watching)
    assert marks.of(workspace.library.by_id["monday/take_0"]).tags == ("good",)
    assert workspace.library.gone == ("take_1",)
    assert sorted(texts(workspace)) == [
        "1 take is gone: take_1.",
        "1 take moved: take_0; keeps its captions and tags.",
    ]
    watching.forget()
    assert workspace.library.gone == ()


def test_it_is_turned_off_for_one_library_and_remembered(watching, workspace, folder, settings):
    watching.set_on(False)
    land(folder, "new_one.npy")
    looks(watching)
    assert "new_one" not in workspace.library.by_id and not watching.on
    assert json.loads(settings.value(KEY, "[]", str)) == [str(folder)]
    again = Watching(workspace, settings)
    assert not again.on
    watching.set_on(True)
    looks(watching)
    assert "new_one" in workspace.library.by_id and json.loads(settings.value(KEY, "[]", str)) == []


def test_a_single_file_is_not_watched(workspace, folder, settings):
    watching = Watching(workspace, settings)
    workspace.open([folder / "take_0.npy"])
    assert not watching.possible and not watching.on
    looks(watching)


def test_a_library_from_its_index_is_watched_where_nothing_has_changed(watching, workspace, folder, settings):
    workspace.open([folder])
    assert workspace.library.from_index
    land(folder, "new_one.npy")
    looks(watching)
    assert "new_one" in workspace.library.by_id and texts(workspace) == ["1 new take, found: new_one."]


def test_what_a_first_scan_finds_bit_by_bit_is_no_news(watching, workspace, folder, monkeypatch):
    whole = workspace.library
    part = replace(whole, clips=whole.clips[:1], files=whole.files[:1])
    workspace._growing = True
    workspace._set_library(part)
    assert watching._watch is None
    workspace._opened(whole)
    assert watching._watch is not None and texts(workspace) == []
    looks(watching)
    assert workspace.library is whole  # nothing is read again
