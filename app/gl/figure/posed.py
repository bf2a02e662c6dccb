"""Figures in poses, as the renderer draws them, and the store of their meshes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.gl.geometry import PART_COLOURS, pose_at
from motionpatches.core.figure.figure import Figure, Shape, duals_of, figure_of, shape_of
from motionpatches.core.figure.plan import Plan
from motionpatches.core.motion.motion import Motion

# Colour of the body, 0 to 1, and the share of a body part's own colour, calm and raised.
CLAY = np.array([0.775, 0.765, 0.750])
CALM, RAISED = np.array([0.26, 0.26, 0.05, 0.26, 0.26]), 0.92
# Meshes kept; seconds before each is made.
SHAPES, REST_S = 24, 0.05


@dataclass(frozen=True, eq=False)
class Posed:
    """A figure in one pose.

    `rows` (B, 3, 4) float32: dual quaternion (real, dual) and colour of each bone; `size`: scale of the mesh; `opacity` 0 to 1;
    `shadows` (S, 7): start, end and radius of what shades the floor.
    """

    plan: Plan
    shape: Shape
    rows: np.ndarray
    size: float
    opacity: float
    shadows: np.ndarray

    def moved(self, by: np.ndarray) -> Posed:
        """Return it moved by (3,) metres."""
        rows, shadows = self.rows.copy(), self.shadows.copy()
        q, half = rows[:, 0], np.asarray(by, np.float32) / 2
        rows[:, 1, :3] += q[:, 3:] * half + np.cross(half, q[:, :3])
        rows[:, 1, 3] -= q[:, :3] @ half
        shadows[:, 0:3] += by
        shadows[:, 3:6] += by
        return replace(self, rows=rows, shadows=shadows)

    def faded(self, opacity: float) -> Posed:
        """Return it transparent."""
        return replace(self, opacity=opacity)

    def by_joint(self, colours: np.ndarray) -> Posed:
        """Return it in the colours (J, 3) of the motion's joints."""
        return self._coloured(colours[self.plan.joints])

    def raised(self, parts: np.ndarray) -> Posed:
        """Return it with body parts (5,) from 0, calm, to 1, in their own colours."""
        return self._coloured(tints(self.plan, parts))

    def paler(self) -> Posed:
        """Return it as a partner is shown."""
        return self._coloured(self.rows[:, 2, :3] * 0.6 + 0.38)

    def _coloured(self, colours: np.ndarray) -> Posed:
        rows = self.rows.copy()
        rows[:, 2, :3] = colours
        return replace(self, rows=rows)


def tints(plan: Plan, raised: np.ndarray | None = None) -> np.ndarray:
    """Return colours (B, 3): clay with a tint of each body part; `raised` (5,) from 0, calm, to 1, the part's own colour."""
    own = np.array([PART_COLOURS[part] for part in range(5)]) / 255
    share = CALM + (RAISED - CALM) * (np.zeros(5) if raised is None else np.asarray(raised))
    share = share[:, None]
    return (CLAY * (1 - share) + own * share)[plan.parts]


@lru_cache(maxsize=64)
def calm_tints(plan: Plan) -> np.ndarray:
    """Return the colours (B, 3) of a body of which nothing is raised."""
    return tints(plan)


class Figures(QObject):
    """Figures of motions. Meshes are made once, in a thread; `made` tells that there is another one.

    `bones_alone`: whether a user wants bones instead.
    """

    made = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bones_alone = False
        self._figures: WeakKeyDictionary[Motion, Figure | None] = WeakKeyDictionary()
        self._shapes: OrderedDict[tuple[object, ...], Shape | None] = OrderedDict()
        self._waiting: list[Figure] = []
        self._busy = False
        self._lock = threading.Lock()

    def figure(self, motion: Motion) -> Figure | None:
        """Return the figure of a motion; None where it has no human parts."""
        if motion not in self._figures:
            self._figures[motion] = figure_of(motion.skeleton, motion.positions)
        return self._figures[motion]

    def shape(self, figure: Figure, wait: bool = False) -> Shape | None:
        """Return the mesh of a figure; None while it is being made, unless one waits for it."""
        with self._lock:
            if figure.key in self._shapes and (self._shapes[figure.key] is not None or not wait):
                self._shapes.move_to_end(figure.key)
                return self._shapes[figure.key]
            self._shapes[figure.key] = None
            if not wait:
                self._waiting.append(figure)
                if not self._busy:
                    self._busy = True
                    threading.Thread(target=self._work, daemon=True).start()
                return None
        return self._make(figure)

    def _work(self) -> None:
        """Make what is waited for, one mesh at a time. The frame that asked is drawn before, and others between two meshes: each
        call of OpenGL gives Python's lock away."""
        while True:
            time.sleep(REST_S)
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                figure = self._waiting.pop(0)
            self._make(figure)

    def _make(self, figure: Figure) -> Shape:
        shape = shape_of(figure)
        with self._lock:
            self._shapes[figure.key] = shape
            while len(self._shapes) > SHAPES:
                self._shapes.popitem(last=False)
        with suppress(RuntimeError):  # where the program ends, this object of Qt does before the thread
            self.made.emit()
        return shape

    def posed(self, wanted: Sequence[tuple[Motion, float]], wait: bool = False) -> list[Posed | None]:
        """Pose figures: each motion at a time in seconds. Those of rigs with the same joints are posed together.

        Returns:
            None for a motion without human parts, and while its mesh is being made.
        """
        found: list[Posed | None] = [None] * len(wanted)
        groups: dict[int, list[int]] = {}
        figures = [self.figure(motion) for motion, _ in wanted]
        shapes = [None if figure is None else self.shape(figure, wait) for figure in figures]
        for i, (figure, shape) in enumerate(zip(figures, shapes, strict=True)):
            if figure is not None and shape is not None:
                groups.setdefault(id(figure.plan), []).append(i)
        for members in groups.values():
            own = [figures[i] for i in members]
            meshes = [shapes[i] for i in members]
            poses = np.stack([pose_at(*wanted[i]) for i in members])
            known = [f for f in own if f]
            duals = duals_of(known, [s for s in meshes if s], poses)
            shadows = shadows_of(known[0].plan, np.array([f.size for f in known]), poses)
            rows = np.ones((*duals.shape[:2], 3, 4), np.float32)
            rows[:, :, 0], rows[:, :, 1], rows[:, :, 2, :3] = duals[..., :4], duals[..., 4:], calm_tints(known[0].plan)
            for k, i, shape in zip(range(len(members)), members, meshes, strict=True):
                assert shape is not None
                found[i] = Posed(known[k].plan, shape, rows[k], known[k].size, 1.0, shadows[k])
        return found


# Metres of radius of what shades the floor, of a body of 1.7 m: trunk, head, both long bones of arms and of legs, feet.
SHADING = np.array([0.13, 0.09, *[0.045] * 2, *[0.07] * 2, *[0.035] * 2, *[0.045] * 2, *[0.045] * 2])


def shadows_of(plan: Plan, sizes: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Return (N, S, 7) float32: start, end and radius in metres of what shades the floor, feet last.

    Args:
        plan: Of all figures.
        sizes: (N,) statures over 1.7 m.
        poses: (N, J, 3) metres.
    """
    s, m, e, tip = plan.start, plan.middle, plan.end, np.where(plan.tip >= 0, plan.tip, plan.end)
    head = [plan.head]
    found = np.empty((len(poses), len(SHADING), 7), np.float32)
    found[:, 0, 0:3], found[:, 0, 3:6] = poses[:, s[2:]].mean(axis=1), poses[:, s[:2]].mean(axis=1)
    found[:, 1:, 0:3] = poses[:, [*head, *s, *m, *e[2:]]]
    found[:, 1:, 3:6] = poses[:, [*head, *m, *e, *tip[2:]]]
    found[:, :, 6] = SHADING * sizes[:, None]
    return found


@lru_cache(maxsize=1)
def figures() -> Figures:
    """Return the store of the program."""
    return Figures()
