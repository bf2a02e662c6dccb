"""The figure of the demo's walking body, meshed once."""

from types import SimpleNamespace

import pytest

from motionpatches.core.figure.figure import figure_of, shape_of


@pytest.fixture
def walker(smpl_motion):
    return smpl_motion


@pytest.fixture
def figure(walker):
    found = figure_of(walker.skeleton, walker.positions)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def shapes():
    return SimpleNamespace(known={})


@pytest.fixture
def shape(figure, shapes):
    if "walker" not in shapes.known:
        shapes.known["walker"] = shape_of(figure)
    return shapes.known["walker"]
