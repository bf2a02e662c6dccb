"""Labels of pictures, without OpenGL."""

import time

import numpy as np
import pytest

from motionpatches.app.export.pictures import _labelled
from tests.patience import PATIENCE

BOX = [(0, 0, 300, 120)]


def written(caption, corner=""):
    return _labelled(np.zeros((120, 300, 4), np.uint8), BOX, [caption], "dark", corner)


def test_a_caption_is_written_at_the_bottom_and_the_corner_at_the_top():
    picture = written("a person walks", "0.50 s")
    assert picture[90:, :, 3].any() and picture[:30, :100, 3].any() and not picture[40:80, :, 3].any()
    assert not written("")[..., 3].any()


@pytest.mark.parametrize("caption", ["word " * 4_000_000, "w" * 2_000_000, "two\nlines", "\x00\x1b\ud800", "\u202e" * 10])
def test_a_caption_of_any_length_and_characters_is_written_at_once(caption):
    began = time.process_time()
    assert written(caption).shape == (120, 300, 4)
    assert time.process_time() - began < PATIENCE * 1
