"""One studio for all tests of the window."""

import math
import sys

import pytest
from PySide6.QtCore import QSettings

from motionpatches.core import paths
from tests.window import ask, meshed, wait


@pytest.fixture(scope="session")
def running(screen, tmp_path_factory):
    if not sys.platform.startswith("linux"):
        pytest.skip("needs an X server")
    if not paths.starter_model().exists():
        pytest.skip("the starter model is not built yet")
    from motionpatches.app.application import Studio, make_application
    from motionpatches.app.gl import memory_canvas
    from motionpatches.app.viewmodels import answers

    # Answers come whole, however slow the machine is.
    answers.PROCESSOR_S = answers.CLOCK_S = math.inf
    # Pictures before and after are compared: none is drawn again with smooth edges in between.
    memory_canvas.STILL_MS = 10**8
    app = make_application()
    settings = QSettings(str(tmp_path_factory.mktemp("s") / "s.ini"), QSettings.Format.IniFormat)
    settings.setValue("toured", True)
    studio = Studio([], settings=settings)
    studio.search.set_words_first(False)  # the best take by motion is the same whatever captions say
    studio.window.resize(1400, 900)
    studio.window.activateWindow()
    wait(studio.window.isActiveWindow)
    wait(lambda: studio.workspace.retriever is not None, 120)
    yield studio
    studio.window.close()
    studio.window.deleteLater()
    app.processEvents()
    app.shutdown()


@pytest.fixture
def studio(running):
    """The studio, whose window has the keyboard again if a window of another test had it."""
    running.window.activateWindow()
    wait(running.window.isActiveWindow)
    return running


@pytest.fixture
def demo(studio):
    """The demo library, a wave on the stage, everything standing still."""
    if studio.workspace.library is None or studio.workspace.library.root != paths.demo_library():
        studio.workspace.open_demo()
    wait(lambda: studio.workspace.library.root == paths.demo_library() and studio.workspace.retriever is not None, 60)
    ask(studio, "a person waves with the right hand")
    wait(lambda: studio.workspace.clip is not None and studio.workspace.clip.id == studio.search.results[0].clip.id)
    studio.playback.playing = False
    studio.playback.seek(0.8)
    meshed(studio)
    yield studio
    stages = studio.view_models.stage
    stages.set(**vars(type(stages.options)()))
    stages.alone()
    studio.view_models.explanation.set_on(False)
    studio.playback.clear_range()
    studio.search.keep_to(None)
    studio.playback.playing = True
