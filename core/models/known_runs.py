"""Folders of training runs that lie outside the folder of the program's own runs: begun from the command line, or added."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.atomic import locked, whole_folder, write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.own_file import read_own

# Folders that are kept, the latest.
KEPT = 256


def listed_runs(held: bool = False) -> list[Path]:
    """Return the folders, the latest last; none of them is looked at, so that a share that is away holds nobody, and is not
    forgotten. `held`: the caller holds the lock. Raises FileProblem."""
    names = read_own(paths.known_runs(), "the list of your training runs", _parsed, held) or []
    return [Path(name) for name in dict.fromkeys(names)]


def known_runs() -> list[Path]:
    """Return the folders that are still there, the latest last. Raises FileProblem."""
    return [folder for folder in listed_runs() if (folder / "config.json").is_file()]


def _parsed(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(name, str) for name in values):
        raise ValueError("a list of folders")
    return values


def remember_run(folder: Path) -> None:
    """Add a folder, unless it lies among the program's own runs. A list that cannot be written stops no run."""
    folder = folder.expanduser().resolve()
    if folder.parent != paths.user_runs().resolve():
        _change(lambda known: [*(place for place in known if place != folder), folder])


def forget_run(folder: Path) -> None:
    """Remove a folder from the list."""
    folder = folder.expanduser().resolve()
    _change(lambda known: [place for place in known if place != folder])


def _change(make: Callable[[list[Path]], list[Path]]) -> None:
    try:
        with locked(paths.known_runs()):
            before = listed_runs(held=True)
            after = make(before)
            if after != before:
                write_atomically(paths.known_runs(), json.dumps([str(place) for place in after[-KEPT:]], indent=1))
    except StudioError:  # the run is found again where it is added by hand
        pass


def own_runs() -> list[Path]:
    """Return the folders of the program's own runs, the newest first."""
    return [file.parent for file in sorted(paths.user_runs().glob("*/config.json"), key=_changed_at, reverse=True)]


def trained_model(folder: Path) -> Path | None:
    """Return the folder of the best model of a run, None where it has none."""
    best = whole_folder(folder / "best")
    return best if (best / "config.json").is_file() else None


def trained_models() -> list[Path]:
    """Return the folders of the best models of all runs that have one: the program's own, the newest first, then the others."""
    try:
        others = known_runs()[::-1]
    except StudioError:
        others = []
    return list(dict.fromkeys(filter(None, map(trained_model, (*own_runs(), *others)))))


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
