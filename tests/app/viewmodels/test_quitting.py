"""What is asked before the window closes."""

import time

import pytest

from motionpatches.app.background.jobs import Jobs
from motionpatches.app.viewmodels.quitting import CANCEL, FINISH, GO_ON, QUIT, STOP, questions
from motionpatches.core.progress import Progress


@pytest.fixture
def jobs():
    return Jobs()


def report(jobs, key, *progress):
    jobs.report(key, Progress(*progress), lambda: None)


def test_nothing_is_asked_where_nothing_is_lost(jobs):
    report(jobs, "estimate", "Estimating", 1, 3)
    report(jobs, "index", "Indexing", 5, 12, 20.0, 0.3)  # the rest takes less than a question
    assert questions(jobs.work) == []


def test_an_export_is_named_with_its_count(jobs):
    report(jobs, "export 3", "Exporting", 1, 8)
    (question,) = questions(jobs.work)
    assert question.text.startswith("An export is running (1 of 8).") and question.choices == (FINISH, QUIT, CANCEL)
    jobs.stop("export 3")
    assert questions(jobs.work) == []


def test_a_long_index_says_that_it_keeps_what_is_done(jobs):
    report(jobs, "index", "Indexing bvh", 320, 2902, 45.0, 57.0)
    (question,) = questions(jobs.work)
    assert "320 of 2,902" in question.text and "kept" in question.text


def test_a_run_may_go_on_and_all_else_is_asked_in_one_question(jobs):
    report(jobs, "export 1", "Exporting", 1, 8)
    report(jobs, "evaluation", "Reading motions", 2, 9)
    report(jobs, "training", "Training mine", 40, 100, None, 65.0)
    work, run = questions(jobs.work)
    assert "An export" in work.text and "An evaluation is running (2 of 9)" in work.text
    assert run.text.startswith("Training mine: 40 of 100, 1 min 05 s left.") and run.choices == (GO_ON, STOP, CANCEL)


def test_an_index_that_runs_for_long_without_a_number_is_asked_about(jobs, monkeypatch):
    report(jobs, "index", "Indexing", 0, 900)
    assert questions(jobs.work) == []
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert len(questions(jobs.work)) == 1
