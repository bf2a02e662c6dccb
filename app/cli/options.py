"""Arguments that several commands share: each has one name, one meaning and one set of values."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

from motionpatches.core.library.open import LAYOUTS
from motionpatches.core.library.splits import SPLITS
from motionpatches.core.models.device import DEVICES

SPLIT_CHOICES = (*SPLITS, "all")
SMALLEST_PIXELS, LARGEST_PIXELS = 16, 7680


def picture_size(text: str) -> tuple[int, int]:
    """Parse '1600x1000' to (width, height) in pixels."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, as in 1600x1000") from None
    if not all(SMALLEST_PIXELS <= side <= LARGEST_PIXELS for side in (width, height)):
        raise argparse.ArgumentTypeError(f"{text!r}: width and height lie between {SMALLEST_PIXELS} and {LARGEST_PIXELS} pixels")
    return width, height


def seconds(text: str) -> float:
    """Parse a time of 0 seconds or more."""
    value = _number(text, "seconds")
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is before the start")
    return value


def frame_rate(text: str) -> float:
    """Parse frames per second, 1 to 120."""
    value = _number(text, "a frame rate")
    if not 1 <= value <= 120:
        raise argparse.ArgumentTypeError(f"{text!r}: a frame rate lies between 1 and 120 frames per second")
    return value


def count(text: str) -> int:
    """Parse a whole number of 1 or more."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is less than 1")
    return value


def field_value(text: str) -> tuple[str, object]:
    """Parse 'name=value', the value as JSON where it is JSON, else as text."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _number(text: str, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value


def add_libraries(parser: argparse.ArgumentParser) -> None:
    """Add --library, which may be repeated, and --layout, for commands whose first argument is something else."""
    parser.add_argument(
        "--library",
        type=Path,
        action="append",
        metavar="PATH",
        help="a folder, a data set or a file of motions; repeated: several as one library (default: the demo library)",
    )
    add_layout(parser)


def add_libraries_argument(parser: argparse.ArgumentParser) -> None:
    """Add libraries as the command's own arguments, and --layout."""
    several = "a folder, a data set or a file of motions; several are one library"
    parser.add_argument("library", type=Path, nargs="+", metavar="LIBRARY", help=several)
    add_layout(parser)


def add_library_argument(parser: argparse.ArgumentParser) -> None:
    """Add the library as the command's own argument, and --layout."""
    parser.add_argument("library", type=Path, metavar="LIBRARY", help="a folder, a data set or a file of motions")
    add_layout(parser)


def add_layout(parser: argparse.ArgumentParser) -> None:
    names = tuple(layout.name for layout in LAYOUTS)
    quoted = ", ".join(repr(name) for name in names)
    parser.add_argument(
        "--layout",
        default="",
        choices=names,
        metavar="LAYOUT",
        help=f"the layout of the library: {quoted} (default: recognised from the content)",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add --model and --device."""
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="a model folder (default: the starter model)")
    add_device(parser, default="auto")


def add_device(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--device", default=default, choices=DEVICES, help="device of the model (default: auto, the best one present)"
    )


def add_split(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--split", default=default, choices=SPLIT_CHOICES, help=f"clips of this split (default: {default})")


def split_of(options: argparse.Namespace) -> str:
    """Return the split as the library names it: '' for all clips."""
    return "" if options.split == "all" else options.split


def add_k(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument("-k", type=count, default=default, metavar="COUNT", help=f"number of results (default: {default})")


def add_this(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--this", metavar="MOTION", help="what 'this' means in the query: a motion file, or the id of a clip")


def add_by_motion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by-motion", action="store_true", help="rank by motion alone; exact words of captions and names do not come first"
    )


def add_range(parser: argparse.ArgumentParser) -> None:
    """Add --start and --end, a range of a motion in seconds."""
    parser.add_argument("--start", type=seconds, default=0.0, metavar="SECONDS", help="start of the range (default: 0)")
    parser.add_argument("--end", type=seconds, default=0.0, metavar="SECONDS", help="end of the range (default: its end)")


def add_fields(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Add --set for fields of the model, and for what `more` says."""
    parser.add_argument(
        "--set",
        type=field_value,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"set a field of the model, as in motion=deit_base_patch16_224{more}; may be repeated",
    )


def add_json(parser: argparse.ArgumentParser, what: str = "print the result as JSON") -> None:
    parser.add_argument("--json", action="store_true", help=what)
