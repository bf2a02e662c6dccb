"""What holds for the takes of every reader."""

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.limits import check_take
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton


def take(positions=None, fps=30.0, names=("a", "b"), **more) -> RawTake:
    positions = np.ones((3, len(names), 3), np.float32) if positions is None else positions
    skeleton = Skeleton(names, tuple(range(-1, len(names) - 1)))
    return RawTake(positions, fps, skeleton, Assumption("rate", "30", "said", 1.0), **more)


def far(value: float) -> np.ndarray:
    positions = np.ones((3, 2, 3), np.float32)
    positions[1, 0, 2] = value
    return positions


def test_what_a_take_may_be():
    for one in (take(), take(far(-0.9e9)), take(fps=1), take(fps=1000), take(names=("a" * 1000, "b")), take(partner=take())):
        check_take("a.x", one)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (take(np.ones((0, 2, 3), np.float32)), "no frames"),
        (take(names=()), "no joints"),
        (take(far(np.nan)), r"frame 1: 1 of 3 frames"),
        (take(far(-np.inf)), "frame 1"),
        (take(far(1.1e9)), "frame 1: .* too large"),
        (take(far(-3e38)), "too large"),
        (take(fps=0.5), "rate"),
        (take(fps=np.nan), "rate"),
        (take(fps=1e6), "rate"),
        (take(names=("a", "b" * 5000)), "5,000 characters"),
        (take(names=tuple(map(str, range(1001)))), "joints"),
        (take(name="x" * 1001), "1,001 characters"),
        (take(captions=("x" * 1001,)), "a caption has 1,001 characters"),
        (take(captions=("x",) * 101), "101 captions"),
        (take(partner=take(far(np.nan))), "frame 1"),
    ],
)
def test_what_it_may_not_be(one, says):
    with pytest.raises(FileProblem, match=says) as caught:
        check_take("a.x", one)
    assert len(str(caught.value)) < 300
