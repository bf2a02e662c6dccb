"""What a library was when its edits were noted last, so that the next time only what has changed since is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.library import marks, sheet
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.takes import take_id


@dataclass(frozen=True, eq=False)
class State:
    """A library as it is now. What was not written since is the same object as before."""

    root: Path
    clips: tuple[Clip, ...]
    by_id: Mapping[str, Clip]
    marks: Mapping[str, Mark]
    fields: Mapping[tuple[str, str], tuple[int, str]]

    def since(self, before: State) -> set[str]:
        """Return the ids of clips and takes that are not as they were, each clip's with its take's."""
        found = set[str]()
        if self.clips is not before.clips:
            found |= _changed_clips(self.by_id, before.by_id)
        if self.marks is not before.marks:
            tagged = {clip for clip, _ in self.marks.items() ^ before.marks.items()}
            found |= tagged | {take_id(self.by_id[clip]) for clip in tagged if clip in self.by_id}
        if self.fields is not before.fields:
            found |= {take for (take, _), _ in self.fields.items() ^ before.fields.items()}
        return found


def state_of(library: Library) -> State:
    """Read what was written since. Raises FileProblem."""
    root = library.root
    return State(root, library.clips, library.by_id, marks.known_marks(root), sheet.known_fields(root))


def _changed_clips(now: Mapping[str, Clip], before: Mapping[str, Clip]) -> set[str]:
    """Return the ids of clips that are new, gone or others, and of their takes: captions count by their place in the take."""
    clips = [clip for name, clip in now.items() if before.get(name) is not clip and before.get(name) != clip]
    clips += [before[name] for name in before.keys() - now.keys()]
    return {name for clip in clips for name in (clip.id, take_id(clip))}


@dataclass
class LastNoted:
    """Kept by who notes the edits of a library again and again. `journal`: names the journal in which they are noted."""

    journal: str = ""
    state: State | None = None

    def since(self, now: State, journal: str) -> set[str] | None:
        """Return the ids of clips and takes that have changed; None where everything has to be compared."""
        if self.state is None or self.journal != journal or self.state.root != now.root:
            return None
        return now.since(self.state)
