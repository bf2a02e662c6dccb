"""Make the picture of docs/characters.md, and a video of the same: one sentence, its first five results, on the figure, on anny
where the extra is installed, and on a character.

    python -m motionpatches.packaging.docs.characters CHARACTER.glb [SENTENCE] [--library PATH] [--video FILE.mp4]

writes docs/images/characters.png. Without a library the character's own animations are searched. The published picture shows
Mesh2Motion's base character and its animations, which are CC0.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

    from motionpatches.core.motion.motion import Motion

OUT = Path(__file__).resolve().parents[2] / "docs" / "images" / "characters.png"
SENTENCE, HITS, CELL, LINE, ZOOM = "a person punches", 5, (264, 330), 26, 0.8
FPS, SECONDS = 25.0, 6.0


def hits_of(library: Path, sentence: str) -> list[Motion]:
    """Return the motions of the first results."""
    from motionpatches import open_library, search
    from motionpatches.core.motion.floor import on_floor

    opened = open_library(library)
    return [on_floor(opened.load(hit.clip_id)) for hit in search(opened, sentence, k=HITS)]


def bodies(character: Path) -> list[str]:
    """Return what motions are shown on: '' for the figure."""
    from motionpatches.app.viewmodels.characters import ANNY
    from motionpatches.core.export.anny_body import has_anny

    return ["", *([ANNY] if has_anny() else []), str(character)]


def rows(names: list[str], motions: list[Motion], times: list[list[float]], surface: QOffscreenSurface) -> Iterator[np.ndarray]:
    """Yield, for each body, frames (N, height, width, 3) of all motions beside each other, at each motion's times."""
    from motionpatches.app.export.pictures import Pictures
    from motionpatches.app.export.plan import Style
    from motionpatches.app.gl.figure.character import DrawnCharacter, characters
    from motionpatches.app.viewmodels.characters import read
    from motionpatches.core.progress import run

    for name in names:
        characters().show(DrawnCharacter(*run(read(name))) if name else None)
        columns = []
        for motion, own in zip(motions, times, strict=True):
            pictures = Pictures([("", motion)], Style(CELL, look="dark", zoom=ZOOM, labels=False), surface)
            columns.append(np.stack([pictures.at(at)[..., :3] for at in own]))
            pictures.close()
        yield np.concatenate(columns, axis=2)
    characters().show(None)


def main() -> None:
    """Write the picture, and the video where it is asked for."""
    from motionpatches.app.virtual_screen import has_screen, virtual_screen
    from motionpatches.core.motion.telling import telling_frame

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("character", type=Path)
    parser.add_argument("sentence", nargs="?", default=SENTENCE)
    parser.add_argument("--library", type=Path, help="default: the animations of the character")
    parser.add_argument("--video", type=Path, help="an MP4 of the same")
    options = parser.parse_args()
    motions = hits_of(options.library or options.character, options.sentence)
    with nullcontext() if has_screen() else virtual_screen():
        from motionpatches.app.application import make_application
        from motionpatches.app.export.video import video
        from motionpatches.app.gl.offscreen import make_surface

        app, names = make_application(smooth=True), bodies(options.character)
        surface = make_surface()
        telling = [[telling_frame(motion) / motion.fps] for motion in motions]
        _titled(options.sentence, np.concatenate([row[0] for row in rows(names, motions, telling, surface)])).save(
            OUT, optimize=True
        )
        if options.video:
            frames = np.arange(round(SECONDS * FPS)) / FPS
            times = [list(frames % max(motion.duration_s, 1 / FPS)) for motion in motions]
            whole = np.concatenate(list(rows(names, motions, times, surface)), axis=1)
            with video(options.video, (whole.shape[2], whole.shape[1]), FPS) as write:
                for frame in whole:
                    write(frame)
        app.shutdown()


def _titled(sentence: str, picture: np.ndarray) -> Image.Image:
    """Write the sentence over a picture."""
    whole = Image.new("RGB", (picture.shape[1], picture.shape[0] + LINE), (27, 29, 33))
    whole.paste(Image.fromarray(np.ascontiguousarray(picture)), (0, LINE))
    ImageDraw.Draw(whole).text((10, 5), sentence, (232, 234, 237), ImageFont.load_default(size=15))
    return whole


if __name__ == "__main__":
    main()
