"""The cube in the corner of the stage, over a view that stands in for it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from motionpatches.app.gl.camera import Camera
from motionpatches.app.widgets.views import view_cube


class View(QWidget):
    drawn = Signal()

    def __init__(self):
        super().__init__()
        self.camera, self.heading = Camera(), 0.0


@pytest.fixture
def cube(screen):
    from motionpatches.app.application import make_application

    make_application()
    return view_cube.ViewCube(View())


def picture(cube) -> QImage:
    return cube.grab().toImage()


def test_it_is_drawn_anew_only_where_the_camera_or_the_mouse_has_moved(cube, monkeypatch):
    drawn, faces = [], view_cube.faces
    monkeypatch.setattr(view_cube, "faces", lambda *of: drawn.append(of) or faces(*of))
    first = picture(cube)
    assert picture(cube) == first and len(drawn) == 1
    cube.view.camera = replace(cube.view.camera, azimuth=cube.view.camera.azimuth + 0.4)
    turned = picture(cube)
    assert turned != first and len(drawn) == 2
    cube.hovered = "Front"
    assert picture(cube) != turned and len(drawn) == 3
    cube.hovered, cube.view.camera = "", Camera()
    assert picture(cube) == first
