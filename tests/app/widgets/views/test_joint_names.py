"""Names over the stage: each beside its joint, none over another, all in view."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF

from motionpatches.app.widgets.views.joint_names import AWAY, GAP, lay_out

AREA = QRectF(0, 0, 600, 400)


def boxes(places, size=(80, 20), area=AREA, middle=300.0):
    return lay_out(np.array(places, float), [QSizeF(*size)] * len(places), area, middle)


def test_a_box_stands_outwards_of_its_joint_at_its_height():
    left, right = boxes([(250, 100), (350, 100)])
    assert left.right() == 250 - AWAY and right.left() == 350 + AWAY
    assert left.center().y() == right.center().y() == 100


@pytest.mark.parametrize("seed", range(5))
def test_no_two_boxes_of_a_side_overlap_and_all_are_in_view(seed):
    random = np.random.default_rng(seed)
    places = random.normal([300, 200], [60, 40], (22, 2))
    found = [box for box in boxes(places) if not box.isEmpty()]
    assert len(found) == 22
    for side in (True, False):
        own = sorted((b for p, b in zip(places, boxes(places), strict=True) if (p[0] < 300) == side), key=QRectF.top)
        assert all(b.top() - a.bottom() >= GAP - 1e-6 for a, b in zip(own, own[1:], strict=False))
    assert all(AREA.contains(box) for box in found)


def test_what_there_is_no_room_for_is_left_out():
    found = boxes([(200, y) for y in range(0, 100, 2)], area=QRectF(0, 0, 600, 100))
    shown = [box for box in found if not box.isEmpty()]
    assert 0 < len(shown) < 50 and all(box.bottom() <= 100 for box in shown)
