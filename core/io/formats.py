"""The one table of formats: which suffix is read by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import FileProblem
from motionpatches.core.motion.raw import RawTake

Reader = Callable[[Path], list[RawTake]]


@dataclass(frozen=True)
class Glance:
    """What the bytes of a file with one take show without places being computed: `rig`, the same for takes of one rig whose
    hierarchies are stated alike; `frames`; `fps`, None where the format states no rate."""

    rig: str
    frames: int
    fps: float | None


def _any(_: Path) -> bool:
    return True


def _alone(path: Path) -> list[Path]:
    return [path]


@dataclass(frozen=True)
class Format:
    """A kind of file. `read` gives its takes or raises FileProblem. `native`: by a compiled library, hence in a child process.
    `fits`: a quick look inside, for suffixes that other kinds of file have too. `files`: every file the takes depend on.
    `glance`: of the content of a file that is plainly whole, None for every other. `turned`: gives the same takes with the
    rotations of their joints, where the format has them. `plugged`: of another package."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    native: bool = False
    fits: Callable[[Path], bool] = _any
    files: Callable[[Path], list[Path]] = _alone
    glance: Callable[[bytes], Glance | None] | None = None
    turned: Reader | None = None
    plugged: bool = False


def index_of(path: Path, takes: Sequence[RawTake], name: str) -> int:
    """Where the take of a name is; the first for ''. Raises FileProblem."""
    if not name:
        return 0
    for at, take in enumerate(takes):
        if take.name == name:
            return at
    raise FileProblem(path, f"it holds no take {name[:60]!r}", "Open it again")
