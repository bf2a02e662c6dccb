"""Results of a query, and sentences on what it waits for."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from motionpatches.app.viewmodels.workspace import NO_MODEL, Workspace, view_motions
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.words import caption_with
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.strength import EXACT

if TYPE_CHECKING:
    from motionpatches.core.search.find import Found
    from motionpatches.core.search.retriever import Retriever

# The first results are shown once their motions took so many seconds to read, of the processor or by the clock.
PROCESSOR_S, CLOCK_S = 0.005, 0.2


@dataclass(frozen=True, eq=False)
class Result:
    """A hit with what is needed to show it; `held`: the caption that holds the exact words, if that is why it was found."""

    hit: Hit
    clip: Clip
    motion: Motion
    held: str = ""

    @property
    def caption(self) -> str:
        """The caption that holds the words of the query, or the clip's first one."""
        return self.held or self.clip.caption


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer to a query, with the motions of its first hits.

    Args:
        found: The answer.
        sentence: Whose exact words are looked for in captions; '' for none.
        library: Where the clips are from.
        hits: Those of `found` that are in the library.
        motions: Of the first of these; a sentence for each that cannot be read.
    """

    found: Found
    sentence: str
    library: Library
    hits: tuple[Hit, ...]
    motions: tuple[Motion | str, ...] = ()

    @classmethod
    def of(cls, found: Found, sentence: str, library: Library, shown: Iterable[Result]) -> Answer:
        """Read the motions of the first hits, for as long as a user hardly notices; in the thread that answers queries.

        Args:
            found, sentence, library: As of the class.
            shown: Results whose motions need not be read again.
        """
        hits = tuple(hit for hit in found.hits if hit.clip_id in library.by_id)
        known = {r.clip.id: r.motion for r in shown if library.by_id.get(r.clip.id) == r.clip}
        return cls(found, sentence, library, hits, tuple(_read(library, hits, known)))._prepared()

    def read_on(self) -> Answer:
        """Read the motions that are missing, in the same thread."""
        left = view_motions(self.library, [hit.clip_id for hit in self.hits[len(self.motions) :]])
        return replace(self, motions=(*self.motions, *left))._prepared()

    def _prepared(self) -> Answer:
        _ = self.results
        return self

    @property
    def is_whole(self) -> bool:
        """Whether all motions are read."""
        return len(self.motions) == len(self.hits)

    @cached_property
    def results(self) -> list[Result]:
        """The hits whose motions are read."""
        pairs = [(hit, motion) for hit, motion in zip(self.hits, self.motions, strict=False) if isinstance(motion, Motion)]
        return [Result(hit, clip := self.library.by_id[hit.clip_id], motion, self._held(hit, clip)) for hit, motion in pairs]

    def _held(self, hit: Hit, clip: Clip) -> str:
        return caption_with(self.sentence, clip.captions) if hit.strength == EXACT else ""

    @property
    def unshown(self) -> str:
        """A sentence on the motions that cannot be read, '' for none."""
        lost = [motion for motion in self.motions if isinstance(motion, str)]
        return f"{len(lost)} result{'s are' if len(lost) > 1 else ' is'} not shown. {lost[0]}" if lost else ""


def _read(library: Library, hits: Iterable[Hit], known: dict[str, Motion]) -> Iterator[Motion | str]:
    """Yield the motions of hits until time is up, that of the first one at least."""
    until, at_latest = math.inf, math.inf
    for hit in hits:
        if time.thread_time() > until or time.perf_counter() > at_latest:
            return
        if math.isinf(until):
            until, at_latest = time.thread_time() + PROCESSOR_S, time.perf_counter() + CLOCK_S
        yield known[hit.clip_id] if hit.clip_id in known else view_motions(library, [hit.clip_id])[0]


def found_by_motion(hits: list[Hit]) -> Found:
    """Return the answer to a search by a motion alone."""
    from motionpatches.core.search.find import Found

    return Found(tuple(hits))


def exact_count(results: list[Result]) -> int:
    """Return how many results, the first ones, are there for their exact words."""
    return sum(result.hit.strength == EXACT for result in results)


def waits_for(workspace: Workspace) -> str:
    """Return why a query is not answered yet."""
    if workspace.library is None and any(work.key == "open" for work in workspace.jobs.work):
        return "The search starts as soon as the first motions are read."
    if workspace.library is None:
        return "Nothing is open. Open a folder, or the demo library."
    if workspace.model is None and workspace.model_label == NO_MODEL:
        return "No model could be loaded, so exact words alone are found. Choose a model in the header."
    if workspace.model is None:
        return "The search starts as soon as the model is ready."
    return "The search starts as soon as the first motions are indexed."


def partly(workspace: Workspace, retriever: Retriever) -> str:
    """Return how much of the library is searched, while it is indexed."""
    library = workspace.library
    if library is None or retriever is not workspace.partial:
        return ""
    known = sum(clip in library.by_id for clip in retriever.gallery.clip_rows[1])
    return f"{known:,} of {len(library.clips):,} takes are indexed; these are searched by motion."
