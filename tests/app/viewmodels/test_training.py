"""Runs: the one under way, in a child process, and those of the past. The child is a stand-in here."""

import pytest
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels import training as module
from motionpatches.app.viewmodels.training import Training
from motionpatches.app.widgets.training.run_texts import state_text
from motionpatches.core.training import alone, runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Ended, Epoch, Paused, Preparing, Resumed, Started, Step, Warned
from tests.lanes import heard, rest
from tests.window import wait

FIGURES = {"exact_caption": {"t2m": {"R@1": 50.0}, "m2t": {"R@1": 25.0}}}


class Child(QObject):
    """What a view model needs of a process; it notes what it is told."""

    reported = Signal(object)
    ended = Signal(str)
    refused = Signal(str)
    best = None

    def __init__(self, run, parent=None, follow=False, tail=None, aside=None):
        super().__init__(parent)
        self.run, self.told, self.follow = run, [], follow

    def __getattr__(self, name):
        if name in ("pause", "resume", "stop", "close"):
            return lambda: self.told.append(name)
        raise AttributeError(name)


@pytest.fixture
def training(workspace, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "TrainingProcess", Child)
    monkeypatch.setattr(module.paths, "user_runs", lambda: tmp_path / "runs")
    return Training(workspace)


@pytest.fixture
def config(small_library):
    return TrainingConfig(library=str(small_library), epochs=2)


def test_a_run_begins_in_a_folder_of_its_own(training, config, tmp_path):
    training.begin("mine", config)
    assert training.current.folder == tmp_path / "runs" / "mine" and training.is_here(training.current)
    assert runs.read_run(training.current.folder).config == config


def test_events_of_the_child_become_its_history(training, config):
    training.begin("mine", config)
    child, run = training.process, training.current
    quick, slow = heard(training.reported), heard(training.changed)
    child.reported.emit(Preparing("Reading", 1, 2))
    child.reported.emit(Started("cpu", 8, 2, 4, 2))
    child.reported.emit(Step(1, 1, 0.5, 10.0, 3.0))
    child.reported.emit(Epoch(1, 0.5, FIGURES, True, 1.0))
    child.reported.emit(Warned("The disk is nearly full."))
    assert len(quick) == 2 and len(slow) == 3 and training.message == "The disk is nearly full."
    assert list(run.history.steps) == [1] and list(run.history.epochs) == [1] and training.current is run


def test_only_one_run_at_a_time(training, config):
    training.begin("mine", config)
    training.begin("another", config)
    assert training.process.run.name == "mine" and "mine" in training.message


def test_pause_goes_on_and_off_with_what_the_child_says(training, config):
    training.begin("mine", config)
    child = training.process
    training.pause()
    assert training.message == "Pausing after this step…", "at once, though the step takes a while"
    child.reported.emit(Paused(1))
    assert training.message == ""
    training.pause()
    child.reported.emit(Resumed(1))
    training.pause()
    assert child.told == ["pause", "resume", "pause"]
    training.stop()
    training.close()
    assert child.told[3:] == ["stop", "close"]


def test_the_end_is_reported_and_another_run_may_begin(training, config):
    training.begin("mine", config)
    training.process.reported.emit(Ended(FIGURES, 1, False, 1.0))
    training.process.ended.emit("It ended unexpectedly.")
    assert training.process is None and training.current is None and training.message == "It ended unexpectedly."
    training.begin("another", config)
    assert training.current.name == "another"


def test_runs_are_listed_noted_and_deleted(training, workspace, config, tmp_path):
    folder = runs.new_run(tmp_path / "elsewhere", "by hand", config)
    training.add(folder)
    wait(lambda: [run.name for run in training.runs] == ["by hand"])
    again = Training(workspace)
    wait(lambda: [run.name for run in again.runs] == ["by hand"])
    training.note(training.runs[0], "a good one")
    wait(lambda: (folder / "note.txt").exists() and (folder / "note.txt").read_text() == "a good one")
    training.delete(training.runs[0])
    wait(lambda: training.runs == [])
    assert not folder.exists()


def test_a_folder_without_a_run_is_reported(training, tmp_path):
    training.add(tmp_path)
    wait(lambda: training.message)
    assert training.runs == [] and "config.json" in training.message


def test_fine_tuning_needs_an_open_library(training, ready):
    assert training.fine_tuning() is not None
    ready.library = None
    assert training.fine_tuning() is None


def test_a_broken_run_is_one_line_and_can_be_deleted(training, tmp_path):
    bad = tmp_path / "runs" / "broken"
    bad.mkdir(parents=True)
    (bad / "config.json").write_text("[1]")
    training.refresh()
    (found,) = training.runs
    assert found.status == "broken" and state_text(found, False).startswith("Cannot be read. config.json")
    training.delete(found)
    assert not bad.exists() and not training.runs


def test_a_run_that_goes_on_is_found_followed_and_told(training, config, tmp_path, workspace):
    """As after the window was closed and opened again: another process holds the lock of the run."""
    folder = runs.new_run(tmp_path / "runs", "alone", config)
    events = [Started("cpu", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0)]
    (folder / "events.jsonl").write_text("".join(event.to_line() + "\n" for event in events))
    assert training.process is None
    with alone.hold(folder):
        again = Training(workspace)
        assert again.process.follow and again.current.name == "alone" and list(again.current.history.steps) == [1]
        again.pause()
        again.stop()
        assert again.process.told == ["pause", "stop"]
        again.resume(folder)
        assert "under way" in again.message, "two do not train it"
        other = Training(workspace)
        other.resume(folder)
        assert other.process.follow


def test_a_run_whose_process_died_says_so_and_can_be_resumed(training, config, tmp_path):
    folder = runs.new_run(tmp_path / "runs", "dead", config)
    assert runs.read_run(folder).status == "new"
    (folder / "output.txt").write_text(Preparing("Reading motions", 3, 9).to_line() + "\n")
    assert runs.read_run(folder).status == "died", "while it prepared the data"
    events = [Started("cpu", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0)]
    (folder / "events.jsonl").write_text("".join(event.to_line() + "\n" for event in events))
    training.refresh()
    (run,) = training.runs
    assert run.status == "died" and run.can_resume and state_text(run, False) == "Its process died. It can be resumed."


def test_the_run_is_listed_with_the_work_under_way(training, config, workspace):
    training.begin("mine", config)
    (work,) = workspace.jobs.work  # at once: quitting asks about it
    assert work.name == "Training mine" and work.share is None
    training.process.reported.emit(Started("cpu", 8, 2, 4, 2))
    training.process.reported.emit(Step(1, 1, 0.5, 10.0, 3.0))
    rest(0.4)
    assert workspace.jobs.work[0].text(0.0) == "Training mine: 1 of 4, 3 s left"
    training.process.reported.emit(Paused(1))
    rest(0.4)
    assert "paused" in workspace.jobs.work[0].name
    workspace.jobs.stop("training")
    assert training.process.told == ["stop"]
    training.process.reported.emit(Ended(FIGURES, 1, False, 1.0))
    training.process.ended.emit("")
    assert workspace.jobs.work == []
    (notice,) = workspace.notices.kept
    assert notice.text == "mine is trained." and notice.action.words == "Use This Model"


def test_a_process_that_died_is_told_with_a_way_to_go_on(training, config, workspace):
    training.begin("mine", config)
    training.process.ended.emit("The run ended unexpectedly; it can be resumed.")
    (notice,) = workspace.notices.kept
    assert notice.warning and "mine" in notice.text
    workspace.notices.act(notice)
    assert training.current is not None and training.current.name == "mine"
