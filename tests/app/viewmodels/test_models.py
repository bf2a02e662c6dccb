"""The models on this computer."""

import shutil
import threading
from pathlib import Path

import pytest

from motionpatches.app.viewmodels import models as module
from motionpatches.app.viewmodels.models import Models
from motionpatches.app.widgets.dialogs.model_texts import card, differences, head, origin
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.models.catalogue import Model, models_in
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.models.known_runs import forget_run, remember_run
from motionpatches.core.progress import Progress
from tests.patience import PATIENCE
from tests.window import wait


@pytest.fixture
def saved(tiny_model, tmp_path):
    """Two model folders that differ in their origin and their scores."""
    for name, recall in (("one", 12.5), ("other", 25.0)):
        scores = {"test": {"strict": {"t2m": {"R@1": recall}, "m2t": {"R@1": 11}}}}
        save_model(tiny_model, tmp_path / name, CheckpointInfo(scores, {"library": f"takes of {name}"}, "# Mine"))
    return tmp_path / "one", tmp_path / "other"


@pytest.fixture
def models(workspace, monkeypatch):
    monkeypatch.setattr(module, "own_models", lambda: [])
    return Models(workspace)


def refreshed(models):
    """Look again, and wait until what lies elsewhere is read."""
    models.refresh()
    wait(lambda: not any(models._aside.is_busy(Path(name)) for name in models._places))


def test_the_open_model_is_in_the_list_and_stays_there(models, workspace, saved):
    workspace.model, workspace.model_folder = object(), saved[0]
    refreshed(models)
    assert [m.folder for m in models.models] == [saved[0]] and models.is_used(models.models[0])
    workspace.model_folder = saved[1]
    refreshed(models)
    assert {m.folder for m in models.models} == set(saved)
    assert [m.folder for m in models.models if models.is_used(m)] == [saved[1]]


def test_a_model_on_a_share_that_hangs_holds_nobody(models, saved, monkeypatch):
    answers, real = threading.Event(), module.model_where_there

    def read(folder):
        assert folder != saved[0] or answers.wait(20 * PATIENCE)
        return real(folder)

    monkeypatch.setattr(module, "model_where_there", read)
    monkeypatch.setattr(module, "own_models", lambda: [Model.read_or_broken(paths.starter_model())])
    models.remembered = lambda: list(map(str, saved))
    models.refresh()
    assert [m.folder for m in models.models] == [paths.starter_model()]
    wait(lambda: len(models.models) > 1)
    assert [m.folder for m in models.models] == [paths.starter_model(), saved[1]] and not answers.is_set()
    answers.set()
    wait(lambda: {m.folder for m in models.models} == {paths.starter_model(), *saved})
    models.close()


def test_the_best_model_of_a_run_elsewhere_is_listed_and_its_run_is_none(models, tiny_model, tmp_path):
    """A run's folder has a config.json too."""
    run = tmp_path / "run"
    save_model(tiny_model, run / "best", CheckpointInfo({}, {}, ""))
    (run / "config.json").write_text("{}")
    remember_run(run)
    for _ in range(2):
        refreshed(models)
        assert [m.folder for m in models.models] == [run / "best"]
    shutil.rmtree(run)
    refreshed(models)
    assert not models.models
    forget_run(run)


def test_two_models_are_compared_by_what_differs(models, workspace, saved):
    workspace.model = object()
    for folder in saved:
        workspace.model_folder = folder
        refreshed(models)
    one, other = sorted(models.models, key=lambda m: m.folder.name)
    rows = {what: (a, b) for what, a, b in differences(one, other)}
    assert rows["trained: library"] == ("takes of one", "takes of other")
    assert rows["score: test, strict, t2m, R@1"] == ("12.5", "25") and rows["score: test, strict, m2t, R@1"] == ("11", "11")
    assert "motion encoder" not in rows


def test_an_import_runs_beside_the_queries_and_is_listed(models, lanes, monkeypatch, tmp_path):
    asked = []

    def install(file, data, out, origin):
        asked.append((file.name, out.name, origin))
        yield Progress("Converting", 0, 1)

    monkeypatch.setattr("motionpatches.core.models.importing.install", install)
    lanes.long.waits = True
    models.import_file(tmp_path / "theirs.pt", tmp_path)
    assert models.working and not lanes.models.busy
    lanes.long.go()
    assert not models.working and "theirs" in models.message and asked == [("theirs.pt", "theirs", "the file theirs.pt")]


def test_an_import_that_fails_is_reported(models, monkeypatch, tmp_path):
    def install(file, data, out, origin):
        raise StudioError("This is no checkpoint.")
        yield

    monkeypatch.setattr("motionpatches.core.models.importing.install", install)
    models.import_file(tmp_path / "theirs.pt", tmp_path)
    assert not models.working and models.message == "This is no checkpoint."


def test_a_broken_model_folder_is_one_line(models, saved, tmp_path, monkeypatch):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "config.json").write_text("[1]")
    monkeypatch.setattr(module, "own_models", lambda: [*models_in(tmp_path), Model.read_or_broken(tmp_path / "bad")])
    models.refresh()
    found = {model.name: model for model in models.models}
    assert found["bad"].problem and found["bad"].summary.startswith("cannot be used: config.json")
    assert not found["one"].problem and differences(found["one"], found["bad"])


def test_the_first_lines_about_a_model_are_for_a_reader(tiny_model, tmp_path):
    """Until now they were its architecture and all of its provenance."""
    made = {"library": "slang", "start_from": "starter", "date": "2026-11-26", "clips": 95, "learned_words": "goalie castaway"}
    scores = {"val": {"exact_caption": {"t2m": {"R@1": 100.0, "R-precision": 90.0}, "m2t": {"R@1": 100.0}}}}
    for name, few in (("tuned", {"few_validated": 20}), ("many", {})):
        save_model(tiny_model, tmp_path / name, CheckpointInfo(scores, {**made, **few}))
    tuned, many = Model.read(tmp_path / "tuned"), Model.read(tmp_path / "many")
    first, second, third, *_ = head(tuned).splitlines()
    assert first == "tuned: fine-tuned from starter on slang, 2026-11-26."
    assert (
        second == "Scores: 18 of 20 held-out clips found first by their caption."
        and third == "New words: goalie castaway."
        and "R@1 100" in head(many).splitlines()[1]
    )
    assert "test_vit" not in head(tuned) and "test_vit" in card(tuned) and "| clips | 95 |" in card(tuned)


def test_origins_are_told_in_words(tiny_model, tmp_path):
    assert "comes with the program" in origin(Model.read_or_broken(paths.starter_model()))
    for at, (made, words) in enumerate(
        (
            ({}, "origin not recorded"),
            ({"origin": "the file a.pt"}, "imported from the file a.pt"),
            ({"library": "x"}, "trained on x"),
        )
    ):
        save_model(tiny_model, tmp_path / str(at), CheckpointInfo({}, made))
        assert origin(Model.read(tmp_path / str(at))) == words
