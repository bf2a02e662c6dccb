"""The captions of the take on the stage: edited, kept on disk at once, undone.

What is edited shows before it is saved, so that the next edit builds on it; while words are typed the take stays the one they are
typed for, whatever comes on the stage meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.library import caption_store
from motionpatches.core.library.captions import CaptionLine, clean_caption
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.takes import Lines, clips_of, lines_of, take_id, with_lines

T = TypeVar("T")


class Captions(QObject):
    """`changed`: another take, or its lines; `message` says where they were kept, or what went wrong."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, own: bool = True, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history, self.own = workspace, history, own
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
        first, *others = [[line.text for line in lines] for lines in self._lines(clips).values()] or [[]]
        return tuple(dict.fromkeys(text for text in first if all(text in texts for texts in others)))

    def _lines(self, clips: Iterable[Clip]) -> dict[str, Lines]:
        """The captions of the takes of clips, as shown."""
        library = self.workspace.library
        takes = dict.fromkeys(take_id(clip) for clip in clips)
        found = clips_of(library, takes) if library is not None else {}
        return {take: self._saving.get(take, lines_of(found[take])) for take in takes if take in found}

    def _change(self, clips: Iterable[Clip], what: str, change: Callable[[Lines], Lines]) -> None:
        """Change the captions of takes in one step; a caption that becomes empty changes nothing."""
        before = self._lines(clips)
        after = {take: new for take, lines in before.items() if (new := change(lines)) != lines}
        if any(not line.text for lines in after.values() for line in lines):
            self.say("A caption cannot be empty.")
        elif after:
            self._push(what, {take: before[take] for take in after}, after)

    def _set(self, lines: Lines, what: str) -> None:
        lines = tuple(replace(line, text=clean_caption(line.text)) for line in lines)
        wrong = self._wrong(lines)
        if wrong or not self.take:
            self.say(wrong or "This motion is not part of the open library.")
        elif lines != self.lines:
            self._push(what, {self.take: self.lines}, {self.take: lines})

    def _push(self, name: str, before: Mapping[str, Lines], after: Mapping[str, Lines]) -> None:
        self.history.push(Change(name, lambda: self.keep(after, before), lambda: self.keep(before, after)))

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

    def keep(self, wanted: Mapping[str, Lines], before: Mapping[str, Lines]) -> None:
        """Show the captions of takes and write what differs from those `before`; edits are written one after the other."""
        library = self.workspace.library
        if library is None:
            return
        own = self.own
        self._edits += 1
        self._saving.update(wanted)
        self._look()

        def ended() -> None:
            for take in [take for take, lines in wanted.items() if self._saving.get(take) is lines]:
                del self._saving[take]

        def failed(message: str) -> None:
            ended()
            self._look()
            self.say(message)

        def done(saved: caption_store.Saved) -> None:
            ended()
            now = self.workspace.library
            if now is not None and now.root == library.root:
                self._show(now, saved.lines)
            names = sorted(f.name for f in saved.files)
            self.say(saved.problem or (f"Saved in {names[0]}." if len(names) == 1 else f"Saved in {len(names):,} files."))

        self.workspace.lanes.files.submit(
            f"captions {self._edits}", lambda: caption_store.save(library, wanted, own, before), done, failed, kept=True
        )

    def _show(self, library: Library, wanted: Mapping[str, Lines]) -> None:
        try:
            self.workspace.edited(with_lines(library, wanted))
        except StudioError as error:
            self.say(str(error))

    def import_csv(self, file: Path) -> None:
        """Captions from a table take the place of those of the takes it names; one step to undo."""
        library = self.workspace.library
        if library is None:
            return

        def done(found: tuple[dict[str, Lines], list[str], str]) -> None:
            wanted, unknown, splits = found
            now = self.workspace.library
            if now is None or now.root != library.root:
                self.workspace.failed.emit("The captions were not imported, because another library was opened meanwhile.")
                return
            before = {take: self._saving.get(take, lines_of(clips)) for take, clips in clips_of(now, wanted).items()}
            if wanted:
                self._push("Import Captions", before, wanted)
            left = f" {len(unknown):,} names are not in this library: {', '.join(unknown[:3])}." if unknown else ""
            self.workspace.said.emit(f"Captions of {len(wanted):,} takes imported.{left}")
            for problem in filter(None, (left.strip(), splits)):
                self.workspace.failed.emit(problem)

        self._in_background(
            "import", lambda: (*caption_store.import_csv(library, file), caption_store.other_splits(library, file)), done
        )

    def export_csv(self, file: Path) -> None:
        library = self.workspace.library
        if library is not None:
            saving = dict(self._saving)
            self._in_background(
                "export",
                lambda: write_atomically(file, caption_store.export_csv(with_lines(library, saving))),
                lambda _: self.workspace.said.emit(f"Captions saved in {file.name}."),
            )

    def _in_background(self, key: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self.workspace.lanes.files.submit(f"captions {key}", work, done, self.workspace.failed.emit)

    def say(self, message: str) -> None:
        self.message = message
        self.changed.emit()
