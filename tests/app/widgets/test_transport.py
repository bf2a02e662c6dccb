"""The buttons of the clock follow it, whoever sets it."""

import pytest

from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.panels.transport import Transport


@pytest.fixture
def transport(app):
    transport = Transport(Playback())
    yield transport
    transport.deleteLater()


def test_the_loop_button_says_what_is(transport):
    playback = transport.playback
    assert transport.loop.isChecked() and playback.loop
    playback.set_loop(False)
    assert not transport.loop.isChecked()
    transport.loop.click()
    assert transport.loop.isChecked() and playback.loop


def test_frames_are_counted_from_one_to_the_last(transport):
    playback = transport.playback
    playback.show(6.0, 20.0)
    assert transport.time.text() == "0.00 / 6.00 s    frame 1 / 120"
    playback.seek(6.0)
    assert transport.time.text().endswith("frame 120 / 120")
