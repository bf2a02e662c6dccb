"""What is done in the folder of a training run, which may lie on a share that hangs: no Qt, so that it can be done aside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motionpatches.app.background.training_process import Tail
from motionpatches.core.models.known_runs import forget_run, remember_run
from motionpatches.core.training import runs
from motionpatches.core.training.alone import come_back, is_held
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.history import History
from motionpatches.core.training.runs import Run


@dataclass(frozen=True)
class Seen:
    """A run as it was read, its events from then on, and what changes where another computer trains it."""

    run: Run
    tail: Tail
    stamp: tuple[bool, int]


def seen(folder: Path) -> Seen:
    """Read a run, and its events from before that on: an event may be read twice, none is left out."""
    stamp, tail = _stamp(folder), Tail(folder / runs.EVENTS)
    return Seen(runs.read_or_broken(folder), tail, stamp)


def seen_where_there(folder: Path) -> Seen | None:
    """Read a run, None where the folder holds none."""
    return seen(folder) if (folder / runs.CONFIG).is_file() else None


def seen_again(folder: Path, stamp: tuple[bool, int]) -> Seen | None:
    """Read a run, None where it is as its stamp says. Raises OSError where the folder is not reached any more."""
    folder.stat()
    return None if _stamp(folder) == stamp else seen(folder)


def taken_back(folder: Path) -> tuple[bool, Seen]:
    """Make a packed run one of this computer from now on, unless a process trains it; return whether one does, and the run."""
    held = is_held(folder)
    if not held:
        come_back(folder)
    return held, seen(folder)


def deleted(folder: Path) -> None:
    """Raises StudioError where a run cannot be deleted."""
    if folder.exists():
        runs.delete_run(folder)
    forget_run(folder)


def added(folder: Path) -> None:
    """Remember a run that lies elsewhere. Raises StudioError where it is none."""
    runs.read_run(folder)
    remember_run(folder)


def away_run(folder: Path) -> Run:
    """Make a run of a folder that was not read yet."""
    return Run(folder, TrainingConfig(), History(), "away", "")


def _stamp(folder: Path) -> tuple[bool, int]:
    """Return what changes where another computer trains a run."""
    try:
        size = (folder / runs.EVENTS).stat().st_size
    except OSError:
        size = 0
    return is_held(folder), size
