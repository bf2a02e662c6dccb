"""One place for the progress, failure and cancelling of jobs."""

import pytest

from motionpatches.app.background.jobs import Jobs
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import Progress
from tests.lanes import FakeLane, heard


@pytest.fixture
def jobs():
    return Jobs()


def steps(count, end=None, error=None):
    def job():
        for i in range(count):
            yield Progress("Counting", i, count)
        if error:
            raise error
        return end

    return job


def test_progress_is_reported_and_ends_with_none(jobs):
    told, ends = heard(jobs.progressed), []
    jobs.run(FakeLane(), "count", steps(3, "done"), ends.append, ends.append)
    assert [str(v) if v else None for (v,) in told] == ["Counting: 0 of 3", "Counting: 1 of 3", "Counting: 2 of 3", None]
    assert ends == ["done"]


def test_a_failure_ends_the_progress_too(jobs):
    told, ends = heard(jobs.progressed), []
    jobs.run(FakeLane(), "count", steps(1, error=StudioError("It broke.")), pytest.fail, ends.append)
    assert ends == ["It broke."] and told[-1] == (None,)


def test_a_job_that_is_not_shown_reports_nothing(jobs):
    told, ends = heard(jobs.progressed), []
    jobs.run(FakeLane(), "count", steps(3, "done"), ends.append, ends.append, shown=False)
    assert told == [] and ends == ["done"]


def test_progress_stays_until_the_last_job_has_ended(jobs):
    slow, quick, told = FakeLane(), FakeLane(), heard(jobs.progressed)
    slow.waits = True
    jobs.run(slow, "long", steps(1), lambda _: None, lambda _: None)
    jobs.run(quick, "short", steps(1), lambda _: None, lambda _: None)
    assert (None,) not in told
    slow.go()
    assert told[-1] == (None,)


def test_cancel_stops_all_jobs_of_all_lanes(jobs):
    lanes, ends = [FakeLane(), FakeLane()], []
    for lane in lanes:
        lane.waits = True
        jobs.run(lane, "count", steps(5), pytest.fail, ends.append)
    jobs.cancel()
    for lane in lanes:
        lane.go()
    assert ends == ["", ""]


def test_a_newer_job_takes_the_place_of_one_under_the_same_key(jobs):
    lane, ends, told = FakeLane(), [], heard(jobs.progressed)
    lane.waits = True
    jobs.run(lane, "count", steps(2, "old"), ends.append, ends.append)
    jobs.run(lane, "count", steps(2, "new"), ends.append, ends.append)
    lane.go()
    assert ends == ["new"] and told[-1] == (None,)
