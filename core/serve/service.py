"""What programs may ask of a library: search by text or by motion, and edits. No HTTP here."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from motionpatches.core.errors import StudioError
from motionpatches.core.library.edit import Edit, edited
from motionpatches.core.library.folder import load_take
from motionpatches.core.library.kept import marks_of, sheet_of, with_captions
from motionpatches.core.library.library import Library
from motionpatches.core.library.takes import take_id
from motionpatches.core.library.words import WordIndex
from motionpatches.core.progress import run
from motionpatches.core.search.find import find
from motionpatches.core.search.retriever import Retriever, retriever_of
from motionpatches.core.serve.clips import Clips

# Most hits of an answer, and characters of a query.
MOST_HITS, MOST_LETTERS = 200, 500


@dataclass(frozen=True, eq=False)
class Service(Clips):
    """A library and its index. What it answers for changes by `update` alone."""

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
        return {"query": text, "note": found.note, "hits": self.rows(found.hits)}

    def like(self, clip_id: str, k: int = 10, start_s: float = 0.0, end_s: float = 0.0) -> dict[str, Any]:
        """Return the clips nearest to a clip or its range, without the clip itself. Raises StudioError."""
        motion = self.loaded(clip_id, start_s, end_s)
        with self._turn:
            hits = self.retriever.search_motion(motion, _checked(k) + 1)
        others = [hit for hit in hits if hit.clip_id != clip_id][:k]
        return {"clip": clip_id, "hits": self.rows([replace(hit, rank=rank) for rank, hit in enumerate(others, 1)])}

    def similar(self, name: str, content: bytes, k: int = 10) -> dict[str, Any]:
        """Return the clips nearest to a motion file that was sent. Raises StudioError where it cannot be read."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"sent{Path(name).suffix.lower()}"
            file.write_bytes(content)
            motion = load_take(file)
        with self._turn:
            hits = self.retriever.search_motion(motion, _checked(k))
        return {"hits": self.rows(hits)}

    def edit(self, clip_id: str, edit: Edit) -> dict[str, Any]:
        """Keep edits of a clip: tags, favourite, fields of the take sheet, captions. It is on the disk when this returns.

        Returns:
            What is known of the clip now.

        Raises:
            StudioError: It cannot be kept; or there is no such clip (NotThere).
        """
        with self._editing:
            self.known(clip_id)
            before, retriever = self.library, self.retriever
            library = edited(before, clip_id, edit)
            if library is not before:
                if any(clip.id not in before.by_id for clip in library.clips):
                    retriever = run(retriever_of(retriever.model, library))
                self._answer_for(library, retriever)
        return self.clip(clip_id if clip_id in self.library.by_id else take_id(before.by_id[clip_id]))


def _checked(k: int) -> int:
    if not 1 <= k <= MOST_HITS:
        raise StudioError(f"Ask for 1 to {MOST_HITS} hits.")
    return k
