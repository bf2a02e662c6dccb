"""What the stage draws at a time: the shown motion and those beside it, in their colours, with trails, ghosts and marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionpatches.app.gl import geometry, scene
from motionpatches.app.gl.drawn import Drawn
from motionpatches.app.gl.figure.people import Body, bodies_at, ghosts_at, people_at
from motionpatches.app.gl.figure.posed import CLAY, figures
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.stage import LETTERS, Stage
from motionpatches.core.motion.curves import joint_speeds
from motionpatches.core.motion.motion import Motion

# m/s of the brightest colour, metres between two motions side by side, share of its letter's colour that a kept one has.
TOP_SPEED, APART_M, OWN = 3.0, 1.3, 0.6
PATH = (0.45, 0.5, 0.58)


class StageScene:
    """The bodies of the stage; `bones` holds a set for each, `kept` the colours (0 to 1) of A, B and C."""

    def __init__(self, stage: Stage, explanation: Explanation):
        self.stage, self.explanation = stage, explanation
        self.bones: list[geometry.BoneSet] = []
        self.kept: Sequence[Sequence[float]] = ()
        self._speeds: tuple[Motion, np.ndarray] | None = None

    def remake(self) -> None:
        """Other motions, or other options: make the bones anew."""
        self.bones = []
        for _, motion in self.stage.bodies:
            height = float(motion.positions[0, :, 1].max() - motion.positions[0, :, 1].min())
            bones = geometry.bone_set(motion.skeleton, min(max(height / 1.6, 0.6), 1.3), self.stage.options.helpers)
            self.bones.append(bones)

    def place(self, index: int) -> np.ndarray:
        """Return (3,) where the index-th body stands."""
        count = len(self.bones)
        aside = self.stage.options.side_by_side and count > 1
        return scene.beside(count, index, APART_M) if aside else np.zeros(3, np.float32)

    def at(self, time_s: float, background: Sequence[float], detail: int) -> tuple[np.ndarray, Drawn]:
        """Return the middle (3,) of the first body, and what is drawn at a time in seconds, over a background (0 to 1)."""
        bodies = self.stage.bodies
        times = [time_s if i == 0 else min(time_s, motion.duration_s) for i, (_, motion) in enumerate(bodies)]
        wanted = [(bones, motion, at) for bones, (_, motion), at in zip(self.bones, bodies, times, strict=True)]
        people = people_at(wanted, detail)
        joints = self._colours(bodies[0][1], time_s)
        if joints is not None:
            people[0] = people[0].coloured(self.bones[0], joints)
        elif self.stage.joints or self.stage.chosen_joint >= 0:
            people[0] = people[0].raised(self._pointed(bodies[0][1]))
        for i, (clip, motion) in enumerate(bodies):
            letter = self.stage.letter(clip)
            if self.stage.comparing and letter and (i or joints is None):
                colour = CLAY * (1 - OWN) + np.array(self.kept[LETTERS.index(letter)]) * OWN
                people[i] = people[i].coloured(self.bones[i], np.tile(colour, (motion.skeleton.joint_count, 1)))
        people = [one.moved(self.place(i)) for i, one in enumerate(people)]
        extra, behind, over, pale = self._beside(bodies[0][1], self.bones[0], times[0], background, detail)
        bones, figures = np.concatenate([one.bones for one in people]), [body for one in people for body in one.bodies]
        return people[0].middle, Drawn(bones, (*pale, *figures), extra, behind, over)

    def _colours(self, motion: Motion, time_s: float) -> np.ndarray | None:
        """Return colours (J, 3) of joints by speed or by explanation; None for those of the body parts."""
        if self.stage.options.colouring == "speed":
            if self._speeds is None or self._speeds[0] is not motion:
                self._speeds = motion, joint_speeds(motion)
            return scene.speed_colours(self._speeds[1][min(int(time_s * motion.fps), motion.frame_count - 1)], TOP_SPEED)
        if self.explanation.on and self.explanation.shares is not None:
            return scene.weight_colours(motion.skeleton.joint_parts, self.explanation.weights_at(time_s))
        return None

    def _pointed(self, motion: Motion) -> np.ndarray:
        """Return (5,) 1 for the body parts that are pointed at."""
        found, parts = np.zeros(5), motion.skeleton.joint_parts
        for joint in (*self.stage.joints, self.stage.chosen_joint):
            if joint >= 0 and parts[joint] >= 0:
                found[parts[joint]] = 1
        return found

    def _beside(
        self, motion: Motion, bones: geometry.BoneSet, time_s: float, background: Sequence[float], detail: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[Body, ...]]:
        """Return instances beside, behind and over the first body, and transparent figures."""
        options, place = self.stage.options, self.place(0)
        extra, behind, over = [scene.nothing()], [scene.nothing()], [scene.nothing()]
        pale: list[Body] = []
        if options.trails:
            extra.append(scene.trails(motion, time_s, background))
        if options.trajectory:
            extra.append(scene.trajectory(motion, PATH))
        if options.ghosts:
            ghosts = ghosts_at(bones, motion, time_s, background, detail)
            behind.append(ghosts.bones)
            pale += ghosts.bodies
        if self.stage.joints:
            at = self.stage.pointed_s
            if not figures().bones_alone and detail and (posed := bodies_at([(motion, at)])[0]) is not None:
                pale.append(posed.faded(0.35))
            else:
                behind.append(scene.pale(bones, motion, at, background))
            over.append(scene.marks(geometry.pose_at(motion, at), self.stage.joints, bones.size))
        if self.stage.chosen_joint >= 0:
            over.append(scene.marks(geometry.pose_at(motion, time_s), [self.stage.chosen_joint], bones.size))
        rows = [np.concatenate(each) for each in (extra, behind, over)]
        for each in rows:
            each[:, 0:3] += place
            each[:, 3:6] += place
        if options.axes:
            rows[0] = np.concatenate([rows[0], scene.axes()])
        return rows[0], rows[1], rows[2], tuple(body.moved(place) for body in pale)
