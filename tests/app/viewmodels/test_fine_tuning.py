"""The form of a run before it starts."""

import pytest

from motionpatches.app.viewmodels import fine_tuning as module
from motionpatches.app.viewmodels.fine_tuning import FineTuning
from motionpatches.app.widgets.training.run_texts import cost_text
from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import PRESETS
from motionpatches.core.training.estimate import Estimate
from tests.lanes import rest


@pytest.fixture
def costs(monkeypatch):
    """Estimates that are asked for; the first fields of Estimate tell which."""
    asked = []

    def estimate(config, library):
        asked.append(config)
        if config.epochs == 13:
            raise StudioError("This does not fit.")
        yield from ()
        return Estimate(**{name: 2**31 if name in ("bytes", "disk") else 60 for name in FIELDS} | {"short": ""})

    from dataclasses import fields

    FIELDS = [f.name for f in fields(Estimate) if f.name not in ("short", "notes")]
    monkeypatch.setattr(module, "estimate", estimate)
    monkeypatch.setattr(module, "PAUSE_MS", 10)
    return asked


@pytest.fixture
def form(ready, costs, tmp_path):
    ready.model_folder = tmp_path / "open model"
    return FineTuning(ready)


def test_nothing_open_is_an_error(workspace):
    with pytest.raises(ValueError, match="open"):
        FineTuning(workspace)


def test_it_begins_from_the_open_model_or_from_a_preset(form, tmp_path):
    assert form.start is form.starts[0] and form.config.start_from == str(tmp_path / "open model")
    assert [s.preset for s in form.starts[1:]] == list(PRESETS)
    form.begin(form.starts[1])
    assert form.config.start_from == ""
    form.add_start("the best model of mine", tmp_path / "best")
    assert form.config.start_from == str(tmp_path / "best") and form.starts[0].label.endswith("mine")


def test_the_cost_is_estimated_after_a_pause(form, costs):
    assert form.estimating and cost_text(form)
    rest()
    assert form.estimate is not None and not form.estimating and "2.0 GB" in cost_text(form)
    count = len(costs)
    form.set(epochs=5)
    assert form.estimate is None
    form.set(epochs=6)
    rest()
    assert [c.epochs for c in costs[count:]] == [6], "only what it was at last"


def test_wrong_fields_are_told_by_name_and_cost_nothing(form, costs):
    rest()
    count = len(costs)
    form.set(epochs=0)
    rest()
    assert set(form.problems) == {"epochs"} and not form.can_start and len(costs) == count


def test_a_cost_that_cannot_be_paid_keeps_it_from_starting(form):
    form.set(epochs=13)
    rest()
    assert cost_text(form) == form.cost_problem == "This does not fit." and not form.can_start
    form.set(epochs=12)
    rest()
    assert form.can_start


def test_notes_stand_with_the_cost(form, monkeypatch):
    def noted(config, library):
        yield from ()
        return Estimate(60, 2**31, 2**31, 60, 60, 60, notes=("mirror has no effect: …", "2 words are unknown: …"))

    monkeypatch.setattr(module, "estimate", noted)
    form.set(epochs=7)
    rest()
    assert cost_text(form).endswith("parameters learn. mirror has no effect: … 2 words are unknown: …")


def test_what_is_trained_changes_the_rates(form):
    form.train("everything")
    assert form.trained == "everything" and form.config.lr_text > 0 and form.config.lr_motion > 0
    form.train("heads only")
    assert form.config.lr_text == form.config.lr_motion == 0


def test_several_open_files_cannot_be_trained_on(ready, costs):
    ready.paths = [ready.paths[0], ready.paths[0]]
    form = FineTuning(ready)
    assert form.unsuitable and not form.can_start
