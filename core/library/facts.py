"""What is known of each take without reading its motion: its rig, its rate, and how far its reading can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.core.library import index
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import take_id
from motionpatches.core.motion.skeleton import KNOWN_SKELETONS
from motionpatches.core.recognition.corrections import Correction, find_by_key, hierarchy_key, listed

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition

# From the best to the worst: what `Facts.quality` says.
QUALITIES = ("good", "corrected", "unsure", "incomplete", "no body")
# Below this an assumption is unsure.
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Facts:
    """`rig`: the same for takes of one hierarchy, '' where it is not known; `joints` and `fps` 0 where they are not.

    `quality` is one of QUALITIES, and `remarks` say why: assumptions that are unsure, data that were left out or filled in.
    """

    rig: str = ""
    joints: int = 0
    fps: float = 0.0
    quality: str = ""
    remarks: tuple[str, ...] = ()


UNKNOWN, UNCORRECTED = Facts(), Correction()
# The user's correction of a rig in a file.
Said = Callable[[str, Path], Correction]


def facts_of(library: Library) -> list[Facts]:
    """Return what is known of the take of each clip, in the order of the library's clips."""
    if library.parts:
        by_take = {
            part.prefix + take_id(clip): facts
            for part in library.parts
            for clip, facts in zip(part.library.clips, facts_of(part.library), strict=True)
        }
        return [by_take.get(take_id(clip), UNKNOWN) for clip in library.clips]
    known, said = library.reader.facts or _from_scan(library), _corrections()
    left_out: dict[str, list[str]] = {}
    for skipped in library.skipped:
        left_out.setdefault(str(skipped.path), []).append(skipped.reason)
    found = []
    for clip in library.clips:
        facts = known(clip, said)
        reasons = left_out.get(str(clip.path)) if left_out else None
        found.append(facts if reasons is None else _incomplete(facts, reasons))
    return found


def _incomplete(facts: Facts, reasons: Iterable[str]) -> Facts:
    worst = facts.quality == QUALITIES[-1]
    return replace(facts, quality=facts.quality if worst else "incomplete", remarks=(*facts.remarks, *reasons))


def _corrections() -> Said:
    """The user's corrections, for many takes: no more is asked for rigs that have none."""
    rigs = {entry.rig for entry in listed()}
    return lambda rig, path: find_by_key(rig, path) if rig in rigs else UNCORRECTED


def _from_scan(library: Library) -> Callable[[Clip, Said], Facts]:
    """What the scan of a folder found, now or, for a library that comes from its index, when that was written."""
    if library.files:
        takes = {
            (str(file.path), take.name): (take.fps, take.joints, take.hierarchy, take.notes)
            for file in library.files
            for take in file.takes
        }
    else:
        takes = index.load_takes(library.root)
    readings = library.readings or index.load_readings(library.root)
    summary = cache(_summary)

    def known(clip: Clip, said: Said) -> Facts:
        key = (str(clip.path), clip.take)
        if key not in takes:
            return UNKNOWN
        fps, joints, hierarchy, notes = takes[key]
        return facts_from(hierarchy, joints, fps, said(hierarchy, clip.path), *summary(readings.get(key)), notes)

    return known


@lru_cache(4096)
def facts_from(
    hierarchy: str,
    joints: int,
    fps: float,
    said: Correction,
    body: bool = True,
    doubts: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
) -> Facts:
    """Return the facts of a take; those of many takes are the same.

    Args:
        hierarchy: hierarchy_key of its skeleton.
        joints: Their number.
        fps: Frames per second, as recognised.
        said: The user's correction, which overrides doubts.
        body: Whether five body parts were found.
        doubts: What is unsure, as a field of Correction and a sentence.
        notes: What the reader left out or filled in.
    """
    corrected = said.said()
    left = tuple(sentence for name, sentence in doubts if name not in corrected)
    if not body and not said.chains:
        quality, left = "no body", ("no five body parts of a person: shown, not searched", *left)
    else:
        quality = "incomplete" if notes else "unsure" if left else "corrected" if corrected else "good"
    mine = tuple(f"{name.replace('_', ' ')} {said.reason(name)}" for name in corrected)
    return Facts(hierarchy, joints, said.fps or fps, quality, (*notes, *left, *mine))


def _summary(found: Recognition | None) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Whether a reading has five body parts, and its doubts; many takes share one reading."""
    return (True, ()) if found is None else (bool(found.parts.chains), doubts_of(found))


def doubts_of(found: Recognition) -> tuple[tuple[str, str], ...]:
    """Return what is unsure in a reading, as a field of Correction and a sentence."""
    named = (
        ("up", f"up axis {found.up.value}", found.up.confidence, found.up.reason),
        ("unit_m", "unit", found.unit.confidence, found.unit.reason),
        ("chains", "body parts", found.parts.confidence if found.parts.chains else 1.0, found.parts.reason),
    )
    return tuple((field, f"{what} is {sure:.0%} sure: {reason}") for field, what, sure, reason in named if sure < SURE)


@cache
def _published() -> dict[str, str]:
    return {hierarchy_key(skeleton): name for name, skeleton in KNOWN_SKELETONS.items()}


def rig_names(facts: Iterable[Facts]) -> dict[str, str]:
    """Return a name for each rig: that of a published skeleton, else its number of joints, with a letter where rigs of as many
    joints differ."""
    joints = {one.rig: one.joints for one in facts if one.rig}
    published, seen, names = _published(), dict[int, int](), {}
    for rig, count in joints.items():
        if rig in published:
            names[rig] = published[rig]
            continue
        others = sum(1 for other, number in joints.items() if number == count and other not in published)
        at = seen[count] = seen.get(count, 0) + 1
        names[rig] = f"{count} joints" + (f" {_letters(at)}" if others > 1 else "")
    return names


def _letters(number: int) -> str:
    """'A' for 1, 'Z' for 26, 'AA' for 27."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
