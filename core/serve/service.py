"""What programs may ask of a library: search by text, by motion or by part, and motions as files. No HTTP here."""

from __future__ import annotations

import math
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import UNITS, UPS, Choices
from motionpatches.core.export.write import exporters, write_motion
from motionpatches.core.library.edit import Edit, edited
from motionpatches.core.library.folder import load_take
from motionpatches.core.library.kept import marks_of, sheet_of, with_captions
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import NONE, Mark
from motionpatches.core.library.own_rotations import load_with_rotations
from motionpatches.core.library.sheet import Row
from motionpatches.core.library.takes import take_id
from motionpatches.core.library.words import WordIndex
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import run
from motionpatches.core.search.find import find
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.retriever import Retriever, retriever_of

# Most hits of an answer, and characters of a query.
MOST_HITS, MOST_LETTERS = 200, 500


class NotThere(StudioError):
    """What was asked for is not in the library."""


@dataclass(frozen=True, eq=False)
class Service:
    """A library and its index, for any thread. Answers name no path of this computer. What it answers for changes by `update`
    alone."""

    library: Library
    retriever: Retriever
    model_name: str
    words: WordIndex = field(init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _editing: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", WordIndex.of(self.library.clips))
        self.words.prepare()

    def update(self, library: Library, retriever: Retriever) -> None:
        """Answer for a library that was read again, from the next question on; captions that were edited meanwhile stay."""
        with self._editing:
            self._answer_for(with_captions(library), retriever)

    def _answer_for(self, library: Library, retriever: Retriever) -> None:
        words = self.words.updated(library.clips)
        words.prepare()
        with self._turn:
            for name, value in (("library", library), ("retriever", retriever), ("words", words)):
                object.__setattr__(self, name, value)

    def facts(self) -> dict[str, Any]:
        """Return the names of library and model, and how many clips there are."""
        return {"library": self.library.name, "model": self.model_name, "clips": len(self.library.clips)}

    def search(self, text: str, k: int = 10) -> dict[str, Any]:
        """Answer a query as the window does, exact words first.

        Raises:
            StudioError: The query is empty or too long, or k is not between 1 and MOST_HITS.
        """
        if len(text) > MOST_LETTERS:
            raise StudioError(f"The query has {len(text):,} letters. Ask in at most {MOST_LETTERS}.")
        with self._turn:
            marks, sheet = marks_of(self.library), sheet_of(self.library)
            found = find(self.retriever, self.words, text, _checked(k), marks=marks, sheet=sheet)
        return {"query": text, "note": found.note, "hits": self._rows(found.hits)}

    def like(self, clip_id: str, k: int = 10, start_s: float = 0.0, end_s: float = 0.0) -> dict[str, Any]:
        """Return the clips nearest to a clip or its range, without the clip itself. Raises StudioError."""
        motion = self._loaded(clip_id, start_s, end_s)
        with self._turn:
            hits = self.retriever.search_motion(motion, _checked(k) + 1)
        others = [hit for hit in hits if hit.clip_id != clip_id][:k]
        return {"clip": clip_id, "hits": self._rows([replace(hit, rank=rank) for rank, hit in enumerate(others, 1)])}

    def similar(self, name: str, content: bytes, k: int = 10) -> dict[str, Any]:
        """Return the clips nearest to a motion file that was sent. Raises StudioError where it cannot be read."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"sent{Path(name).suffix.lower()}"
            file.write_bytes(content)
            motion = load_take(file)
        with self._turn:
            hits = self.retriever.search_motion(motion, _checked(k))
        return {"hits": self._rows(hits)}

    def clip(self, clip_id: str) -> dict[str, Any]:
        """Return what is known of a clip. Raises NotThere."""
        library = self.library
        return _about(self._clip(clip_id), marks_of(library), sheet_of(library))

    def edit(self, clip_id: str, edit: Edit) -> dict[str, Any]:
        """Keep edits of a clip: tags, favourite, fields of the take sheet, captions. It is on the disk when this returns.

        Returns:
            What is known of the clip now.

        Raises:
            StudioError: It cannot be kept; or there is no such clip (NotThere).
        """
        with self._editing:
            self._clip(clip_id)
            before, retriever = self.library, self.retriever
            library = edited(before, clip_id, edit)
            if library is not before:
                if any(clip.id not in before.by_id for clip in library.clips):
                    retriever = run(retriever_of(retriever.model, library))
                self._answer_for(library, retriever)
        return self.clip(clip_id if clip_id in self.library.by_id else take_id(before.by_id[clip_id]))

    def _clip(self, clip_id: str) -> Clip:
        """Raises NotThere."""
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
        motion = self._loaded(clip_id, start_s, end_s)
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

        self._clip(clip_id)
        motion = self.library.load(clip_id)
        # The window of a hit may end a frame after the clip.
        inside = 0 <= start_s < min(end_s, motion.duration_s)
        return picture(motion.cut(start_s, min(end_s, motion.duration_s)) if inside else motion, moving)

    def _loaded(self, clip_id: str, start_s: float, end_s: float) -> Motion:
        self._clip(clip_id)
        motion = load_with_rotations(self.library, clip_id)
        if not start_s and not end_s:
            return motion
        if not 0 <= start_s < min(end_s or motion.duration_s, motion.duration_s):
            raise StudioError(f"The clip lasts {motion.duration_s:.2f} s. Choose a range within it.")
        return motion.cut(start_s, end_s)

    def _rows(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
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


def choices_of(rig: str, unit: str, up: str, fps: float | None, in_place: bool, rest_first: bool) -> Choices:
    """Return choices of an export that came from outside. Raises StudioError for values that are none.

    A rig is 'own' or the name of a known one: never a path of this computer.
    """
    from motionpatches.core.export.choices import OWN
    from motionpatches.core.retarget.targets import TARGETS

    if rig not in (OWN, *TARGETS):
        raise StudioError(f"There is no rig {rig[:40]!r}. Choose {', '.join((OWN, *TARGETS))}, or send one as a BVH file.")
    if unit not in UNITS or up not in UPS:
        raise StudioError(f"Choose a unit of {', '.join(UNITS)}, and {' or '.join(UPS)} for the axis that is up.")
    if fps is not None and not 1 <= fps <= 1000:
        raise StudioError("Choose a rate from 1 to 1,000 frames per second.")
    return Choices(rig, unit, up, fps, in_place, rest_first)


def _checked(k: int) -> int:
    if not 1 <= k <= MOST_HITS:
        raise StudioError(f"Ask for 1 to {MOST_HITS} hits.")
    return k
