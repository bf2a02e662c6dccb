"""What a scan finds in each motion file, and how the takes of a folder are read once all are known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.core.io.formats import index_of
from motionpatches.core.library.cache import take_cache
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.progress import counted
from motionpatches.core.recognition import unit
from motionpatches.core.recognition.corrections import find_by_key, hierarchy_key

# What recognises takes is imported late: the first window does not wait for its tables of names.
if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition
    from motionpatches.core.recognition.evidence import Evidence


@dataclass(frozen=True, eq=False)
class Found:
    """A take as a scan found it: `name` within its file, rate, frames, its own captions, and what it says of its rig.

    `evidence` is None where the take was not looked at: others of its `rig` (as a glance shows it) in its folder speak for it.
    `notes`: what the reader left out, filled in or cut off.
    """

    name: str
    fps: float
    frames: int
    joints: int
    captions: tuple[str, ...]
    hierarchy: str
    evidence: Evidence | None
    rig: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FoundFile:
    """A file that was read: `stamp` and `digest` tell whether it is still the same."""

    path: Path
    stamp: str
    digest: str
    takes: tuple[Found, ...]


LOOKED_AT = 1000
# Notes of readers about data that the motion lacks.
LOST = ("gaps", "left out", "frames")
_looked_at: dict[str, tuple[Found, ...]] = {}
Readings = dict[tuple[str, str], "Recognition"]


def read_file(path: Path) -> FoundFile:
    """Read a file (through the cache) and look at its takes, once for all files of the same content. Raises FileProblem."""
    cache = take_cache()
    content = cache.content(path)
    key = cache.key(path, content)
    found = _looked_at.get(key)
    if found is None:
        found = tuple(map(found_in, cache.takes(path, content.stamp, content.digest)))
        if len(_looked_at) >= LOOKED_AT:
            _looked_at.clear()
        _looked_at[key] = found
    return FoundFile(path, content.stamp, content.digest, found)


def found_in(take: RawTake) -> Found:
    """What a scan keeps of a take."""
    from motionpatches.core.recognition.evidence import evidence_of

    return Found(
        take.name,
        take.fps,
        len(take.positions),
        take.skeleton.joint_count,
        take.captions,
        hierarchy_key(take.skeleton),
        evidence_of(take),
        notes=tuple(f"{note.what}: {note.value}, {note.reason}" for note in take.notes if note.what in LOST),
    )


def raw_take(path: Path, name: str, stamp: str = "", digest: str = "") -> RawTake:
    """One take of a file, through the cache. Raises FileProblem."""
    takes = take_cache().takes(path, stamp, digest)
    return takes[index_of(path, takes, name)]


def readings_of(files: Sequence[FoundFile]) -> Readings:
    """How each take (path, name) is read: takes of one rig in one folder alike."""
    from motionpatches.core.recognition.survey import survey

    evidence, folders = {}, {}
    for file in files:
        for take in file.takes:
            if take.evidence is not None:
                key = (str(file.path), take.name)
                evidence[key], folders[key] = take.evidence, str(file.path.parent)
    readings = survey(evidence, folders)
    return readings | _readings_of_others(files, readings) if len(readings) < sum(len(f.takes) for f in files) else readings


def _readings_of_others(files: Sequence[FoundFile], readings: Readings) -> Readings:
    """The reading that most takes of a rig in a folder have, for those that were not looked at."""
    from motionpatches.core.recognition.decide import shared_reading

    looked_at: dict[tuple[Path, str], list[tuple[Recognition, Evidence]]] = defaultdict(list)
    others: dict[tuple[str, str], tuple[Path, str]] = {}
    for file in files:
        for take in file.takes:
            key, group = (str(file.path), take.name), (file.path.parent, take.rig)
            if take.evidence is None:
                others[key] = group
            elif take.rig:
                looked_at[group].append((readings[key], take.evidence))
    shared = {group: shared_reading(looked_at[group]) for group in set(others.values())}
    return {key: shared[group] for key, group in others.items()}


def notes_of(files: Iterable[FoundFile], readings: Readings, most: int = 4) -> tuple[str, ...]:
    """'24 joints, unit centimetres, up axis Y, 30 fps (68 takes)' for each kind of take, the most frequent first."""
    kinds: Counter[str] = Counter()
    bodies = corrected = 0
    for file in files:
        for take in file.takes:
            found = readings[str(file.path), take.name]
            said = find_by_key(take.hierarchy, file.path)
            factor, up = said.unit_m or found.unit.value, said.up or found.up.value
            kinds[f"{take.joints} joints, unit {unit.name_of(factor)}, up axis {up}, {said.fps or take.fps:.4g} fps"] += 1
            bodies += not (found.parts.chains or said.chains)
            corrected += bool(said.said())
    total = sum(kinds.values())
    notes = [f"{note} ({counted(count, 'take')})" if len(kinds) > 1 else note for note, count in kinds.most_common(most)]
    if len(kinds) > most:
        notes.append(f"and {len(kinds) - most} more kinds of take")
    if corrected:
        notes.append(f"{corrected:,} of {total:,} takes read as corrected in Check Import")
    if bodies:
        notes.insert(0, f"{bodies:,} of {total:,} takes show{'s' * (bodies == 1)} no human body: shown, not searched")
    return tuple(notes)


def takes_values(takes: Iterable[Found]) -> list[dict[str, Any]]:
    """Takes as JSON values."""
    from motionpatches.core.recognition.stored import evidence_values

    return [{**vars(take), "evidence": None if take.evidence is None else evidence_values(take.evidence)} for take in takes]


def takes_from(values: list[dict[str, Any]]) -> tuple[Found, ...]:
    """The inverse of takes_values. Raises KeyError, TypeError, ValueError or IndexError where something else was stored."""
    from motionpatches.core.recognition.stored import evidence_from

    return tuple(
        Found(
            **{
                **v,
                "captions": tuple(v["captions"]),
                "notes": tuple(v.get("notes", ())),
                "evidence": None if v["evidence"] is None else evidence_from(v["evidence"]),
            }
        )
        for v in values
    )
