"""What is remembered of import corrections: changed as one step of the window's undo, and the open library read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.history import Change, History, Step
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import rate_text
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction, Remembered
from motionpatches.core.recognition.unit import name_of

WORDS = {"unit_m": "unit", "up": "up axis", "fps": "rate", "chains": "body parts", "root_offset": "root offset"}


class ImportCorrections(QObject):
    """`changed`: the list."""

    changed = Signal()

    def __init__(self, workspace: Workspace, history: History, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.history = workspace, history

    def listed(self) -> list[Remembered]:
        """The corrections, the newest first."""
        return list(reversed(corrections.listed()))

    def unread(self) -> int:
        """How many entries of the list cannot be read."""
        return corrections.unread()

    def exchange(self, before: Sequence[Remembered], after: Sequence[Remembered], what: str, news: str) -> None:
        """Put some entries in the place of others; `what` names it in the menu, `news` tells what it has changed."""
        old, new = tuple(before), tuple(after)
        undone = f"Undone: {news[:1].lower()}{news[1:]}"
        step = Step()
        self.history.push(Change(what, lambda: self._put(old, new, news, step), lambda: self._put(new, old, undone, step)))

    def remove(self, entries: Sequence[Remembered]) -> None:
        count = f"{len(entries)} import corrections" if len(entries) != 1 else "An import correction"
        self.exchange(entries, (), "Remove Import Correction" + "s" * (len(entries) != 1), f"{count} removed.")

    def remove_all(self) -> None:
        """Also what cannot be read."""
        self.exchange(corrections.listed(), (), "Remove All Import Corrections", "All import corrections removed.")

    def _put(self, before: Sequence[Remembered], after: Sequence[Remembered], news: str, step: Step) -> bool:
        """Write the list and read the open library again. Return False, and emit an error, if it cannot be written."""
        try:
            step.back = corrections.exchange(before, after, step.back)
        except StudioError as error:
            self.workspace.failed.emit(str(error))
            return False
        self.changed.emit()
        self.workspace.reopen(news)
        return True


def words(correction: Correction) -> str:
    """'Unit 0.0254 m (inches), up axis Z, root offset added'."""
    said = []
    if correction.unit_m is not None:
        name = name_of(correction.unit_m)
        said.append(f"unit {correction.unit_m:.6g} m" + ("" if name.endswith(" m") else f" ({name})"))
    if correction.up is not None:
        said.append(f"up axis {correction.up}")
    if correction.fps is not None:
        said.append(f"rate {rate_text(correction.fps)} fps")
    if correction.chains:
        said.append("body parts")
    if correction.root_offset is not None:
        said.append(f"root offset {'added' if correction.root_offset else 'not added'}")
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def where(entry: Remembered) -> str:
    """'Everywhere', 'Folder Walks', 'File a.bvh'."""
    if entry.scope == "rig":
        return "Everywhere"
    return f"{entry.scope.capitalize()} {Path(entry.place).name or entry.place}"


def rig(entry: Remembered) -> str:
    """'31 joints: Hips, LeftUpLeg, LeftLeg'."""
    return f"{entry.joints} joints: {entry.name}" if entry.joints else "a rig of an earlier version"
