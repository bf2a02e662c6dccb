"""Draw the program's icon, a small motion patch image in the colours of the five body parts, in the format of every system, and
the ticks and arrows of the stylesheet in the colours of the tokens: `python packaging/make_icons.py`."""

from __future__ import annotations

import math
import sys
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
PARTS = ((213, 94, 0), (0, 114, 178), (240, 228, 66), (204, 121, 167), (0, 158, 115))
SIZE, WINDOWS = 1024, 6


def draw() -> Image.Image:
    """Draw a rounded square of five bands, whose brightness varies along them like steps."""
    picture = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((32, 32, SIZE - 32, SIZE - 32), 190, fill=(27, 29, 34, 255))
    left, top, cell_w, cell_h, gap = 140, 140, (SIZE - 280) / WINDOWS, (SIZE - 280) / 5, 12
    for part, colour in enumerate(PARTS):
        for window in range(WINDOWS):
            light = 0.62 + 0.38 * math.sin(1.15 * window + 1.9 * part)
            x, y = left + window * cell_w, top + part * cell_h
            pen.rounded_rectangle(
                (x + gap / 2, y + gap / 2, x + cell_w - gap / 2, y + cell_h - gap / 2),
                22,
                fill=tuple(int(c * (0.35 + 0.65 * light)) for c in colour),
            )
    return picture


def draw_controls() -> None:
    """Write the pictures of assets/icons that the stylesheet names."""
    from motionpatches.app.widgets.icons import FOLDER, control_pictures

    for name, content in control_pictures():
        file = ROOT / "assets" / FOLDER / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)


def main() -> None:
    """Write the icon in every format, and the controls."""
    draw_controls()
    icons = ROOT / "packaging" / "icons"
    icons.mkdir(exist_ok=True)
    picture = draw()
    picture.resize((256, 256), Image.Resampling.LANCZOS).save(ROOT / "assets" / "icon.png", optimize=True)
    picture.save(icons / "icon.ico", sizes=[(s, s) for s in (16, 24, 32, 48, 64, 128, 256)])
    picture.resize((512, 512), Image.Resampling.LANCZOS).save(icons / "icon.icns")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
