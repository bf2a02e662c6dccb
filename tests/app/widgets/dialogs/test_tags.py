"""Tags are completed from those that the library has."""

import pytest
from PySide6.QtCore import Qt

from motionpatches.app.widgets.dialogs.tags import TagLine, TagsDialog

KNOWN = ("reviewed", "loop", "fight scene", "refight", "left")


@pytest.mark.parametrize(
    ("text", "at", "offers"),
    [
        ("f", 1, ["fight scene", "refight", "left"]),
        ("loop, re", 8, ["reviewed", "refight"]),
        ("reviewed, re", 12, ["refight"]),
        ("re, loop", 2, ["reviewed", "refight"]),
        ("loop", 4, []),
        ("loop, ", 6, []),
        ("REV", 3, ["reviewed"]),
    ],
)
def test_the_tag_under_the_cursor_is_completed(app, text, at, offers):
    line = TagLine(text, KNOWN)
    line.setCursorPosition(at)
    assert line.offers() == offers


def test_a_completion_replaces_that_tag_alone(app):
    line = TagLine("loop, re, mine", KNOWN)
    line.setCursorPosition(8)
    line.complete("reviewed")
    assert line.text() == "loop, reviewed, mine" and line.cursorPosition() == len("loop, reviewed")


def test_ticks_and_words_say_the_same(app):
    dialog = TagsDialog("a", ("loop",), KNOWN)
    ticked = lambda: [i.text() for i in map(dialog.list.item, range(5)) if i.checkState() == Qt.CheckState.Checked]  # noqa: E731
    assert ticked() == ["loop"]
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert dialog.line.text() == "loop, reviewed"
    dialog.line.setText("left, new")
    assert ticked() == ["left"]
    dialog.list.item(4).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.line.text() == "new"
