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
from motionpatches.app.export.plan import KINDS, LOOKS, PURPOSES, Item, Plan, Request, Way, can_be_together, with_plug_ins
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.export.choices import OWN, PLAIN, PRESETS, UNITS, UPS, Choices
from motionpatches.core.export.clean_up import CleanUp
from motionpatches.core.export.write import exporters
from motionpatches.core.retarget.targets import TARGETS

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

    from motionpatches.core.library.library import Library

SIZE, PICTURE_FPS = Plan().style.size, Plan().style.fps


def _formats() -> tuple[str, ...]:
    """Formats of pictures and of motions."""
    return tuple(suffix.removeprefix(".") for suffix in (*PICTURE_FORMATS, *exporters()))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    formats = _formats()
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
        help=f"a file whose suffix says the format ({', '.join(formats)}); with --query a folder, or one file of all results",
    )
    parser.add_argument("--format", choices=formats, help="format of the files of a query (default: gif)")
    add_range(parser)
    parser.add_argument(
        "--fps",
        type=frame_rate,
        metavar="RATE",
        help=f"frames per second (default: {PICTURE_FPS:g} for pictures, those of the motion for data)",
    )
    parser.add_argument(
        "--purpose",
        choices=with_plug_ins(),
        metavar="PURPOSE",
        help=f"format, size and choices for a purpose; the rest overrides: {', '.join(PURPOSES)}",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there already")
    _add_choices(parser)
    _add_clean_up(parser)
    pictures = parser.add_argument_group("pictures and videos")
    pictures.add_argument(
        "--size", type=picture_size, metavar="WIDTHxHEIGHT", help=f"of the whole picture in pixels (default: {SIZE[0]}x{SIZE[1]})"
    )
    pictures.add_argument("--look", choices=LOOKS, help=f"background (default: {LOOKS[0]})")
    pictures.add_argument(
        "--turn", type=seconds, default=0.0, metavar="SECONDS", help="time of one turn of the camera (default: it stands still)"
    )
    pictures.add_argument("--character", metavar="FILE", help="show it on the character of a GLB or VRM file, or on 'anny'")
    pictures.add_argument("--trails", action="store_true", help="draw the paths of hands, feet and head")
    pictures.add_argument(
        "--sheet", type=count, metavar="COUNT", help="poses side by side in a .png (default: the one in the middle)"
    )
    add_model(parser)
    add_json(parser)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("motions (BVH, FBX, glTF, USD)")
    group.add_argument(
        "--for",
        dest="program",
        choices=PRESETS,
        help="unit, axis, bone names and T-pose as a program wants them; the rest overrides",
    )
    rigs = ", ".join((OWN, *TARGETS))
    group.add_argument("--rig", metavar="RIG", help=f"put the motion onto a rig: {rigs}, or that of a motion file")
    group.add_argument("--unit", choices=UNITS, help=f"unit of BVH, FBX and USD (default: {PLAIN.unit})")
    group.add_argument("--up", choices=UPS, help=f"up axis of BVH, FBX and USD (default: {PLAIN.up})")
    group.add_argument("--rest-first", action="store_true", help="put the T-pose before the first frame")
    group.add_argument("--hands", action="store_true", help="with --rig: hands are where they were, bent elbows make up for it")


def _add_clean_up(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("clean-up, in the order in which it is done; a range is cut out before")
    group.add_argument(
        "--smooth",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="width of a Gaussian over time (default: none)",
    )
    group.add_argument("--foot-lock", action="store_true", help="keep standing feet where they stand")
    group.add_argument("--floor", action="store_true", help="put the feet on the floor")
    group.add_argument(
        "--loop", type=seconds, default=0.0, metavar="SECONDS", help="blend so much of the end into the beginning (default: none)"
    )
    group.add_argument("--in-place", action="store_true", help="keep the root over the origin")


def plan_of(options: argparse.Namespace, suffix: str) -> Plan:
    """Return how files of a suffix are made: as a purpose wants it, overridden by the options that were given."""
    kind = "sheet" if suffix == ".png" and (options.sheet or 1) > 1 else suffix.removeprefix(".")
    plan = PURPOSES[options.purpose].apply(Plan()) if options.purpose else Plan()
    if options.purpose and plan.format.suffix != suffix:
        raise UsageError(f"--purpose {options.purpose} writes {plan.format.suffix}, not {suffix or 'a file without a suffix'}.")
    given = {"size": options.size, "fps": options.fps, "look": options.look, "turn_s": options.turn, "trails": options.trails}
    style = replace(plan.style, **{name: value for name, value in given.items() if value})
    clean_up = CleanUp(0.0, 0.0, options.smooth, options.foot_lock, options.floor, options.loop, options.in_place)
    kind = plan.kind if options.purpose and kind != "sheet" else kind
    poses = options.sheet or (plan.poses if options.purpose else 1)
    return Plan(kind, style, choices_of(options, plan.choices), clean_up, poses).fitting()


def choices_of(options: argparse.Namespace, plain: Choices = PLAIN) -> Choices:
    """Return the choices of a program, overridden by those that were made one by one."""
    made = {name: getattr(options, name) for name in ("rig", "unit", "up", "fps", "in_place", "rest_first", "hands")}
    return replace(PRESETS.get(options.program, plain), **{name: value for name, value in made.items() if value})


def run(options: argparse.Namespace) -> int:
    """Write a motion to a file, or the results of a query to a folder with a manifest."""
    if options.query is not None and (options.start or options.end):
        raise UsageError("--start and --end are a range of one motion: leave them out with --query.")
    if options.query is None and (options.format or options.this):
        raise UsageError("--format and --this go with --query; without it the suffix of --out says the format.")
    suffix, formats = options.out.suffix.lower(), _formats()
    into_folder = options.query is not None and (options.format or suffix.removeprefix(".") not in formats)
    if into_folder:
        suffix = f".{options.format}" if options.format else KINDS[PURPOSES[options.purpose or "gif-chat"].kind].suffix
    if suffix.removeprefix(".") not in formats:
        raise FileProblem(options.out, f"{suffix or 'no suffix'} is no format of an export", f"Choose {', '.join(formats)}")
    plan = plan_of(options, suffix)
    library = open_path(options.motion, options.layout)
    request = _one(options, library, plan) if options.query is None else _results(options, library, plan, bool(into_folder))
    if not request.replaces:
        for file in request.existing():
            raise FileProblem(file, "it exists already", "Choose another name, or add --overwrite")
    with _surface() if plan.format.picture else nullcontext() as surface:
        from motionpatches.app.export.jobs import export

        if plan.format.picture and options.character:
            _show_character(options.character)
        outcome = drive(export(library, request, surface))
    for problem in outcome.left_out:
        tell(problem)
    if options.json:
        answer(options, {"out": str(options.out), "files": sorted(file.name for file in outcome.files)}, "")
    else:
        tell(f"saved {options.out}")
    return 0


def _one(options: argparse.Namespace, library: Library, plan: Plan) -> Request:
    """Ask for one clip of the library, or a range of it."""
    clip = library.by_id.get(options.clip or library.clips[0].id)
    if clip is None:
        raise StudioError(f"{library.name} has no clip {options.clip!r}.")
    if options.start or options.end:
        cut_range(library.load(clip.id), options.start, options.end)
    item = Item(clip.id, clip.caption, options.start, options.end)
    return Request((item,), plan, options.out, replaces=options.overwrite)


def _results(options: argparse.Namespace, library: Library, plan: Plan, into_folder: bool) -> Request:
    """Ask for the results of a query, each in a file of a folder, or all in one file."""
    if not into_folder and options.k > 1 and not can_be_together(plan.kind):
        raise UsageError(f"{plan.format.suffix} holds one motion: give a folder and --format, or -k 1.")
    model = open_model(options)
    hits = find_hits(options, library, model)
    items = [Item(h.clip_id, library.by_id[h.clip_id].caption, h.start_s, h.end_s, h.rank, round(h.score, 4)) for h in hits]
    way: Way = "each" if into_folder else "together" if len(items) > 1 else "file"
    return Request(tuple(items), plan, options.out, way, options.query, model.name, options.overwrite)


def _show_character(name: str) -> None:
    """Draw motions on a character from now on. Raises StudioError."""
    from motionpatches.app.gl.figure.character import DrawnCharacter, characters
    from motionpatches.app.viewmodels.characters import read

    characters().show(DrawnCharacter(*drive(read(name))))


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
