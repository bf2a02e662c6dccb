"""Key frames by channel, for actions made of poses, steps and leg moves one after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import FPS, LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.curves import flow

# How far the head turns against the chest, radians.
NECK = 1.2
# How far the ball of a foot that stands under the hips is ahead of them, leg lengths.
BALL_AHEAD = 0.125
SIDED = ("hand", "elbow", "ball", "lift", "toe", "heel", "knee", "free", "leg", "grip", "held")


@dataclass(frozen=True)
class Stance:
    """How the feet and hips stand; lengths in leg lengths, angles in radians.

    Args:
        ahead, behind: Of the leading and of the other foot from the middle.
        width: From the middle to either foot.
        turn: By how much the hips turn away from the leading side.
        drop: How much lower than standing the pelvis is.
        lead_toe, rear_toe: By how much each foot turns away from the leading side.
        weight: Of the pelvis ahead of the middle.
        knees: How far the knees point outwards.
    """

    ahead: float = 0.0
    behind: float = 0.0
    width: float = 0.11
    turn: float = 0.0
    drop: float = 0.015
    lead_toe: float = 0.0
    rear_toe: float = 0.0
    weight: float = 0.0
    knees: float = 0.12


STAND = Stance(lead_toe=-0.12, rear_toe=0.12)


class Keyframes:
    """Key frames of each channel of one body, in seconds at normal speed; written for the right side.

    Channels: pelvis (x, drop, z), turn, tilt (pitch, roll), spine (bend, side, twist), nod, gaze (heading), and for each limb
    hand, elbow, ball (x, z), lift, toe (yaw), heel (pitch), knee, free, leg (local), grip (world), held. Lengths are leg lengths;
    hands are arm lengths from the shoulder, as in `Tracks`.
    """

    def __init__(self, m: Maker, start: Stance = STAND, lead: int = LEFT):
        self.m, self.now, self.heading = m, 0.0, 0.0
        self.middle, self.lead, self.stance = np.zeros(2), lead, start
        self.points: dict[str, list[tuple[float, object]]] = {}
        rest: dict[str, object] = {"hand": tuple(hang(0.05, 0.12, 0.22)), "leg": (0.0, -0.98, 0.0)}
        rest |= {"grip": (0.0, 0.0, 0.0), "knee": start.knees}
        for limb in (LEFT, RIGHT):
            for name in SIDED:
                self.points[f"{name}{limb}"] = [(0.0, rest.get(name, 0.0))]
            self.points[f"ball{limb}"] = [(0.0, tuple(self.place(start, limb)))]
            self.points[f"toe{limb}"] = [(0.0, self._toe(start, limb))]
        x, z = self.spot(0.0, start.weight)
        self.points |= {"pelvis": [(0.0, (x, start.drop, z))], "turn": [(0.0, self._turn(start))], "nod": [(0.0, 0.0)]}
        self.points |= {"tilt": [(0.0, (0.0, 0.0))], "spine": [(0.0, (0.0, 0.0, 0.0))], "gaze": [(0.0, 0.0)]}

    def spot(self, left: float, ahead: float) -> np.ndarray:
        """Return the place (x, z) to the left and ahead of the middle of the stance."""
        c, s = np.cos(self.heading), np.sin(self.heading)
        return self.middle + np.array([left * c + ahead * s, -left * s + ahead * c])

    def place(self, stance: Stance, limb: int) -> np.ndarray:
        """Return where (x, z) the ball of a foot is in a stance around the middle."""
        toe = self._toe(stance, limb)
        ankle = self.spot(SIDE_SIGN[limb] * stance.width, stance.ahead if limb == self.lead else -stance.behind)
        return ankle + BALL_AHEAD * np.array([np.sin(toe), np.cos(toe)])

    def _toe(self, stance: Stance, limb: int) -> float:
        return self.heading - SIDE_SIGN[self.lead] * (stance.lead_toe if limb == self.lead else stance.rear_toe)

    def _turn(self, stance: Stance) -> float:
        return self.heading - SIDE_SIGN[self.lead] * stance.turn

    def last(self, channel: str) -> np.ndarray:
        """Return the value of the last key frame."""
        return np.asarray(self.points[channel][-1][1], float)

    def to(self, start: float, end: float, **values: object) -> None:
        """Move channels to values between two times, in seconds from now."""
        for channel, value in values.items():
            points = self.points[channel]
            begin = max(self.now + start, points[-1][0])
            if begin > points[-1][0] + 1e-3:
                points.append((begin, points[-1][1]))
            points.append((max(self.now + end, begin + 0.05), value))

    def limb(self, start: float, end: float, limb: int, **values: object) -> None:
        """Move channels of one limb, named without its number."""
        self.to(start, end, **{f"{name}{limb}": value for name, value in values.items()})

    def wait(self, seconds: float) -> None:
        """Let time pass: following times count from there."""
        self.now += seconds

    def step(self, start: float, end: float, limb: int, to: np.ndarray, toe: float, lift: float = 0.06) -> None:
        """Step with a foot to a place (x, z), turned to `toe`, both in the world."""
        self.limb(start, end, limb, ball=tuple(to), toe=toe)
        self.limb(start, (start + end) / 2, limb, lift=lift)
        self.limb((start + end) / 2, end, limb, lift=0.0)

    def shift(self, start: float, end: float, stance: Stance, lead: int | None = None, lift: float = 0.06) -> None:
        """Move feet and hips into a stance around the middle; where both feet move, the leading one is first."""
        self.lead, self.stance = self.lead if lead is None else lead, stance
        moves = {limb: self.place(stance, limb) for limb in (self.lead, 1 - self.lead)}
        far = {limb: np.linalg.norm(moves[limb] - self.last(f"ball{limb}")) > 0.02 for limb in moves}
        half = (start + end) / 2 if all(far.values()) else None
        for limb, place in moves.items():
            first, last = (start, half or end) if limb == self.lead else (half or start, end)
            if far[limb]:
                self.step(first, last, limb, place, self._toe(stance, limb), lift)
            else:
                self.limb(first, last, limb, toe=self._toe(stance, limb))
            self.limb(start, end, limb, knee=stance.knees)
        self.settle(start, end)

    def settle(self, start: float, end: float, **more: object) -> None:
        """Move hips into the present stance."""
        x, z = self.spot(0.0, self.stance.weight)
        self.to(start, end, **({"pelvis": (x, self.stance.drop, z), "turn": self._turn(self.stance), "tilt": (0.0, 0.0)} | more))

    def advance(self, start: float, end: float, stance: Stance, lift: float = 0.05) -> None:
        """Step through with the rear foot into a stance that it leads; the other foot stays."""
        support = self.lead
        self.lead = 1 - support
        self.middle = self.middle + self.last(f"ball{support}") - self.place(stance, support)
        self.shift(start, end, stance, self.lead, lift)

    def retire(self, start: float, end: float, stance: Stance, lift: float = 0.05) -> None:
        """Step back with the leading foot into a stance that the other one leads and stays in."""
        support = 1 - self.lead
        self.lead = support
        self.middle = self.middle + self.last(f"ball{support}") - self.place(stance, support)
        self.shift(start, end, stance, support, lift)

    def toward(self, limb: int, left: float, up: float, ahead: float) -> tuple[float, float, float]:
        """Return the hand as in `Tracks` for a direction seen along the heading, given the last turn of hips and chest."""
        turned = float(self.last("turn") + self.last("spine")[2]) - self.heading
        c, s = np.cos(turned), np.sin(turned)
        return SIDE_SIGN[limb] * (left * c - ahead * s), up, left * s + ahead * c

    def planted(self, limb: int) -> tuple[float, float, float]:
        """Return where a foot on the floor is as a value of `leg`, for the last key frames."""
        body, (x, drop, z), turn = self.m.body, self.last("pelvis"), float(self.last("turn"))
        c, s = np.cos(turn), np.sin(turn)
        across, along = self.last(f"ball{limb}") - [x, z]
        toe = float(self.last(f"toe{limb}"))
        across, along = across - body.foot[2] * np.sin(toe) / body.leg, along - body.foot[2] * np.cos(toe) / body.leg
        left, ahead = across * c - along * s, across * s + along * c
        return SIDE_SIGN[limb] * left - body.hip_half / body.leg, -min(0.98, 0.985 - drop), ahead

    def swing(self, limb: int, path: list[tuple[float, tuple[float, float, float]]], end: float) -> None:
        """Swing a leg off the floor along key frames (second, leg) and put it down at `end`, where `ball` is by then."""
        start, (first, _), (last, _) = self.planted(limb), path[0], path[-1]
        lift_off = max(first - 0.25, 0.0)
        self.limb(lift_off - 0.01, lift_off, limb, leg=start)
        self.limb(lift_off, lift_off + 0.15, limb, free=1.0, lift=0.2)
        before = lift_off
        for second, value in path:
            self.limb(before, second, limb, leg=value)
            before = second
        self._landing = (limb, last, end)

    def land(self, place: np.ndarray, toe: float) -> None:
        """Put the foot of the last swing down at a place, after hips have been moved to where they are at its end."""
        limb, last, end = self._landing
        self.limb(last - 0.1, end - 0.15, limb, ball=tuple(place), toe=toe)
        self.limb(last, end, limb, leg=self.planted(limb))
        self.limb(end - 0.15, end, limb, free=0.0, lift=0.0)

    def tracks(self, seconds: float = 0.0) -> Tracks:
        """Return the tracks until `seconds` from now, mirrored where the left side acts."""
        tracks = Tracks(max(int((self.now + seconds) / self.m.pace * FPS), 12), self.m.body)
        t, leg = tracks.t * self.m.pace, self.m.body.leg

        def channel(name: str) -> np.ndarray:
            points = self.points[name]
            if len(points) > 1:
                return flow(t, points)
            value = np.asarray(points[0][1], float)
            return np.broadcast_to(value, (tracks.frames, *value.shape)).copy()

        pelvis = channel("pelvis")
        tracks.pelvis[:, 0], tracks.pelvis[:, 2] = leg * pelvis[:, 0], leg * pelvis[:, 2]
        tracks.pelvis[:, 1] = self.m.body.standing - leg * pelvis[:, 1]
        tracks.yaw, tracks.spine = channel("turn"), channel("spine")
        tracks.pitch, tracks.roll = channel("tilt").T
        tracks.head[:, 0] = channel("nod") - 0.5 * tracks.spine[:, 0] - 0.6 * tracks.pitch
        turned = channel("gaze") - tracks.yaw - tracks.spine[:, 2]
        tracks.head[:, 2] = NECK * np.tanh(turned / NECK)
        for limb in (LEFT, RIGHT):
            ball = leg * channel(f"ball{limb}")
            tracks.ball[limb][:, 0], tracks.ball[limb][:, 2] = ball[:, 0], ball[:, 1]
            tracks.ball[limb][:, 1] += leg * channel(f"lift{limb}")
            tracks.foot_yaw[limb], tracks.foot_pitch[limb] = channel(f"toe{limb}"), channel(f"heel{limb}")
            tracks.knee_out[limb] = channel(f"knee{limb}")
            tracks.foot_free[limb], tracks.foot_local[limb] = channel(f"free{limb}"), channel(f"leg{limb}")
            tracks.hand[limb], tracks.elbow_up[limb] = channel(f"hand{limb}"), channel(f"elbow{limb}")
            tracks.hand_fixed[limb], tracks.hand_world[limb] = channel(f"held{limb}"), leg * channel(f"grip{limb}")
        return mirrored(tracks) if self.m.side == "left" else tracks


def mirrored(tracks: Tracks) -> Tracks:
    """Swap left and right, in place."""
    for name in ("ball", "foot_yaw", "foot_pitch", "knee_out", "foot_free", "foot_local", "hand", "hand_fixed", "hand_world"):
        setattr(tracks, name, getattr(tracks, name)[::-1].copy())
    tracks.elbow_up = tracks.elbow_up[::-1].copy()
    for sideways in (
        tracks.pelvis[:, 0],
        tracks.ball[..., 0],
        tracks.hand_world[..., 0],
        tracks.foot_yaw,
        tracks.yaw,
        tracks.roll,
    ):
        sideways *= -1
    tracks.spine[:, 1:] *= -1
    tracks.head[:, 1:] *= -1
    return tracks
