"""The patch picture for people: the values that it shows, in their unit, and the scale of their colours."""

import numpy as np
import pytest

from motionpatches.core.patch_picture import SPREAD, describe, patch_image, scale_of, with_unit
from motionpatches.core.patches import PARTS


@pytest.mark.parametrize("metres", [False, True])
def test_the_values_are_those_of_the_colours(smpl_motion, metres):
    """One channel's colour is that of the scale at the value, to a step of the scale."""
    image = patch_image(smpl_motion, None, channel=2, metres=metres)
    assert image.values.shape == image.metres.shape == (60, 5 * image.points, 3)
    assert image.unit == ("m" if metres else "") and (metres or image.end == SPREAD)
    scale = scale_of(image.end, 257)
    at = np.clip(np.round((image.values[..., 1] / image.end + 1) * 128), 0, 256).astype(int)
    for part in range(PARTS):
        own = slice(part * image.points, (part + 1) * image.points)
        seen = image.bands[part][:, :60].transpose(1, 0, 2).astype(int)
        assert np.abs(seen - scale[at[:, own]]).max() <= 4
    if metres:
        np.testing.assert_array_equal(image.values, image.metres)
    else:
        assert abs(float(image.values.mean())) < 0.2 < float(image.values.std()), "z-scores"


def test_a_part_is_described_in_the_values_that_are_shown(smpl_motion):
    for metres, unit in ((False, ""), (True, "m")):
        image = patch_image(smpl_motion, None, metres=metres)
        block = image.values[:, : image.points, 0]
        words = describe(image, 0)
        assert words.split(", ")[0] == with_unit(f"x {block.mean():+.2f} ± {block.std():.2f}", unit)
        assert words.count(" ") == 4 and words.count(",") == 2, "a line breaks between axes alone"


def test_the_scale_runs_from_blue_over_light_to_red():
    low, middle, high = scale_of(2.0, 3).astype(int)
    assert low[2] > low[0] + 80 and high[0] > high[2] + 80 and middle.min() > 240
