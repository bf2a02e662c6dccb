"""Corrections by the user of what import recognised: kept for a file, a folder, or a rig wherever it occurs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from motionpatches.core.errors import FileProblem
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.recognition import corrections_file
from motionpatches.core.recognition.corrections_file import (
    MAX_LABEL,
    SCOPES,
    Correction,
    Remembered,
    Scope,
)
from motionpatches.core.restore import Before

__all__ = [
    "SCOPES",
    "Correction",
    "Remembered",
    "Scope",
    "check",
    "exchange",
    "find",
    "find_by_key",
    "forget",
    "forget_all",
    "hierarchy_key",
    "key_of",
    "label",
    "levels",
    "listed",
    "place_of",
    "remember",
    "remembered",
    "unread",
    "version",
]

NONE = Correction()


def hierarchy_key(skeleton: Skeleton) -> str:
    """The same for every file of the same joint names and parents."""
    return _hierarchy(skeleton.joint_names, skeleton.parents)


@lru_cache(1024)
def _hierarchy(names: tuple[str, ...], parents: tuple[int, ...]) -> str:
    return hashlib.sha256(repr((names, parents)).encode()).hexdigest()[:16]


def version() -> str:
    """A token that changes with every correction; '' without corrections."""
    return corrections_file.read().version


def find(skeleton: Skeleton, path: Path | None = None) -> Correction:
    """What holds for a take of this rig in this file: the file's own correction over that of the nearest folder over those of
    the folders above over that of the rig, field by field."""
    found = find_by_key(hierarchy_key(skeleton), path)
    if any(j >= skeleton.joint_count for chain in found.chains for j in chain):
        found = replace(found, chains=())
    return found


def find_by_key(hierarchy: str, path: Path | None = None) -> Correction:
    """As `find`, for a rig known by its hierarchy_key."""
    said = corrections_file.read().by_rig.get(hierarchy, {})
    found = Correction()
    for scope, place in levels(path) if said else ():
        found = found.over(said.get((scope, key_of(place)), NONE))
    return found


def levels(path: Path | None) -> tuple[tuple[Scope, str], ...]:
    """Scope and place of every correction that may hold for a file, the one that counts most first."""
    if path is None:
        return (("rig", ""),)
    path = Path(os.path.abspath(path))
    folders = _folders(str(path.parent))
    return (("file", os.path.join(folders[0], path.name)), *(("folder", f) for f in folders), ("rig", ""))


@lru_cache(1024)
def _folders(folder: str) -> tuple[str, ...]:
    """A folder and all above it, links resolved."""
    return tuple(os.path.realpath(f) for f in (folder, *map(str, Path(folder).parents)))


def key_of(place: str) -> str:
    """Places that the system does not tell apart have one key."""
    return os.path.normcase(place)


def place_of(scope: Scope, path: Path | None) -> str:
    """The file or folder (that of a file, or the folder itself) that a correction of this scope is kept for."""
    if scope == "rig":
        return ""
    if path is None:
        raise ValueError("a correction of a file or folder needs its path")
    if scope == "folder" and path.is_dir():
        return os.path.realpath(path)
    return dict(reversed(levels(path)))[scope]


def label(skeleton: Skeleton) -> str:
    """A rig's first joints, by which a person knows it, without their namespace."""
    names = ", ".join(name.rpartition(":")[2] for name in skeleton.joint_names[:3]).encode("utf-8", "replace").decode()
    return names if len(names) <= MAX_LABEL else names[: MAX_LABEL - 1] + "…"


def listed() -> tuple[Remembered, ...]:
    """Return all corrections, the newest last."""
    return corrections_file.read().entries


def unread() -> int:
    """How many entries cannot be read and are skipped."""
    return corrections_file.read().unread


def remembered(scope: Scope, place: str, skeleton: Skeleton, correction: Correction) -> Remembered:
    """A correction as it would be kept. Raises FileProblem where it cannot be."""
    return Remembered(
        scope,
        hierarchy_key(skeleton),
        place,
        skeleton.joint_count,
        label(skeleton),
        replace(check(correction, skeleton), by=()),
        date.today().isoformat(),
    )


def remember(scope: Scope, skeleton: Skeleton, path: Path | None, correction: Correction) -> None:
    """Keep a correction (an empty one forgets). Raises FileProblem where it cannot be, or cannot be written."""
    entry = remembered(scope, place_of(scope, path), skeleton, correction)
    corrections_file.change([entry], [entry] if correction.said() else [])


def forget(entry: Remembered) -> None:
    corrections_file.change([entry], [])


def forget_all() -> None:
    """Forget every entry, those that cannot be read too."""
    corrections_file.clear()


def exchange(gone: Iterable[Remembered], added: Iterable[Remembered], back: Before | None = None) -> Before:
    """Put entries in the place of others; all that neither names stays. `back` and what is returned: as for
    corrections_file.change. Raises FileProblem."""
    return corrections_file.change(gone, added, back)


def check(correction: Correction, skeleton: Skeleton) -> Correction:
    """Raises FileProblem naming what cannot be: a unit or rate of zero, a chain of one joint."""
    for what, problem, advice in corrections_file.wrong(correction, skeleton.joint_count):
        raise FileProblem(what, problem, advice)
    return correction
