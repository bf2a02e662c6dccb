"""The appearance, dark or light, of all windows: palette, stylesheet, icons and headings, all made of the tokens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton, QWidget

from motionpatches.app import tokens
from motionpatches.app.gl.geometry import PART_COLOURS
from motionpatches.app.tokens import Colours
from motionpatches.app.widgets.icons import SCHEMES, draw
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.stylesheet import stylesheet

APPEARANCES = ("Dark", "Light", "System")
# Roles of Qt's palette, for what the stylesheet does not reach, by fields of Colours.
_ROLES = {
    "window": (QPalette.ColorRole.Window, QPalette.ColorRole.Dark, QPalette.ColorRole.Shadow),
    "panel": (QPalette.ColorRole.Base, QPalette.ColorRole.AlternateBase),
    "raised": (QPalette.ColorRole.Button, QPalette.ColorRole.ToolTipBase, QPalette.ColorRole.Light, QPalette.ColorRole.Midlight),
    "line": (QPalette.ColorRole.Mid,),
    "text": (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.ToolTipText,
        QPalette.ColorRole.BrightText,
    ),
    "secondary": (QPalette.ColorRole.PlaceholderText,),
    "accent": (QPalette.ColorRole.Highlight, QPalette.ColorRole.Link, QPalette.ColorRole.LinkVisited),
    "on_accent": (QPalette.ColorRole.HighlightedText,),
}
_OFF = (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText)
# The property of a button that says which icon it has.
_ICON = "icon name"


def is_dark(widget: QWidget | None = None) -> bool:
    """Return whether the program, and so each of its widgets, is dark.

    The application tells: the palette of a widget whose background is transparent says black in any appearance.
    """
    return _application().palette().color(QPalette.ColorRole.Window).lightness() < 128


def colours(widget: QWidget | None = None) -> Colours:
    """Return the colours of the program's appearance, which all widgets have."""
    return SCHEMES["dark" if is_dark(widget) else "light"]


def set_appearance(choice: str) -> None:
    """Show all windows in one of APPEARANCES. The system's is dark where it does not say which it is."""
    app = _application()
    schemes = {"Light": Qt.ColorScheme.Light, "Dark": Qt.ColorScheme.Dark}
    hints = app.styleHints()
    hints.setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    light = choice == "Light" or (choice == "System" and hints.colorScheme() == Qt.ColorScheme.Light)
    scheme = "light" if light else "dark"
    app.setPalette(_palette(SCHEMES[scheme]))
    app.setFont(tabular(app.font()))
    app.setStyleSheet(stylesheet(SCHEMES[scheme], scheme, QFontInfo(app.font()).pixelSize()))
    for button in app.allWidgets():
        if isinstance(button, QAbstractButton) and button.property(_ICON):
            button.setIcon(icon(button.property(_ICON)))


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    for field, roles in _ROLES.items():
        for role in roles:
            palette.setColor(role, QColor(getattr(colours, field)))
    for role in _OFF:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    return palette


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def tabular(font: QFont) -> QFont:
    """Return a font whose figures are all of the same width, where it has such."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def sized(font: QFont, share: float, bold: bool = False) -> QFont:
    """Return a font of another size; the sizes are those of the tokens."""
    font = QFont(font)
    font.setBold(bold)
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * share)
    else:
        font.setPixelSize(max(round(font.pixelSize() * share), 1))
    return font


def px(length: float) -> int:
    """Return a length of the tokens in pixels, which grows with the system's font."""
    return round(length * max(QFontInfo(_application().font()).pixelSize() / tokens.BODY_PX, 1.0))


def icon(name: str) -> QIcon:
    """Return an icon of the tokens in the colours of the program's appearance."""
    return draw(name, colours(), px(tokens.ICON))


def set_icon(button: QAbstractButton, name: str) -> None:
    """Give a button an icon of the tokens, which follows the appearance."""
    button.setProperty(_ICON, name)
    button.setIconSize(QSize(px(tokens.ICON), px(tokens.ICON)))
    button.setIcon(icon(name))


def icon_button(name: str, words: str, do: Callable[[], object] | None = None) -> QToolButton:
    """Make a button with an icon of the tokens; `words`, a literal, are its tooltip and its name. A click leaves the focus."""
    button = QToolButton()
    set_icon(button, name)
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumHeight(px(tokens.CONTROL))
    if do is not None:
        button.clicked.connect(lambda: do())
    return button


def heading(text: str, scale: float = 1.0) -> Label:
    """Make a bold label, its type `scale` times as large as the window's."""
    label = Label(text)
    label.setFont(sized(label.font(), scale, bold=True))
    return label


def of_kind(label: Label, kind: str) -> Label:
    """Make a label 'secondary', a 'warning', an 'error' or 'strong'; its colour follows the appearance."""
    label.setProperty("kind", kind)
    if kind == "secondary":
        label.setFont(sized(label.font(), tokens.SECONDARY))
    return label


def set_kind(label: Label, kind: str) -> None:
    """Make a label that is shown already of another kind."""
    if label.property("kind") != kind:
        label.setProperty("kind", kind)
        label.style().unpolish(label)
        label.style().polish(label)


def part_colour(part: int) -> QColor:
    """Return the colour of a body part."""
    return QColor(*PART_COLOURS[part])


def letter_colour(widget: QWidget, letter: str) -> QColor:
    """Return the colour of a take that is kept for comparison as A, B or C."""
    return QColor(colours(widget).kept["ABC".index(letter)])


def muted(widget: QWidget) -> QColor:
    """Return the colour of secondary text."""
    return QColor(colours(widget).secondary)


def between(one: QColor, other: QColor, share: float) -> QColor:
    """Return the colour at a share of the way from one to another."""
    ways = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in ways))
