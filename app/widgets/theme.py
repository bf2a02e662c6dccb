"""Colours that follow the system's dark or light palette."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from app.gl.geometry import PART_COLOURS


def is_dark(widget: QWidget) -> bool:
    return widget.palette().color(QPalette.ColorRole.Window).lightness() < 128


def part_colour(part: int) -> QColor:
    return QColor(*PART_COLOURS[part])


def muted(widget: QWidget) -> QColor:
    """Text of less weight that still reads well on the window's colour."""
    return QColor(176, 182, 192) if is_dark(widget) else QColor(84, 90, 100)


STYLE = """
QToolTip { padding: 4px; }
QLineEdit { padding: 5px 8px; border-radius: 6px; border: 1px solid palette(mid); }
QLineEdit:focus { border: 1px solid palette(highlight); }
QPushButton#example { padding: 6px 12px; border-radius: 13px; border: 1px solid palette(mid); }
QPushButton#example:hover { border-color: palette(highlight); }
QDockWidget { font-weight: 600; }
QTableView { border: none; }
QStatusBar::item { border: none; }
"""
