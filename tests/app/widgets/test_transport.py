"""The buttons of the clock follow it, whoever sets it."""

import pytest
from PySide6.QtWidgets import QApplication

from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.panels.transport import Transport


@pytest.fixture
def transport(screen):
    QApplication.instance() or QApplication([])
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
