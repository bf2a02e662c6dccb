"""Curves of runs: percentages of many held-out clips, counts of few, nothing of very few."""

from pathlib import Path

from motionpatches.app.widgets.views.curves import Curves, _curves
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.runs import Run
from tests.core.training.test_holdout import history


def recall_of(clips, phrases):
    """Points of the recall plot by name, of a run with 40 % before and 70 and 90 % after its two epochs."""
    run = Run(Path("slang"), TrainingConfig(), history(clips, phrases), "finished", "")
    return {name: (list(c.x), list(c.y)) for (plot, name), c in _curves(run, "", "").items() if plot == "recall"}


def test_few_clips_have_counts_instead_of_percentages():
    """Until now five clips had a flat line at 100 %."""
    assert recall_of(20, 5) == {"found first": ([0, 1, 2], [8, 14, 18])}
    assert recall_of(4, 4) == {}


def test_many_clips_have_percentages():
    found = recall_of(40, 30)
    assert found["R@1 text to motion"] == ([0, 1, 2], [100.0, 100.0, 100.0]) and "found first" not in found


def test_no_tick_stands_between_two_epochs(app):
    axis = Curves().plots["recall"].getAxis("bottom")
    for last in (1, 4, 30):
        ticks = {value for _, values in axis.tickValues(0, last, 400) for value in values}
        assert ticks and ticks <= set(range(last + 1))
