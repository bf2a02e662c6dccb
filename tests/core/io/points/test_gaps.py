"""Gaps of point tables against numpy's own interpolation, joint by joint."""

import numpy as np
import pytest

from motionpatches.core.io.points.gaps import fill_gaps


def slow_fill(positions, longest):
    """Run by run with np.interp."""
    out = positions.copy()
    frames = len(out)
    for j in range(out.shape[1]):
        bad = [t for t in range(frames) if not np.isfinite(out[t, j]).all()]
        out[bad, j] = np.nan
        good = [t for t in range(frames) if t not in bad]
        t = 0
        while t < frames:
            end = t
            while end < frames and end in bad:
                end += 1
            if end > t and end - t <= longest and good:
                for axis in range(3):
                    out[t:end, j, axis] = np.interp(range(t, end), good, positions[good, j, axis])
            t = end + 1
    return out


@pytest.mark.parametrize("seed", range(5))
def test_against_the_slow_twin(seed):
    rng = np.random.default_rng(seed)
    positions = rng.normal(size=(80, 6, 3)).cumsum(axis=0).astype(np.float32)
    for _ in range(25):
        at, joint = rng.integers(80), rng.integers(6)
        positions[at : at + rng.integers(1, 9), joint, rng.integers(3)] = rng.choice([np.nan, np.inf])
    filled, words = fill_gaps(positions, 20.0)
    np.testing.assert_allclose(filled, slow_fill(positions, 6), rtol=1e-5, atol=1e-5)
    assert filled.dtype == np.float32 and "filled" in words


def test_by_hand_and_in_words():
    positions = np.zeros((10, 3, 3))
    positions[:, 0] = np.arange(10)[:, None]
    before = positions.copy()
    positions[3:6, 0] = np.nan
    positions[2:9, 1] = np.nan
    filled, words = fill_gaps(positions, 10.0, names=("LeftHand", "Tail", "Head"))
    np.testing.assert_allclose(filled[:, 0], before[:, 0])
    assert np.isnan(filled[2:9, 1]).all() and np.isfinite(filled[:, 2]).all()
    assert words == "1 gap of up to 0.3 s filled (3 places); 1 longer gap left; mostly missing: Tail (70%)"
    assert np.isnan(positions[3:6, 0]).all(), "the input is not changed"


def test_nothing_missing_and_all_missing():
    whole = np.ones((4, 2, 3), np.float32)
    assert fill_gaps(whole, 30.0) == (whole, "")
    nothing, words = fill_gaps(np.full((4, 2, 3), np.nan), 30.0)
    assert np.isnan(nothing).all() and "mostly missing: point 0 (100%), point 1 (100%)" in words
    assert fill_gaps(np.zeros((0, 2, 3)), 30.0)[1] == ""
