"""Characters in poses, as the renderer draws them, and the store of motions on the character that is shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.gl.geometry import PART_COLOURS
from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import LEFT_ARM, RIGHT_ARM, TORSO

if TYPE_CHECKING:  # what reads characters takes a while to import
    from motionpatches.core.figure.character import Character, Track

# Motions on the character that are kept; metres of a leg of a body of 1.7 m.
KEPT, LEG_M = 96, 0.84
# Opacity of a tint over the character's own colours: of joints and letters, of a partner.
TINT, PALER = 0.75, 0.45
# Metres of radius of what shades the floor, of a body of 1.7 m: trunk, head; upper, lower and last part of arms and of legs.
TRUNK_M, HEAD_M, ARM_M, LEG_RADII_M = 0.13, 0.09, (0.045, 0.035), (0.07, 0.045, 0.045)


@dataclass(frozen=True, eq=False)
class DrawnCharacter:
    """A character as it is drawn: `pictures` (H, W, 4) uint8, in the order of its meshes' pictures."""

    character: Character
    pictures: tuple[np.ndarray, ...]

    @cached_property
    def parts(self) -> np.ndarray:
        """Return the body part of each bone (B,)."""
        found = self.character.rig.skeleton.joint_parts[np.maximum(self.character.joints, 0)]
        return np.where(found >= 0, found, TORSO)

    @cached_property
    def shades(self) -> tuple[np.ndarray, np.ndarray]:
        """Return pairs of joints (S, 2) between which something shades the floor, and radii (S,) of a body of 1.7 m."""
        from motionpatches.core.retarget.roles import body_of

        skeleton, limbs = self.character.rig.skeleton, body_of(self.character.rig).limbs
        torso = skeleton.chains[TORSO]
        chest = skeleton.chains[RIGHT_ARM][0]
        rows = [(torso[0], chest, TRUNK_M), (torso[-1], torso[-1], HEAD_M)]
        for part, limb in limbs.items():
            ends = [limb.upper[0], limb.lower[0], limb.end]
            radii: tuple[float, ...] = ARM_M
            if part not in (RIGHT_ARM, LEFT_ARM):
                ends, radii = [*ends, limb.tip if limb.tip >= 0 else limb.end], LEG_RADII_M
            rows += list(zip(ends, ends[1:], radii, strict=False))
        return np.array([row[:2] for row in rows]), np.array([row[2] for row in rows])


@dataclass(frozen=True, eq=False)
class PosedCharacter:
    """A character in one pose.

    `rows` (B, 4, 4) float32: three rows of each bone's matrix, and its tint; `near` (B,): the motion's joint at each bone;
    `opacity` 0 to 1; `shadows` (S, 7): start, end and radius of what shades the floor.
    """

    drawn: DrawnCharacter
    rows: np.ndarray
    near: np.ndarray
    opacity: float
    shadows: np.ndarray

    def moved(self, by: np.ndarray) -> PosedCharacter:
        """Return it moved by (3,) metres."""
        rows, shadows = self.rows.copy(), self.shadows.copy()
        rows[:, :3, 3] += by
        shadows[:, 0:3] += by
        shadows[:, 3:6] += by
        return replace(self, rows=rows, shadows=shadows)

    def faded(self, opacity: float) -> PosedCharacter:
        """Return it transparent."""
        return replace(self, opacity=opacity)

    def by_joint(self, colours: np.ndarray) -> PosedCharacter:
        """Return it tinted in the colours (J, 3) of the motion's joints."""
        return self._tinted(colours[self.near], TINT)

    def raised(self, parts: np.ndarray) -> PosedCharacter:
        """Return it with body parts (5,) from 0, as they are, to 1, tinted in the colours of body parts."""
        own = np.array([PART_COLOURS[part] for part in range(5)]) / 255
        return self._tinted(own[self.drawn.parts], TINT * np.asarray(parts)[self.drawn.parts])

    def paler(self) -> PosedCharacter:
        """Return it as a partner is shown."""
        return self._tinted(np.ones(3), PALER)

    def _tinted(self, colours: np.ndarray, share: float | np.ndarray) -> PosedCharacter:
        rows = self.rows.copy()
        rows[:, 3, :3], rows[:, 3, 3] = colours, share
        return replace(self, rows=rows)


def posed_character(drawn: DrawnCharacter, track: Track, time_s: float) -> PosedCharacter:
    """Return a character at a time of a motion in seconds."""
    from motionpatches.core.figure.character import bones_at

    bones, places = bones_at(drawn.character, track, time_s)
    rows = np.zeros((len(bones), 4, 4), np.float32)
    rows[:, :3] = bones
    pairs, radii = drawn.shades
    size = drawn.character.leg * track.size / LEG_M
    shadows = np.concatenate([places[pairs[:, 0]], places[pairs[:, 1]], radii[:, None] * size], axis=1)
    near = track.near[np.maximum(drawn.character.joints, 0)]
    return PosedCharacter(drawn, rows, near, 1.0, shadows.astype(np.float32))


class Characters(QObject):
    """Motions on the character `shown`; None: there is none. Each is made once, in a thread; `made` tells of another one."""

    made = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: DrawnCharacter | None = None
        self._tracks: WeakKeyDictionary[Motion, Track | None] = WeakKeyDictionary()
        self._waiting: list[Motion] = []
        self._busy = False
        self._lock = threading.Lock()

    def show(self, drawn: DrawnCharacter | None) -> None:
        """Show another character, or none."""
        if drawn is self.shown:
            return
        with self._lock:
            self.shown = drawn
            self._tracks = WeakKeyDictionary()
            self._waiting.clear()
        self.made.emit()

    def track(self, motion: Motion, wait: bool = False) -> Track | None:
        """Return a motion on the character; None where it cannot be, and while it is being made, unless one waits for it."""
        with self._lock:
            drawn = self.shown
            if drawn is None or motion in self._tracks:
                return self._tracks.get(motion)
            if not wait:
                if motion not in self._waiting:
                    self._waiting.append(motion)
                if not self._busy:
                    self._busy = True
                    threading.Thread(target=self._work, daemon=True).start()
                return None
        return self._make(drawn, motion)

    def refuses(self, motion: Motion) -> bool:
        """Return whether a motion is known not to go onto the character."""
        with self._lock:
            return motion in self._tracks and self._tracks[motion] is None

    def _work(self) -> None:
        """Make what is waited for, the latest first."""
        while True:
            with self._lock:
                drawn = self.shown
                if drawn is None or not self._waiting:
                    self._busy = False
                    return
                motion = self._waiting.pop()
            self._make(drawn, motion)
            with suppress(RuntimeError):  # where the program ends, this object of Qt does before the thread
                self.made.emit()

    def _make(self, drawn: DrawnCharacter, motion: Motion) -> Track | None:
        from motionpatches.core.figure.character import track_of

        try:
            track: Track | None = track_of(drawn.character, motion)
        except (StudioError, ValueError, ArithmeticError, np.linalg.LinAlgError):
            track = None
        with self._lock:
            if drawn is self.shown:
                self._tracks[motion] = track
                while len(self._tracks) > KEPT:
                    del self._tracks[next(iter(self._tracks))]
        return track

    def posed(self, wanted: Sequence[tuple[Motion, float]], wait: bool = False) -> list[PosedCharacter | None]:
        """Pose the character: each motion at a time in seconds; None for a motion without a track, or while it is made."""
        drawn = self.shown
        if drawn is None:
            return [None] * len(wanted)
        tracks = [self.track(motion, wait) for motion, _ in wanted]
        pairs = zip(tracks, wanted, strict=True)
        return [None if track is None else posed_character(drawn, track, at) for track, (_, at) in pairs]


@lru_cache(maxsize=1)
def characters() -> Characters:
    """Return the store of the program."""
    return Characters()
