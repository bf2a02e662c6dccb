"""Icons: outlines of assets/icons in the colours of the appearance, and the ticks and arrows that the stylesheet names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from motionpatches.app.tokens import DARK, ICONS, LIGHT, Colours
from motionpatches.core import paths

FOLDER = "icons"
# Resolutions in which an icon is kept, in device pixels for each of the screen's.
RATIOS = (1.0, 2.0)
# Parts of controls: name of the picture, icon, and the field of Colours that it is drawn in.
CONTROLS = (
    ("check", "check", "on_accent"),
    ("check-off", "check", "disabled"),
    ("check-menu", "check", "text"),
    ("partly", "minus", "on_accent"),
    ("down", "chevron-down", "secondary"),
    ("down-off", "chevron-down", "disabled"),
    ("up", "chevron-up", "secondary"),
    ("up-off", "chevron-up", "disabled"),
    ("right", "chevron-right", "secondary"),
)
SCHEMES = {"dark": DARK, "light": LIGHT}


@lru_cache(maxsize=256)
def draw(name: str, colours: Colours, size: int) -> QIcon:
    """Make an icon of ICONS.

    Args:
        name: A key of ICONS.
        colours: The appearance.
        size: Pixels of the screen.
    """
    outline = (paths.assets() / FOLDER / f"{ICONS[name]}.svg").read_text()
    icon = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, colours.text), (QIcon.Mode.Disabled, colours.disabled)):
        for ratio in RATIOS:
            icon.addPixmap(_picture(outline.replace("currentColor", colour), size, ratio), mode)
    return icon


def _picture(svg: str, size: int, ratio: float) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer

    pixels = round(size * ratio)
    picture = QPixmap(QSize(pixels, pixels))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def control_pictures() -> Iterator[tuple[str, str]]:
    """Yield path in assets/icons and content of each picture that the stylesheet names; `packaging/make_icons.py` writes them."""
    for scheme, colours in SCHEMES.items():
        for name, icon, field in CONTROLS:
            outline = (paths.assets() / FOLDER / f"{icon}.svg").read_text()
            yield f"{scheme}/{name}.svg", outline.replace("currentColor", getattr(colours, field)).replace('"1.75"', '"2.5"')
