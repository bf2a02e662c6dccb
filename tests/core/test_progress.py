"""Numbers in words."""

import pytest

from motionpatches.core.progress import counted


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [
        (0, ("motion",), "0 motions"),
        (1, ("motion",), "1 motion"),
        (2_902, ("motion",), "2,902 motions"),
        (1, ("entry", "entries"), "1 entry"),
        (2, ("entry", "entries"), "2 entries"),
    ],
)
def test_one_is_singular(count, words, text):
    assert counted(count, *words) == text
