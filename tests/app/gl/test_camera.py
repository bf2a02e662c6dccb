"""The orbit camera against the geometry of a pinhole."""

import numpy as np
import pytest

from motionpatches.app.gl.camera import Camera, frame_motion, project

CAMERAS = [
    Camera(),
    Camera((1, 2, 3), 7, 2.0, 1.2, 0.5),
    Camera((-4, 0.5, 0), 1.5, -1.0, -0.1, 0.9),
]


@pytest.mark.parametrize("camera", CAMERAS)
def test_axes_are_right_handed_and_the_eye_is_at_its_distance(camera):
    right, up, back = camera.axes()
    np.testing.assert_allclose(np.array([right, up, back]) @ np.array([right, up, back]).T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.cross(right, up), back, atol=1e-12)
    assert np.linalg.norm(camera.eye() - camera.target) == pytest.approx(camera.distance)
    assert right[1] == 0, "the horizon is level"


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("size", [(800, 600), (300, 900)])
def test_points_are_where_a_pinhole_puts_them(camera, size):
    """By similar triangles: the offset from the middle is that across the view over that along it, in focal lengths."""
    width, height = size
    points = camera.target + np.random.default_rng(0).normal(0, 0.4, (50, 3))
    right, up, back = camera.axes()
    from_eye = points - camera.eye()
    along = -(from_eye @ back)
    focal = min(size) / (2 * np.tan(camera.field_of_view / 2))
    expected = np.stack([width / 2 + focal * (from_eye @ right) / along, height / 2 - focal * (from_eye @ up) / along], 1)
    np.testing.assert_allclose(project(camera, points, width, height), expected, atol=1e-2)


def test_the_target_is_in_the_middle_and_what_is_behind_is_nowhere():
    camera = CAMERAS[1]
    behind = camera.eye() + camera.axes()[2]
    places = project(camera, np.array([camera.target, behind]), 640, 480)
    np.testing.assert_allclose(places[0], [320, 240], atol=1e-3)
    assert np.isnan(places[1]).all()


def test_panning_keeps_the_point_under_the_mouse():
    camera = CAMERAS[2]
    point = np.array([camera.target])
    moved = camera.pan(30, -12, 480)
    np.testing.assert_allclose(project(moved, point, 640, 480), [[350, 228]], atol=0.05)


def test_zoom_and_orbit_stay_within_their_bounds():
    camera = Camera()
    assert camera.zoom(1).distance < camera.distance < camera.zoom(-1).distance
    assert camera.zoom(1000).distance == 0.4 and camera.zoom(-1000).distance == 60
    assert camera.orbit(0, 1e6).elevation == 1.5 and camera.orbit(0, -1e6).elevation == -0.15
    assert camera.orbit(10, 0).azimuth < camera.azimuth


@pytest.mark.parametrize("size", [(800, 600), (500, 900)])
def test_framing_holds_the_whole_motion_in_view(smpl_motion, size):
    camera = frame_motion(smpl_motion.positions, Camera(azimuth=1.1, elevation=0.3))
    places = project(camera, smpl_motion.positions.reshape(-1, 3), *size)
    assert (places >= 0).all() and (places <= size).all()
    assert np.ptp(places, axis=0).max() > 0.25 * min(size), "not from afar"
    assert (camera.azimuth, camera.elevation) == (1.1, 0.3)
