"""The headings of a grid of results: those of exact words, then those by motion."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.answers import exact_count
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.widgets.theme import muted, sized


def sections_of(search: Search | Tiles) -> list[tuple[str, int]]:
    """Return the heading and the number of tiles of each section; nothing where no result is there for its words."""
    if not isinstance(search, Search):
        return []
    exact = exact_count(search.results)
    rest = len(search.results) - exact
    all_of = f" – {exact} of {search.exact:,}" if search.exact > exact else ""
    return [(f"Exact words{all_of}", exact), *([("By motion", rest)] if rest else [])] if exact else []


def paint_heads(painter: QPainter, view: QWidget, places: list[tuple[QRect, str]]) -> None:
    """Write the headings that are in view."""
    painter.setFont(sized(view.font(), tokens.SECONDARY, bold=True))
    painter.setPen(muted(view))
    for place, text in places:
        if place.intersects(view.rect()):
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
