"""Import Captions: what a table would change in the open library, shown before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.captions import Captions
from motionpatches.core.library.caption_exchange import Incoming, Mode, Plan, plan, read_table
from motionpatches.core.library.takes import Lines
from motionpatches.core.progress import counted


class CaptionImport(QObject):
    """`changed`: another mode, and with it another plan. Nothing is written before `apply`."""

    changed = Signal()

    def __init__(self, captions: Captions, incoming: Incoming, parent: QObject | None = None):
        super().__init__(parent)
        self.captions, self.incoming = captions, incoming
        library = captions.workspace.library
        self._root = library.root if library is not None else None
        self._current = captions.current(incoming.lines)
        self.mode: Mode = "add"
        self.plan = self._planned()

    def set_mode(self, mode: Mode) -> None:
        """Choose what happens to takes that have captions."""
        self.mode = mode
        self.plan = self._planned()
        self.changed.emit()

    def _planned(self) -> Plan:
        return plan(self._current, {take: self.incoming.lines[take] for take in self._current}, self.mode)

    def rows(self) -> list[tuple[str, str, str]]:
        """Each take that changes: its name, and its captions now and after, a line each."""
        return [(take, _words(self.plan.before[take]), _words(lines)) for take, lines in self.plan.after.items()]

    def news(self) -> str:
        """What would change, in counts."""
        found, takes = self.plan, len(self.plan.after)
        said = [f"{counted(takes, 'take')} changed: {counted(found.added, 'caption')} added, {found.removed:,} removed."]
        if found.same:
            said.append(f"{counted(len(found.same), 'take')} unchanged: the captions are there already.")
        if found.skipped:
            said.append(f"{counted(len(found.skipped), 'take')} skipped: they have captions.")
        return " ".join(said) if takes or len(said) > 1 else "Nothing in this table belongs to the open library."

    def problems(self) -> str:
        """What of the table is not taken over, a line each; '' for nothing."""
        unknown = self.incoming.unknown
        said = [f"{counted(len(unknown), 'name')} not in this library:", *(f"  {name}" for name in unknown)] if unknown else []
        late = self.incoming.late
        if late:
            said += [f"{counted(len(late), 'caption')} of a range after the end of the take:", *(f"  {line}" for line in late)]
        return "\n".join((*said, *self.incoming.notes))

    def apply(self) -> None:
        """Write the captions, as one step that can be undone."""
        workspace = self.captions.workspace
        if workspace.library is None or workspace.library.root != self._root:
            workspace.failed.emit("The captions were not imported, because another library was opened meanwhile.")
        elif self.plan.after:
            self.captions.exchange("Import Captions", self.plan.before, self.plan.after)
            workspace.said.emit(f"Captions imported. {self.news()} Undo with Ctrl+Z.")


def read_captions(captions: Captions, file: Path, ready: Callable[[CaptionImport], None]) -> None:
    """Read a table for the open library in the background, and hand the import of it to `ready`."""
    workspace = captions.workspace
    library = workspace.library
    if library is None:
        workspace.failed.emit("Open the library first to which the captions belong.")
        return
    root = library.root

    def done(incoming: Incoming) -> None:
        if workspace.library is not None and workspace.library.root == root:
            ready(CaptionImport(captions, incoming))

    workspace.lanes.files.submit("captions import", lambda: read_table(library, file), done, workspace.failed.emit)


def _words(lines: Lines) -> str:
    """Captions, a line each, with their ranges."""
    return "\n".join(f"{line.text} ({line.start_s:g}–{line.end_s:g} s)" if line.end_s else line.text for line in lines)
