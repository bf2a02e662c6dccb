"""OpenGL in memory: what stands still is drawn again with smooth edges."""

import numpy as np
import pytest

from tests.window import pixels, rest, wait


def test_edges_are_smooth_once_the_picture_stands_still(screen, monkeypatch):
    from motionpatches.app.application import make_application
    from motionpatches.app.gl import memory_canvas
    from motionpatches.app.gl.camera import Camera
    from motionpatches.app.gl.canvas import opengl_works
    from motionpatches.app.gl.drawn import LIGHT, Drawn

    app = make_application()
    if not opengl_works():
        pytest.skip("no OpenGL 3.3 on this machine")
    monkeypatch.setattr(memory_canvas, "STILL_MS", 30)
    ball = np.array([[0, 0.9, 0, 0, 0.9, 0, 0.5, 0.5, 0, 0, 0]], np.float32)
    shown, painted = [], []

    def paint(drawer):
        painted.append(1)
        drawer.draw((0, 0, 200, 200), Camera(), Drawn(ball), LIGHT)

    canvas = memory_canvas.MemoryCanvas(paint)
    canvas.resize(200, 200)
    canvas.show()
    canvas.frameSwapped.connect(lambda: shown.append(sum(len(t.frames) for t in canvas._targets.values())))
    wait(lambda: len(painted) == 2)
    rest(300)
    assert len(painted) == 2, "once, not for ever"
    assert shown[-1] == 3, "a plain buffer, and one of several samples that is resolved into another"
    plain = pixels(canvas)
    canvas._smooth = True
    smooth = pixels(canvas)

    def colours(picture):
        return len(np.unique(picture.reshape(-1, 3), axis=0))

    assert colours(smooth) > colours(plain)
    canvas.close()
    app.processEvents()


def test_the_last_picture_is_shown_again_while_it_is_held(screen):
    from motionpatches.app.application import make_application
    from motionpatches.app.gl.canvas import opengl_works
    from motionpatches.app.gl.memory_canvas import MemoryCanvas

    app = make_application()
    if not opengl_works():
        pytest.skip("no OpenGL 3.3 on this machine")
    held, colour = [True], [(1.0, 0.0, 0.0)]
    canvas = MemoryCanvas(lambda drawer: drawer.clear(colour[0], 300, 300), holds=lambda: held[0])
    canvas.resize(60, 40)
    assert (pixels(canvas)[..., :3] == [255, 0, 0]).all(), "the first one is drawn"
    colour[0] = (0.0, 1.0, 0.0)
    assert (pixels(canvas)[..., :3] == [255, 0, 0]).all()
    canvas.resize(70, 50)
    assert (pixels(canvas)[..., :3] == [0, 255, 0]).all(), "one of another size is drawn"
    held[0], colour[0] = False, (0.0, 0.0, 1.0)
    assert (pixels(canvas)[..., :3] == [0, 0, 255]).all()
    app.processEvents()
