"""Lanes with their threads: what is kept at the end, and how work is counted."""

import os
import sys
import threading
import time

import pytest

from motionpatches.app.background.lane import Lane
from tests.lanes import rest
from tests.patience import PATIENCE


def rest_until(condition):
    end = time.monotonic() + PATIENCE * 5
    while not condition():
        assert time.monotonic() < end
        rest(0.01)


def submit(lane, key, work, **more):
    lane.submit(key, work, lambda _: None, lambda _: None, **more)


def test_closing_drops_what_waits_but_not_what_is_to_be_kept():
    lane, ran, go = Lane("test"), [], threading.Event()
    submit(lane, "slow", go.wait)
    submit(lane, "picture", lambda: ran.append("picture"))
    submit(lane, "words", lambda: ran.append("words"), kept=True)
    lane.stop()
    go.set()
    lane.close()
    assert ran == ["words"]


def test_work_is_urgent_until_its_result_is_delivered(core_application):
    """A frame that begins between the end of the work and its delivery would keep a user waiting for as long as it takes."""
    lane, seen = Lane("test"), []
    lane.submit("query", lambda: 1, lambda _: seen.append((lane.busy, lane.has_urgent_work)), seen.append)
    lane._pool.shutdown(wait=True)
    assert lane.has_urgent_work and not seen
    rest_until(lambda: not lane.busy)
    assert seen == [(True, True)] and not lane.has_urgent_work
    lane.close()


def test_all_that_was_counted_ends(core_application):
    lane = Lane("test")
    for i in range(40):
        submit(lane, str(i % 7), lambda: None)
    rest_until(lambda: not lane.busy)
    assert lane._waiting == lane._urgent == 0
    lane.close()


def test_jobs_do_not_hurry_and_short_work_does():
    lane, go = Lane("test"), threading.Event()

    def job():
        go.wait()
        yield from ()

    lane.submit_job("long", job, lambda _: None, lambda _: None, lambda _: None)
    assert lane.busy and not lane.has_urgent_work
    submit(lane, "query", lambda: None)
    assert lane.has_urgent_work
    go.set()
    lane.close()
    assert not lane.busy and not lane.has_urgent_work


class PanicException(BaseException):
    """As a library in Rust raises it: no Exception."""


def test_a_panic_is_a_message_and_the_lane_goes_on(core_application):
    lane, said = Lane("test"), []

    def panics():
        raise PanicException("index out of bounds")

    for work in (panics, lambda: "result"):
        lane.submit("key", work, said.append, said.append)
        rest_until(lambda: not lane.busy)
    lane.close()
    assert said == ["Something unexpected went wrong (PanicException: index out of bounds).", "result"]


def test_cancelling_and_closing_end_what_a_job_does_between_two_yields(core_application):
    interrupted, began = threading.Event(), threading.Event()
    lane = Lane("test", interrupt=interrupted.set)

    def job():
        began.set()
        interrupted.wait(20)
        yield from ()

    for end in (lambda: lane.cancel("scan"), lane.close):
        interrupted.clear()
        began.clear()
        lane.submit_job("scan", job, lambda _: None, lambda _: None, lambda _: None)
        began.wait(20)
        start = time.perf_counter()
        end()
        rest_until(lambda: not lane.busy)
        assert interrupted.is_set() and time.perf_counter() - start < PATIENCE * 10
    lane.cancel("scan")


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
def test_work_gives_way_to_the_window():
    lane, found = Lane("test"), []
    submit(lane, "priority", lambda: found.append(os.getpriority(os.PRIO_PROCESS, 0)), kept=True)
    lane.close()
    assert found == [min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)]
