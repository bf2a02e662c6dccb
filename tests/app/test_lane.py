"""What a lane does with work that waits when the window closes."""

import threading

from motionpatches.app.background.lane import Lane


def test_closing_drops_what_waits_but_not_what_is_to_be_kept():
    lane, ran, go = Lane("test"), [], threading.Event()
    submit = {"done": lambda _: None, "failed": lambda _: None}
    lane.submit("slow", go.wait, **submit)
    lane.submit("picture", lambda: ran.append("picture"), **submit)
    lane.submit("words", lambda: ran.append("words"), kept=True, **submit)
    lane.stop()
    go.set()
    lane.close()
    assert ran == ["words"]
