"""Runs of other folders, and the models of all runs."""

import json

import pytest

from motionpatches.core import paths
from motionpatches.core.models.catalogue import models_in
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.known_runs import KEPT, forget_run, known_runs, listed_runs, remember_run, trained_models


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The folder of the program's own runs."""
    monkeypatch.setattr(paths, "user_runs", lambda: tmp_path / "own")
    return tmp_path / "own"


def a_run(folder, model=None):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    if model is not None:
        save_model(model, folder / "best", CheckpointInfo({}, {"library": "mine"}))
    return folder


def test_a_model_that_was_trained_and_never_used_is_listed(own, tmp_path, tiny_model):
    """Until now a run was listed only once its model had been used."""
    a_run(own / "slang", tiny_model)
    a_run(own / "begun")
    remember_run(a_run(tmp_path / "by hand", tiny_model))
    found = [model for model in models_in() if model.folder != paths.starter_model()]
    assert [(model.name, model.folder) for model in found] == [
        ("slang", own / "slang" / "best"),
        ("by hand", tmp_path / "by hand" / "best"),
    ]
    assert all(model.provenance == {"library": "mine"} and not model.problem for model in found)


def test_the_latest_of_the_programs_own_runs_is_first(own, tiny_model):
    import os

    for at, name in enumerate(("old", "new")):
        a_run(own / name, tiny_model)
        os.utime(own / name / "config.json", (at + 1, at + 1))
    assert [folder.parent.name for folder in trained_models()] == ["new", "old"]


def test_runs_elsewhere_are_remembered_once_until_they_are_gone(own, tmp_path):
    folders = [a_run(tmp_path / name) for name in ("one", "two")]
    for folder in (*folders, folders[0], a_run(own / "inside")):
        remember_run(folder)
    assert known_runs() == [folders[1], folders[0]], "the latest last, the program's own not at all"
    (folders[1] / "config.json").unlink()
    assert known_runs() == [folders[0]]
    forget_run(folders[0])
    assert known_runs() == []


def test_a_damaged_list_is_put_aside_and_begins_anew(own, tmp_path):
    paths.known_runs().parent.mkdir(parents=True, exist_ok=True)
    paths.known_runs().write_text('{"not": "a list"}')
    folder = a_run(tmp_path / "one")
    remember_run(folder)
    assert known_runs() == [folder]
    for file in paths.known_runs().parent.glob("runs.json?*"):
        file.unlink()


def test_the_list_has_an_end(own, tmp_path):
    folder = a_run(tmp_path / "one")
    paths.known_runs().parent.mkdir(parents=True, exist_ok=True)
    paths.known_runs().write_text(json.dumps([str(folder)] * (KEPT + 5)))
    remember_run(a_run(tmp_path / "two"))
    assert len(json.loads(paths.known_runs().read_text())) <= KEPT


def test_a_run_on_a_share_that_is_away_is_not_forgotten(own, tmp_path):
    run = a_run(tmp_path / "share" / "theirs")
    remember_run(run)
    run.parent.rename(tmp_path / "unmounted")
    remember_run(a_run(tmp_path / "another"))
    assert known_runs() == [tmp_path / "another"] and listed_runs() == [run, tmp_path / "another"]
    (tmp_path / "unmounted").rename(run.parent)
    assert known_runs() == [run, tmp_path / "another"]
