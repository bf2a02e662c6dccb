"""A window where there is no OpenGL, and one that is closed while work goes on: each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core import places

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not places.starter_model().exists(), reason="the starter model is not built yet")

START = """
import sys, tempfile
from PySide6.QtCore import QSettings
from app.application import Studio, make_application
from tests.window import pixels, rest, wait
app = make_application()
settings = QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat)
settings.setValue("toured", True)
studio = Studio([], settings=settings)
said = []
studio.workspace.failed.connect(said.append)
"""


def run(code, **environment):
    return subprocess.run([sys.executable, "-c", START + code], cwd=ROOT, env={**os.environ, **environment}, timeout=170,
                          capture_output=True, text=True)


def test_a_painter_draws_what_opengl_cannot():
    done = run("""
studio.window.resize(1200, 800)
wait(lambda: studio.workspace.retriever is not None, 90)
studio.window.query.ask("a person waves with the right hand")
wait(lambda: len(studio.search.results) == 8, 30)
rest(600)
import numpy as np
first = pixels(studio.window.stage)
rest(500)
assert np.abs(first - pixels(studio.window.stage)).max() > 60, "it moves"
for colour in ((213, 94, 0), (0, 114, 178), (0, 158, 115)):
    assert (np.abs(first - np.array(colour)).sum(-1) < 40).sum() > 100, colour
assert pixels(studio.window.query.results).std() > 10
assert any("OpenGL" in s for s in said)
studio.window.close(); app.shutdown(); print("fine")
""", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr


def test_the_window_closes_with_work_under_way(screen):
    done = run("""
wait(lambda: studio.workspace.retriever is not None, 90)
from core.retriever import build_gallery
studio.workspace.models.submit_job("index", lambda: build_gallery(studio.workspace.model, studio.workspace.library),
                                   lambda p: None, lambda g: None, print)
from app.widgets.export_dialog import ExportDialog
w = studio.window
d = ExportDialog(studio.workspace, studio.search, studio.playback, w.stage.camera, settings, w)
wait(lambda: studio.workspace.clip is not None)
import pathlib
folder = pathlib.Path(tempfile.mkdtemp())
d.start(studio.exports, folder / "x.gif")
rest(300)
assert studio.models.busy and studio.exports.busy
w.close()
assert not list(folder.iterdir())
app.shutdown(); print("fine")
""")
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
