"""Letters of compared motions stand over their heads."""

import numpy as np

from motionpatches.app.gl.camera import Camera
from motionpatches.app.widgets.views.stage_letters import ABOVE_M, places


def test_each_letter_stands_over_the_middle_of_its_body_and_above_it():
    body = np.array([[0, 0, 0], [0, 1.6, 0], [0.3, 1.0, 0]], float)
    camera = Camera(target=(0.0, 0.9, 0.0), distance=5.0, azimuth=0.0, elevation=0.0)
    left, right = places([body - [1, 0, 0], body + [1, 0, 0]], camera, 800, 600)
    # A pinhole 5 m away: the height of the view is 2 * 5 * tan(fov / 2) metres.
    scale = 600 / (2 * 5 * np.tan(camera.field_of_view / 2))
    np.testing.assert_allclose(left, [400 - scale, 300 - (1.6 + ABOVE_M - 0.9) * scale], atol=0.5)
    np.testing.assert_allclose(right, [400 + scale, left[1]], atol=0.5)


def test_what_is_behind_the_camera_has_no_place():
    body = np.array([[0.0, 1.0, 9.0]])
    assert not np.isfinite(places([body], Camera(distance=5.0, azimuth=0.0, elevation=0.0), 800, 600)).any()
    assert places([], Camera(), 800, 600).shape == (0, 2)
