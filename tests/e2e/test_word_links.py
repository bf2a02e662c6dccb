"""A word of the query and its patches, seen in the window: a word planted on the right arm, in the second window."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from motionpatches.core.search.word_patches import WordPatches
from tests.window import pixels, rest, wait


@pytest.fixture
def linked(demo):
    why = demo.view_models.explanation
    why.set_on(True)
    wait(lambda: why.occlusion is not None, 30)
    cosines = np.full((7, 5, len(why.occlusion.falls[0])), 0.1, np.float32)
    cosines[2, 3, 1] = 0.9
    why.link = WordPatches(("a", "person", "waves", "with", "the", "right", "hand"), cosines, 16, 0.0, 20.0)
    why.changed.emit()
    demo.window.right.turn("Patches")
    rest(100)
    return demo


def point(widget, place):
    buttons = Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(place)
    QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, at, QPointF(widget.mapToGlobal(at.toPoint())), *buttons))


def find_word(label, explanation, word):
    """Move the mouse over a label until it is on a word."""
    for y in range(6, label.height(), 8):
        for x in range(2, label.width(), 4):
            point(label, QPointF(x, y))
            if explanation.word == word:
                return True
    return False


def test_a_word_lights_up_its_patch_and_its_bones_and_a_patch_its_word(linked):
    window, why = linked.window, linked.view_models.explanation
    panel, view = window.patches, window.patches.view
    assert panel.words.isVisible()
    assert find_word(panel.words, why, 2)
    rest(150)
    image, picture = view.image, pixels(view)
    wide = view._band(0).width() * image.points / image.shown
    brightness = np.array(
        [
            [
                picture[
                    int(view._band(part).top()) + 4 : int(view._band(part).bottom()) - 4,
                    int(view._band(part).left() + at * wide) + 4 : int(view._band(part).left() + (at + 1) * wide) - 4,
                ].mean()
                for at in range(why.link.cosines.shape[2])
            ]
            for part in range(5)
        ]
    )
    others = np.delete(brightness.ravel(), 3 * brightness.shape[1] + 1)
    assert brightness[3, 1] > 1.8 * others.max(), "the word's patch alone is bright"
    assert "Query" in window.timeline.lanes
    shown = pixels(window.stage)
    point(panel.words, QPointF(panel.words.width() - 1, panel.words.height() - 1))
    rest(150)
    assert why.word == -1 and (np.abs(pixels(window.stage) - shown).sum(-1) > 30).sum() > 50, "the bones had another colour"
    before = panel.words.text()
    box = view._band(3)
    point(view, QPointF(box.left() + 1.5 * wide, box.center().y()))
    assert why.lit_word == 2 and panel.words.text() != before
    view._point(None)
    assert why.lit_word == -1 and panel.words.text() == before
