"""A rig in its rest pose, and a motion as rotations of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from motionpatches.core.motion.axes import from_y_up
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton

# Metres by which a joint may miss its place before it gets position channels of its own.
TOLERANCE_M = 0.0003


@dataclass(frozen=True, eq=False)
class Rig:
    """A skeleton with one root in its rest pose: a T-pose in metres, Y up, facing +Z with the left side at +X.

    `offsets` (J, 3) from each parent's place, of the root from the origin; `axes` (J, 3, 3) orientation of each joint.
    """

    skeleton: Skeleton
    offsets: np.ndarray
    axes: np.ndarray

    @cached_property
    def places(self) -> np.ndarray:
        """Return where the joints are in the rest pose (J, 3)."""
        places = self.offsets.copy()
        for joint in self.skeleton.topological_order:
            if self.skeleton.parents[joint] >= 0:
                places[joint] += places[self.skeleton.parents[joint]]
        return places


def plain_rig(skeleton: Skeleton, offsets: np.ndarray) -> Rig:
    """A rig whose joints have the world's axes in the rest pose."""
    return Rig(skeleton, offsets, np.broadcast_to(np.eye(3), (skeleton.joint_count, 3, 3)))


@dataclass(frozen=True, eq=False)
class PosedMotion:
    """`turns` (T, J, 3, 3): the rotation of each joint from the rest pose, in the world; `positions` (T, J, 3).

    Places of motion and rig are in units of `unit_m` metres.
    """

    rig: Rig
    turns: np.ndarray
    positions: np.ndarray
    fps: float
    name: str = ""
    unit_m: float = 1.0

    @property
    def frame_count(self) -> int:
        """Return T, the number of frames."""
        return len(self.positions)

    @cached_property
    def _above(self) -> np.ndarray:
        """Orientation of each joint's parent (T, J, 3, 3); the identity for the root."""
        parents = np.array(self.rig.skeleton.parents)
        above = (self.turns @ self.rig.axes)[:, parents]
        above[:, parents < 0] = np.eye(3)
        return above

    @cached_property
    def rotations(self) -> np.ndarray:
        """Return the rotation of each joint in the frame of its parent (T, J, 3, 3)."""
        return self._above.swapaxes(2, 3) @ self.turns @ self.rig.axes

    @cached_property
    def translations(self) -> np.ndarray:
        """Return the place of each joint in the frame of its parent (T, J, 3)."""
        parents = np.array(self.rig.skeleton.parents)
        apart = self.positions - np.where((parents < 0)[None, :, None], 0.0, self.positions[:, parents])
        return np.einsum("tjba,tjb->tja", self._above, apart)

    @cached_property
    def moved(self) -> np.ndarray:
        """Return whether (J,) a joint's place in the frame of its parent changes; always of the root."""
        away = np.linalg.norm(self.translations - self.at_rest.translations, axis=2).max(axis=0)
        return (away > TOLERANCE_M / self.unit_m) | (np.array(self.rig.skeleton.parents) < 0)

    @cached_property
    def at_rest(self) -> PosedMotion:
        """Return the rest pose as a motion of one frame."""
        turns = np.broadcast_to(np.eye(3), (1, *self.turns.shape[1:]))
        return replace(self, turns=turns, positions=self.rig.places[None])

    def with_rest_first(self) -> PosedMotion:
        """Put the rest pose before the first frame, below where the root is then."""
        rest = self.at_rest
        root = self.rig.skeleton.topological_order[0]
        shift = (self.positions[0, root] - rest.positions[0, root]) * [1, 0, 1]
        turns, positions = (np.concatenate(pair) for pair in ((rest.turns, self.turns), (rest.positions + shift, self.positions)))
        return replace(self, turns=turns, positions=positions)

    def in_axes(self, up: str, unit_m: float) -> PosedMotion:
        """Convert from metres, Y up, to another up axis (one of UP_AXES) and a unit of `unit_m` metres."""
        turn, size = from_y_up(np.eye(3), up).T, unit_m / self.unit_m
        rig = Rig(self.rig.skeleton, self.rig.offsets @ turn.T / size, turn @ self.rig.axes)
        # An orientation G = W A becomes Q G, and the new rest orientation is Q A, so that the rotation from rest is Q W Q^T.
        return replace(self, rig=rig, turns=turn @ self.turns @ turn.T, positions=self.positions @ turn.T / size, unit_m=unit_m)

    def motion(self) -> Motion:
        """Return the positions alone."""
        return Motion(self.positions.astype(np.float32), self.fps, self.rig.skeleton, self.name)
