"""Clips of a library for other programs: what is known of them, motions as files, small pictures. No HTTP here."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import OWN, UNITS, UPS, Choices
from motionpatches.core.export.write import exporters, write_motion
from motionpatches.core.library.kept import marks_of, sheet_of
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import NONE, Mark
from motionpatches.core.library.own_rotations import load_with_rotations
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.takes import take_id
from motionpatches.core.motion.motion import Motion
from motionpatches.core.retarget.targets import TARGETS
from motionpatches.core.search.gallery import Hit


class NotThere(StudioError):
    """What was asked for is not in the library."""


@dataclass(frozen=True, eq=False)
class Clips:
    """The clips of a library, for any thread. Answers name no path of this computer."""

    library: Library

    def clip(self, clip_id: str) -> dict[str, Any]:
        """Return what is known of a clip. Raises NotThere."""
        library = self.library
        return _about(self.known(clip_id), marks_of(library), sheet_of(library))

    def known(self, clip_id: str) -> Clip:
        """Return a clip of the library. Raises NotThere."""
        clip = self.library.by_id.get(clip_id)
        if clip is None:
            raise NotThere(f"{self.library.name} has no clip {clip_id[:120]!r}.")
        return clip

    def motion(
        self, clip_id: str, suffix: str, choices: Choices, start_s: float = 0.0, end_s: float = 0.0, rig: bytes = b""
    ) -> tuple[str, bytes]:
        """Write a clip in a format.

        Args:
            clip_id: The clip.
            suffix: One of EXPORTERS, with or without the dot.
            choices: Rig, unit, axis and so on.
            start_s: Start of a range in seconds.
            end_s: Its end; 0 for the end of the clip.
            rig: A BVH file whose rig is used; empty for that of `choices`.

        Returns:
            A file name, and the bytes.

        Raises:
            StudioError: An unknown clip or format, or a motion that does not go onto the rig.
        """
        suffix = "." + suffix.lower().lstrip(".")
        if suffix not in exporters() or not exporters()[suffix].works():
            there = ", ".join(name.lstrip(".") for name, one in exporters().items() if one.works())
            raise StudioError(f"Motions are written as {there}, not {suffix[1:][:20]}.")
        motion = self.loaded(clip_id, start_s, end_s)
        with tempfile.TemporaryDirectory() as folder:
            if rig:
                (Path(folder) / "rig.bvh").write_bytes(rig)
                choices = replace(choices, rig=str(Path(folder) / "rig.bvh"))
            file, *_ = write_motion(replace(motion, partner=None), Path(folder) / f"motion{suffix}", choices)
            content = file.read_bytes()
        return f"{clip_id.rpartition('/')[2]}{suffix}", content

    def picture(self, clip_id: str, start_s: float = 0.0, end_s: float = 0.0, moving: bool = False) -> bytes:
        """Draw a clip or a range of it small: its most telling pose as PNG, or a loop as GIF. Raises StudioError."""
        from motionpatches.core.serve.picture import picture

        self.known(clip_id)
        motion = self.library.load(clip_id)
        # The window of a hit may end a frame after the clip.
        inside = 0 <= start_s < min(end_s, motion.duration_s)
        return picture(motion.cut(start_s, min(end_s, motion.duration_s)) if inside else motion, moving)

    def loaded(self, clip_id: str, start_s: float, end_s: float) -> Motion:
        """Read a clip or a range of it in seconds (end 0: to the end). Raises StudioError."""
        self.known(clip_id)
        motion = load_with_rotations(self.library, clip_id)
        if not start_s and not end_s:
            return motion
        if not 0 <= start_s < min(end_s or motion.duration_s, motion.duration_s):
            raise StudioError(f"The clip lasts {motion.duration_s:.2f} s. Choose a range within it.")
        return motion.cut(start_s, end_s)

    def rows(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
        """Return what is known of each hit that is still in the library."""
        rows, library = [], self.library
        marks, sheet = marks_of(library), sheet_of(library)
        for hit in hits:
            score = None if math.isnan(hit.score) else round(hit.score, 4)
            about = {"rank": hit.rank, "score": score, "strength": hit.strength, "start_s": hit.start_s, "end_s": hit.end_s}
            if hit.clip_id in library.by_id:  # it may have gone meanwhile
                rows.append({**_about(library.by_id[hit.clip_id], marks, sheet), **about})
        return rows


def _about(clip: Clip, marks: Mapping[str, Mark], sheet: Mapping[str, Row]) -> dict[str, Any]:
    mark = marks.get(clip.id, NONE)
    return {
        "id": clip.id,
        "captions": list(clip.captions),
        "duration_s": round(clip.duration_s, 3),
        "split": clip.split,
        "sheet": dict(sheet.get(take_id(clip), {})),
        "tags": list(mark.tags),
        "favourite": mark.favourite,
    }


def choices_of(rig: str, unit: str, up: str, fps: float | None, in_place: bool, rest_first: bool, hands: bool = False) -> Choices:
    """Return choices of an export that came from outside. Raises StudioError for values that are none.

    A rig is 'own' or the name of a known one: never a path of this computer.
    """
    if rig not in (OWN, *TARGETS):
        raise StudioError(f"There is no rig {rig[:40]!r}. Choose {', '.join((OWN, *TARGETS))}, or send one as a BVH file.")
    if unit not in UNITS or up not in UPS:
        raise StudioError(f"Choose a unit of {', '.join(UNITS)}, and {' or '.join(UPS)} for the axis that is up.")
    if fps is not None and not 1 <= fps <= 1000:
        raise StudioError("Choose a rate from 1 to 1,000 frames per second.")
    return Choices(rig, unit, up, fps, in_place, rest_first, hands)
