"""The command line: headless twins of what the window does. Qt is imported only where a window opens."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from motionpatches.app.cli import evaluate, export, library, model, train
from motionpatches.core.errors import StudioError
from motionpatches.core.library.open import LAYOUTS
from motionpatches.core.models.config import PRESETS
from motionpatches.core.version import VERSION

SUBCOMMANDS = (
    "info",
    "search",
    "similar",
    "classify",
    "index",
    "patches",
    "train",
    "evaluate",
    "reproduce",
    "model",
    "screenshot",
    "export",
)


def main(arguments: list[str]) -> int:
    """0, 1 for an error the user can act on, 2 for wrong usage."""
    try:
        if arguments and arguments[0] in SUBCOMMANDS:
            options = _parser().parse_args(arguments)
            return options.run(options)
        if arguments and arguments[0] in ("-h", "--help"):
            _parser().print_help()
            return 0
        if arguments == ["--version"]:
            print(VERSION)
            return 0
        options = _studio_parser().parse_args(arguments)
        return library.studio(options)
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
    parser = argparse.ArgumentParser(
        prog="motionpatches",
        description="Opens the studio.",
        epilog=(f"Without a window: motionpatches {{{','.join(SUBCOMMANDS)}}} --help"),
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a folder, or motion files")
    _model_options(parser)
    return parser


def _model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", type=Path, help="a model folder (default: the starter model)")
    parser.add_argument("--device", default="auto", choices=("auto", "cuda", "mps", "cpu"))


def _layout_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--layout",
        default="",
        choices=tuple(layout.name for layout in LAYOUTS),
        help="what a folder is, instead of recognising it from its content",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="motionpatches", description="Find a motion by typing a sentence. Without a subcommand the studio opens."
    )
    sub = parser.add_subparsers(required=True, metavar="SUBCOMMAND")

    p = sub.add_parser("info", help="what a file or folder holds and how it was understood; without one, what runs here and why")
    p.add_argument("path", type=Path, nargs="?")
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=library.info)

    p = sub.add_parser("search", help="the motions nearest to a sentence")
    p.add_argument("text")
    p.add_argument("--library", type=Path, help="default: the demo library")
    _layout_option(p)
    p.add_argument("-k", type=int, default=10)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=library.search)

    p = sub.add_parser("similar", help="the motions nearest to a motion")
    p.add_argument("motion", help="a motion file, or the id of a clip of the library")
    p.add_argument("--start", type=float, default=0.0, help="seconds: from here")
    p.add_argument("--end", type=float, default=0.0, help="seconds: to here (default: its end)")
    p.add_argument("--captions", action="store_true", help="also the nearest captions")
    p.add_argument("--library", type=Path, help="default: the demo library")
    _layout_option(p)
    p.add_argument("-k", type=int, default=10)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=evaluate.similar)

    p = sub.add_parser("classify", help="give each motion the label whose sentence is nearest")
    p.add_argument("path", type=Path)
    p.add_argument("--labels", required=True, help="labels with commas between, or babel-60")
    p.add_argument("--prompt", default="A person {label}", help="the sentence of a label (default: 'A person {label}')")
    p.add_argument("--truth", help="FILE.csv[:COLUMN] with the right label of each clip id (default: the data set's own)")
    p.add_argument("--split", default="", choices=("", "train", "val", "test"), help="default: all motions")
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=evaluate.classify)

    p = sub.add_parser("evaluate", help="retrieval under the protocols of the literature")
    p.add_argument("library", type=Path)
    p.add_argument("--split", default="test", choices=("train", "val", "test", "all"))
    p.add_argument(
        "--protocol",
        action="append",
        help="one of them, may be given again (default: all): exact_caption, strict, small_batches, threshold, dissimilar",
    )
    p.add_argument("--seed", type=int, default=0, help="of the shuffle into small batches")
    p.add_argument(
        "--dataset", help="whose published figures stand beside: HumanML3D, KIT-ML, InterHuman; '' for none (default: recognised)"
    )
    p.add_argument("--sentences", default="", help="encoder of sentences for the threshold protocol, by name or folder")
    p.add_argument("-o", "--out", type=Path, action="append", default=[], help="report.md, .tex, .csv or .json")
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=evaluate.evaluate)

    p = sub.add_parser("index", help="encode a library, only what is new or changed")
    p.add_argument("library", type=Path)
    _layout_option(p)
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=library.index)

    p = sub.add_parser("patches", help="the patch image of a motion")
    p.add_argument("motion", type=Path)
    p.add_argument("-o", "--out", type=Path, required=True, help="OUT.npy (3, 224, 80) or OUT.png")
    p.add_argument("--preset", choices=tuple(PRESETS), default="paper")
    p.add_argument(
        "--statistics", type=Path, help="a library or model folder for mean and standard deviation (default: the motion itself)"
    )
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=library.patches)

    p = sub.add_parser("train", help="train a model on a library with captions")
    p.add_argument("config", nargs="?", type=Path, help="a JSON file; its fields can be overridden below")
    p.add_argument("--library", type=Path)
    p.add_argument("--preset", choices=tuple(PRESETS))
    p.add_argument("--start-from", type=Path, help="a model folder to fine-tune")
    p.add_argument("--epochs", type=int)
    p.add_argument("--batch", type=int)
    p.add_argument("--seed", type=int)
    p.add_argument("--device", choices=("auto", "cuda", "mps", "cpu"))
    p.add_argument("--chunk", type=int, help="motions encoded at a time, for a large batch in small memory")
    p.add_argument("--set", action="append", metavar="NAME=VALUE", help="a field of the model, as in motion_weights= (scratch)")
    p.add_argument(
        "--option",
        action="append",
        metavar="NAME=VALUE",
        help="a field of the training configuration, as in lr_motion=0 (frozen)",
    )
    p.add_argument("-o", "--run", dest="run_folder", type=Path, help="run folder (default: a new one, runs/<preset>)")
    p.add_argument("--resume", type=Path, metavar="RUN", help="go on with a run that was stopped or interrupted")
    p.add_argument("--json", action="store_true", help="one JSON line an event on stdout")
    p.set_defaults(run=train.train)

    p = sub.add_parser("reproduce", help="a table of the paper, beside its figures")
    p.add_argument("table", choices=("table2", "table3", "table4", "table5", "table6", "table7"))
    p.add_argument("--data", type=Path, required=True, help="holds HumanML3D, KIT-ML, BABEL and InterHuman, as the table needs")
    p.add_argument("--preset", choices=tuple(PRESETS), default="paper")
    p.add_argument("--runs", type=Path, default=Path("runs"), help="where runs lie; finished ones are not trained again")
    for name in ("epochs", "batch", "seed", "chunk"):
        p.add_argument(f"--{name}", type=int)
    p.add_argument("--set", action="append", metavar="NAME=VALUE", help="a field of the model, motion=deit_base_patch16_224")
    p.add_argument("-o", "--out", type=Path, help="also write the table here (Markdown)")
    p.set_defaults(run=evaluate.reproduce)

    _model_parser(sub.add_parser("model", help="models on this computer, and the published ones"))

    export.add_export(sub)

    p = sub.add_parser("screenshot", help="the studio's window as a PNG")
    p.add_argument("out", type=Path)
    p.add_argument("--library", type=Path)
    p.add_argument("--query", default="")
    p.add_argument("--size", type=_size, default=(1600, 1000))
    p.add_argument("--json", action="store_true")
    _model_options(p)
    p.set_defaults(run=library.screenshot)
    return parser


def _model_parser(parser: argparse.ArgumentParser) -> None:
    sub = parser.add_subparsers(required=True, metavar="list|info|import|pull")
    p = sub.add_parser("list", help="the starter, your own, and those below a folder")
    p.add_argument("folder", nargs="?", type=Path)
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=model.list_models)

    p = sub.add_parser("info", help="what a model is, where it comes from, its scores and its card")
    p.add_argument("model", nargs="?", type=Path, help="a model folder (default: the starter model)")
    p.add_argument("--json", action="store_true")
    p.set_defaults(run=model.info)

    p = sub.add_parser("import", help="a published state dict, best_model.pt")
    p.add_argument("file", type=Path)
    _import_options(p)
    p.set_defaults(run=model.import_model)

    p = sub.add_parser("pull", help="a published model from the Hugging Face hub")
    p.add_argument("name", help="as in line-corporation/MotionPatches")
    p.add_argument("--dataset", default="HumanML3D", help="its folder in the repository (default: HumanML3D)")
    _import_options(p)
    p.set_defaults(run=model.pull)


def _import_options(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--statistics",
        type=Path,
        required=True,
        metavar="LIBRARY",
        help="the data set's folder, for mean and deviation per joint",
    )
    p.add_argument("-o", "--out", type=Path, help="model folder to write (default: among your own models)")
    p.add_argument("--json", action="store_true")
