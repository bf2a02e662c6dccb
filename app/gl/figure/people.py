"""What is drawn of motions at a time: figures, or bones where there is no figure, detail is low, or they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from motionpatches.app.detail import FULL
from motionpatches.app.gl import geometry
from motionpatches.app.gl.figure.posed import Posed, figures
from motionpatches.core.motion.motion import Motion

Wanted: TypeAlias = tuple[geometry.BoneSet, Motion, float]


@dataclass(frozen=True, eq=False)
class People:
    """The people of a motion at a time: `middle` (3,) between their roots, `bones` (B, 11) instances, `bodies` figures."""

    middle: np.ndarray
    bones: np.ndarray
    bodies: tuple[Posed, ...]


def people_at(wanted: Sequence[Wanted], detail: int = FULL, wait: bool = False, bones_alone: bool | None = None) -> list[People]:
    """Pose motions, all together.

    Args:
        wanted: Bones, motion and time in seconds of each.
        detail: From 0, bones alone, to FULL.
        wait: Until a mesh is made; else bones are drawn in the meantime.
        bones_alone: No figures; None: as the user wants it.
    """
    bones_alone = figures().bones_alone if bones_alone is None else bones_alone
    if bones_alone or detail < 1:
        return [_bones(*one) for one in wanted]
    singles = [(i, person, at) for i, (_, motion, at) in enumerate(wanted) for person in _people(motion)]
    posed = figures().posed([(person, at) for _, person, at in singles], wait)
    found = []
    for i, one in enumerate(wanted):
        bodies = [body for (which, _, _), body in zip(singles, posed, strict=True) if which == i]
        complete = [body for body in bodies if body is not None]
        found.append(_figures(one, complete) if len(complete) == len(bodies) else _bones(*one))
    return found


def _bones(bones: geometry.BoneSet, motion: Motion, at: float) -> People:
    middle, rows = geometry.figures(bones, motion, at)
    return People(middle, rows, ())


def _figures(one: Wanted, bodies: list[Posed]) -> People:
    """Return the figures of one motion, a partner's paler."""
    _, motion, at = one
    roots = [geometry.pose_at(person, at)[person.skeleton.root] for person in _people(motion)]
    pale = (body.coloured(body.rows[:, 2, :3] * 0.6 + 0.38) for body in bodies[1:])
    return People(np.mean(roots, axis=0), np.zeros((0, geometry.INSTANCE_FLOATS), np.float32), (bodies[0], *pale))


def _people(motion: Motion) -> tuple[Motion, ...]:
    """Return each person; the motion itself first, so that what is known of it is found again."""
    return (motion,) if motion.partner is None else (motion, motion.partner)
