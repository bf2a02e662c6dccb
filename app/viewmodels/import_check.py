"""Check Import: the assumptions about a take, its corrections, their scope, and the corrected take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.import_corrections import WORDS, ImportCorrections, words
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.io.assemble import assemble
from motionpatches.core.library import index
from motionpatches.core.library.library import Library
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Chains
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction, Remembered, Scope
from motionpatches.core.recognition.decide import Recognition

PREVIEW_FRAMES = 1200
# A body higher or lower than this, in metres, is shown on the floor all the same.
SHOWN_HEIGHT = 1.5

Level = tuple[Scope, str]
NONE = Correction()


class ImportCheck(QObject):
    """`changed`: the corrections, and with them the preview; `counted`: the takes that they affect.

    `level`: the file, folder or rig of the corrections. Nothing is saved before `apply`.
    """

    changed = Signal()
    counted = Signal()

    def __init__(
        self,
        raw: RawTake,
        recognition: Recognition,
        path: Path,
        name: str,
        root: Path | None = None,
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.raw = replace(raw, positions=raw.positions[:PREVIEW_FRAMES], partner=None)
        self.recognition, self.path, self.name = recognition, path, name
        self.skeleton = raw.skeleton
        self.levels: tuple[Level, ...] = corrections.levels(path)
        self.rig = corrections.hierarchy_key(raw.skeleton)
        self._entries = {entry.key[::2]: entry for entry in corrections.listed() if entry.rig == self.rig}
        self.folders = self._folders_below(root)
        said = [level for level in self.levels if level[0] == "folder" and self._entry(level)]
        self.level: Level = said[0] if said else ("folder", self.folders[0])
        self._folder = self.level[1]
        self.edits: dict[str, Any] = {}
        self.cleared = False
        self.draft: list[tuple[int, ...]] = []
        self.counts: Mapping[Level, int] | None = None
        self._build()

    def _folders_below(self, root: Path | None) -> list[str]:
        """The folder of the file and those above it up to the library's, and any that has a correction."""
        folders = [place for scope, place in self.levels if scope == "folder"]
        top = corrections.place_of("folder", root) if root is not None and root.is_dir() else folders[0]
        last = folders.index(top) if top in folders else 0
        return [f for i, f in enumerate(folders) if i <= last or self._entry(("folder", f))]

    def _entry(self, level: Level) -> Remembered | None:
        return self._entries.get((level[0], corrections.key_of(level[1])))

    # Corrections ----------------------------------------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        return self.level[0]

    def level_of(self, scope: Scope) -> Level:
        """The file, the folder chosen last, or the rig."""
        return {"file": self.levels[0], "folder": ("folder", self._folder), "rig": self.levels[-1]}[scope]

    def set_scope(self, scope: Scope, folder: str = "") -> None:
        """Set the scope of the corrections; a folder may be named."""
        self._folder = folder or self._folder
        self.level = self.level_of(scope)
        self._build()

    def set_unit(self, metres: float) -> None:
        self._say(unit_m=metres)

    def set_up(self, axis: str) -> None:
        self._say(up=axis)

    def set_fps(self, fps: float) -> None:
        self._say(fps=fps)

    def set_root_offset(self, added: bool) -> None:
        self._say(root_offset=added)

    def set_chain(self, part: int, start: int, end: int) -> bool:
        """The joints from start to end; False where no path of two joints or more leads there. Where no body parts are known
        yet, they count once all five are chosen."""
        path = tuple(self.skeleton.path(start, end))
        if len(path) < 2:
            return False
        chains = [list(self.chains), self.draft][not self.chains]
        chains[part] = path
        if all(chains):
            self._say(chains=tuple(chains))
        else:
            self.draft = chains
            self.changed.emit()
        return True

    def _say(self, **values: Any) -> None:
        edits = {**self.edits, **values}
        corrections.check(replace(NONE, **edits), self.skeleton)
        self.edits = edits
        self._build()

    def reset(self) -> None:
        """Remove the corrections of this scope, new and saved ones."""
        self.edits, self.cleared = {}, True
        self._build()

    @property
    def can_reset(self) -> bool:
        """Tell whether this scope has a correction."""
        return bool(self.edits) or (not self.cleared and self._entry(self.level) is not None)

    # How it then stands -----------------------------------------------------------------------------------------------

    def _working(self) -> dict[Level, Correction]:
        """Return the correction of each level as it would be saved. A new correction counts more than a saved one of a smaller
        scope."""
        kept = {level: entry.correction if (entry := self._entry(level)) else NONE for level in self.levels}
        nothing = {name: getattr(NONE, name) for name in self.edits}
        for narrower in self.levels[: self.levels.index(self.level)]:
            kept[narrower] = replace(kept[narrower], **nothing)
        kept[self.level] = replace(NONE if self.cleared else kept[self.level], **self.edits)
        return kept

    def _build(self) -> None:
        self.held = NONE
        for level, correction in self._working().items():
            by = tuple((name, level[0]) for name in correction.said())
            self.held = self.held.over(replace(correction, by=by))
        self.assembled = assemble(self.path, self.raw, self.recognition, self.held)
        self.draft = [()] * 5
        self.preview, self.lowest_m = _placed(self.assembled)
        self.changed.emit()

    @property
    def chains(self) -> Chains:
        """The five chains that hold; () where there are none."""
        return self.assembled.skeleton.chains

    @property
    def unit_m(self) -> float:
        return self.recognition.unit.value if self.held.unit_m is None else self.held.unit_m

    @property
    def up(self) -> str:
        return self.held.up or self.recognition.up.value

    @property
    def root_offset(self) -> bool | None:
        """Whether the root's OFFSET is added; None where the take has none."""
        if self.raw.root_offset is None or not np.any(self.raw.root_offset):
            return None
        found = self.recognition.root_offset
        return self.held.root_offset if self.held.root_offset is not None else bool(found and found.value)

    def notes(self) -> dict[str, str]:
        """By field: from what it is known, and how sure."""
        found = self.recognition
        grounds: dict[str, Any] = {
            "unit_m": found.unit,
            "up": found.up,
            "fps": self.raw.rate,
            "chains": found.parts,
            "root_offset": found.root_offset,
        }
        told = {name: f"{ground.reason}; {ground.confidence:.0%} sure" for name, ground in grounds.items() if ground is not None}
        if any(self.draft):
            told["chains"] = "choose both ends of all five parts"
        told |= {name: self.held.reason(name) for name in self.held.said()}
        return {name: f"{text[:1].upper()}{text[1:]}." for name, text in told.items()}

    # What it would change -----------------------------------------------------------------------------------------------

    def set_counts(self, counts: Mapping[Level, int]) -> None:
        """Of the takes of this rig in the open library, by count_takes."""
        self.counts = counts
        self.counted.emit()

    def count(self, level: Level) -> int | None:
        """How many takes of this rig in the open library a correction for a file, folder or rig is for; None before they are
        counted."""
        return None if self.counts is None else self.counts.get(level, 0)

    def target(self, level: Level) -> str:
        """Return the number of takes of a scope in words: '42 takes in Walks'."""
        scope, place = level
        count = self.count(level)
        takes = "…" if count is None else f"{count:,} take{'s' * (count != 1)}"
        name = Path(place).name or place
        if scope == "file":
            return f"{name}: {takes}"
        return f"{takes} in {name}" if scope == "folder" else f"{takes} here, and in every other library"

    def news(self) -> str:
        """What would be changed, in one sentence: 'Unit 0.0254 m (inches) for 42 takes in Walks.'"""
        if self.edits:
            what = words(replace(NONE, **self.edits))
        else:
            entry = self._entry(self.level)
            what = "Recognised again: " + ", ".join(WORDS[name] for name in entry.correction.said()) if entry else "Nothing"
        count, name = self.count(self.level), Path(self.level[1]).name or self.level[1]
        takes = "the takes" if count is None else f"{count:,} take{'s' * (count != 1)}"
        places = {"file": f"for {name}", "folder": f"for {takes} in {name}", "rig": f"for this rig everywhere, {takes} here"}
        return f"{what} {places[self.scope]}."

    def differs(self) -> bool:
        """Whether there is anything to keep."""
        return any(self._changes())

    def _changes(self) -> tuple[list[Remembered], list[Remembered]]:
        """The entries that change, as they are and as they would be."""
        before, after = [], []
        for level, correction in self._working().items():
            entry = self._entry(level)
            if correction != (entry.correction if entry else NONE):
                before += [entry] if entry else []
                after += [corrections.remembered(*level, self.skeleton, correction)] if correction.said() else []
        return before, after

    def apply(self, kept: ImportCorrections) -> None:
        """Keep it, as one step that can be undone."""
        before, after = self._changes()
        if before or after:
            kept.exchange(before, after, "Import Correction", self.news())


def check_shown(workspace: Workspace, ready: Callable[[ImportCheck], None], refused: Callable[[str], None]) -> str:
    """Read the clip on the stage as its file holds it, and hand the check of it to `ready`.

    Returns:
        '' or why there is nothing to check; what is found out only after reading goes to `refused`.
    """
    library, clip = workspace.library, workspace.clip
    if library is None or clip is None or clip.id not in library.by_id:
        return "Choose a motion of the library first."
    reader, files = library.reader, workspace.lanes.files
    raw_of, recognition_of = reader.raw, reader.recognition
    if raw_of is None or recognition_of is None:
        return "The format of this library defines unit, axis and body parts, so there is nothing to correct."

    def read() -> tuple[RawTake, Recognition]:
        return raw_of(clip), recognition_of(clip)

    def done(found: tuple[RawTake, Recognition]) -> None:
        raw, recognition = found
        if raw.kind == "points":
            refused("This take contains markers that are not joints, so there is no body to correct.")
            return
        check = ImportCheck(raw, recognition, clip.path, clip.id, library.root)
        files.submit("count takes", lambda: count_takes(library, check.rig), check.set_counts, workspace.failed.emit)
        ready(check)

    files.submit("check import", read, done, workspace.failed.emit)
    return ""


def count_takes(library: Library, rig: str) -> Counter[Level]:
    """How many takes of a rig (a hierarchy_key) lie in each file and folder, and in the library."""
    files = library.files or index.load_files(library.root).values()
    if files:
        takes = [file.path for file in files for take in file.takes if take.hierarchy == rig]
    else:  # folders of data sets have one rig
        takes = [path for path, _ in {(clip.path, clip.take) for clip in library.clips}]
    return Counter(level for path in takes for level in corrections.levels(path))


def _placed(motion: Motion) -> tuple[Motion, float]:
    """In the canonical frame, but at the file's own height where that is near the floor; and the height of its lowest point."""
    lowest = float(motion.positions[..., 1].min())
    shown = canonical(motion)
    if abs(lowest) > SHOWN_HEIGHT:
        return shown, lowest
    return replace(shown, positions=shown.positions + np.array([0, lowest, 0], np.float32)), lowest
