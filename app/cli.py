"""The command line: headless twins of what the window does. Qt is imported only where a window opens."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app import commands
from core.errors import StudioError
from core.library.open import LAYOUTS
from core.models.config import PRESETS

SUBCOMMANDS = ("info", "search", "index", "patches", "train", "screenshot")


def main(arguments: list[str]) -> int:
    """0, 1 for an error the user can act on, 2 for wrong usage."""
    try:
        if arguments and arguments[0] in SUBCOMMANDS:
            options = _parser().parse_args(arguments)
            return options.run(options)
        if arguments and arguments[0] in ("-h", "--help"):
            _parser().print_help()
            return 0
        options = _studio_parser().parse_args(arguments)
        return commands.studio(options)
    except StudioError as error:
        print(f"motionpatches: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("motionpatches: stopped.", file=sys.stderr)
        return 1


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(v) for v in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT") from None
    return width, height


def _studio_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="motionpatches", description="Opens the studio.", epilog=(
        f"Without a window: motionpatches {{{','.join(SUBCOMMANDS)}}} --help"))
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a folder, or motion files")
    _model_options(parser)
    return parser


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, help="a model folder (default: the starter model)")
    parser.add_argument("--device", default="auto", choices=("auto", "cuda", "mps", "cpu"))


def _layout_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layout", default="", choices=tuple(layout.name for layout in LAYOUTS),
                        help="what a folder is, instead of recognising it from its content")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="motionpatches", description="Find a motion by typing a sentence. Without a "
                                     "subcommand the studio opens.")
    sub = parser.add_subparsers(required=True, metavar="SUBCOMMAND")

    p = sub.add_parser("info", help="what a file or folder holds and how it was understood")
    p.add_argument("path", type=Path)
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=commands.info)

    p = sub.add_parser("search", help="the motions nearest to a sentence")
    p.add_argument("text")
    p.add_argument("--library", type=Path, help="default: the demo library")
    _layout_option(p)
    p.add_argument("-k", type=int, default=10)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=commands.search)

    p = sub.add_parser("index", help="encode a library, only what is new or changed")
    p.add_argument("library", type=Path)
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=commands.index)

    p = sub.add_parser("patches", help="the patch image of a motion")
    p.add_argument("motion", type=Path)
    p.add_argument("-o", "--out", type=Path, required=True, help="OUT.npy (3, 224, 80) or OUT.png")
    p.add_argument("--preset", choices=tuple(PRESETS), default="paper")
    p.add_argument("--statistics", type=Path, help="a library or model folder for mean and standard deviation "
                   "(default: the motion itself)")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=commands.patches)

    p = sub.add_parser("train", help="train a model on a library with captions")
    p.add_argument("config", nargs="?", type=Path, help="a JSON file; its fields can be overridden below")
    p.add_argument("--library", type=Path)
    p.add_argument("--preset", choices=tuple(PRESETS))
    p.add_argument("--start-from", type=Path, help="a model folder to fine-tune")
    p.add_argument("--epochs", type=int)
    p.add_argument("--batch", type=int)
    p.add_argument("--seed", type=int)
    p.add_argument("--device", choices=("auto", "cuda", "mps", "cpu"))
    p.add_argument("-o", "--run", dest="run_folder", type=Path, help="run folder (default: runs/<preset>)")
    p.add_argument("--json", action="store_true", help="one JSON line an event on stdout")
    p.set_defaults(run=commands.train)

    p = sub.add_parser("screenshot", help="the studio's window as a PNG")
    p.add_argument("out", type=Path)
    p.add_argument("--library", type=Path)
    p.add_argument("--query", default="")
    p.add_argument("--size", type=_size, default=(1600, 1000))
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=commands.screenshot)
    return parser
