"""Favourites and tags of the open library's clips; edits are kept at once and can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library import kept
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.marks import NONE, Mark, tags_of
from motionpatches.core.restore import Before


class Marks(QObject):
    """`changed`: another library, or another mark."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history = workspace, history
        self.marks: Mapping[str, Mark] = {}
        self._library: Library | None = None
        workspace.library_changed.connect(self._look)

    def _look(self) -> None:
        library = self.workspace.library
        before, self._library = self._library, library or self._library
        if library is not None and (before is None or library.root != before.root or library.moved):
            self.read_again()

    def read_again(self) -> None:
        """Show what is kept on the disk, as after others have changed it."""
        library = self._library
        if library is None:
            return
        try:
            self.marks = kept.marks_of(library)
        except StudioError as error:
            self.marks = {}
            self.workspace.failed.emit(str(error))
        self.workspace.tell_notices()
        self.changed.emit()

    def of(self, clip: Clip) -> Mark:
        return self.marks.get(clip.id, NONE)

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag in the library, the most frequent first."""
        return tuple(tag for tag, _ in Counter(tag for mark in self.marks.values() for tag in mark.tags).most_common())

    def shared_tags(self, clips: Iterable[Clip]) -> tuple[str, ...]:
        """The tags that all these clips have."""
        first, *others = [self.of(clip).tags for clip in clips] or [()]
        return tuple(tag for tag in first if all(tag in tags for tags in others))

    def toggle_favourite(self, *clips: Clip) -> None:
        """Make all of them favourites; where all are, none."""
        on = not all(self.of(clip).favourite for clip in clips)
        self._push("Favourite", {clip.id: replace(self.of(clip), favourite=on) for clip in clips})

    def tag(self, clips: Iterable[Clip], text: str) -> None:
        """Put tags, separated by commas, in the place of those that all these clips share; one step to undo.

        What only some of them have stays.
        """
        clips, wanted = tuple(clips), tags_of(text)
        shared = self.shared_tags(clips)
        after = {}
        for clip in clips:
            mark = self.of(clip)
            own = tuple(tag for tag in mark.tags if tag not in shared)
            after[clip.id] = replace(mark, tags=tuple(dict.fromkeys((*own, *wanted))))
        self._push("Tags", after)

    def add_tags(self, tags: Mapping[str, str]) -> None:
        """Add a tag to each of several clips, by id; one step to undo."""
        after = {}
        for clip, tag in tags.items():
            mark = self.marks.get(clip, NONE)
            after[clip] = replace(mark, tags=tuple(dict.fromkeys((*mark.tags, *tags_of(tag)))))
        self._push("Tags", after)

    def _push(self, name: str, after: Mapping[str, Mark]) -> None:
        wanted = {clip: mark for clip, mark in after.items() if mark != self.marks.get(clip, NONE)}
        before = {clip: self.marks.get(clip, NONE) for clip in wanted}
        steps: dict[Path, Before | None] = {}
        if wanted:
            change = Change(name, lambda: self._keep(before, wanted, steps), lambda: self._keep(wanted, before, steps))
            self.history.of_several(change, len(wanted), self.workspace.notices)

    def _keep(self, before: Mapping[str, Mark], after: Mapping[str, Mark], steps: dict[Path, Before | None]) -> bool:
        """Change marks on disk and show what is kept there. Return False, and emit an error, if they cannot be written."""
        if self._library is None:
            return False
        try:
            done = kept.change_marks(self._library, before, after, steps)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return False
        self.marks = done.marks
        steps.update(done.back)
        if done.others:
            self.workspace.said.emit(
                "Favourites and tags were changed in another window since. What it changed was left as it is."
            )
        self.workspace.tell_notices()
        self.changed.emit()
        return True
