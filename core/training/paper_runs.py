"""Runs for the paper's rows: each trained once, with one or several seeds, and kept as any other run."""

from __future__ import annotations

import glob
import itertools
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.paper_tables import Run
from motionpatches.core.models.known_runs import remember_run
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training import config as training_config
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import Started, Step, Steps

# Fields of TrainingConfig that a table gives, and those that leave a run as it is.
OWN = ("library", "layout", "preset", "start_from", "model", "train_share")
SAME = ("device", "workers", "save_every_s")


@dataclass(frozen=True)
class Settings:
    """`preset` is trained by its recipe with `changes`: fields of TrainingConfig (but OWN) and of the model by name. Runs lie
    under `runs`; finished ones of the same configuration are not trained again. `seeds`: how many, from that of the recipe on."""

    data: Path
    runs: Path
    preset: str = "paper"
    changes: dict[str, Any] = field(default_factory=dict)
    seeds: int = 1


def check(settings: Settings) -> None:
    """Raises StudioError for fields that cannot be set, and for no seed."""
    refused = [name for name in settings.changes if name in OWN]
    if refused:
        raise StudioError(f"{refused[0]} cannot be set: the tables of the paper say what it is.")
    if settings.seeds < 1:
        raise StudioError("A table needs at least one seed.")


def seeds_of(settings: Settings) -> tuple[int, ...]:
    """The seed that is given, or the recipe's, and those after it."""
    first = settings.changes.get("seed", training_config.recipe(settings.preset).seed)
    return tuple(range(first, first + settings.seeds))


def trained(run: Run, settings: Settings, extra: int) -> Job[Path]:
    """Return the folder of a run's best model; `extra`: of which seed after the first. With several data sets, each stage starts
    from the one before. A run that was stopped or killed is resumed from its last saved state."""
    start = ""
    for stage in range(1, len(run.trained_on) + 1):
        part = replace(run, trained_on=run.trained_on[:stage])
        config = _config(part, settings, start, extra)
        name = f"{part.name}-seed{config.seed}" if extra else part.name
        folder = _folder(settings.runs / settings.preset / name, part.name, config)
        earlier = _earlier(folder)
        if earlier is None:
            runs.write_config(folder, config)
        remember_run(folder)
        if earlier is None or not _is_trained(earlier):
            yield from _progress(name, runs.events_of(folder, Control()))
        start = str(folder / "best")
    return Path(start)


def _folder(first: Path, any_seed: str, config: TrainingConfig) -> Path:
    """The folder of the run of this configuration, else the first free one: runs of other configurations are kept.

    Args:
        first: The name that is wanted for a new run.
        any_seed: What the names of runs of the same row begin with.
        config: Its configuration.
    """
    for file in sorted(first.parent.glob(f"{glob.escape(any_seed)}*/{runs.CONFIG}")):
        earlier = _earlier(file.parent)
        if earlier is not None and _compared(earlier.config) == _compared(config):
            return file.parent
    others = (first.with_name(f"{first.name}-{number}") for number in itertools.count(2))
    return next(folder for folder in itertools.chain([first], others) if not (folder / runs.CONFIG).is_file())


def _compared(config: TrainingConfig) -> TrainingConfig:
    """A configuration without what leaves a run as it is; its paths whole."""
    usual = TrainingConfig()
    places = {name: text for name in ("library", "start_from") if (text := getattr(config, name))}
    others: dict[str, Any] = {name: str(Path(text).resolve()) for name, text in places.items()}
    others |= {name: getattr(usual, name) for name in SAME}
    return replace(config, **others)


def _earlier(folder: Path) -> runs.Run | None:
    """The run of an earlier call in a folder; None where there is none that can be read."""
    try:
        return runs.read_run(folder)
    except StudioError:
        return None


def _is_trained(run: runs.Run) -> bool:
    """Whether a run is finished. Version 0.2 and earlier kept no events but a file `done`."""
    return run.status == "finished" or (run.status == "new" and (run.folder / "done").is_file())


def _config(run: Run, settings: Settings, start: str, extra: int) -> TrainingConfig:
    known = {f.name for f in fields(TrainingConfig)}
    changes = {name: value for name, value in settings.changes.items() if name in known}
    model = {name: value for name, value in settings.changes.items() if name not in known}
    if not run.pretrained:
        model["motion_weights"] = ""
    patches = dict(model.get("patches", {}))
    if not run.patches:
        patches["form"] = "joints"
    if run.people == 2:
        model["people"] = 2
    if patches:
        model["patches"] = patches
    return training_config.recipe(
        settings.preset,
        library=str((settings.data / run.trained_on[-1]).resolve()),
        start_from=start,
        model={} if start else model,
        **{**changes, "seed": seeds_of(settings)[extra]},
    )


def _progress(name: str, events: Steps[None]) -> Job[None]:
    """Yield the steps of a run as progress. Closing the job closes the run, which keeps its last saved state."""
    total = 1
    with closing(events):
        for event in events:
            if isinstance(event, Started):
                total = event.steps
            elif isinstance(event, Step):
                yield Progress(f"Training {name}", event.step, total, None, event.remaining_s)
