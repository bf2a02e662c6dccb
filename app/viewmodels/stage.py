"""How the stage shows a motion: what is drawn beside it, its colours, its company, and what is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion

COMPARED = 3
Colouring = Literal["parts", "speed"]


@dataclass(frozen=True)
class StageOptions:
    """What is drawn beside the body, and how bones are coloured."""

    trails: bool = False
    ghosts: bool = False
    trajectory: bool = False
    names: bool = False
    axes: bool = False
    skin: bool = False
    turntable: bool = False
    side_by_side: bool = True
    follow: bool = True
    colouring: Colouring = "parts"


class Stage(QObject):
    """`changed`: options or company; `pointed`: the joints pointed at in the patches, or the joint chosen on the stage."""

    changed = Signal()
    pointed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.options = StageOptions()
        self.company: list[tuple[Clip, Motion]] = []
        self.joints: tuple[int, ...] = ()
        self.pointed_s = 0.0
        self.chosen_joint = -1
        workspace.shown.connect(self._shown)

    def set(self, **fields: Any) -> None:
        self.options = replace(self.options, **fields)
        self.changed.emit()

    def toggle(self, name: str) -> None:
        self.set(**{name: not getattr(self.options, name)})

    def point(self, joints: tuple[int, ...], time_s: float) -> None:
        """The joints that a sample point of the patches lies between, and when; () for none."""
        if (joints, time_s) != (self.joints, self.pointed_s):
            self.joints, self.pointed_s = joints, time_s
            self.pointed.emit()

    def choose(self, joint: int) -> None:
        """A joint picked on the stage; its columns light up in the patches. -1: none."""
        if joint != self.chosen_joint:
            self.chosen_joint = joint
            self.pointed.emit()

    @property
    def bodies(self) -> list[tuple[Clip, Motion]]:
        """The shown motion and its company, all beginning at the same place and time."""
        clip, motion = self.workspace.clip, self.workspace.motion
        if clip is None or motion is None:
            return []
        return [(clip, motion), *((c, m) for c, m in self.company if c.id != clip.id)][:COMPARED]

    def keep(self) -> None:
        """Keeps the shown motion on the stage beside those shown next; twice takes it away again."""
        clip, motion = self.workspace.clip, self.workspace.motion
        if clip is None or motion is None:
            return
        others = [pair for pair in self.company if pair[0].id != clip.id]
        kept = len(others) == len(self.company)
        self.company = [(clip, motion), *others][: COMPARED - 1] if kept else others
        count = f"Kept for comparison, {len(self.company)} of {COMPARED - 1}. Choose another motion to see both."
        self.workspace.said.emit(count if kept else "No longer kept for comparison.")
        self.changed.emit()

    def keep_all(self, clips: Sequence[Clip]) -> None:
        """Keep these clips beside the shown motion, the first ones where they are too many; twice takes them away again."""
        ids = {clip.id for clip in clips}
        others = [pair for pair in self.company if pair[0].id not in ids]
        if ids and len(others) == len(self.company) - len(ids):
            self._beside(others)
        else:
            self._load(clips[: COMPARED - 1], lambda found: self._beside([*found, *others][: COMPARED - 1]))

    def compare(self, clips: Sequence[Clip]) -> None:
        """Show the first of these clips with the others beside it."""

        def done(found: list[tuple[Clip, Motion]]) -> None:
            if found:
                self.company = found[1:]
                self.workspace.show(*found[0])
                self._beside(found[1:])

        self._load(clips[:COMPARED], done)

    def _beside(self, company: list[tuple[Clip, Motion]]) -> None:
        self.company = company
        self.workspace.said.emit(f"{len(company)} of {COMPARED - 1} kept for comparison.")
        self.changed.emit()

    def _load(self, clips: Sequence[Clip], done: Callable[[list[tuple[Clip, Motion]]], None]) -> None:
        """Hand over the clips whose motions can be read; the first that cannot is reported."""
        library = self.workspace.library
        if library is None:
            return

        def loaded(motions: list[Motion | str]) -> None:
            lost = [motion for motion in motions if isinstance(motion, str)]
            if lost:
                self.workspace.failed.emit(lost[0])
            done([(clip, motion) for clip, motion in zip(clips, motions, strict=True) if isinstance(motion, Motion)])

        ids = [clip.id for clip in clips]
        self.workspace.lanes.files.submit("company", lambda: view_motions(library, ids), loaded, self.workspace.failed.emit)

    def alone(self) -> None:
        self.company = []
        self.changed.emit()

    def _shown(self) -> None:
        self.joints, self.chosen_joint = (), -1
        self.pointed.emit()
