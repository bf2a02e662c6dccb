"""State of the dialog on the joints of two rigs: a map that is tried out on a motion, then kept for the pair of rigs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.lane import Lane
from motionpatches.app.viewmodels.history import Change, History
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import rig_named
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.retarget import map_file
from motionpatches.core.retarget.from_turns import pose_of
from motionpatches.core.retarget.joint_map import OPTIONAL, ROLES, JointMap, guessed, onto, problem
from motionpatches.core.retarget.rig import PosedMotion, Rig
from motionpatches.core.retarget.targets import TARGETS

Side = Literal["source", "target"]
SIDES: tuple[Side, Side] = ("source", "target")
Pair = tuple[Motion, PosedMotion, Rig, JointMap]


class JointMapping(QObject):
    """`changed`: another map, role or problem; `moved`: other motions in `shown`.

    Args:
        read: Reads the motion that is shown; called in `lane`.
        rig: Of core/export/choices.py: a name of TARGETS or the path of a file.
        lane: What is read and computed goes on there.
    """

    changed = Signal()
    moved = Signal()

    def __init__(self, read: Callable[[], Motion], rig: str, lane: Lane, parent: QObject | None = None):
        super().__init__(parent)
        self.rig_name, self.lane = rig, lane
        self.history = History(self)
        self.history.changed.connect(self.changed)
        self.said = JointMap()
        self.role = ROLES[0]
        self.shown: dict[Side, Motion] = {}
        self.failure = ""
        self._pair: tuple[Motion, PosedMotion, Rig] | None = None
        self._guessed: dict[Side, dict[str, int | None]] = {}
        self._kept, self._works = JointMap(), True
        self.lane.submit("joints of rigs", lambda: _pair(read(), rig), self._begin, self._failed)

    def _begin(self, pair: Pair) -> None:
        motion, posed, rig, self._kept = pair
        self._pair, self.said = (motion, posed, rig), self._kept
        self._guessed = {"source": guessed(posed.rig), "target": guessed(rig)}
        at_rest = Motion(rig.places[None].astype("float32"), posed.fps, rig.skeleton)
        self.shown = {"source": posed.motion(), "target": at_rest}
        self.moved.emit()
        self._change(self.said)

    def _failed(self, sentence: str) -> None:
        self.failure = sentence
        self.changed.emit()

    # What is seen -----------------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Return whether both rigs are there."""
        return self._pair is not None

    def skeleton(self, side: Side) -> Skeleton:
        """Return the skeleton of a rig, with the body parts that were recognised."""
        assert self._pair is not None
        return self._pair[1].rig.skeleton if side == "source" else self._pair[2].skeleton

    def _said_of(self, side: Side) -> dict[str, int | None]:
        return dict(self.said.source if side == "source" else self.said.target)

    def joints(self, side: Side) -> dict[str, int | None]:
        """Return the joint of each role: as it was set, else as it is guessed."""
        return self._guessed[side] | self._said_of(side)

    def joint_name(self, side: Side, role: str) -> str:
        """Return the name of a role's joint, 'none' where it has none."""
        joint = self.joints(side)[role]
        return "none" if joint is None else self.skeleton(side).joint_names[joint]

    def role_of(self, side: Side, joint: int) -> str:
        """Return the role of a joint, '' where it has none."""
        return next((role for role, own in self.joints(side).items() if own == joint), "")

    def how(self, role: str) -> str:
        """Return how the joints of a role are known: 'guessed', 'set by you', 'on one rig', 'on neither'."""
        missing = sum(self.joints(side)[role] is None for side in SIDES)
        if missing:
            return "on neither" if missing == len(SIDES) else "on one rig"
        return "set by you" if role in self.said.source or role in self.said.target else "guessed"

    @property
    def unmapped(self) -> list[str]:
        """Return roles that one of the rigs has and the other has not, so that nothing moves them by the map."""
        return [role for role in ROLES if len({self.joints(side)[role] is None for side in SIDES}) == 2]

    @property
    def impossible(self) -> str:
        """Return why no rig can move by this map, in a sentence; '' where it can."""
        if not self.ready:
            return ""
        return next((found for side in SIDES if (found := problem(self.skeleton(side), self.joints(side), side))), "")

    @property
    def problem(self) -> str:
        """Return what is wrong, in a sentence: with the map, else with reading, moving or keeping; '' where nothing is."""
        return self.impossible or self.failure

    @property
    def can_keep(self) -> bool:
        """Return whether the map works and is another than the one that is kept."""
        return self.ready and self._works and self.said != self._kept and not self.impossible

    # What is done -----------------------------------------------------------------------------------------------------------

    def choose(self, role: str) -> None:
        """Show a role in both figures."""
        if role in ROLES and role != self.role:
            self.role = role
            self.changed.emit()

    def set(self, side: Side, joint: int | None, role: str = "") -> None:
        """Give a role (that which is chosen) a joint, or none where it can be without; can be undone."""
        role = role or self.role
        if not self.ready or (joint is None and role not in OPTIONAL):
            return
        said = {own: at for own, at in self._said_of(side).items() if own != role}
        if joint != self._guessed[side][role]:
            said[role] = joint
        self._do(f"Joint of {role}", replace(self.said, **{side: said}))

    def reset(self) -> None:
        """Take every joint as it is guessed; can be undone."""
        self._do("Reset Joints", JointMap())

    def _do(self, name: str, said: JointMap) -> None:
        before = self.said
        if said != before:
            self.history.push(Change(name, lambda: self._change(said), lambda: self._change(before)))

    def _change(self, said: JointMap) -> None:
        """Try a map out; an impossible one leaves the target as it was."""
        self.said, self.failure = said, ""
        if self._pair is not None and not self.impossible:
            (motion, posed, rig), tall = self._pair, self.rig_name in TARGETS
            self.lane.submit("joint map", lambda: onto(motion, posed, rig, said, tall).motion(), self._tried, self._refused)
        self.changed.emit()

    def _tried(self, found: Motion) -> None:
        self._works, self.shown = True, {**self.shown, "target": found}
        self.moved.emit()
        self.changed.emit()

    def _refused(self, sentence: str) -> None:
        self._works = False
        self._failed(sentence)

    def keep(self) -> bool:
        """Keep the map for the pair of rigs; one without anything set is forgotten. Return False, with a sentence, on failure."""
        if not self.can_keep:
            return False
        try:
            map_file.remember(self.skeleton("source"), self.skeleton("target"), self.said)
        except StudioError as error:
            self._failed(str(error))
            return False
        self._kept, self.failure = self.said, ""
        return True


def _pair(motion: Motion, name: str) -> Pair:
    """A motion, its pose, the rig, and what was set for both. Raises StudioError."""
    posed, rig = pose_of(motion), rig_named(name)
    return motion, posed, rig, map_file.find(posed.rig, rig)
