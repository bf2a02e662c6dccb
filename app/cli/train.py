"""`motionpatches train`: a run from the command line, which the studio's runs page shows as well."""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.cli.console import model_field
from motionpatches.core.errors import StudioError
from motionpatches.core.progress import format_duration

if TYPE_CHECKING:
    from motionpatches.core.training.events import TrainingEvent

GIVEN = ("epochs", "batch", "chunk", "seed", "device")


def train(options: argparse.Namespace) -> int:
    from motionpatches.core.training import runs
    from motionpatches.core.training.control import Control

    control = Control()
    signal.signal(signal.SIGINT, lambda *_: control.stop())
    folder = options.resume or _new_run(options)
    for event in runs.events_of(folder, control):
        if options.json:
            print(event.to_line(), flush=True)
        else:
            _tell(event, folder)
    return 0


def _new_run(options: argparse.Namespace) -> Path:
    """The folder of a run with the configuration that the options make; the same folder goes on with the same run."""
    from motionpatches.core.training import config as training_config
    from motionpatches.core.training import runs

    known = {f.name for f in fields(training_config.TrainingConfig)}
    changes: dict[str, Any] = {name: getattr(options, name) for name in GIVEN if getattr(options, name) is not None}
    for name, value in (model_field(text) for text in options.option or []):
        if name not in known:
            raise StudioError(f"--option takes a field of the training configuration, not {name!r}: {', '.join(sorted(known))}.")
        changes[name] = value
    if options.library:
        changes["library"] = str(options.library.expanduser().resolve())
    if options.start_from:
        changes["start_from"] = str(options.start_from.expanduser().resolve())
    if options.set:
        changes["model"] = dict(model_field(text) for text in options.set)
    if options.config:
        config = training_config.check(replace(training_config.read(options.config), **changes))
    else:
        config = training_config.recipe(options.preset or "starter", **changes)
    if not config.library:
        raise StudioError("Name a library to train on: --library FOLDER, or the field library in the JSON file.")
    if options.run_folder is None:
        return runs.new_run(Path("runs"), config.preset, config)
    if not (options.run_folder / runs.CONFIG).is_file() or runs.read_run(options.run_folder).status == "new":
        runs.write_config(options.run_folder, config)
    elif training_config.read(options.run_folder / runs.CONFIG) != config:
        raise StudioError(
            f"{options.run_folder} holds a run of another configuration. Choose another folder, or go on with it: "
            f"--resume {options.run_folder}."
        )
    return options.run_folder


def _tell(event: TrainingEvent, folder: Path) -> None:
    """Print an event: progress to stderr, results to stdout."""
    from motionpatches.core.training.events import Ended, Epoch, Started, Step, Warned

    match event:
        case Started():
            again = f", going on after step {event.resumed_at}" if event.resumed_at else ""
            print(
                f"training on {event.train} motions, validating on {event.val}, {event.device}; {event.skipped} left out{again}",
                file=sys.stderr,
            )
        case Step() if event.step % 10 == 0:
            print(
                f"step {event.step}: loss {event.loss:.3f}, {event.motions_per_s:.0f} motions/s, "
                f"{format_duration(event.remaining_s)} left",
                file=sys.stderr,
            )
        case Epoch():
            exact = event.val["exact_caption"]
            print(
                f"epoch {event.epoch}: loss {event.loss:.3f}, validation R@1 text to motion "
                f"{exact['t2m']['R@1']:.1f}, motion to text {exact['m2t']['R@1']:.1f}" + (" (best)" if event.best else "")
            )
        case Warned(message):
            print(message, file=sys.stderr)
        case Ended(stopped=True):
            print(f"stopped after step {event.step}; go on with: motionpatches train --resume {folder}")
        case Ended():
            print(f"best epoch {event.epoch}, {format_duration(event.wall_s)}; the model is {folder / 'best'}")
            for protocol, ways in (event.test or {}).items():
                print(
                    f"test, {protocol}: "
                    + "; ".join(f"{way} " + " ".join(f"{k} {v}" for k, v in scores.items()) for way, scores in ways.items())
                )
