"""Mean and standard deviation of a library's motions, the normalisation of a model's input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import PatchRecipe, PatchStatistics, compute_statistics, prepare


@dataclass(frozen=True, eq=False)
class LibraryStatistics:
    """Statistics of the motions that could be read, of `clips` in all; `skipped` are the others."""

    values: PatchStatistics
    clips: int
    skipped: tuple[Skipped, ...]

    @property
    def note(self) -> str:
        """A sentence on what was left out, with the first reason; '' for nothing."""
        if not self.skipped:
            return ""
        return f"Mean and deviation leave out {len(self.skipped):,} of {self.clips:,} motions: {self.skipped[0].reason}"


def library_statistics(library: Library, clips: Sequence[Clip], recipe: PatchRecipe) -> LibraryStatistics:
    """Compute mean and standard deviation over clips, each person prepared as the recipe says.

    Raises:
        StudioError: no motion can be read, or statistics per joint meet several skeletons.
    """
    skipped: list[Skipped] = []

    def motions() -> Iterator[Motion]:
        for clip in clips:
            try:
                people = prepare(library.load(clip.id), recipe).people
            except StudioError as error:
                skipped.append(Skipped(clip.path, str(error)))
            else:
                yield from people

    try:
        values = compute_statistics(motions(), recipe)
    except StudioError:
        if skipped and len(skipped) == len(clips):
            raise StudioError(f"No motion of {library.name} can be read. {skipped[0].reason}") from None
        raise
    return LibraryStatistics(values, len(clips), tuple(skipped))
