"""Packed runs: another computer trains them, and this studio follows their folders. The other computer is a stand-in."""

import os
import time
from functools import partial

import pytest
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels import training as module
from motionpatches.app.viewmodels.training import Training
from motionpatches.app.widgets.training.run_texts import state_text
from motionpatches.core.training import alone, packed
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Ended, Started, Step
from tests.lanes import rest


class Child(QObject):
    """A process of this computer."""

    reported, ended = Signal(object), Signal(str)

    def __init__(self, run, parent=None, follow=False):
        super().__init__(parent)
        self.run = run

    def close(self):
        pass


FIGURES = {"exact_caption": {"t2m": {"R@1": 50.0}, "m2t": {"R@1": 25.0}}}


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        rest()


@pytest.fixture
def training(ready, monkeypatch, tmp_path):
    """The library is packed by reference: what is in the file is tested elsewhere."""
    monkeypatch.setattr(module.paths, "user_runs", lambda: tmp_path / "runs")
    monkeypatch.setattr(module, "LOOK_MS", 20)
    monkeypatch.setattr(packed, "pack", partial(packed.pack, by_reference=True))
    found = Training(ready)
    yield found
    found.close()


@pytest.fixture
def folder(training, small_library, tmp_path):
    """The folder of a run that was packed."""
    (tmp_path / "shared").mkdir()
    training.pack(TrainingConfig(library=str(small_library), epochs=2), tmp_path / "shared" / "mine.run.zip")
    return tmp_path / "shared" / "mine"


def report(folder, *events):
    """The other computer is at work, and says so."""
    (folder / alone.BEAT).write_text("studio-7 1234abcd")
    with open(folder / "events.jsonl", "a") as file:
        file.writelines(event.to_line() + "\n" for event in events)


def test_a_packed_run_waits_in_the_list_with_the_line_that_trains_it(training, folder, workspace):
    (run,) = training.runs
    line = "motionpatches train --packed mine.run.zip"
    assert run.folder == folder and not run.can_resume and not training.is_here(run)
    assert state_text(run, False) == f"Packed, not begun. On the other computer: {line}"
    (notice,) = workspace.notices.kept
    assert line in notice.text and notice.action.words == "Show in Folder"
    assert (folder.parent / "mine.run.zip").is_file()


def test_it_is_followed_told_to_stop_and_its_model_offered(training, folder, workspace):
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0))
    until(lambda: training.elsewhere)
    report(folder, Step(2, 1, 0.4, 10.0, 29.0))
    until(lambda: workspace.jobs.work and "2 of 40" in workspace.jobs.work[0].text(0.0))
    (work,) = workspace.jobs.work
    (run,) = training.runs
    assert work.name == "Training mine elsewhere" and list(run.history.steps) == [1, 2]
    assert training.process is None and training.current is None, "this computer may train another one"
    assert state_text(run, True).startswith("Training elsewhere: epoch 1 of 20")
    workspace.jobs.stop(work.key)
    assert alone.told(folder) == "stop"

    report(folder, Ended(FIGURES, 1, False, 1.0))
    (folder / alone.BEAT).unlink()
    until(lambda: workspace.notices.kept)
    (notice,) = workspace.notices.kept
    assert notice.text == "mine is trained." and notice.action.words == "Use for This Library"
    assert not training.elsewhere and not workspace.jobs.work and training.runs[0].status == "finished"
    training.refresh()
    Training(workspace).close()
    assert len(workspace.notices.kept) == 1, "it is reported once"


def test_what_came_to_its_end_while_the_studio_was_closed_is_reported_at_the_next_start(training, folder, workspace, lanes):
    training.close()
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Ended(FIGURES, 1, False, 1.0))
    (folder / alone.BEAT).unlink()
    Training(workspace).close()
    assert [notice.text for notice in workspace.notices.kept] == ["mine is trained."]


def test_a_computer_that_falls_silent_is_reported_with_a_way_to_go_on_here(training, folder, workspace, monkeypatch):
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0))
    until(lambda: training.elsewhere)
    old = time.time() - alone.SILENT_S - 60
    os.utime(folder / alone.BEAT, (old, old))
    until(lambda: workspace.notices.kept)
    (notice,) = workspace.notices.kept
    assert notice.warning and notice.action.words == "Resume Here" and training.runs[0].status == "died"
    monkeypatch.setattr(module, "TrainingProcess", Child)
    workspace.notices.act(notice)
    run = training.current
    assert run.folder == folder and not training.elsewhere and not run.packed, "it is a run of this computer from now on"


def test_what_cannot_be_packed_is_reported(training, folder, small_library, workspace):
    training.pack(TrainingConfig(library=str(small_library)), folder.parent / "mine.run.zip")
    assert "Choose another name" in training.message and len(training.runs) == 1
