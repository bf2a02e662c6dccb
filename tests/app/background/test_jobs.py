"""One place for the progress, failure and cancelling of jobs."""

import pytest

from motionpatches.app.background import jobs as module
from motionpatches.app.background.jobs import Jobs, Work
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Progress
from tests.lanes import FakeLane


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def listed(jobs):
    """What the list has said so far, a line for each change."""
    found = []
    jobs.changed.connect(lambda: found.append([str(w.progress) if w.progress else w.key for w in jobs.work]))
    return found


def steps(count, end=None, error=None):
    def job():
        for i in range(count):
            yield Progress("Counting", i, count)
        if error:
            raise error
        return end

    return job


def nothing(_):
    pass


def test_work_is_listed_from_its_request_to_its_end(jobs, listed):
    ends = []
    jobs.run(FakeLane(), "count", steps(2, "done"), ends.append, ends.append)
    assert listed == [["count"], ["Counting: 0 of 2"], ["Counting: 1 of 2"], []] and ends == ["done"]


def test_a_failure_ends_it_too(jobs, listed):
    ends = []
    jobs.run(FakeLane(), "count", steps(1, error=StudioError("It broke.")), pytest.fail, ends.append)
    assert ends == ["It broke."] and listed[-1] == []


def test_a_job_that_is_not_shown_is_not_listed(jobs, listed):
    ends = []
    jobs.run(FakeLane(), "count", steps(3, "done"), ends.append, ends.append, shown=False)
    assert listed == [] and ends == ["done"]


def test_all_work_is_listed_each_until_its_own_end(jobs):
    slow, quick = FakeLane(), FakeLane()
    slow.waits = quick.waits = True
    jobs.run(slow, "long", steps(1), nothing, nothing)
    jobs.run(quick, "short", steps(1), nothing, nothing)
    jobs.report("training", Progress("Training mine", 3, 10), lambda: None)
    assert [w.key for w in jobs.work] == ["long", "short", "training"]
    quick.go()
    assert [w.key for w in jobs.work] == ["long", "training"]
    slow.go()
    jobs.ended("training")
    assert jobs.work == []


def test_one_of_two_is_stopped_and_says_so_at_once(jobs):
    lanes, ends = [FakeLane(), FakeLane()], []
    for number, lane in enumerate(lanes):
        lane.waits = True
        jobs.run(lane, f"job {number}", steps(5), nothing, ends.append)
    jobs.stop("job 1")
    assert [w.stopping for w in jobs.work] == [False, True] and "stopping" in jobs.work[1].text(0.0)
    for lane in lanes:
        lane.go()
    assert ends == [""] and jobs.work == []


def test_cancel_stops_all_jobs_of_all_lanes(jobs):
    lanes, ends = [FakeLane(), FakeLane()], []
    for number, lane in enumerate(lanes):
        lane.waits = True
        jobs.run(lane, "count", steps(5), pytest.fail, ends.append, shown=bool(number))
    jobs.cancel()
    for lane in lanes:
        lane.go()
    assert ends == ["", ""]


def test_a_newer_job_takes_the_place_of_one_under_the_same_key(jobs):
    lane, ends = FakeLane(), []
    lane.waits = True
    jobs.run(lane, "count", steps(2, "old"), ends.append, ends.append)
    jobs.stop("count")
    jobs.run(lane, "count", steps(2, "new"), ends.append, ends.append)
    assert [w.stopping for w in jobs.work] == [False]
    lane.go()
    assert ends == ["new"] and jobs.work == []


def test_words_before_the_first_number_move_on(jobs):
    """Nothing hangs at '0 of 860' without a sign of life."""
    work = Work("index", Progress("Indexing bvh", 0, 860), lambda: None, 100.0)
    assert work.share is None and work.text(100.2) == "Indexing bvh…"
    assert Work("open", None, lambda: None, 100.0).text(111.0) == "Opening: 11 s so far"
    assert work.text(103.0) == "Indexing bvh: 3 s so far" and work.text(104.0) == "Indexing bvh: 4 s so far"


def test_the_time_left_is_told_by_the_pace_where_the_work_does_not_say(jobs, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    jobs.report("index", None, lambda: None)
    now[0] = 50.0  # it has waited for its turn
    jobs.report("index", Progress("Reading", 0, 10), lambda: None)
    now[0] = 60.0
    jobs.report("index", Progress("Indexing", 100, 300), lambda: None)  # resumed at 100
    now[0] = 70.0
    jobs.report("index", Progress("Indexing", 150, 300), lambda: None)
    (work,) = jobs.work
    assert work.remaining_s(70.0) == pytest.approx(30.0) and work.text(70.0) == "Indexing: 150 of 300, 30 s left"
    assert work.share == 0.5
    jobs.report("index", Progress("Indexing", 150, 300, 5.0, 42.0), lambda: None)
    assert jobs.work[0].text(70.0) == "Indexing: 150 of 300, 5/s, 42 s left"
    jobs.report("map", Progress("Laying out the map", 0, 2), lambda: None)
    now[0] = 90.0
    jobs.report("map", Progress("Laying out the map", 1, 2), lambda: None)
    assert jobs.work[1].text(95.0) == "Laying out the map: 1 of 2", "one of two steps tells nothing of the other"
