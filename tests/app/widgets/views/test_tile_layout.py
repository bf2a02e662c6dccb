"""Where tiles of results lie."""

import math

import pytest
from PySide6.QtCore import QRect

from motionpatches.app.gl.camera import Camera
from motionpatches.app.widgets.views.results import TILE
from motionpatches.app.widgets.views.tile_layout import CAPTION, DISTANCE_M, lay_out, target_of


def overlaps(tiles):
    return any(a.intersects(b) for i, a in enumerate(tiles) for b in tiles[:i])


@pytest.mark.parametrize("arrangement", ["all", "grid", "row"])
@pytest.mark.parametrize("count", [0, 1, 7, 60])
def test_tiles_never_overlap_and_have_one_size(arrangement, count):
    layout = lay_out(count, 410, 620, 118, arrangement)
    assert len(layout.tiles) == count and not overlaps(layout.tiles)
    assert len({(t.width(), t.height()) for t in layout.tiles}) <= 1


def test_all_are_in_view_as_large_as_they_can_be():
    layout = lay_out(25, 1280, 720, 118, "all")
    assert all(QRect(0, 0, 1280, 720).contains(t) for t in layout.tiles)

    def side(columns):  # the slow twin: every number of columns
        rows = -(-25 // columns)
        return min(1280 / columns - 6, (720 / rows - 6 - CAPTION) / 1.05)

    best = max(side(c) for c in range(1, 26))
    tile = layout.tiles[0]
    assert min(tile.width(), (tile.height() - CAPTION) / 1.05) == pytest.approx(best, abs=2)


def test_a_grid_is_as_wide_as_the_view_and_scrolls_down():
    layout = lay_out(60, 410, 620, 118, "grid")
    assert layout.columns == 3 and layout.tiles[2].right() <= 410 and layout.length == 20 * layout.cell > 620
    assert lay_out(60, 190, 620, 118, "grid").columns == 2, "also a narrow page shows two beside each other"
    assert lay_out(60, 410, 620, 360, "grid").columns == 1
    # More tiles than 25 are no thinner.
    assert lay_out(500, 410, 620, 118, "grid").tiles[0].width() == layout.tiles[0].width() > 100


def test_a_row_is_as_high_as_the_view_and_scrolls_sideways():
    layout = lay_out(60, 900, 180, 118, "row")
    assert all(t.top() >= 0 and t.bottom() <= 180 for t in layout.tiles)
    assert layout.length == 60 * layout.cell > 900 and layout.columns == 60


def test_sections_of_a_grid_begin_below_their_headings():
    plain, layout = lay_out(9, 410, 620, 118, "grid"), lay_out(9, 410, 620, 118, "grid", (4, 5))
    assert len(layout.heads) == 2 and len(layout.tiles) == 9 and not overlaps([*layout.tiles, *layout.heads])
    assert layout.heads[0].bottom() < layout.tiles[0].top() and layout.tiles[3].bottom() < layout.heads[1].top()
    assert layout.heads[1].bottom() < layout.tiles[4].top() and layout.tiles[4].left() == layout.tiles[0].left()
    assert layout.length == 4 * layout.cell + 2 * (layout.heads[0].height()) > plain.length
    assert plain.heads == () and {t.size().toTuple() for t in layout.tiles} == {plain.tiles[0].size().toTuple()}


def test_the_head_of_a_tall_person_is_below_the_score():
    """Of 1.9 m, in a tile of the first width: its score takes a line of the upper edge."""
    half = DISTANCE_M * math.tan(Camera().field_of_view / 2)
    pixels = lay_out(8, 270, 500, TILE, "grid").tiles[0].height() - CAPTION
    head = (target_of((0.0, 0.98, 0.0))[1] + half - 1.9) / (2 * half) * pixels
    assert head > 18


def test_the_camera_goes_up_stairs_and_lets_jumps_be_seen():
    """Standing, a jump of 30 cm, and the top of stairs of 1.5 m: there the head, 0.8 m above the root, is in the tile."""
    assert target_of((1.0, 0.95, 2.0)) == target_of((1.0, 1.25, 2.0)) == (1.0, 0.88, 2.0)
    half = DISTANCE_M * math.tan(Camera().field_of_view / 2)
    assert 0.88 + half < 2.45 + 0.8 < target_of((0.0, 2.45, 0.0))[1] + half
