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
            duals = duals_of([f for f in own if f], [s for s in meshes if s], poses)
            for i, figure, shape, dual, pose in zip(members, own, meshes, duals, poses, strict=True):
                assert figure is not None and shape is not None
                rows = np.ones((len(dual), 3, 4), np.float32)
                rows[:, 0], rows[:, 1], rows[:, 2, :3] = dual[:, :4], dual[:, 4:], tints(figure.plan)
                found[i] = Posed(figure.plan, shape, rows, figure.size, 1.0, shadows_of(figure, pose))
        return found


def shadows_of(figure: Figure, pose: np.ndarray) -> np.ndarray:
    """Return (S, 7) float32: start, end and radius in metres of what shades the floor, feet last."""
    plan, size = figure.plan, figure.size
    s, m, e, tip = plan.start, plan.middle, plan.end, np.where(plan.tip >= 0, plan.tip, plan.end)
    hips, shoulders = pose[s[2:]].mean(axis=0), pose[s[:2]].mean(axis=0)
    starts = np.concatenate([hips[None], pose[plan.head][None], pose[s], pose[m], pose[e[2:]]])
    ends = np.concatenate([shoulders[None], pose[plan.head][None], pose[m], pose[e], pose[tip[2:]]])
    radii = np.array([0.13, 0.09, *[0.045] * 2, *[0.07] * 2, *[0.035] * 2, *[0.045] * 2, *[0.045] * 2]) * size
    return np.concatenate([starts, ends, radii[:, None]], axis=1).astype(np.float32)


@lru_cache(maxsize=1)
def figures() -> Figures:
    """Return the store of the program."""
    return Figures()
