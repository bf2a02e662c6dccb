"""`motionpatches [PATH …]`: the studio's window."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from motionpatches.app.cli.console import check_exists, tell
from motionpatches.app.cli.options import add_model
from motionpatches.app.cli.screenshot import SIZE, take_picture
from motionpatches.core.version import VERSION

SAMPLE_QUERY = "a person waves with the right hand"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="a folder, a data set, or motion files (default: the demo library)"
    )
    add_model(parser)
    parser.add_argument("--version", action="version", version=VERSION, help="print the version and end")


def run(options: argparse.Namespace) -> int:
    """Open the window and run until it is closed; without a screen, save a picture of it instead. The window tells of a path
    that does not exist."""
    from motionpatches.app.virtual_screen import has_screen

    if has_screen():
        gc.disable()  # the modules that are imported now stay; the window collects when it is there (app/background/garbage.py)
        from motionpatches.app.application import run_studio

        return run_studio(options.paths, options.model, options.device)
    for path in options.paths:
        check_exists(path)
    out = Path("studio.png")
    tell(f"There is no screen: the studio runs on a virtual one, is asked {SAMPLE_QUERY!r}, and its picture is saved as {out}.")
    take_picture(out, options.paths, options, SAMPLE_QUERY, SIZE)
    return 0
