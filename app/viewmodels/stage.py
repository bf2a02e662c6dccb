"""How the stage shows a motion: what is drawn beside it, its colours, what it is compared with, and what is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, QSettings, Signal

from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion

# What takes that are kept for comparison are called, in their order; so many can be compared.
LETTERS = "ABC"
COMPARED = len(LETTERS)
Kept = list[tuple[Clip, Motion]]
Colouring = Literal["parts", "speed"]
# Options that are remembered from one start to the next.
KEPT = ("bones", "helpers")


@dataclass(frozen=True)
class StageOptions:
    """What is drawn beside the body, and how it is coloured.

    `bones`: capsules instead of the figure; `helpers`: bones that only move a skin as well.
    """

    trails: bool = False
    ghosts: bool = False
    trajectory: bool = False
    names: bool = False
    axes: bool = False
    skin: bool = False
    turntable: bool = False
    side_by_side: bool = True
    follow: bool = True
    bones: bool = False
    helpers: bool = False
    colouring: Colouring = "parts"


class Stage(QObject):
    """`changed`: options or what is kept; `pointed`: the joints pointed at in the patches, or the joint chosen on the stage.

    `kept`: takes for comparison, A, B and C; while `comparing` they stand beside the shown one.
    """

    changed = Signal()
    pointed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None, settings: QSettings | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self._settings = settings
        bones, helpers = (bool(settings and settings.value(f"stage {name}", False, bool)) for name in KEPT)
        self.options = StageOptions(bones=bones, helpers=helpers)
        self.kept: Kept = []
        self.comparing = False
        self.joints: tuple[int, ...] = ()
        self.pointed_s = 0.0
        self.chosen_joint = -1
        workspace.shown.connect(self._shown)
        workspace.library_changed.connect(self._forget)

    def set(self, **fields: Any) -> None:
        self.options = replace(self.options, **fields)
        for name in KEPT:
            if self._settings is not None and name in fields:
                self._settings.setValue(f"stage {name}", fields[name])
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
    def bodies(self) -> Kept:
        """The shown motion, and while takes are compared the kept ones, all beginning at the same place and time."""
        clip, motion = self.workspace.clip, self.workspace.motion
        if clip is None or motion is None:
            return []
        return [(clip, motion), *((c, m) for c, m in self.kept if self.comparing and c.id != clip.id)][:COMPARED]

    def letter(self, clip: Clip) -> str:
        """Return what a clip is called among those that are kept, '' where it is not."""
        return next((letter for letter, (kept, _) in zip(LETTERS, self.kept, strict=False) if kept.id == clip.id), "")

    def keep(self) -> None:
        """Keep the shown motion for comparison; twice takes it away again."""
        clip, motion = self.workspace.clip, self.workspace.motion
        if clip is not None and motion is not None:
            self._toggle([clip], lambda _, done: done([(clip, motion)]))

    def keep_all(self, clips: Sequence[Clip]) -> None:
        """Keep these clips for comparison, as far as there is room; twice takes them away again."""
        if clips:
            self._toggle(clips, self._load)

    def remove(self, clip: Clip) -> None:
        """Keep a clip no longer."""
        self._set([pair for pair in self.kept if pair[0].id != clip.id])

    def compare(self, clips: Sequence[Clip]) -> None:
        """Compare these clips, and no others."""

        def done(found: Kept) -> None:
            if found:
                self._set(found)
                self.lay_out()

        self._load(clips[:COMPARED], done)

    def lay_out(self) -> None:
        """Show the kept takes together: the shown one, where it is one of them, else the first, with the others beside it."""
        if not self.kept:
            return
        self.comparing = True
        if self.workspace.clip is None or not self.letter(self.workspace.clip):
            self.workspace.show(*self.kept[0])
        self.changed.emit()

    def toggle_comparing(self) -> None:
        """Show the kept takes together, or the shown one alone; what is kept stays."""
        if self.comparing:
            self.comparing = False
            self.changed.emit()
        else:
            self.lay_out()

    def alone(self) -> None:
        """Keep nothing for comparison."""
        self._set([])

    def _toggle(self, clips: Sequence[Clip], load: Callable[[Sequence[Clip], Callable[[Kept], None]], None]) -> None:
        """Keep clips whose motions `load` hands over, or where all are kept already take them away."""
        wanted, room = [clip for clip in clips if not self.letter(clip)], COMPARED - len(self.kept)
        if not wanted:
            gone = [pair for pair in self.kept if pair[0].id in {clip.id for clip in clips}]
            self._set([pair for pair in self.kept if pair not in gone])
            back = Action("Undo", lambda: self._set([*self.kept, *gone][:COMPARED]))
            self.workspace.notices.say("No longer kept for comparison.", back, about="comparison")
            return

        def found(pairs: Kept) -> None:
            self._set([*self.kept, *pairs][:COMPARED])
            undo = Action("Undo", lambda: self._set([pair for pair in self.kept if pair not in pairs]))
            text = f"Kept for comparison, {len(self.kept)} of {COMPARED}."
            self.workspace.notices.say(text, undo, about="comparison")

        if room:
            load(wanted[:room], found)
        if len(wanted) > room:
            full = f"{COMPARED} motions can be compared; {len(wanted) - room} of {len(wanted)} not kept."
            self.workspace.notices.say(full, Action("Clear Comparison", self.alone))

    def _set(self, kept: Kept) -> None:
        if [clip.id for clip, _ in kept] != [clip.id for clip, _ in self.kept]:
            self.kept = list(kept)
            self.comparing = self.comparing and bool(kept)
            self.changed.emit()

    def _forget(self) -> None:
        """Keep what is still in the library that is open now."""
        library = self.workspace.library
        if library is not None:
            self._set([pair for pair in self.kept if pair[0].id in library.by_id])

    def _load(self, clips: Sequence[Clip], done: Callable[[Kept], None]) -> None:
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
        self.workspace.lanes.files.submit("comparison", lambda: view_motions(library, ids), loaded, self.workspace.failed.emit)

    def _shown(self) -> None:
        self.joints, self.chosen_joint = (), -1
        self.pointed.emit()
