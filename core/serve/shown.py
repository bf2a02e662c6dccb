"""The results that a window shows, for other programs: what it was asked, and its hits. No HTTP here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motionpatches.core.search.gallery import Hit
from motionpatches.core.serve.clips import Clips


@dataclass(frozen=True, eq=False)
class Shown(Clips):
    """What a window shows at one time; another one takes its place when that changes.

    Attributes:
        query: What was asked, in words; '' for nothing.
        hits: The results, in the order of the window.
        captions: The caption under each.
    """

    query: str = ""
    hits: tuple[Hit, ...] = ()
    captions: tuple[str, ...] = ()

    def answer(self) -> dict[str, Any]:
        """Return the query and its hits, each with the caption that the window shows."""
        captions = {hit.clip_id: caption for hit, caption in zip(self.hits, self.captions, strict=True)}
        rows = [{"caption": captions[row["id"]], **row} for row in self.rows(self.hits)]
        return {"library": self.library.name, "query": self.query, "hits": rows}
