"""Results of a query, and sentences on what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from motionpatches.app.viewmodels.workspace import NO_MODEL, Workspace
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.gallery import Hit
from motionpatches.core.search.strength import EXACT

if TYPE_CHECKING:
    from motionpatches.core.search.find import Found
    from motionpatches.core.search.retriever import Retriever


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
