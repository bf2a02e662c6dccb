"""Make the pictures of the README's front page: `python -m motionpatches.packaging.docs.showcase` writes docs/actions.gif,
docs/actions.mp4 and docs/actions.png (a contact sheet) of generated motion.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

    from motionpatches.core.motion.motion import Motion

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CHOSEN = (
    "walk forward",
    "run forward",
    "skip",
    "climb ladder",
    "wave right",
    "pirouette right",
    "hug",
    "dribble forward right",
    "throw right",
    "tennis serve right",
    "kick left",
    "roundhouse kick right",
    "squat",
    "jumping jacks",
    "cartwheel left",
    "forward roll",
    "indian dance",
    "salsa with partner",
    "sword slash",
    "archery",
    "sweep",
    "karate form",
    "stumble",
    "sit on floor",
)
TILES, POSES, STRIP = (960, 640), 6, (110, 140)


def strips(items: list[tuple[str, Motion]], surface: QOffscreenSurface) -> Image.Image:
    """Draw two columns of actions, six poses each."""
    from motionpatches.app.export.pictures import Pictures
    from motionpatches.app.export.plan import Style

    label = 18
    width, height = STRIP[0] * POSES, STRIP[1] + label
    whole = Image.new("RGB", (2 * width, -(-len(items) // 2) * height), (236, 238, 242))
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(size=12)
    for i, (name, motion) in enumerate(items):
        pictures = Pictures([("", motion)], Style(STRIP, labels=False), surface)
        x, y = i % 2 * width, i // 2 * height
        for k, at in enumerate(np.linspace(0.08, 0.92, POSES)):
            whole.paste(
                Image.fromarray(np.ascontiguousarray(pictures.at(at * motion.duration_s)[..., :3])), (x + k * STRIP[0], y + label)
            )
        pictures.close()
        pen.text((x + 6, y + 2), name, (40, 44, 50), font)
    return whole


def main() -> None:
    """Write the moving pictures and strips of the README's front page."""
    from motionpatches.app.virtual_screen import has_screen, virtual_screen
    from motionpatches.core.demo.library import ACTIONS, Choice, make_clip
    from motionpatches.core.motion.canonical import canonical
    from motionpatches.core.progress import run

    actions = {f"{a.name} {side}".strip(): (a, side) for a in ACTIONS for side in a.sides}
    items = []
    for name in CHOSEN:
        action, side = actions[name]
        motion = make_clip([Choice(action, side, action.counts[0])], np.random.default_rng(11)).motion
        items.append((name, canonical(motion.crop(0, 80))))
    with nullcontext() if has_screen() else virtual_screen():
        from motionpatches.app.application import make_application
        from motionpatches.app.export.files import write_pictures
        from motionpatches.app.export.pictures import Pictures
        from motionpatches.app.export.plan import Style
        from motionpatches.app.gl.offscreen import make_surface

        app = make_application(smooth=True)
        surface = make_surface()
        for kind, fps in (("gif", 10.0), ("mp4", 25.0)):
            run(write_pictures(Pictures(items, Style(TILES, fps), surface), DOCS / f"actions.{kind}"))
        strips(items, surface).save(DOCS / "actions.png", optimize=True)
        app.shutdown()


if __name__ == "__main__":
    main()
