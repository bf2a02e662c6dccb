"""`train`: a training run from the command line; the window's list of runs shows it as well."""

from __future__ import annotations

import argparse
import signal
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import UsageError, answer, drive, tell
from motionpatches.app.cli.options import add_device, add_fields, add_json, add_layout, field_value
from motionpatches.core.errors import StudioError
from motionpatches.core.models.config import presets
from motionpatches.core.progress import format_duration

if TYPE_CHECKING:
    from motionpatches.core.training.config import TrainingConfig
    from motionpatches.core.training.events import TrainingEvent

RUNS = Path("runs")
# Options that are fields of the training configuration under the same name.
FIELDS = ("epochs", "batch", "chunk", "seed", "device")
# A line for every so many steps.
STEPS_A_LINE = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config",
        nargs="?",
        type=Path,
        metavar="CONFIG.json",
        help="a training configuration; the options below replace its fields",
    )
    parser.add_argument("--library", type=Path, metavar="PATH", help="a folder or data set of motions with captions")
    add_layout(parser)
    parser.add_argument("--preset", choices=tuple(presets()), help="model and training recipe (default: starter)")
    parser.add_argument(
        "--start-from", type=Path, metavar="FOLDER", help="fine-tune the model of this folder instead of training a new one"
    )
    parser.add_argument("--epochs", type=int, metavar="COUNT", help="passes over the training split")
    parser.add_argument("--batch", type=int, metavar="COUNT", help="motions in a batch")
    parser.add_argument(
        "--chunk", type=int, metavar="COUNT", help="motions encoded at a time, for a large batch in little memory"
    )
    parser.add_argument("--seed", type=int, metavar="NUMBER", help="seed of all random numbers of the run")
    add_device(parser, default=None)
    add_fields(parser)
    parser.add_argument(
        "--option",
        type=field_value,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a field of the training configuration, as in lr_motion=0, which freezes the motion encoder; may be repeated",
    )
    parser.add_argument("-o", "--out", type=Path, metavar="RUN", help="run folder (default: a new one, runs/PRESET)")
    parser.add_argument(
        "--resume", type=Path, metavar="RUN", help="resume the stopped run of this folder; no other options but --json"
    )
    parser.add_argument(
        "--pack",
        type=Path,
        metavar="FILE",
        help="pack the run with its data and initial weights into this file, to be trained on another computer",
    )
    parser.add_argument(
        "--by-reference", action="store_true", help="with --pack: without data; the other computer reads the library at its path"
    )
    parser.add_argument(
        "--packed",
        type=Path,
        metavar="FILE",
        help="train the packed run of this file, in the folder of its name beside it or in that of --out; again: resume it",
    )
    add_json(parser, "print one JSON line per event")


def run(options: argparse.Namespace) -> int:
    """Train a model; Ctrl+C and SIGTERM save the state of the run and end it."""
    from motionpatches.core.models.known_runs import remember_run
    from motionpatches.core.training import runs
    from motionpatches.core.training.alone import forget, is_held
    from motionpatches.core.training.control import Control

    if options.pack:
        return _pack(options)
    folder = _resumed(options) if options.resume else _unpacked(options) if options.packed else _new_run(options)
    remember_run(folder)
    control = Control()
    if not is_held(folder):
        forget(folder)  # what an earlier process was told
    for name in ("SIGINT", "SIGTERM"):  # a cluster asks with the second
        signal.signal(getattr(signal, name), lambda *_: control.stop())
    for event in runs.events_of(folder, control):
        if options.json:
            print(event.to_line(), flush=True)
        else:
            _show(event, folder)
    return 0


def _resumed(options: argparse.Namespace) -> Path:
    """Return the folder of --resume."""
    _refuse(options, "--resume continues a run", ("packed",))
    return Path(options.resume)


def _unpacked(options: argparse.Namespace) -> Path:
    """Lay the run of --packed out; return its folder."""
    from motionpatches.core.training.unpack import unpack

    _refuse(options, "--packed trains a run", (), ("library", "out", "device"))
    library = str(options.library) if options.library else ""
    folder = unpack(options.packed, options.out, library, options.device or "")
    tell(f"the run lies in {folder}; Ctrl+C saves and stops it, the same line resumes it")
    return folder


def _pack(options: argparse.Namespace) -> int:
    """Pack the run of the options into the file of --pack."""
    from motionpatches.core.models.known_runs import remember_run
    from motionpatches.core.training.packed import pack

    if options.resume or options.packed or options.out:
        raise UsageError("--pack makes a file of a new run: leave --resume, --packed and --out out.")
    packed = drive(pack(_configured(options), options.pack, options.by_reference))
    remember_run(packed.folder)
    for warning in packed.warnings:
        tell(warning)
    values = {"file": str(packed.file), "folder": str(packed.folder), "command": packed.command}
    answer(options, values, f"{packed.file} is packed. Beside it, or where you copy it to:\n{packed.command}")
    return 0


def _refuse(options: argparse.Namespace, what: str, more: tuple[str, ...], but: tuple[str, ...] = ()) -> None:
    """Raise UsageError where options would change a run that has its configuration."""
    others = ("config", "library", "layout", "preset", "start_from", "set", "option", "out", *FIELDS, *more)
    given = [name for name in others if name not in but and getattr(options, name) not in (None, "", [])]
    if given:
        raise UsageError(f"{what} with its own configuration: leave {', '.join(map(_spelling, given))} out.")


def _spelling(name: str) -> str:
    return "CONFIG.json" if name == "config" else "--" + name.replace("_", "-")


def _configured(options: argparse.Namespace) -> TrainingConfig:
    """Return the configuration of the options."""
    from motionpatches.core.training import config as training_config

    known = {f.name for f in fields(training_config.TrainingConfig)}
    changes: dict[str, Any] = {name: getattr(options, name) for name in FIELDS if getattr(options, name) is not None}
    for name, value in options.option:
        if name not in known:
            raise StudioError(f"--option takes a field of the training configuration, not {name!r}: {', '.join(sorted(known))}.")
        changes[name] = value
    if options.library:
        changes["library"] = str(options.library.expanduser().resolve())
    if options.layout:
        changes["layout"] = options.layout
    if options.start_from:
        changes["start_from"] = str(options.start_from.expanduser().resolve())
    if options.set:
        changes["model"] = dict(options.set)
    if options.config:
        if options.preset:
            changes["preset"] = options.preset
        config = training_config.read(options.config, **changes)
    else:
        config = training_config.recipe(options.preset or "starter", **changes)
    if not config.library:
        raise StudioError("Name a library to train on: --library FOLDER, or the field library in the JSON file.")
    return config


def _new_run(options: argparse.Namespace) -> Path:
    """Make the folder of a run with the configuration of the options; a folder that holds the same run continues it."""
    from motionpatches.core.training import config as training_config
    from motionpatches.core.training import runs

    config = _configured(options)
    if options.out is None:
        return runs.new_run(RUNS, config.preset, config)
    if not (options.out / runs.CONFIG).is_file() or runs.read_run(options.out).status == "new":
        runs.write_config(options.out, config)
    elif training_config.read(options.out / runs.CONFIG) != config:
        raise StudioError(
            f"{options.out} holds a run of another configuration. Choose another folder, or resume that run: "
            f"--resume {options.out}."
        )
    return Path(options.out)


def _again(folder: Path) -> str:
    """Return the line that resumes a run."""
    return f'motionpatches train --resume "{folder}"' if " " in str(folder) else f"motionpatches train --resume {folder}"


def _show(event: TrainingEvent, folder: Path) -> None:
    """Print progress on stderr, the end of the run on stdout."""
    from motionpatches.core.training.events import Ended, Epoch, Started, Step, Warned

    match event:
        case Started():
            resumed = f", resumed after step {event.resumed_at}" if event.resumed_at else ""
            tell(
                f"training on {event.train} motions, validating on {event.val}, {event.device}, {event.precision}; "
                f"{event.skipped} left out{resumed}"
            )
        case Step() if event.step % STEPS_A_LINE == 0:
            left = format_duration(event.remaining_s)
            tell(f"step {event.step}: loss {event.loss:.3f}, {event.motions_per_s:.0f} motions/s, {left} left")
        case Epoch():
            exact = event.val["exact_caption"]
            tell(
                f"epoch {event.epoch}: loss {event.loss:.3f}, validation exact_caption R@1 text to motion "
                f"{exact['t2m']['R@1']:.1f}, motion to text {exact['m2t']['R@1']:.1f}" + (" (best)" if event.best else "")
            )
        case Warned():
            tell(event.message)
        case Ended() if event.early:
            tell(f"stopped early at step {event.step}: the validation score rose no more for as many epochs as patience says")
            _show(replace(event, early=False), folder)
        case Ended() if event.stopped:
            print(f"stopped after step {event.step}; resume with: {_again(folder)}")
        case Ended():
            print(f"best epoch {event.epoch}, {format_duration(event.wall_s)}; the model is {folder / 'best'}")
            for protocol, ways in (event.test or {}).items():
                scores = (f"{way} " + " ".join(f"{name} {value}" for name, value in row.items()) for way, row in ways.items())
                print(f"test, {protocol}, every captioned range: " + "; ".join(scores))
