"""A window without OpenGL, with that of a graphics card and of the processor, and one that is closed while work goes on: each
in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from motionpatches.core import paths

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")

START = """
import sys, tempfile
from PySide6.QtCore import QSettings
from motionpatches.app.application import Studio, make_application
from tests.window import pixels, rest, wait
app = make_application()
settings = QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat)
settings.setValue("toured", True)
studio = Studio([], settings=settings)
said = []
studio.workspace.failed.connect(said.append)
"""


def run(code, before="", **environment):
    return subprocess.run(
        [sys.executable, "-c", f"{before}\n{START}{code}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=170,
        capture_output=True,
        text=True,
    )


def test_a_painter_draws_what_opengl_cannot():
    done = run(
        """
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
assert pixels(studio.window.results.view).std() > 10
assert any("OpenGL" in s for s in said)
studio.window.close(); app.shutdown(); print("fine")
""",
        QT_QPA_PLATFORM="offscreen",
    )
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr


MOVES = """
studio.window.resize(1200, 800)
wait(lambda: studio.workspace.retriever is not None, 90)
studio.window.query.ask("a person waves with the right hand")
wait(lambda: len(studio.search.results) == 8, 30)
rest(600)
import numpy as np
for view in (studio.window.stage, studio.window.results.view):
    first = pixels(view)
    rest(500)
    assert np.abs(first - pixels(view)).max() > 60, "it moves"
    assert type(view.canvas).__name__ == CANVAS and first.std() > 10
studio.window.close(); app.shutdown(); print("fine")
"""


@pytest.mark.parametrize("canvas, processors", [("WindowCanvas", "()"), ("MemoryCanvas", "('',)")])
def test_opengl_in_the_window_and_in_memory(screen, canvas, processors):
    """Each is taken here whatever draws OpenGL: a name is looked for in the renderer's."""
    done = run(
        f"CANVAS = {canvas!r}\n" + MOVES,
        before=f"import motionpatches.app.gl.canvas; motionpatches.app.gl.canvas.PROCESSORS = {processors}",
    )
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr


def test_a_picture_from_memory_stands_upright_in_its_colours(screen):
    done = run("""
from OpenGL import GL as gl
from motionpatches.app.gl.memory_canvas import MemoryCanvas

drawers = set()
def half(drawer):
    drawers.add(drawer)
    gl.glViewport(0, 0, view.width(), view.height())
    for below, colour in ((0, (1, 0, 0)), (view.height() // 2, (0, 0, 1))):
        gl.glScissor(0, below, view.width(), view.height() // 2)
        gl.glEnable(gl.GL_SCISSOR_TEST)
        gl.glClearColor(*colour, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
    gl.glDisable(gl.GL_SCISSOR_TEST)

view = MemoryCanvas(half)
for size in ((40, 20), (64, 90)):
    view.resize(*size)
    view.show()
    found = pixels(view)
    assert found.shape == (size[1], size[0], 3)
    assert (found[: size[1] // 2] == (0, 0, 255)).all() and (found[size[1] // 2:] == (255, 0, 0)).all()
assert len(drawers) == 1, "one renderer for all frames"
view.close(); studio.window.close(); app.shutdown(); print("fine")
""")
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr


def test_the_window_closes_with_work_under_way(screen):
    done = run("""
wait(lambda: studio.workspace.retriever is not None, 90)
from motionpatches.core.search.indexing import build_gallery
studio.lanes.models.submit_job("index", lambda: build_gallery(studio.workspace.model, studio.workspace.library),
                                   lambda p: None, lambda g: None, print)
from motionpatches.app.widgets.export_sources import sheet_of
w = studio.window
wait(lambda: studio.workspace.clip is not None)
import pathlib
folder = pathlib.Path(tempfile.mkdtemp())
sheet = sheet_of(studio.view_models, settings, w.stage.camera, w)
sheet.set_path(folder / "x.gif")
sheet.start()
rest(300)
assert studio.lanes.models.busy and studio.lanes.exports.busy
from motionpatches.app.viewmodels.quitting import QUIT
from motionpatches.app.widgets import quitting
quitting.choose = lambda *_: QUIT
w.close()
assert not list(folder.iterdir())
app.shutdown(); print("fine")
""")
    assert done.returncode == 0 and "fine" in done.stdout, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def test_words_being_typed_are_saved_by_closing(screen, small_library):
    done = run(f"""
from pathlib import Path
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
folder, w = Path({str(small_library)!r}), studio.window
w.activateWindow(); wait(w.isActiveWindow)
studio.workspace.open([folder])
wait(lambda: w.captions.captions.take and studio.workspace.library.root == folder and studio.workspace.retriever, 90)
w.captions.captions.place.set_own(True)
w.captions.add.click()
QTest.keyClicks(w.captions.table.findChildren(QLineEdit)[-1], "not yet entered")
w.close(); app.shutdown(); print("fine")
""")
    assert done.returncode == 0 and "fine" in done.stdout and "Error" not in done.stderr, done.stderr
    assert sum("not yet entered" in file.read_text() for file in (small_library / "texts").iterdir()) == 1
