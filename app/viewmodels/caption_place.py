"""Where edited captions of a library are kept: in the program's own data, or in its files once the user asked for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from motionpatches.app.viewmodels.chosen_libraries import ChosenLibraries
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library.caption_files import own_files
from motionpatches.core.library.caption_store import Saved
from motionpatches.core.library.kept import caption_files, captions_of
from motionpatches.core.library.library import Library
from motionpatches.core.library.packed import PACKED

KEY = "captions in files"


class CaptionPlace(QObject):
    """One choice for each library, kept in the settings. `changed`: the choice, or the library."""

    changed = Signal()

    def __init__(self, workspace: Workspace, settings: QSettings | None = None, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self._chosen = ChosenLibraries(settings, KEY)
        self._root: Path | None = None
        workspace.library_changed.connect(self._look)

    def _look(self) -> None:
        library = self.workspace.library
        if library is not None and library.root != self._root:
            self._root = library.root
            self.changed.emit()

    @property
    def files(self) -> str:
        """The library's own files that captions can be written into, in words; '' where its format has none."""
        return own_files(self.workspace.library) if self.workspace.library is not None else ""

    @property
    def own(self) -> bool:
        """Whether captions are written into the library's own files."""
        library = self.workspace.library
        return library is not None and bool(self.files) and str(library.root) in self._chosen

    def set_own(self, on: bool) -> None:
        """Write into the library's own files from now on, or no longer."""
        library = self.workspace.library
        if library is None:
            return
        self._chosen.set(str(library.root), on and bool(self.files))
        self.changed.emit()

    def kept(self) -> tuple[str, ...]:
        """The takes of the open library whose captions are in the program's own data."""
        library = self.workspace.library
        try:
            return tuple(captions_of(library)) if library is not None else ()
        except StudioError:
            return ()

    def sentence(self) -> str:
        """Where an edit goes."""
        library = self.workspace.library
        if library is None:
            return ""
        if not self.files:
            kind = "is one packed file" if library.layout == PACKED else "has no text files of captions"
            return f"{library.name} {kind}: edits are kept in the program's own data."
        if self.own:
            return f"Edits change {self.files}."
        return f"Edits are kept in the program's own data. The files of {library.name} stay as they are."

    def question(self) -> str:
        """What the user agrees to by writing into the library's files."""
        library, count = self.workspace.library, len(self.kept())
        earlier = f"The captions of {count:,} take{'s' * (count != 1)} that were edited before are written now. " if count else ""
        return (
            f"Write captions into the files of {library.name if library else 'this library'}?\n\n"
            f"From now on, an edit in this library changes {self.files}. {earlier}"
            "Everyone who uses these files sees it. Undo (Ctrl+Z) restores every byte.\n\n"
            "This holds for this library only, and can be changed back at any time."
        )

    def news(self, library: Library, saved: Saved) -> str:
        """What came of an edit, an undo or a redo."""
        names = sorted(f.name for f in saved.files)
        if saved.problem:
            return saved.problem
        if saved.others:
            files = ", ".join(sorted(f.name for f in saved.others)[:3])
            return (
                f"{files}: changed by another program or window since. "
                "Captions that it changed were left as they are; the others were changed back."
            )
        if saved.files <= caption_files(library):
            return f"Saved in the program's own data; the files of {library.name} are unchanged." if names else "Saved."
        return f"Saved in {names[0]}." if len(names) == 1 else f"Saved in {len(names):,} files."
