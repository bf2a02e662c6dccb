"""Mean and standard deviation of a library's motions, as a model is to read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import PatchRecipe, PatchStatistics, compute_statistics, prepare


def library_statistics(library: Library, clips: Sequence[Clip], recipe: PatchRecipe) -> PatchStatistics:
    """Mean and std over the given clips, prepared as the recipe asks."""

    def motions() -> Iterator[Motion]:
        for clip in clips:
            try:
                motion = library.load(clip.id)
                for person in motion.people:
                    yield prepare(person, recipe)
            except StudioError:
                continue

    return compute_statistics(motions(), recipe)
