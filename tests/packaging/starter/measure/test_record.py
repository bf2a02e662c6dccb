"""The figures of the card are written by code: each part from its command, none of another model."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.evaluation.zero_shot import classify
from motionpatches.core.models.checkpoint import FORMAT
from motionpatches.packaging.starter import card
from motionpatches.packaging.starter.measure import record

LABELS = ["walk", "run", "raise-up-left-hand", "wave-left-hand"]
# Motions of these labels are given those ones.
TRUTH, GIVEN = [0, 0, 0, 1, 1, 2, 2, 2, 2, 3], [0, 0, 1, 1, 0, 2, 3, 3, 3, 2]


@pytest.fixture
def found():
    return classify(np.eye(4, dtype=np.float32)[GIVEN], np.eye(4, dtype=np.float32), [frozenset({t}) for t in TRUTH], LABELS)


def test_confusions_are_counted_by_group(found):
    assert record.confused(found) == {"walks_as_runs": [1, 3], "runs_as_walks": [1, 2], "raising_as_waving": [3, 4]}


def test_a_task_is_compared_with_a_guess(found):
    assert record.task_row("4 contents", found) == {
        "task": "4 contents",
        "top1": 40.0,
        "top5": 100.0,
        "chance1": 25.0,
        "chance5": 100.0,
    }


def test_test_scores_of_runs_are_taken(tmp_path):
    for share, start, value in ((s, n, s + k) for s in record.SHARES for k, n in ((0.04, "starter"), (0.5, "scratch"))):
        folder = tmp_path / f"{share}-{start}" / "best"
        folder.mkdir(parents=True)
        metrics = {"test": {"exact_caption": {"t2m": {"R@1": value}, "m2t": {"R@1": value / 2}}}}
        (folder / "config.json").write_text(json.dumps({"format": FORMAT, "model": {}, "metrics": metrics}))
    old = [{"scratch": [share, share]} for share in record.SHARES]
    rows = record.of_fine_tuning(tmp_path, old)["rows"]
    assert rows[0] == {"share": "5 %", "starter": [5.0, 2.5], "scratch": [5.5, 2.8]} and len(rows) == 3
    shutil.rmtree(tmp_path / "20-scratch")
    assert record.of_fine_tuning(tmp_path, old)["rows"] == [rows[0], {**rows[1], "scratch": [20, 20]}, rows[2]]


@pytest.fixture
def quick(monkeypatch):
    """Sentences and phrases are measured by their own tests; of the model only its fingerprint is asked for."""
    fingerprint = json.loads(card.SCORES.read_text())["model"]
    monkeypatch.setattr(record, "load_model", lambda _: SimpleNamespace(fingerprint=fingerprint))
    monkeypatch.setattr(record, "of_sentences", lambda _: {"rows": ["new"]})
    monkeypatch.setattr(record, "of_left_out", lambda _: {"rows": ["new"]})


def test_parts_that_are_not_measured_are_kept_for_the_same_model(quick, tmp_path):
    target, old = tmp_path / "scores.json", json.loads(card.SCORES.read_text())
    target.write_text(json.dumps(old))
    scores = record.record(paths.starter_model(), None, None, None, target)
    assert scores == json.loads(target.read_text()) == {**old, "sentences": {"rows": ["new"]}, "left_out": {"rows": ["new"]}}


def test_figures_of_another_model_are_never_kept(quick, tmp_path):
    target = tmp_path / "scores.json"
    target.write_text(json.dumps({**json.loads(card.SCORES.read_text()), "model": "0123456789abcdef"}))
    before = target.read_bytes()
    with pytest.raises(ValueError, match="unseen_source and captured and fine_tuning of .* are not measured"):
        record.record(paths.starter_model(), None, None, None, target)
    assert target.read_bytes() == before
