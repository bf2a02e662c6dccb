"""Screens that are none, and the one that stands in for them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motionpatches.app.virtual_screen import has_screen, virtual_screen

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is of Linux")
needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb on this machine")
DIES = """
import os, time
from motionpatches.app.virtual_screen import virtual_screen
with virtual_screen((640, 480)):
    print(os.environ["DISPLAY"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def no_wayland(monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.parametrize("display", [":4711", "localhost:4711", "nonsense", ":", "\x01"])
def test_a_display_that_does_not_answer_is_no_screen(no_wayland, monkeypatch, display):
    monkeypatch.setenv("DISPLAY", display)
    assert not has_screen()


def test_a_wayland_socket_counts_where_something_listens(monkeypatch, tmp_path):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    assert not has_screen()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
        assert not has_screen()
        server.listen()
        assert has_screen()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    assert not has_screen()


@needs_xvfb
def test_the_virtual_screen_answers_and_is_gone_after_it(no_wayland, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with virtual_screen((640, 480)):
        assert has_screen()
        lent = os.environ["DISPLAY"]
    monkeypatch.setenv("DISPLAY", lent)
    assert not has_screen()


@needs_xvfb
def test_the_virtual_screen_goes_with_a_process_that_is_killed(no_wayland, monkeypatch):
    child = subprocess.Popen([sys.executable, "-c", DIES], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    monkeypatch.setenv("DISPLAY", child.stdout.readline().strip())
    assert has_screen()
    child.send_signal(signal.SIGKILL)
    child.wait()
    until = time.monotonic() + 10
    while has_screen() and time.monotonic() < until:
        time.sleep(0.05)
    assert not has_screen()
    child.stdout.close()
