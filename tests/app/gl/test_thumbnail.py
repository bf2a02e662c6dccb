"""Pictures of poses: the whole body, from its front, on nothing."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from motionpatches.core.motion.canonical import rotate_y
from motionpatches.core.motion.skeleton import LEFT_LEG, RIGHT_LEG


@pytest.fixture(scope="module", params=["OpenGL", "painter"])
def draw(screen, request):
    from motionpatches.app.application import make_application
    from motionpatches.app.gl import thumbnail
    from motionpatches.app.gl.canvas import opengl_works

    app = make_application()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "painter":
            patch.setattr(thumbnail, "opengl_works", lambda: False)
        elif not opengl_works():
            pytest.skip("no OpenGL here")
        painter = thumbnail.ThumbnailPainter()
    yield painter
    painter.close()
    app.processEvents()


def alpha(image):
    """Return the opacity (height, width), 0 to 255."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., 3].copy()


@pytest.fixture
def poses(smpl_motion):
    """Walking, lying on the back, both arms up, standing."""
    walking = smpl_motion.positions[20]
    standing = walking.copy()
    for _, hip, knee, ankle, foot in (smpl_motion.skeleton.chains[part] for part in (RIGHT_LEG, LEFT_LEG)):
        standing[[knee, ankle, foot]] = standing[hip] + [[0, -0.39, 0], [0, -0.8, 0], [0, -0.86, 0.13]]
    lying = (walking - walking[0])[:, [0, 2, 1]] * [1, 1, -1] + [0, 0.1, 0]
    arms = walking.copy()
    for side in (-1, 1):
        chain = smpl_motion.skeleton.chains[3 if side < 0 else 4]
        arms[list(chain[-2:])] = arms[chain[-3]] + [[side * 0.05, 0.26, 0], [side * 0.1, 0.5, 0]]
    return replace(smpl_motion, positions=np.stack([walking, lying, arms, standing]).astype(np.float32))


def test_the_whole_body_is_in_view_and_fills_it(draw, poses):
    strip = draw(poses, [0, 1, 2, 3], 96)
    assert (strip.width(), strip.height()) == (384, 96)
    for at in range(4):
        seen = alpha(strip)[:, 96 * at : 96 * at + 96] > 128
        assert not (seen[0].any() or seen[-1].any() or seen[:, 0].any() or seen[:, -1].any()), f"pose {at} is cut off"
        down, across = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        assert max(np.ptp(down), np.ptp(across)) > 0.55 * 96, f"pose {at} is small"


def test_it_is_seen_from_its_front_wherever_it_goes_and_faces(draw, poses):
    turned = rotate_y(poses.positions, 2.2).astype(np.float32) + np.array([7, 0, -3], np.float32)
    one, other = (alpha(draw(motion, [0], 96)).astype(int) for motion in (poses, replace(poses, positions=turned)))
    assert (np.abs(one - other) > 60).mean() < 0.01


def test_the_version_tells_both_ways_of_drawing_apart(draw):
    from motionpatches.app.gl.thumbnail import FIGURE

    assert draw.version == (str(FIGURE) if draw.surface is not None else f"{FIGURE} painter")
