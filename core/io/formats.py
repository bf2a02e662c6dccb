"""The one table of formats: which suffix is read by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import FileProblem
from motionpatches.core.motion.raw import RawTake

Reader = Callable[[Path], list[RawTake]]


def _any(_: Path) -> bool:
    return True


def _alone(path: Path) -> list[Path]:
    return [path]


@dataclass(frozen=True)
class Format:
    """A kind of file. `read` gives its takes or raises FileProblem. `native`: by a compiled library, hence in a child process.
    `fits`: a quick look inside, for suffixes that other kinds of file have too. `files`: every file the takes depend on."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    native: bool = False
    fits: Callable[[Path], bool] = _any
    files: Callable[[Path], list[Path]] = _alone


def index_of(path: Path, takes: Sequence[RawTake], name: str) -> int:
    """Where the take of a name is; the first for ''. Raises FileProblem."""
    if not name:
        return 0
    for at, take in enumerate(takes):
        if take.name == name:
            return at
    raise FileProblem(path, f"it holds no take {name[:60]!r}", "Open it again")
