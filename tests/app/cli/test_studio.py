"""The command that opens the window."""

import argparse
import gc

import pytest

from motionpatches.app import application, virtual_screen
from motionpatches.app.cli import studio


@pytest.fixture
def collecting():
    """Python collects garbage by itself; afterwards as before."""
    before = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if before else gc.disable)()


def test_nothing_is_collected_while_the_window_is_imported(monkeypatch, collecting):
    collects = []
    monkeypatch.setattr(virtual_screen, "has_screen", lambda: True)
    monkeypatch.setattr(application, "run_studio", lambda *of: collects.append(gc.isenabled()) or 0)
    assert studio.run(argparse.Namespace(paths=[], model=None, device="auto")) == 0
    assert collects == [False]
