"""Colours, which follow the system's dark or light palette, icons and headings."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app.gl.geometry import PART_COLOURS
from motionpatches.app.widgets.plain import Label


def is_dark(widget: QWidget) -> bool:
    """Return whether a widget's background is dark."""
    return widget.palette().color(QPalette.ColorRole.Window).lightness() < 128


def media_icon(kind: str, widget: QWidget) -> QIcon:
    """Draw 'play', 'pause', 'back' or 'ahead' in the colour of a widget's text."""
    size = 64
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(widget.palette().color(QPalette.ColorRole.WindowText))
    if kind == "back":
        painter.translate(size, 0)
        painter.scale(-1, 1)
    if kind == "pause":
        painter.drawRoundedRect(QRectF(14, 10, 12, 44), 3, 3)
        painter.drawRoundedRect(QRectF(38, 10, 12, 44), 3, 3)
    else:
        painter.drawPolygon(QPolygonF([QPointF(14, 8), QPointF(54 if kind == "play" else 44, 32), QPointF(14, 56)]))
    if kind in ("back", "ahead"):
        painter.drawRoundedRect(QRectF(46, 10, 8, 44), 2, 2)
    painter.end()
    return QIcon(picture)


APPEARANCES = ("System", "Light", "Dark")
_ROLES = (
    QPalette.ColorRole.Window,
    QPalette.ColorRole.Base,
    QPalette.ColorRole.AlternateBase,
    QPalette.ColorRole.Button,
    QPalette.ColorRole.ToolTipBase,
    QPalette.ColorRole.Mid,
    QPalette.ColorRole.Highlight,
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.PlaceholderText,
)
_COLOURS = {
    "Dark": ("#22252b", "#1a1c21", "#20232a", "#2d313a", "#2d313a", "#4a505c", "#2f7fc1", "#e8eaee", "#8f97a5"),
    "Light": ("#efefef", "#ffffff", "#f7f7f7", "#efefef", "#ffffdc", "#b8b8b8", "#308cc6", "#101418", "#70767f"),
}


def set_appearance(choice: str) -> None:
    """Use one of APPEARANCES: the system's colours, or light or dark ones whatever the system says."""
    schemes = {"Light": Qt.ColorScheme.Light, "Dark": Qt.ColorScheme.Dark}
    _application().styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    if choice not in _COLOURS:
        _set_palette(QPalette())
        return
    palette = QPalette()
    for role, colour in zip(_ROLES, _COLOURS[choice], strict=True):
        palette.setColor(role, QColor(colour))
    text = palette.color(QPalette.ColorRole.WindowText)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.ToolTipText):
        palette.setColor(role, text)
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor("white"))
    faded = QColor(text)
    faded.setAlpha(110)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
    _set_palette(palette)


def _set_palette(palette: QPalette) -> None:
    """Set a palette, also for windows with a style sheet, which keep their old colours until it is set again."""
    app = _application()
    app.setPalette(palette)
    for window in app.topLevelWidgets():
        if window.styleSheet():
            window.setStyleSheet(window.styleSheet())


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def heading(text: str, scale: float = 1.0) -> Label:
    """Make a bold label, its type `scale` times as large as the window's."""
    label = Label(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * scale)
    label.setFont(font)
    return label


def part_colour(part: int) -> QColor:
    """Return the colour of a body part."""
    return QColor(*PART_COLOURS[part])


def muted(widget: QWidget) -> QColor:
    """Return the colour of secondary text, which still reads well on the window's."""
    return QColor(176, 182, 192) if is_dark(widget) else QColor(84, 90, 100)


def warning(widget: QWidget) -> QColor:
    """Return the colour of text that reports what is wrong."""
    return QColor(255, 150, 120) if is_dark(widget) else QColor(170, 40, 20)


STYLE = """
QToolTip { padding: 4px; }
QLineEdit { padding: 5px 8px; border-radius: 6px; border: 1px solid palette(mid); }
QLineEdit:focus { border: 1px solid palette(highlight); }
QPushButton#example { padding: 6px 12px; border-radius: 13px; border: 1px solid palette(mid); }
QPushButton#example:hover { border-color: palette(highlight); }
QCheckBox::indicator { width: 12px; height: 12px; border: 1px solid palette(mid); border-radius: 3px; background: palette(base); }
QCheckBox::indicator:checked { border-color: palette(highlight); background: palette(highlight); }
QRadioButton::indicator { width: 12px; height: 12px; border-radius: 7px;
                          border: 1px solid palette(mid); background: palette(base); }
QRadioButton::indicator:checked { border-color: palette(highlight); background: palette(highlight); }
QDockWidget { font-weight: 600; }
QTableView { border: none; }
QStatusBar::item { border: none; }
"""
