"""Search by one body part: the first one encodes the library with all other parts covered."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from motionpatches.app.viewmodels.asked import Example
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Library
from motionpatches.core.progress import Job
from motionpatches.core.search.gallery import Hit

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.parts import PartRetriever


class PartSearch:
    """Keeps the retriever of each part for the library and the model that are open."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self._known: dict[int, tuple[Library, MotionTextModel, PartRetriever]] = {}

    def waits_for(self, library: Library, part: int) -> bool:
        """Whether the library is to be encoded first."""
        known = self._known.get(part)
        return known is None or known[0] is not library or known[1] is not self.workspace.model

    def find(
        self,
        library: Library,
        example: Example,
        k: int,
        only: Collection[str] | None,
        done: Callable[[list[Hit]], None],
        failed: Callable[[str], None],
    ) -> None:
        """Hand the k hits (of `only`, where it is given) that are nearest by the part of an example to `done`."""
        model, part = self.workspace.model, example.part
        if model is None:
            return
        known = None if self.waits_for(library, part) else self._known[part][2]

        def job() -> Job[tuple[PartRetriever, list[Hit]]]:
            from motionpatches.core.search.parts import part_retriever

            retriever = known or (yield from part_retriever(model, library, part))
            return retriever, retriever.search_motion(example.motion(), k, only)

        def found(answer: tuple[PartRetriever, list[Hit]]) -> None:
            retriever, hits = answer
            self._known[part] = library, model, retriever
            done(hits)

        self.workspace.jobs.run(self.workspace.lanes.long, "part", job, found, failed)
