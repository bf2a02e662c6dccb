"""Damaged runs and models among the user's own: a line in the list each, and no page is closed by them."""

import json
import shutil

import pytest

from motionpatches.app.widgets.pages import show
from motionpatches.core import paths
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from tests.window import rest


@pytest.fixture
def back(studio):
    yield
    for folder in (paths.user_models(), paths.user_runs()):
        shutil.rmtree(folder, ignore_errors=True)
    for page in (studio.window.pages.models, studio.window.pages.training):
        page.close()
    studio.window.pages.training.training.refresh()
    studio.window.pages.models.models.refresh()


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "step", "step": [1]}',
        '{"event": "step", "step": 1, "epoch": 1, "loss": "x", "motions_per_s": 1, "remaining_s": 1}',
        '{"event": "step", "step": 1, "epoch": 1, "loss": 1, "motions_per_s": null, "remaining_s": "y", "lr": [1]}',
        '{"event": "epoch", "epoch": 1, "loss": 1.0, "val": {}, "best": true, "wall_s": 1}',
        '{"event": "epoch", "epoch": "1", "loss": 1.0, "val": {"exact_caption": 3}, "best": 2, "wall_s": 1, "sentences": 7}',
        '{"event": "start", "device": 1, "train": "a", "val": [], "steps": "x", "epochs": {}, "before": 3}',
        '{"event": "end", "val": [], "epoch": null, "stopped": "no", "wall_s": 1}',
        '{"event": "error", "message": {"a": 1}}',
        "\x00\ud800",
    ],
)
def test_a_damaged_run_closes_no_page(studio, back, line):
    """The good run beside it is shown, and choosing the damaged one, or both, raises nothing."""
    for name in ("bad", "good"):
        folder = runs.new_run(paths.user_runs(), name, TrainingConfig(library="here"))
        (folder / "events.jsonl").write_bytes((line + "\n").encode("utf-8", "surrogatepass") if name == "bad" else b"")
    page = show(studio.window.pages.training)
    page.training.refresh()
    assert "good" in [run.name for run in page.training.runs]
    for row in range(page.list.count()):
        page.list.clearSelection()
        page.list.setCurrentRow(row)
        rest(20)
    page.list.selectAll()
    rest(300)
    assert "good" in [page.list.item(i).text().split("\n")[0] for i in range(page.list.count())]
    page.list.clearSelection()
    page.list.setCurrentRow([run.name for run in page.training.runs].index("good"))
    assert "Not started" in page.state.text()


@pytest.mark.parametrize(
    "change",
    [
        lambda v: [1],
        lambda v: {},
        lambda v: {**v, "metrics": [1]},
        lambda v: {**v, "metrics": {"test": {"exact_caption": {"t2m": 3}}}},
        lambda v: {**v, "metrics": {"test": {"strict": {"t2m": {"R@1": "x"}}}}},
        lambda v: {**v, "provenance": ["a"]},
        lambda v: {**v, "model": {**v["model"], "dim": "x"}},
        lambda v: {**v, "model": {**v["model"], "motion": ["a"], "text": 5}},
        lambda v: {**v, "model": {**v["model"], "patches": {"fps": "y", "normalisation": None}}},
    ],
)
def test_a_damaged_model_closes_no_page(studio, back, change):
    """The starter beside it is shown; the damaged one is a line in the list, or is left out."""
    values = json.loads((paths.starter_model() / "config.json").read_text())
    folder = paths.user_models() / "bad"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(change(values)))
    page = show(studio.window.pages.models)
    page.models.refresh()
    assert "starter" in [m.name for m in page.models.models]
    for row in range(page.list.count()):
        page.list.clearSelection()
        page.list.setCurrentRow(row)
        page.grab()
    page.list.selectAll()
    page.grab()
    names = " ".join(page.list.item(i).text() for i in range(page.list.count()))
    assert "starter" in names and ("bad" in names or "bad" in page.state.text()), "what cannot be read is named"
