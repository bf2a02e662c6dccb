"""Lanes with their threads: what is kept at the end, and how work is counted."""

import os
import sys
import threading
import time

import pytest

from motionpatches.app.background.lane import Lane
from tests.patience import PATIENCE


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


class SlowNumber(int):
    """A number whose addition takes so long that another thread comes between reading and writing it."""

    def __add__(self, other):
        time.sleep(0.002)
        return SlowNumber(int(self) + int(other))

    def __sub__(self, other):
        return self + -other


def test_work_is_counted_right_from_both_threads():
    """The window's thread counts up while the worker counts down."""
    lane = Lane("test")
    lane._waiting = lane._urgent = SlowNumber(0)
    for i in range(40):
        submit(lane, str(i), lambda: None)
    lane._pool.shutdown(wait=True)
    assert not lane.busy and not lane.has_urgent_work
    assert lane._waiting == lane._urgent == 0


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


def test_a_panic_is_a_message_and_the_lane_goes_on():
    """Delivered through _send, which a window's thread would run."""
    lane, said = Lane("test"), []
    lane._send = lambda key, token, receiver, value: receiver(value)

    def panics():
        raise PanicException("index out of bounds")

    for work in (panics, lambda: "result"):
        lane.submit("key", work, said.append, said.append)
        while lane.busy:
            time.sleep(0.01)
    lane.close()
    assert said == ["Something unexpected went wrong (PanicException: index out of bounds).", "result"]


def test_cancelling_and_closing_end_what_a_job_does_between_two_yields():
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
        while lane.busy:
            time.sleep(0.01)
        assert interrupted.is_set() and time.perf_counter() - start < PATIENCE * 10
    lane.cancel("scan")


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
def test_work_gives_way_to_the_window():
    lane, found = Lane("test"), []
    submit(lane, "priority", lambda: found.append(os.getpriority(os.PRIO_PROCESS, 0)), kept=True)
    lane.close()
    assert found == [min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)]
