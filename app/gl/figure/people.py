"""What is drawn of motions at a time: figures, or bones where there is no figure, detail is low, or they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from motionpatches.app.detail import FULL
from motionpatches.app.gl import geometry
from motionpatches.app.gl.figure.character import PosedCharacter, characters
from motionpatches.app.gl.figure.posed import Posed, figures
from motionpatches.app.gl.scene import GHOST_S, GHOSTS, pale
from motionpatches.core.motion.motion import Motion

Body: TypeAlias = Posed | PosedCharacter
Wanted: TypeAlias = tuple[geometry.BoneSet, Motion, float]


# Opacity of the first and of the last ghost.
FAINT, CLEAR = 0.15, 0.30


@dataclass(frozen=True, eq=False)
class People:
    """The people of a motion at a time: `middle` (3,) between their roots, `bones` (B, 11) instances, `bodies` figures."""

    middle: np.ndarray
    bones: np.ndarray
    bodies: tuple[Body, ...]

    def moved(self, by: np.ndarray) -> People:
        """Return them moved by (3,) metres."""
        bones = self.bones.copy()
        bones[:, 0:3] += by
        bones[:, 3:6] += by
        return People(self.middle + by, bones, tuple(body.moved(by) for body in self.bodies))

    def coloured(self, bones: geometry.BoneSet, colours: np.ndarray) -> People:
        """Return them with the first person in the colours (J, 3) of joints; `bones`: what theirs were made from."""
        rows, count = self.bones.copy(), len(bones.ends)
        rows[:count, 8:] = colours[bones.ends[: len(rows)]]
        first = tuple(body.by_joint(colours) for body in self.bodies[:1])
        return replace(self, bones=rows, bodies=(*first, *self.bodies[1:]))

    def raised(self, parts: np.ndarray) -> People:
        """Return them with the body parts of the first figure in their own colours, each from 0 to 1 (5,)."""
        first = tuple(body.raised(parts) for body in self.bodies[:1])
        return replace(self, bodies=(*first, *self.bodies[1:]))


def people_at(
    wanted: Sequence[Wanted],
    detail: int = FULL,
    wait: bool = False,
    bones_alone: bool | None = None,
    character: bool = True,
) -> list[People]:
    """Pose motions, all together.

    Args:
        wanted: Bones, motion and time in seconds of each.
        detail: From 0, bones alone, to FULL.
        wait: Until a mesh is made; else bones are drawn in the meantime.
        bones_alone: No figures; None: as the user wants it.
        character: The shown character, where there is one.
    """
    bones_alone = figures().bones_alone if bones_alone is None else bones_alone
    if bones_alone or detail < 1:
        return [_bones(*one) for one in wanted]
    singles = [(i, person, at) for i, (_, motion, at) in enumerate(wanted) for person in _people(motion)]
    posed = bodies_at([(person, at) for _, person, at in singles], wait, character)
    found = []
    for i, one in enumerate(wanted):
        bodies = [body for (which, _, _), body in zip(singles, posed, strict=True) if which == i]
        complete = [body for body in bodies if body is not None]
        found.append(_figures(one, complete) if len(complete) == len(bodies) else _bones(*one))
    return found


def bodies_at(wanted: Sequence[tuple[Motion, float]], wait: bool = False, character: bool = True) -> list[Body | None]:
    """Pose the character that is shown, and where there is none, or it cannot do a motion, or not yet, the figure.

    Args:
        wanted: Motions of one person, each at a time in seconds.
        wait: Until what is drawn is made.
        character: Not the figure alone.

    Returns:
        None where there is no body, or not yet.
    """
    found: list[Body | None] = list(characters().posed(wanted, wait)) if character else [None] * len(wanted)
    others = [i for i, body in enumerate(found) if body is None]
    for i, body in zip(others, figures().posed([wanted[i] for i in others], wait), strict=True):
        found[i] = body
    return found


def ghosts_at(
    bones: geometry.BoneSet,
    motion: Motion,
    time_s: float,
    background: Sequence[float],
    detail: int = FULL,
    wait: bool = False,
) -> People:
    """Return poses before and after a time (onion skin), earlier ones fainter: pale bones, or transparent figures.

    Arguments are those of `people_at`; `background` is what bones fade into.
    """
    times = [time_s + step * GHOST_S for step in range(-GHOSTS, GHOSTS + 1) if step]
    within = [at for at in times if 0 <= at <= motion.duration_s]
    opacity = {at: FAINT + (CLEAR - FAINT) * i / (len(times) - 1) for i, at in enumerate(times)}
    plain = figures().bones_alone or detail < 1
    posed: list[Body | None] = [None] * len(within) if plain else bodies_at([(motion, at) for at in within], wait)
    rows, bodies = [np.zeros((0, geometry.INSTANCE_FLOATS), np.float32)], []
    for at, body in zip(within, posed, strict=True):
        if body is None:
            rows.append(pale(bones, motion, at, background, opacity[at]))
        else:
            bodies.append(body.faded(opacity[at]))
    return People(np.zeros(3), np.concatenate(rows), tuple(bodies))


def _bones(bones: geometry.BoneSet, motion: Motion, at: float) -> People:
    middle, rows = geometry.figures(bones, motion, at)
    return People(middle, rows, ())


def _figures(one: Wanted, bodies: list[Body]) -> People:
    """Return the figures of one motion, a partner's paler."""
    _, motion, at = one
    roots = [geometry.pose_at(person, at)[person.skeleton.root] for person in _people(motion)]
    pale = (body.paler() for body in bodies[1:])
    return People(np.mean(roots, axis=0), np.zeros((0, geometry.INSTANCE_FLOATS), np.float32), (bodies[0], *pale))


def _people(motion: Motion) -> tuple[Motion, ...]:
    """Return each person; the motion itself first, so that what is known of it is found again."""
    return (motion,) if motion.partner is None else (motion, motion.partner)
