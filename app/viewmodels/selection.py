"""The clips that were chosen, in the list, among the results or on the map: what commands on takes act on."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Clip


class Selection(QObject):
    """`changed`: other clips are chosen. Where nothing else was chosen, the shown clip is."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.clips: tuple[Clip, ...] = ()
        self.ids: frozenset[str] = frozenset()
        self._anchor = ""
        workspace.shown.connect(self._shown)
        workspace.library_changed.connect(self._library_changed)

    def choose(self, clips: Iterable[Clip]) -> None:
        """Choose these clips alone, each once, in their order."""
        chosen = {clip.id: clip for clip in clips}
        self._set(tuple(chosen.values()))
        self._anchor = next(iter(chosen), "")

    def toggle(self, clip: Clip) -> None:
        """Choose a clip too, or no longer; the last one stays."""
        others = tuple(one for one in self.clips if one.id != clip.id)
        self._set(others or (clip,) if clip.id in self.ids else (*self.clips, clip))
        self._anchor = clip.id

    def extend(self, clip: Clip, among: Iterable[Clip]) -> None:
        """Choose the clips from the one chosen last to this one, in the order of `among`."""
        order = tuple({one.id: one for one in among}.values())
        ids = [one.id for one in order]
        if self._anchor not in ids or clip.id not in ids:
            self.choose([clip])
            return
        start, end = sorted((ids.index(self._anchor), ids.index(clip.id)))
        self._set(order[start : end + 1])

    def point(self, clip: Clip) -> None:
        """Choose a clip that a menu is opened on, unless it is among the chosen ones."""
        if clip.id not in self.ids:
            self.choose([clip])

    def _set(self, clips: tuple[Clip, ...]) -> None:
        ids = frozenset(clip.id for clip in clips)
        other = ids != self.ids or len(clips) != len(self.clips)
        self.clips, self.ids = clips, ids
        if other:
            self.changed.emit()

    def _shown(self) -> None:
        clip = self.workspace.clip
        if clip is not None:
            self.point(clip)

    def _library_changed(self) -> None:
        """Keep the clips that the library still has, as they are now."""
        library = self.workspace.library
        by_id = library.by_id if library is not None else {}
        self._set(tuple(by_id[clip.id] for clip in self.clips if clip.id in by_id))
