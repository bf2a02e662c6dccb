"""Shared fixtures: real data where it lies beside the project, small motions, a virtual screen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.motion.motion import Motion
from core.motion.skeleton import SMPL22

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Galleries and settings of the tests stay out of the user's own."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real motion capture in ../shared/data is not here")
    return SHARED


@pytest.fixture
def smpl_motion() -> Motion:
    """60 frames of rigid random poses: the demo's own standing body, walking."""
    from core.demo.body import make_body
    from core.demo.gait import WALK, straight, walk_along
    from core.demo.solve import solve

    return Motion(solve(walk_along(make_body(), straight(3.0, 3.0), WALK)).astype(np.float32), 20.0, SMPL22, "walk")


@pytest.fixture(scope="session")
def screen():
    """A real X server for OpenGL windows: the one there is, or Xvfb."""
    from app.virtual_screen import virtual_screen

    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine")
    with virtual_screen((1700, 1100)):
        yield
