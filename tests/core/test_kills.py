"""A process killed before any of its operations on files leaves the old or the new, whole, and the next start goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")


def kills(*names):
    command = [sys.executable, "-m", "tests.kills", *names]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)


def test_every_kill_of_every_writer():
    ended = kills()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert int(ended.stdout.split()[-2]) >= 150


def test_a_writer_that_writes_in_place_is_found_out():
    ended = kills("in place")
    assert ended.returncode == 1 and "not whole after a kill" in ended.stderr
