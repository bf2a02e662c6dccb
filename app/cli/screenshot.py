"""`screenshot`: the window of the studio as a picture, also on a machine without a screen."""

from __future__ import annotations

import argparse
import json
from contextlib import nullcontext
from pathlib import Path

from motionpatches.app.cli.console import UsageError, check_exists, tell
from motionpatches.app.cli.options import add_json, add_model, picture_size
from motionpatches.core.errors import StudioError

SIZE = (1600, 1000)
# A virtual screen is not made smaller than the window can be.
SMALLEST_SCREEN = (640, 480)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", nargs="?", type=Path, metavar="OUT.png", help="the picture to write, as with --out")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT.png", help="the picture to write")
    parser.add_argument("--library", type=Path, metavar="PATH", help="what the window opens (default: the demo library)")
    parser.add_argument("--query", default="", metavar="QUERY", help="a query whose results are shown")
    parser.add_argument(
        "--size",
        type=picture_size,
        default=SIZE,
        metavar="WIDTHxHEIGHT",
        help=f"size of the window in pixels (default: {SIZE[0]}x{SIZE[1]})",
    )
    add_model(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Open the window, ask the query, and save the picture."""
    if (options.out is None) == (options.picture is None):
        raise UsageError("Name the picture once: OUT.png, or --out OUT.png.")
    out = options.out or options.picture
    if options.library:
        check_exists(options.library)
    take_picture(out, [options.library] if options.library else [], options, options.query, options.size)
    if options.json:
        print(json.dumps({"out": str(out), "query": options.query, "size": options.size}))
    return 0


def take_picture(out: Path, paths: list[Path], options: argparse.Namespace, query: str, size: tuple[int, int]) -> None:
    """Run the window, on a virtual screen where there is none, and save its picture. Raises StudioError."""
    from motionpatches.app.virtual_screen import has_screen, virtual_screen

    screen = (max(size[0], SMALLEST_SCREEN[0]), max(size[1], SMALLEST_SCREEN[1]))
    with nullcontext() if has_screen() else virtual_screen(screen):
        from motionpatches.app.screenshot import take_screenshot

        problem = take_screenshot(out, paths, options.model, options.device, query, size, tell)
    if problem:
        raise StudioError(f"No picture was taken: {problem}")
    tell(f"saved {out}")
