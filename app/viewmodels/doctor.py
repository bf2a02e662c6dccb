"""The import doctor: what was guessed about a skeleton, what a person says instead, and how it then stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.io import units
from core.io.assemble import assemble
from core.motion.canonical import canonical
from core.motion.motion import Assumption, Motion
from core.recognition import corrections
from core.recognition.corrections import Correction

PREVIEW_FRAMES = 240


class Doctor(QObject):
    """`changed`: the correction and with it the preview. Needs a motion whose reader left a `source`."""

    changed = Signal()

    def __init__(self, motion: Motion, parent: QObject | None = None):
        super().__init__(parent)
        if motion.source is None:
            raise ValueError("a motion without a source has nothing to correct")
        self.original = motion
        self.raw = units.from_y_up(motion.positions[:PREVIEW_FRAMES], motion.source.up) / motion.source.unit_m
        self.correction = self.remembered = corrections.find(motion.skeleton)
        self._build()

    def _build(self) -> None:
        motion = self.original
        if self.correction == self.remembered == Correction():
            self.assembled = motion.crop(0, PREVIEW_FRAMES)
            self.preview = canonical(self.assembled)
            self.changed.emit()
            return
        rate = next((a for a in motion.assumptions if a.what == "rate"), Assumption("rate", "", "", 1.0))
        skeleton = replace(motion.skeleton, chains=())
        self.assembled = assemble(Path(motion.name), self.raw, motion.fps, skeleton, rate, said=self.correction)
        self.preview = canonical(self.assembled)
        self.changed.emit()

    def set_unit(self, metres: float) -> None:
        self._say(unit_m=metres)

    def set_up(self, axis: str) -> None:
        self._say(up=axis)

    def set_fps(self, fps: float) -> None:
        self._say(fps=fps)

    def set_chain(self, part: int, start: int, end: int) -> bool:
        """The joints from start to end; False where no path of two joints or more leads there."""
        path = tuple(self.original.skeleton.path(start, end))
        if len(path) < 2:
            return False
        chains = list(self.assembled.skeleton.chains or [path] * 5)
        chains[part] = path
        self._say(chains=tuple(chains))
        return True

    def reset(self) -> None:
        """Back to what the reader guesses."""
        self.correction = Correction()
        self._build()

    def _say(self, **values) -> None:
        before = self.correction
        self.correction = replace(before, **values)
        try:
            corrections.check(self.correction, self.original.skeleton)
        except StudioError:
            self.correction = before
            raise
        self._build()

    def remember(self) -> None:
        """Keeps the answer for every file of this hierarchy."""
        corrections.remember("rig", self.original.skeleton, None, self.correction)

    def notes(self) -> dict[str, str]:
        """By 'unit', 'up axis', 'rate', 'body parts': from what it is known, and how sure."""
        return {a.what: f"{a.reason}; {a.confidence:.0%} sure" for a in self.assembled.assumptions}
