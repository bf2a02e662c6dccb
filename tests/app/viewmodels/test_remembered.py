"""Library and models at the next start."""

import json
import shutil

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.models import Models
from motionpatches.app.viewmodels.remembered import MODELS, Remembered, of_this_version
from motionpatches.core import paths
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from tests.window import wait


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def mine(tiny_model, tmp_path):
    """A model that training left, not among the user's models."""
    save_model(tiny_model, tmp_path / "runs" / "mine" / "best", CheckpointInfo({}, {}, "# Mine"))
    return tmp_path / "runs" / "mine" / "best"


def test_a_trained_model_is_there_at_the_next_start(lanes, workspace, small_library, settings, mine):
    from motionpatches.app.viewmodels.workspace import Workspace

    before = Remembered(workspace, settings)
    workspace.open([small_library])
    workspace.load_model(mine)
    assert workspace.model_folder == mine
    settings.sync()
    later = Remembered(Workspace(lanes), QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert later.library() == [small_library] and later.model([small_library]) == mine
    assert before.folders() == [str(mine)]
    models = Models(later.workspace, later.folders)
    models.refresh()
    wait(lambda: mine in [m.folder for m in models.models])


def test_another_library_brings_its_model(workspace, small_library, settings, mine, tiny_model, tmp_path):
    save_model(tiny_model, tmp_path / "other", CheckpointInfo({}, {}, ""))
    shutil.copytree(small_library, tmp_path / "second")
    remembered = Remembered(workspace, settings)
    workspace.open([small_library])
    workspace.load_model(mine)
    workspace.open([tmp_path / "second"])
    assert workspace.model_folder == mine, "a new library keeps the model in use"
    workspace.load_model(tmp_path / "other")
    workspace.open([small_library])
    assert workspace.model_folder == mine
    assert len(remembered.folders()) == 2


def test_the_program_s_own_files_are_those_of_the_version_that_starts(workspace, settings, small_library, tmp_path, monkeypatch):
    """An update beside the version before it opened the old one's model and demo library, as long as these were there."""
    old, new = tmp_path / "0.2" / "assets", tmp_path / "0.3" / "assets"
    for assets in (old, new):
        (assets / "starter").mkdir(parents=True)
        (assets / "starter" / "config.json").write_text("{}")
        (assets / "demo.npz").write_bytes(b"")
    monkeypatch.setattr(paths, "assets", lambda: old)
    remembered = Remembered(workspace, settings)
    for opened in ([old / "demo.npz"], [small_library]):
        workspace.paths, workspace.model_folder, workspace.model = opened, old / "starter", object()
        remembered._model = None
        workspace.model_changed.emit()
    assert remembered.model([small_library]) == remembered.model([old / "demo.npz"]) == old / "starter"
    monkeypatch.setattr(paths, "assets", lambda: new)
    assert remembered.model([small_library]) == remembered.model([new / "demo.npz"]) == new / "starter"
    assert list(map(of_this_version, remembered.folders())) == [new / "starter"]
    settings.setValue("last library", [str(old / "demo.npz")])  # as 0.2 wrote it
    settings.setValue(MODELS, json.dumps({str(small_library): str(old / "starter")}))
    assert remembered.library() == [new / "demo.npz"] and remembered.model([small_library]) == new / "starter"


def test_what_is_gone_or_damaged_is_not_offered(workspace, small_library, settings, mine, tmp_path):
    remembered = Remembered(workspace, settings)
    workspace.open([small_library])
    workspace.load_model(mine)
    (mine / "config.json").unlink()
    assert remembered.model([small_library]) is None
    models = Models(workspace, remembered.folders)
    models.refresh()
    wait(lambda: not models._aside.is_busy(mine))
    assert mine not in [m.folder for m in models.models]
    settings.setValue("last library", [str(tmp_path / "gone")])
    assert remembered.library() == [paths.demo_library()]
    for damaged in ("{", json.dumps([1]), json.dumps({str(small_library): 3})):
        settings.setValue(MODELS, damaged)
        assert remembered.model([small_library]) is None
