"""View models on lanes that run at once, with a small library and a tiny model; QtCore alone."""

import math

import pytest

from motionpatches.app.viewmodels import answers
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from tests.lanes import fake_lanes


@pytest.fixture(scope="module", autouse=True)
def timers(core_application):
    """All of them have timers."""


@pytest.fixture(autouse=True)
def answers_come_whole(monkeypatch):
    """However slow the machine is."""
    monkeypatch.setattr(answers, "PROCESSOR_S", math.inf)
    monkeypatch.setattr(answers, "CLOCK_S", math.inf)


@pytest.fixture
def lanes():
    return fake_lanes()


@pytest.fixture
def workspace(lanes):
    """Nothing is open."""
    return Workspace(lanes)


@pytest.fixture
def ready(workspace, tiny_model, small_library):
    """The small library, indexed by the tiny model; its first clip is on the stage."""
    workspace.model = tiny_model
    workspace.open([small_library])
    return workspace


@pytest.fixture
def search(ready):
    return Search(ready)


@pytest.fixture
def playback():
    found = Playback()
    found.playing = False
    return found
