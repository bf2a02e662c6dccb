"""Small pictures of clips: the pose that is there, in the middle, whole."""

import io

import numpy as np
import pytest
from PIL import Image

from motionpatches.core.serve.picture import GROUND, POSES, SIZE, picture


def drawn(content):
    image = Image.open(io.BytesIO(content))
    return image, np.abs(np.asarray(image.convert("RGB")).astype(int) - GROUND).sum(axis=2) > 90


def test_a_person_stands_upright_in_the_middle(smpl_motion):
    image, marks = drawn(picture(smpl_motion))
    assert image.format == "PNG" and image.size == (SIZE, SIZE)
    rows, columns = np.flatnonzero(marks.any(axis=1)), np.flatnonzero(marks.any(axis=0))
    assert 0.75 * SIZE < rows[-1] - rows[0] < 0.92 * SIZE and columns[-1] - columns[0] < rows[-1] - rows[0]
    assert abs((rows[0] + rows[-1]) / 2 - SIZE / 2) < 3 and abs((columns[0] + columns[-1]) / 2 - SIZE / 2) < 3
    # A head above and two feet below: the lowest lines hold more than one leg, the highest one neck.
    assert marks[rows[0] + 4].sum() < marks[rows[0] : rows[-1]].sum(axis=1).max()


def test_a_loop_moves_within_the_picture(smpl_motion):
    image, _ = drawn(picture(smpl_motion, moving=True))
    assert image.format == "GIF" and 1 < image.n_frames <= POSES
    first = np.asarray(image.convert("RGB")).copy()
    image.seek(image.n_frames // 2)
    later = np.asarray(image.convert("RGB"))
    assert (first != later).any()
    assert (np.abs(later[0].astype(int) - later[0, 0]).sum(axis=1) < 60).all()  # nothing touches the edge


@pytest.mark.parametrize("frames", [1, 2])
def test_a_very_short_clip_is_drawn(smpl_motion, frames):
    for moving in (False, True):
        assert drawn(picture(smpl_motion.crop(0, frames), moving))[1].any()
