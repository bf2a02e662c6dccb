"""One studio for all tests of the window."""

import sys

import pytest
from PySide6.QtCore import QSettings

from core import places
from tests.window import wait


@pytest.fixture(scope="session")
def studio(screen, tmp_path_factory):
    if not sys.platform.startswith("linux"):
        pytest.skip("needs an X server")
    if not places.starter_model().exists():
        pytest.skip("the starter model is not built yet")
    from app.application import Studio, make_application

    app = make_application()
    settings = QSettings(str(tmp_path_factory.mktemp("s") / "s.ini"), QSettings.Format.IniFormat)
    settings.setValue("toured", True)
    studio = Studio([], settings=settings)
    studio.window.resize(1400, 900)
    studio.window.activateWindow()
    wait(studio.window.isActiveWindow)
    wait(lambda: studio.workspace.retriever is not None, 120)
    yield studio
    studio.window.close()
    studio.window.deleteLater()
    app.processEvents()
    app.shutdown()
