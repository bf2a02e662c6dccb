"""Where a tile starts, and its mark."""

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QWidget

from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.widgets.views.tile_labels import TileState, mark_box, moment_text, paint_label, short_score
from motionpatches.app.widgets.views.tile_layout import CAPTION
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.search.gallery import Hit


@pytest.mark.parametrize(
    ("start_s", "end_s", "text"),
    [
        (0.0, 0.0, ""),
        (0.0, 11.2, ""),
        (0.2, 4.2, ""),
        (48.6, 51.0, "at 0:48"),
        (61.0, 70.0, "at 1:01"),
        (3600.0, 0.0, "at 60:00"),
    ],
)
def test_a_tile_of_a_long_take_says_where_it_starts(start_s, end_s, text):
    motion = Motion(np.zeros((40, 22, 3), np.float32), 20.0, SMPL22)
    assert moment_text(Result(Hit(1, "a", 0.5, start_s, end_s), Clip("a", None), motion)) == text


def test_the_mark_lies_in_the_picture_of_its_tile(app):
    tile = QRect(100, 50, 120, 160)
    box = mark_box(tile)
    assert tile.adjusted(0, 0, 0, -CAPTION).contains(box) and box.width() == box.height() >= 20


def test_rank_and_score_of_a_small_tile_do_not_lie_over_each_other(app):
    metrics, hit = QFontMetrics(QFont()), Hit(2, "a", 0.62, 0.0, 0.0, "strong")
    for text in ("0.62 strong", "strong"):
        assert short_score(metrics, hit, metrics.horizontalAdvance(text)) == text
        assert short_score(metrics, hit, metrics.horizontalAdvance(text) - 1) != text
    assert short_score(metrics, hit, metrics.horizontalAdvance("0.62")) == "0.62" and short_score(metrics, hit, 3) == ""
    assert short_score(metrics, Hit(2, "a", float("nan"), 0.0, 0.0, "exact"), 200) == "exact"


@pytest.mark.parametrize("ranked", [True, False])
def test_a_preview_of_the_map_has_no_rank_and_no_score(app, ranked):
    motion = Motion(np.zeros((40, 22, 3), np.float32), 20.0, SMPL22)
    image = QImage(140, 180, QImage.Format.Format_RGB888)
    image.fill(QColor("black"))
    painter, view = QPainter(image), QWidget()
    result = Result(Hit(1, "a", 0.5, 0.0, 0.0, "likely"), Clip("a", None), motion)
    paint_label(painter, view, QRect(0, 0, 140, 180), result, TileState(ranked=ranked))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(180, image.bytesPerLine())
    assert bool(rows[:30].max() > 60) == ranked
