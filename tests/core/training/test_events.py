"""Events as lines, and what a history makes of them."""

import json
from dataclasses import fields

import pytest

from motionpatches.core.training.events import (
    KINDS,
    Ended,
    Epoch,
    Failed,
    FoundClip,
    Measured,
    Paused,
    Preparing,
    Resumed,
    Started,
    Step,
    Warned,
    WatchedSentence,
    from_line,
)
from motionpatches.core.training.history import History

FIGURES = {"exact_caption": {"t2m": {"R@1": 12.5, "MedR": 4.0}, "m2t": {"R@1": 25.0, "MedR": 3.0}}}
SENTENCES = (WatchedSentence("someone waves", (FoundClip("000003", "a person waves", 0.75),)),)

EVENTS = [
    Preparing("Preparing patches", 3, 12),
    Started("CPU", 8, 2, 12, 6, 2, 2, 1, ("x.bvh: empty.",), None, Measured(FIGURES, SENTENCES)),
    Started("CPU", 8, 2, 12, 6, resumed_at=7),
    Step(3, 2, 1.25, 80.0, 9.5, {"text": 1e-4, "heads": 1e-3}),
    Epoch(2, 1.5, FIGURES, True, 3.0, SENTENCES),
    Epoch(2, 1.5, FIGURES, False, 3.0),
    Paused(4),
    Resumed(4),
    Warned("The disk is full."),
    Ended(FIGURES, 2, False, 8.0, 12, FIGURES),
    Ended({}, 0, True, 8.0, 3),
    Failed("The loss became nan."),
    Started("CPU", 8, 2, 12, 6, precision="bf16"),
    Ended(FIGURES, 2, False, 8.0, 12, None, True),
]

# Lines as version 0.2 wrote them.
OLD = """\
{"event": "start", "device": "CPU, 2 threads", "processes": 1, "train": 8, "val": 2, "steps": 4, "steps_an_epoch": 2, \
"epochs": 2, "skipped": 0, "skipped_first": [], "resumed_at": null, "before": {"val": {"exact_caption": {"t2m": {"R@1": 50.0}, \
"m2t": {"R@1": 0.0}}}, "sentences": [{"text": "waves", "hits": [{"id": "1", "caption": "someone waves", "score": 0.1}]}]}}
{"event": "step", "step": 1, "epoch": 1, "loss": 1.5, "lr": {"motion": 0.001}, "motions_per_s": 9.0, "remaining_s": 3.0}
{"event": "step", "step": 2, "epoch": 1, "loss": 1.25, "lr": {"motion": 0.002}, "motions_per_s": 9.0, "remaining_s": 2.0}
{"event": "epoch", "epoch": 1, "loss": 1.375, "val": {"exact_caption": {"t2m": {"R@1": 100.0}, "m2t": {"R@1": 50.0}}}, \
"sentences": [{"text": "waves", "hits": []}], "best": true, "wall_s": 1.5}
{"event": "step", "step": 3, "epoch": 2, "loss": 1.0, "lr": {"mot
{"event": "warning", "message": "Step 3 could not be saved."}
{"event": "start", "device": "CPU, 2 threads", "processes": 1, "train": 8, "val": 2, "steps": 4, "steps_an_epoch": 2, \
"epochs": 2, "skipped": 0, "skipped_first": [], "resumed_at": 2}
{"event": "end", "val": {}, "epoch": 1, "stopped": true, "step": 3, "wall_s": 2.5}
"""


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.kind)
def test_a_line_gives_the_event_back(event):
    line = event.to_line()
    assert "\n" not in line and json.loads(line)["event"] == event.kind
    assert from_line(line) == event


def test_every_kind_is_in_the_table_and_tested():
    assert {type(e) for e in EVENTS} == set(KINDS.values()) and all(kind == c.kind for kind, c in KINDS.items())


def test_lines_keep_the_keys_of_older_versions():
    """Scripts read these lines (`train --json`): `resumed_at` is null in a new run, what was not measured has no key."""
    assert json.loads(EVENTS[2].to_line()) == {
        "event": "start",
        "device": "CPU",
        "train": 8,
        "val": 2,
        "steps": 12,
        "epochs": 6,
        "processes": 1,
        "steps_an_epoch": 1,
        "skipped": 0,
        "skipped_first": [],
        "resumed_at": 7,
        "precision": "",
        "phrases": 0,
    }
    assert json.loads(EVENTS[1].to_line())["resumed_at"] is None
    assert json.loads(EVENTS[1].to_line())["before"]["sentences"][0]["hits"][0]["score"] == 0.75
    assert set(json.loads(EVENTS[5].to_line())) == {"event", *(f.name for f in fields(Epoch))} - {"sentences"}
    assert "test" not in json.loads(EVENTS[10].to_line())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "half a li",
        "[]",
        "3",
        "{}",
        '{"event": "applause"}',
        '{"event": ["step"]}',
        '{"event": "step", "step": 1}',
        '{"event": "epoch", "epoch": 1, "loss": 1, "val": {}, "best": true, "wall_s": 1, "sentences": ["text"]}',
    ],
)
def test_other_lines_are_refused(line):
    with pytest.raises(ValueError):
        from_line(line)


def test_keys_of_a_newer_version_are_ignored():
    assert from_line('{"event": "paused", "step": 4, "why": "lunch"}') == Paused(4)


def test_a_file_of_an_older_version_is_read(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_text(OLD)
    history = History.read(file)
    assert history.loss() == ([1, 2], [1.5, 1.25]) and history.rates("motion") == ([1, 2], [0.001, 0.002])
    assert history.recall("t2m", "R@1") == ([0, 1], [50.0, 100.0])
    assert history.found == (1, (WatchedSentence("waves", ()),))
    assert history.before.sentences[0].hits == (FoundClip("1", "someone waves", 0.1),)
    assert history.warnings == ["Step 3 could not be saved."] and history.unread == 1
    assert history.end.stopped and not history.finished


def test_a_resumed_run_repeats_the_steps_after_its_last_saved_state():
    history = History()
    for event in (
        Started("CPU", 8, 2, 8, 4, steps_an_epoch=2),
        *(Step(n, 1, 1.0, 1.0, 1.0) for n in (1, 2, 3, 4, 5)),
        *(Epoch(n, 1.0, {}, True, 1.0) for n in (1, 2)),
        Paused(5),
        Failed("killed"),
        Started("CPU", 8, 2, 8, 4, steps_an_epoch=2, resumed_at=3),
    ):
        history.add(event)
    assert list(history.steps) == [1, 2, 3] and list(history.epochs) == [1]
    assert not history.error and not history.paused
