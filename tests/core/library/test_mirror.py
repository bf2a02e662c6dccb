"""Captions of mirrored motions, sense of rotation included, and captions of any length."""

import pytest

from motionpatches.core.library.captions import mirror_caption


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("walks counter clockwise", "walks clockwise"),
        ("Counter clockwise, then clockwise.", "Clockwise, then counterclockwise."),
        ("turns anti clockwise", "turns clockwise"),
        ("turns counter-clockwise", "turns clockwise"),
        ("turns anti-clock wise", "turns clockwise"),
        ("turns counter  clockwise", "turns clockwise"),
        ("turns clock-wise", "turns counterclockwise"),
        ("stops the counter. clockwise", "stops the counter. counterclockwise"),
        ("encounter clockwise", "encounter counterclockwise"),
        ("LEFT leg, Left arm", "RIGHT leg, Right arm"),
        ("she left the room clockwise", "she left the room counterclockwise"),
    ],
)
def test_sense_of_rotation_in_any_spelling(text, mirrored):
    assert mirror_caption(text) == mirrored


@pytest.mark.parametrize("text", ["goes clockwise with the left hand", "goes counterclockwise, the right leg first"])
def test_twice_mirrored_is_as_before(text):
    assert mirror_caption(mirror_caption(text)) == text


def test_time_grows_with_the_length_alone():
    """A caption of 1 MB; with a copy of the rest for every word it took minutes."""
    count = 100_000
    assert mirror_caption("left hand " * count) == "right hand " * count
    blanks = "is" + " " * 1000
    assert mirror_caption((blanks + "left ") * 1000).count("right") == 1000
