"""A run in a process of its own, which goes on without this one. The process is a stand-in that obeys as the trainer does."""

import os
import sys

import pytest

from motionpatches.app.background import training_process as module
from motionpatches.app.background.training_process import Tail, TrainingProcess
from motionpatches.core.training import alone
from motionpatches.core.training.events import Ended, Paused, Resumed, Step
from tests.lanes import heard
from tests.window import wait

# Holds the lock, writes an event for each step, and obeys.
STAND_IN = """
import sys, time
from pathlib import Path
from motionpatches.core.training.alone import hold
from motionpatches.core.training.control import PAUSE, STOP, Control
from motionpatches.core.training.events import Ended, Paused, Preparing, Resumed, Step

run, control, n, paused = Path(sys.argv[1]), Control(), 0, False
print(Preparing("Reading motions", 1, 2).to_line(), flush=True)
if (run / "breaks").exists():
    sys.exit("it broke")
def tell(event):
    with open(run / "events.jsonl", "a") as file:
        file.write(event.to_line() + "\\n")
with hold(run), control.obeying(run):
    while control.asked != STOP:
        if (control.asked == PAUSE) != paused:
            paused = not paused
            tell((Paused if paused else Resumed)(n))
        if not paused:
            n += 1
            tell(Step(n, 1, 0.5, 10.0, 3.0))
        time.sleep(0.03)
    tell(Ended({}, 1, True, 1.0))
"""


@pytest.fixture(scope="module", autouse=True)
def timers(core_application):
    """All of them have timers."""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "command", lambda run: [sys.executable, "-c", STAND_IN, str(run)])
    monkeypatch.setattr(module, "LOOK_MS", 20)
    yield tmp_path
    for child in module._begun:
        child.kill()
        child.wait()


def kinds(told):
    return [type(event) for (event,) in told]


def test_it_goes_on_when_it_is_followed_no_longer_and_obeys_who_follows_next(run):
    first = TrainingProcess(run)
    told = heard(first.reported)
    wait(lambda: Step in kinds(told))
    first.close()
    assert first.child.poll() is None
    second = TrainingProcess(run, follow=True)
    told, ends = heard(second.reported), heard(second.ended)
    wait(lambda: Step in kinds(told))
    second.pause()
    wait(lambda: Paused in kinds(told))
    second.resume()
    wait(lambda: Resumed in kinds(told))
    second.stop()
    wait(lambda: ends)
    assert kinds(told)[-1] is Ended and ends == [("",)]
    assert first.child.wait(10) == 0 and not alone.is_held(run) and alone.told(run) == ""


@pytest.mark.parametrize("follow", [False, True])
def test_one_that_is_killed_is_reported(run, follow):
    first = TrainingProcess(run)
    told = heard(first.reported)
    wait(lambda: Step in kinds(told))
    watcher = TrainingProcess(run, follow=True) if follow else first
    ends = heard(watcher.ended)
    os.kill(first.child.pid, 9)
    wait(lambda: ends)
    assert "can be resumed" in ends[0][0]


def test_one_that_breaks_before_its_first_event_says_its_last_words(run):
    (run / "breaks").touch()
    process = TrainingProcess(run)
    ends = heard(process.ended)
    wait(lambda: ends)
    assert ends == [("The run ended unexpectedly; it can be resumed. it broke",)] and alone.has_died(run)


def test_what_an_earlier_process_was_told_is_forgotten(run):
    alone.tell(run, alone.STOP)
    process = TrainingProcess(run)
    told = heard(process.reported)
    wait(lambda: len([k for k in kinds(told) if k is Step]) > 10)
    assert process.child.poll() is None
    process.close()


def test_the_tail_of_a_file_gives_whole_lines_once_and_begins_again_with_another_file(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_text("old\n")
    tail = Tail(file)
    assert tail.lines() == []
    with open(file, "a") as more:
        more.write("one\ntw")
    assert tail.lines() == ["one"]
    with open(file, "a") as more:
        more.write("o\n")
    assert tail.lines() == ["two"] and tail.lines() == []
    (tmp_path / "new").write_text("first of another\nand a longer second line\n")
    os.replace(tmp_path / "new", file)
    assert tail.lines() == ["first of another", "and a longer second line"]
    file.unlink()
    assert tail.lines() == []
