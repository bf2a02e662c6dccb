"""The take sheet of the open library: what is known, edits of several takes in one step, and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.library import kept
from motionpatches.core.library import sheet as store
from motionpatches.core.library.collections import is_collection
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.sheet import NONE, Row, Values
from motionpatches.core.library.sheet_exchange import SheetPlan, export_sheet, plan_import
from motionpatches.core.library.takes import take_id

# Others write the same sheet: it is looked at again after so many milliseconds.
AGAIN_MS = 15_000
# Values that a field offers.
MOST_OFFERED = 200


class TakeSheet(QObject):
    """`changed`: another library, or another field of a take."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history = workspace, history
        self.rows: Mapping[str, Row] = {}
        self._library: Library | None = None
        self._stamp: tuple[object, ...] = ()
        self._timer = QTimer(self, interval=AGAIN_MS)
        self._timer.timeout.connect(self.look)
        workspace.library_changed.connect(self._opened)

    def _opened(self) -> None:
        library = self.workspace.library
        if library is None or (self._is_shown(library) and not library.moved):
            return
        if not self._is_shown(library):
            self.rows, self._stamp = {}, ()
            self.changed.emit()
        self._library = library
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Read the sheet again where someone else has written it."""
        library, stamp = self._library, self._stamp
        if library is None:
            return

        def read() -> tuple[tuple[object, ...], Mapping[str, Row] | None]:
            now = kept.sheet_stamp(library)
            return now, None if now == stamp else kept.sheet_of(library)

        def done(found: tuple[tuple[object, ...], Mapping[str, Row] | None]) -> None:
            if self._is_shown(library) and found[1] is not None:
                self._stamp = found[0]
                self._take(found[1])

        self.workspace.lanes.files.submit("sheet", read, done, self.workspace.failed.emit)

    def _take(self, rows: Mapping[str, Row]) -> None:
        if rows != self.rows:
            self.rows = rows
            self.changed.emit()

    def of(self, clip: Clip) -> Row:
        """The fields of a clip's take that have a value."""
        return self.rows.get(take_id(clip), NONE) if self.rows else NONE

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of this library's sheet without the collections, which are shown by themselves."""
        return tuple(field for field in store.fields_of(self.rows) if not is_collection(field))

    def offered(self, field: str) -> tuple[str, ...]:
        """Values that a field has somewhere, sorted."""
        return tuple(sorted({row[field] for row in self.rows.values() if field in row}))[:MOST_OFFERED]

    def shared(self, clips: Iterable[Clip]) -> dict[str, str | None]:
        """Each field as all these takes have it; None where they differ."""
        rows = [self.of(clip) for clip in clips]
        found: dict[str, str | None] = {}
        for field in self.fields:
            values = {row.get(field, "") for row in rows}
            found[field] = values.pop() if len(values) == 1 else None
        return found

    def place(self) -> str:
        """Where edits are kept, in a sentence."""
        if self._library is None:
            return ""
        roots = [part.library.root for part in self._library.sources]
        shared = [store.place_of(root) == store.shared_file(root) for root in roots]
        if all(shared):
            where = "the folder of the library" if len(roots) == 1 else "the folder of each library"
            return f"Kept in {store.NAME} in {where}, for everyone who opens it."
        if any(shared):
            names = ", ".join(root.name for root, one in zip(roots, shared, strict=True) if not one)
            return f"Kept in {store.NAME} in the folder of each library; of {names} in the program's own data, for you alone."
        return "The folder of the library cannot be written: kept in the program's own data, for you alone."

    def edit(self, clips: Iterable[Clip], values: Mapping[str, str]) -> bool:
        """Set fields of takes, as one step that can be undone. Return False, and emit an error, if they cannot be kept."""
        takes = dict.fromkeys(take_id(clip) for clip in clips)
        return self.change("Take Sheet", {(take, field): value.strip() for take in takes for field, value in values.items()})

    def take_over(self, plan: SheetPlan) -> bool:
        """Do what an import would change, as one step that can be undone."""
        return self.change("Import Take Sheet", plan.after)

    def now(self) -> Mapping[str, Row]:
        """The fields of each take as they are on the disk, which others may have written since they were read."""
        try:
            return kept.sheet_of(self._library) if self._library is not None else self.rows
        except StudioError:  # it is reported when the sheet is written
            return self.rows

    def change(self, name: str, after: Values) -> bool:
        """Write fields by take and field, as one step of this name. Return False, and emit an error, if they cannot be kept."""
        library, before = self._library, dict[tuple[str, str], str]()
        done = False
        if library is None or not after:
            return False

        def redo() -> bool:
            nonlocal done
            done = self._write(library, after, None, before)
            return done

        def undo() -> bool:
            back = dict(before)
            return self._write(library, back, {place: after[place] for place in back}, {})

        self.history.of_several(Change(name, redo, undo), len({take for take, _ in after}), self.workspace.notices)
        return done

    def _write(self, library: Library, values: Values, where: Values | None, before: dict[tuple[str, str], str]) -> bool:
        try:
            written = kept.change_sheet(library, values, where)
            stamp, rows = kept.sheet_stamp(library), kept.sheet_of(library)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return False
        before.clear()
        before.update(written)
        if where is not None and len(written) < len(values):
            self.workspace.said.emit("Fields that someone else has changed since were left as they are.")
        if self._is_shown(library):
            self._stamp = stamp
            self._take(rows)
        return True

    def _is_shown(self, library: Library) -> bool:
        return self._library is not None and self._library.root == library.root

    def export(self, file: Path) -> None:
        """Write the sheet as a table, in the background."""
        library, rows = self.workspace.library, self.rows
        if library is not None:

            def done(_: None) -> None:
                self.workspace.notices.say(f"The take sheet is in {file.name}.")

            lane = self.workspace.lanes.files
            lane.submit(
                "sheet out", lambda: write_atomically(file, export_sheet(library, rows)), done, self.workspace.failed.emit
            )

    def read(self, file: Path, ready: Callable[[SheetPlan], None]) -> None:
        """Read a table in the background, and hand over what it would change."""
        library, rows = self.workspace.library, self.rows
        if library is None:
            self.workspace.failed.emit("Open the library first to which the take sheet belongs.")
            return

        def done(plan: SheetPlan) -> None:
            if self._is_open(library):
                ready(plan)

        self.workspace.lanes.files.submit("sheet in", lambda: plan_import(library, rows, file), done, self.workspace.failed.emit)

    def _is_open(self, library: Library) -> bool:
        return self.workspace.library is not None and self.workspace.library.root == library.root

    def close(self) -> None:
        """Look at the sheet no more."""
        self._timer.stop()


def news(plan: SheetPlan) -> str:
    """What an import would change, in counts."""
    cells, takes = len(plan.after), len(plan.takes)
    if not cells:
        return (
            "Nothing in this table changes the take sheet." if plan.same else "Nothing in this table belongs to the open library."
        )
    said = f"{cells:,} field{'s' * (cells != 1)} of {takes:,} take{'s' * (takes != 1)} change."
    lost = sum(1 for value in plan.before.values() if value)
    return " ".join(
        (said, *([f"{lost:,} had another value."] if lost else []), *([f"{plan.same:,} are so already."] if plan.same else []))
    )


def problems(plan: SheetPlan) -> str:
    """What of the table is not taken over, a line each; '' for nothing."""
    count = len(plan.unknown)
    head = [f"{count:,} name{'s' * (count != 1)} not in this library:"] if count else []
    return "\n".join((*head, *(f"  {name}" for name in plan.unknown), *plan.problems))
