"""`export`: a motion, or the results of a query, as picture, video or data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.app.cli.console import (
    UsageError,
    answer,
    cut_range,
    drive,
    open_model,
    open_path,
    tell,
)
from motionpatches.app.cli.options import (
    add_json,
    add_k,
    add_layout,
    add_model,
    add_range,
    add_this,
    count,
    frame_rate,
    picture_size,
    seconds,
)
from motionpatches.app.cli.search import find_hits
from motionpatches.app.export.files import PICTURE_FORMATS
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.choices import OWN, PLAIN, PRESETS, UNITS, UPS, Choices
from motionpatches.core.export.write import EXPORTERS, write_motion
from motionpatches.core.retarget.targets import TARGETS

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

    from motionpatches.app.export.pictures import Style
    from motionpatches.core.library.library import Library

FORMATS = tuple(suffix.removeprefix(".") for suffix in (*PICTURE_FORMATS, *EXPORTERS))
SIZE = (720, 720)
PICTURE_FPS = 25.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "motion",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="a motion file; or a library, of which the first clip, --clip or --query is written (default: the demo library)",
    )
    add_layout(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--clip", metavar="ID", help="write this clip of the library")
    what.add_argument("--query", metavar="QUERY", help="write what this query finds, as in the command search")
    add_this(parser)
    add_k(parser, 5)
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help=f"a file whose suffix says the format ({', '.join(FORMATS)}); with --query a folder",
    )
    parser.add_argument("--format", choices=FORMATS, help="format of the files of a query (default: gif)")
    add_range(parser)
    parser.add_argument(
        "--fps",
        type=frame_rate,
        metavar="RATE",
        help=f"frames per second (default: {PICTURE_FPS:g} for pictures, those of the motion for data)",
    )
    _add_choices(parser)
    pictures = parser.add_argument_group("pictures and videos")
    pictures.add_argument(
        "--size", type=picture_size, default=SIZE, metavar="WIDTHxHEIGHT", help=f"in pixels (default: {SIZE[0]}x{SIZE[1]})"
    )
    pictures.add_argument("--look", default="light", choices=("light", "dark", "transparent"), help="background (default: light)")
    pictures.add_argument(
        "--turn", type=seconds, default=0.0, metavar="SECONDS", help="time of one turn of the camera (default: it stands still)"
    )
    pictures.add_argument("--trails", action="store_true", help="draw the paths of hands, feet and head")
    pictures.add_argument(
        "--sheet", type=count, default=1, metavar="COUNT", help="poses side by side in a .png (default: the one in the middle)"
    )
    add_model(parser)
    add_json(parser)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("motions (BVH, FBX, glTF)")
    group.add_argument(
        "--for",
        dest="program",
        choices=PRESETS,
        help="unit, axis, bone names and T-pose as a program wants them; the rest overrides",
    )
    rigs = ", ".join((OWN, *TARGETS))
    group.add_argument("--rig", metavar="RIG", help=f"put the motion onto a rig: {rigs}, or that of a motion file")
    group.add_argument("--unit", choices=UNITS, help=f"unit of BVH and FBX (default: {PLAIN.unit})")
    group.add_argument("--up", choices=UPS, help=f"up axis of BVH and FBX (default: {PLAIN.up})")
    group.add_argument("--in-place", action="store_true", help="keep the root over the origin")
    group.add_argument("--rest-first", action="store_true", help="put the T-pose before the first frame")


def choices_of(options: argparse.Namespace) -> Choices:
    """Return the choices of a program, overridden by those that were made one by one."""
    made = {name: getattr(options, name) for name in ("rig", "unit", "up", "fps", "in_place", "rest_first")}
    return replace(PRESETS.get(options.program, PLAIN), **{name: value for name, value in made.items() if value})


def run(options: argparse.Namespace) -> int:
    """Write a motion to a file, or the results of a query to a folder with a manifest."""
    if options.query is not None and (options.start or options.end):
        raise UsageError("--start and --end are a range of one motion: leave them out with --query.")
    if options.query is None and (options.format or options.this):
        raise UsageError("--format and --this go with --query; without it the suffix of --out says the format.")
    suffix = f".{options.format or 'gif'}" if options.query is not None else options.out.suffix.lower()
    if suffix.removeprefix(".") not in FORMATS:
        raise FileProblem(options.out, f"{suffix or 'no suffix'} is no format of an export", f"Choose {', '.join(FORMATS)}")
    library = open_path(options.motion, options.layout)
    written = _write_one(options, library, suffix) if options.query is None else _write_results(options, library, suffix)
    if options.json:
        answer(options, {"out": str(options.out), "files": written}, "")
    else:
        tell(f"saved {options.out}")
    return 0


def _write_one(options: argparse.Namespace, library: Library, suffix: str) -> list[str]:
    """Write one clip of the library. Returns the name of the file."""
    clip = library.by_id.get(options.clip or library.clips[0].id)
    if clip is None:
        raise StudioError(f"{library.name} has no clip {options.clip!r}.")
    motion = cut_range(library.load(clip.id), options.start, options.end)
    if suffix in EXPORTERS:
        write_motion(motion, options.out, choices_of(options))
        return [options.out.name]
    with _surface() as surface:
        from motionpatches.app.export.jobs import export_motion

        drive(export_motion(motion, clip.caption, options.out, _style(options), options.sheet, surface))
    return [options.out.name]


def _write_results(options: argparse.Namespace, library: Library, suffix: str) -> list[str]:
    """Write the results of a query and their manifest. Returns the names of the files in the folder."""
    model = open_model(options)
    hits = find_hits(options, library, model)
    with nullcontext() if suffix in EXPORTERS else _surface() as surface:
        from motionpatches.app.export.jobs import Item, export_each

        items = [Item(h.clip_id, library.by_id[h.clip_id].caption, h.start_s, h.end_s, h.rank, round(h.score, 4)) for h in hits]
        problems = drive(
            export_each(
                library,
                items,
                options.out,
                suffix,
                _style(options),
                options.sheet,
                surface,
                options.query,
                model.name,
                choices_of(options),
            )
        )
    for problem in problems:
        tell(problem)
    return sorted(file.name for file in options.out.iterdir())


def _style(options: argparse.Namespace) -> Style:
    from motionpatches.app.export.pictures import Style

    return Style(options.size, options.fps or PICTURE_FPS, options.look, turn_s=options.turn, trails=options.trails)


@contextmanager
def _surface() -> Iterator[QOffscreenSurface]:
    """Start Qt and give what pictures are drawn on; on a machine without a screen, a virtual one stands in."""
    from motionpatches.app.virtual_screen import has_screen, virtual_screen

    with nullcontext() if has_screen() else virtual_screen():
        from motionpatches.app.application import make_application
        from motionpatches.app.gl.offscreen import make_surface

        app = make_application(smooth=True)
        yield make_surface()
        app.shutdown()
