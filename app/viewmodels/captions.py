"""The captions of the take on the stage: edited, kept on disk at once, undone.

What is edited shows before it is saved, so that the next edit builds on it; while words are typed the take stays the one they are
typed for, whatever comes on the stage meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.caption_place import CaptionPlace
from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.library import kept
from motionpatches.core.library.caption_exchange import export_csv
from motionpatches.core.library.caption_store import Saved
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id, with_lines


@dataclass
class _Step:
    """Where an edit is kept, and what was saved last of it: by the edit, its undo or its redo."""

    own: bool
    saved: Saved | None = None


class Captions(QObject):
    """`changed`: another take, or its lines; `message` says where they were kept, or what went wrong."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, place: CaptionPlace | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history, self.place = workspace, history, place or CaptionPlace(workspace)
        self.take, self.duration_s, self.message = "", 0.0, ""
        self.lines: Lines = ()
        self._root: Path | None = None
        self._edits, self._held = 0, False
        self._saving: dict[str, Lines] = {}
        workspace.shown.connect(self._look)
        workspace.library_changed.connect(self._look)

    def _look(self) -> None:
        library, clip = self.workspace.library, self.workspace.clip
        if library is None or clip is None:
            return
        if library.root != self._root:
            self._root, self._held = library.root, False
            self._saving.clear()
            self.history.clear()
        take = self.take if self._held else take_id(clip)
        clips = clips_of(library, (take,)).get(take, [])
        if take != self.take:
            self.message = ""
        self.take, self.lines = (take if clips else ""), self._saving.get(take, lines_of(clips))
        self.duration_s = max((c.end_s or c.start_s + c.duration_s for c in clips), default=0.0)
        self.changed.emit()

    @property
    def held(self) -> bool:
        return self._held

    def hold(self, held: bool) -> None:
        """Words are being typed for this take, or no longer."""
        self._held = held
        if not held:
            self._look()

    def add(self, text: str, start_s: float = 0.0, end_s: float = 0.0) -> None:
        """Another caption, of the whole take or of a range of its seconds."""
        self._set((*self.lines, CaptionLine(text, start_s, end_s)), "Add Caption")

    def edit(self, at: int, **fields: Any) -> None:
        """Another text, start_s or end_s of a line; a range without an end goes to that of the take."""
        lines = list(self.lines)
        line = replace(lines[at], **fields)
        lines[at] = replace(line, end_s=round(self.duration_s, 2)) if line.start_s and not line.end_s else line
        self._set(tuple(lines), "Edit Caption")

    def remove(self, rows: list[int]) -> None:
        self._set(tuple(line for at, line in enumerate(self.lines) if at not in rows), "Remove Caption")

    def write_kept(self) -> None:
        """Write the captions that were kept in the program's own data into the library's files; one step to undo."""
        lines = self.current(self.place.kept())
        if lines and self.place.own:
            self.exchange("Write Captions into Files", lines, lines)

    # Of several takes ----------------------------------------------------------------------------------------------------

    def add_to(self, clips: Iterable[Clip], text: str) -> None:
        """Add a caption of the whole take to the takes of clips that do not have it; one step to undo."""
        new = CaptionLine(clean_caption(text))
        self._change(clips, "Add Caption", lambda lines: lines if new in lines else (*lines, new))

    def remove_from(self, clips: Iterable[Clip], text: str) -> None:
        """Remove a caption from the takes of clips, wherever it stands in them; one step to undo."""
        gone = clean_caption(text)
        self._change(clips, "Remove Caption", lambda lines: tuple(line for line in lines if line.text != gone))

    def replace_in(self, clips: Iterable[Clip], old: str, new: str) -> None:
        """Replace a piece of text in all captions of the takes of clips; one step to undo."""

        def change(lines: Lines) -> Lines:
            return tuple(replace(line, text=clean_caption(line.text.replace(old, new))) for line in lines)

        if old:
            self._change(clips, "Replace in Captions", change)

    def shared(self, clips: Iterable[Clip]) -> tuple[str, ...]:
        """The captions that the takes of all these clips have."""
        first, *others = [[line.text for line in lines] for lines in self.of(clips).values()] or [[]]
        return tuple(dict.fromkeys(text for text in first if all(text in texts for texts in others)))

    def current(self, takes: Iterable[str]) -> dict[str, Lines]:
        """The captions of takes as shown; those that the library does not have are left out."""
        library, wanted = self.workspace.library, dict.fromkeys(takes)
        found = clips_of(library, wanted) if library is not None else {}
        return {take: self._saving.get(take, lines_of(found[take])) for take in wanted if take in found}

    def of(self, clips: Iterable[Clip]) -> dict[str, Lines]:
        """The captions of the takes of clips, as shown."""
        return self.current(take_id(clip) for clip in clips)

    def _change(self, clips: Iterable[Clip], what: str, change: Callable[[Lines], Lines]) -> None:
        """Change the captions of takes in one step; a caption that becomes empty changes nothing."""
        before = self.of(clips)
        after = {take: new for take, lines in before.items() if (new := change(lines)) != lines}
        if any(not line.text for lines in after.values() for line in lines):
            self.say("A caption cannot be empty.")
        elif after:
            self.exchange(what, {take: before[take] for take in after}, after)

    def _set(self, lines: Lines, what: str) -> None:
        lines = tuple(line if line in self.lines else replace(line, text=clean_caption(line.text)) for line in lines)
        wrong = self._wrong(lines)
        if wrong or not self.take:
            self.say(wrong or "This motion is not part of the open library.")
        elif lines != self.lines:
            self.exchange(what, {self.take: self.lines}, {self.take: lines})

    def exchange(self, name: str, before: Mapping[str, Lines], after: Mapping[str, Lines]) -> None:
        """Put captions of takes in the place of others, as one step to undo; it is undone where it was written."""
        step = _Step(self.place.own)
        change = Change(name, lambda: self._keep(after, before, step), lambda: self._keep(before, after, step))
        self.history.of_several(change, len(after), self.workspace.notices)

    def _wrong(self, lines: Lines) -> str:
        for line in lines:
            if not line.text:
                return "A caption cannot be empty."
            if line.start_s or line.end_s:
                if line.start_s >= self.duration_s:
                    return f"This take is {self.duration_s:.2f} s long."
                if line.end_s <= line.start_s:
                    return "The end of a range must be after its start."
        return ""

    def _keep(self, wanted: Mapping[str, Lines], before: Mapping[str, Lines], step: _Step) -> None:
        """Show the captions of takes, and write them; edits are written one after the other."""
        library = self.workspace.library
        if library is None:
            return
        self._edits += 1
        self._saving.update(wanted)
        self._look()

        def write() -> Saved:
            """In the lane, where what an undo takes back is written already."""
            last, step.saved = step.saved, None
            if last is None:
                step.saved = kept.save_captions(library, wanted, step.own, before)
            else:
                step.saved = kept.take_back_captions(library, last, wanted, before)
            return step.saved

        def ended() -> None:
            for take in [take for take, lines in wanted.items() if self._saving.get(take) is lines]:
                del self._saving[take]

        def failed(message: str) -> None:
            ended()
            self._look()
            self.say(message)

        def done(saved: Saved) -> None:
            ended()
            now = self.workspace.library
            if now is not None and now.root == library.root:
                self._show(now, saved.lines)
            self.say(self.place.news(library, saved))
            if saved.others:
                self.workspace.failed.emit(self.message)

        self.workspace.lanes.files.submit(f"captions {self._edits}", write, done, failed, kept=True)

    def _show(self, library: Library, wanted: Mapping[str, Lines]) -> None:
        try:
            self.workspace.edited(with_lines(library, wanted))
        except StudioError as error:
            self.say(str(error))

    def export_csv(self, file: Path) -> None:
        library = self.workspace.library
        if library is not None:
            saving = dict(self._saving)
            self.workspace.lanes.files.submit(
                "captions export",
                lambda: write_atomically(file, export_csv(with_lines(library, saving))),
                lambda _: self.workspace.said.emit(f"Captions saved in {file.name}."),
                self.workspace.failed.emit,
            )

    def say(self, message: str) -> None:
        self.message = message
        self.changed.emit()
