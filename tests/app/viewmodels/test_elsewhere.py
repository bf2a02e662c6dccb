"""Packed runs: another computer trains them, and this studio follows their folders. The other computer is a stand-in."""

import os
import threading
import time
from functools import partial

import pytest

from motionpatches.app.background import aside
from motionpatches.app.viewmodels import training as module
from motionpatches.app.viewmodels.training import Training
from motionpatches.app.widgets.training.run_texts import state_text
from motionpatches.core.training import alone, packed
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Ended, Started, Step
from tests.app.viewmodels.test_training import Child
from tests.patience import PATIENCE
from tests.window import wait

FIGURES = {"exact_caption": {"t2m": {"R@1": 50.0}, "m2t": {"R@1": 25.0}}}


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
    wait(lambda: training.runs)
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
    wait(lambda: training.elsewhere)
    report(folder, Step(2, 1, 0.4, 10.0, 29.0))
    wait(lambda: workspace.jobs.work and "2 of 40" in workspace.jobs.work[0].text(0.0))
    (work,) = workspace.jobs.work
    (run,) = training.runs
    assert work.name == "Training mine elsewhere" and list(run.history.steps) == [1, 2]
    assert training.process is None and training.current is None, "this computer may train another one"
    assert state_text(run, True).startswith("Training elsewhere: epoch 1 of 20")
    workspace.jobs.stop(work.key)
    wait(lambda: alone.told(folder) == "stop")

    report(folder, Ended(FIGURES, 1, False, 1.0))
    (folder / alone.BEAT).unlink()
    wait(lambda: workspace.notices.kept)
    (notice,) = workspace.notices.kept
    assert notice.text == "mine is trained." and notice.action.words == "Use for This Library"
    wait(lambda: training.runs[0].status == "finished" and not alone.packed_as(folder))
    assert not training.elsewhere and not workspace.jobs.work
    training.refresh()
    again = Training(workspace)
    wait(lambda: [run.status for run in again.runs + training.runs] == ["finished", "finished"])
    again.close()
    assert len(workspace.notices.kept) == 1, "it is reported once"


def test_what_came_to_its_end_while_the_studio_was_closed_is_reported_at_the_next_start(training, folder, workspace, lanes):
    training.close()
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Ended(FIGURES, 1, False, 1.0))
    (folder / alone.BEAT).unlink()
    again = Training(workspace)
    wait(lambda: workspace.notices.kept)
    again.close()
    assert [notice.text for notice in workspace.notices.kept] == ["mine is trained."]


def test_a_computer_that_falls_silent_is_reported_with_a_way_to_go_on_here(training, folder, workspace, monkeypatch):
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0))
    wait(lambda: training.elsewhere)
    old = time.time() - alone.SILENT_S - 60
    os.utime(folder / alone.BEAT, (old, old))
    wait(lambda: workspace.notices.kept)
    (notice,) = workspace.notices.kept
    wait(lambda: training.runs[0].status == "died")
    assert notice.warning and notice.action.words == "Resume Here"
    monkeypatch.setattr(module, "TrainingProcess", Child)
    workspace.notices.act(notice)
    wait(lambda: training.current)
    run = training.current
    assert run.folder == folder and not training.elsewhere and not run.packed, "it is a run of this computer from now on"


def test_what_cannot_be_packed_is_reported(training, folder, small_library, workspace):
    training.pack(TrainingConfig(library=str(small_library)), folder.parent / "mine.run.zip")
    assert "Choose another name" in training.message and len(training.runs) == 1


class Share:
    """A folder that stops answering: who reads its beat waits, as on a network share whose server is gone."""

    def __init__(self, folder):
        self.file = folder / alone.BEAT

    def hang(self):
        self.file.unlink(missing_ok=True)
        os.mkfifo(self.file)

    def come_back(self):
        """Those who wait go on, and the next ones find a file."""
        end = os.open(self.file, os.O_RDWR | os.O_NONBLOCK)
        os.write(end, b"studio-7 1234abcd")
        self.file.unlink()
        self.file.write_text("studio-7 1234abcd")
        os.close(end)


@pytest.fixture
def share(folder, monkeypatch):
    """It comes back after a while whatever happens, so that a window that waits for it fails, and does not stand still."""
    monkeypatch.setattr(aside, "AWAY_S", 0.3)
    found = Share(folder)
    rescue = threading.Timer(20 * PATIENCE, lambda: found.file.is_fifo() and found.come_back())
    rescue.daemon = True
    rescue.start()
    yield found
    rescue.cancel()
    if found.file.is_fifo():
        found.come_back()


def looks_at(folder):
    return [thread for thread in threading.enumerate() if thread.name == folder.name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_share_that_hangs_does_not_hold_the_window_and_is_followed_again(training, folder, share, workspace):
    report(folder, Started("cuda", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0))
    wait(lambda: training.elsewhere and training.runs[0].history.steps)
    share.hang()
    wait(lambda: training.away(training.runs[0]))
    assert share.file.is_fifo(), "the window's thread went on while its folder hung"
    (run,) = training.runs
    assert state_text(run, True, training.away(run)).startswith("Not reachable: its folder has not answered since ")
    wait(lambda: "not reachable" in workspace.jobs.work[0].name)
    (look,) = looks_at(folder)
    training.stop(run)
    training.note(run, "never mind")
    training.refresh()
    assert looks_at(folder) == [look] and look.daemon, "one at a time, which nobody waits for"
    assert "not reachable since" in training.message.lower()

    report_later = Step(2, 1, 0.4, 10.0, 29.0)
    share.come_back()
    report(folder, report_later)
    wait(lambda: list(training.runs[0].history.steps) == [1, 2] and not training.away(training.runs[0]))
    wait(lambda: alone.told(folder) == "stop")
    wait(lambda: "not reachable" not in workspace.jobs.work[0].name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_share_that_hangs_at_the_start_is_listed_so_and_left_at_once(training, folder, share, workspace):
    training.close()
    share.hang()
    again = Training(workspace)
    assert again.runs == []
    wait(lambda: again.runs)
    (run,) = again.runs
    assert run.status == "away" and state_text(run, False, again.away(run)).startswith("Not reachable")
    again.resume(folder)
    assert "not reachable since" in again.message and again.process is None
    began = time.monotonic()
    again.close()
    assert time.monotonic() - began < 1 and share.file.is_fifo(), "closing waits for no share"


def test_a_share_that_is_not_there_for_a_while_ends_no_run(training, folder, workspace, monkeypatch):
    monkeypatch.setattr(aside, "AWAY_S", 0.3)
    workspace.notices.kept = []
    report(folder, Started("cuda", 8, 2, 40, 20), Step(1, 1, 0.5, 10.0, 30.0))
    wait(lambda: training.elsewhere)
    folder.rename(folder.with_name("unmounted"))
    wait(lambda: training.away(training.runs[0]))
    assert workspace.notices.kept == [] and training.elsewhere
    folder.with_name("unmounted").rename(folder)
    report(folder, Step(2, 1, 0.4, 10.0, 29.0))
    wait(lambda: list(training.runs[0].history.steps) == [1, 2] and not training.away(training.runs[0]))
