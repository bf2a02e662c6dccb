"""Mean and standard deviation of a library's motions, the normalisation of a model's input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library, Skipped
from motionpatches.core.library.takes import whole_takes
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import PatchRecipe, PatchStatistics, compute_statistics, prepare

# Files of captions and splits that a library left out hold no motion.
TEXTS = (".csv", ".txt")


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
    """Compute mean and standard deviation over motions, brought into the frame of the recipe; of a pair both people count.

    Args:
        library: the motions' library.
        clips: what statistics per sample point are of: the training clips (Yu et al., CVPR 2024, section 3.2). Those per joint
            are of every file of the library, whole and once, as in the authors' code.
        recipe: how motions are prepared.

    Raises:
        StudioError: no motion can be read.
    """
    per_joint = recipe.normalisation == "joint"
    wanted = whole_takes(library.clips) if per_joint else clips
    skipped = [s for s in library.skipped if s.path.suffix not in TEXTS and s.path.is_file()] if per_joint else []
    before = len(skipped)

    def motions() -> Iterator[Motion]:
        joints = 0
        for clip in wanted:
            try:
                people = prepare(library.read(clip) if per_joint else library.load(clip.id), recipe).people
                joints = joints or people[0].skeleton.joint_count
                if per_joint and any(person.skeleton.joint_count != joints for person in people):
                    raise StudioError(f"{clip.id} has {people[0].skeleton.joint_count} joints, the others have {joints}.")
            except StudioError as error:
                skipped.append(Skipped(clip.path, str(error)))
            else:
                yield from people

    try:
        values = compute_statistics(motions(), recipe)
    except StudioError:
        if skipped and len(skipped) - before == len(wanted):
            raise StudioError(f"No motion of {library.name} can be read. {skipped[before].reason}") from None
        raise
    return LibraryStatistics(values, len(wanted) + before, tuple(skipped))
