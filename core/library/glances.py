"""Large libraries: once enough takes of a rig in a folder were looked at and agree, a glance at the other files tells theirs.

A take told by a glance is read, and asked whether its own motion says otherwise, when it is loaded (core/library/recognised.py).
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.scan import Found, FoundFile

if TYPE_CHECKING:
    from motionpatches.core.io.formats import Glance

# Libraries of as many files are read whole.
MANY = 2000
# Takes of a rig in a folder that are looked at before others are not.
ENOUGH = 20
# The share of these that have to be read alike.
MOST = 0.9


def order(files: Sequence[Path], known: Mapping[str, FoundFile]) -> list[Path]:
    """The files of a large library with those first that are to be looked at: ENOUGH of each folder, chosen by a digest of their
    names as if by chance but always the same, and those that an earlier scan looked at."""
    if len(files) <= MANY:
        return list(files)
    folders: dict[Path, list[Path]] = defaultdict(list)
    for file in files:
        folders[file.parent].append(file)
    first = {file for beside in folders.values() for file in nsmallest(ENOUGH, beside, _drawn)}
    first |= {found.path for found in known.values() if any(take.evidence is not None for take in found.takes)}
    return [*(file for file in files if file in first), *(file for file in files if file not in first)]


def _drawn(file: Path) -> int:
    return zlib.crc32(file.name.encode("utf-8", "surrogatepass"))


@dataclass(eq=False)
class _Group:
    """Takes of one rig in one folder that were looked at; `like`: one that speaks for all others, None while there are too few,
    or they do not agree."""

    takes: list[Found] = field(default_factory=list)
    like: Found | None = None
    asked_at: int = field(default_factory=lambda: ENOUGH)
    fits: bool = True

    def add(self, take: Found, shown: Glance | None) -> None:
        if shown is not None:
            fps = shown.fps or (self.takes[0].fps if self.takes else take.fps)
            self.fits = self.fits and (shown.frames, fps) == (take.frames, take.fps)
        self.takes.append(take)
        if len(self.takes) >= self.asked_at:
            self.asked_at *= 2
            self.like = self.takes[0] if self.fits and _agree(self.takes) else None


def _agree(takes: list[Found]) -> bool:
    """Whether the takes, one a file and without captions of their own, are of one rig and most of them read alike, and surely."""
    from motionpatches.core.recognition.decide import decide
    from motionpatches.core.recognition.survey import SURE

    evidence = [take.evidence for take in takes if take.evidence is not None]
    if any(take.name or take.captions or take.hierarchy != takes[0].hierarchy for take in takes):
        return False
    if any(own.rig != evidence[0].rig for own in evidence):
        return False
    (common, count), *_ = Counter(decide(evidence)).most_common(1)
    return count >= MOST * len(takes) and min(common.up.confidence, common.unit.confidence) >= SURE


class Glances:
    """What was looked at so far in a library of `count` files."""

    def __init__(self, count: int):
        self.many = count > MANY
        self._groups: defaultdict[tuple[Path, str], _Group] = defaultdict(_Group)

    def at(self, file: Path) -> Glance | None:
        """What a file shows; None where it has to be read. Raises FileProblem."""
        from motionpatches.core.io.load import glance_at  # the readers take a while to import

        return glance_at(file) if self.many else None

    def told(self, file: Path, shown: Glance) -> FoundFile | None:
        """A file whose take is like others of its rig in its folder. Raises FileProblem."""
        like = self._groups[file.parent, shown.rig].like
        if like is None:
            return None
        content = take_cache().content(file)
        take = replace(like, frames=shown.frames, fps=shown.fps or like.fps, evidence=None, notes=())
        return FoundFile(file, content.stamp, content.digest, (take,))

    def add(self, found: FoundFile, shown: Glance | None = None) -> FoundFile:
        """Note a file that was looked at, now or by an earlier scan. Returns it with the rig that its takes show."""
        if shown is not None and len(found.takes) == 1:
            found = replace(found, takes=(replace(found.takes[0], rig=shown.rig),))
        for take in found.takes:
            if take.rig and take.evidence is not None:
                self._groups[found.path.parent, take.rig].add(take, shown)
        return found

    def trusts(self, found: FoundFile) -> bool:
        """Whether all takes of a file that an earlier scan found were looked at, or are like others that were."""
        return all(
            take.evidence is not None or self._groups[found.path.parent, take.rig].like is not None for take in found.takes
        )
