"""A fighter: guard, blows, blocks and kicks as key frames."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.keyframes import STAND, Keyframes, Stance

Leg = tuple[float, float, float]
GUARD = Stance(0.24, 0.26, 0.15, 0.75, 0.05, 0.3, 0.9, 0.0, 0.2)
FRONT = Stance(0.5, 0.5, 0.14, 0.1, 0.2, 0.05, 0.55, 0.05, 0.25)
BACK = Stance(0.55, 0.28, 0.03, 0.85, 0.2, 0.05, 1.4, -0.1, 0.4)
HORSE = Stance(0.5, 0.5, 0.0, 1.5, 0.28, 1.3, 1.7, 0.0, 0.9)
# A fist drawn back to the hip, as in `Tracks`.
AT_HIP = (0.12, -0.46, 0.02)


@dataclass(frozen=True)
class Kick:
    """A kick of the right leg as key frames.

    Args:
        path: (second, leg) from the chamber to the recoil.
        turn: Of the hips from the heading, to the left for the right leg, radians.
        pitch, roll: Of the hips; roll leans away from the leg.
        bend, side: Of the spine; side leans away from the leg.
        hit: The second at which the leg is straight.
        arm, other: Where the arm of the kicking side and the other arm are meanwhile, as in `Tracks`.
        drop: How much lower than standing the pelvis is, leg lengths.
    """

    path: tuple[tuple[float, Leg], ...]
    turn: float = 0.3
    pitch: float = -0.2
    roll: float = 0.1
    bend: float = 0.15
    side: float = 0.1
    hit: float = 0.45
    arm: tuple[float, float, float] = (0.3, -0.55, 0.1)
    other: tuple[float, float, float] = (-0.12, -0.1, 0.4)
    drop: float = 0.03


class Fighter(Keyframes):
    """Fists before the chest, one foot ahead, knees soft; or the long stances and drawn-back fists of karate."""

    def __init__(self, m: Maker, stance: Stance = GUARD, karate: bool = False, stands: bool | None = None, lead: int = LEFT):
        rng = m.rng
        self.karate, self.high = karate, float(rng.uniform(-0.22, 0.1))
        if not karate:
            wide = float(rng.uniform(0.8, 1.25))
            stance = replace(
                stance, turn=stance.turn * float(rng.uniform(0.5, 1.2)), ahead=stance.ahead * wide, behind=stance.behind * wide
            )
        self.own = stance
        stands = bool(rng.random() < 0.4) if stands is None else stands
        super().__init__(m, STAND if stands else stance, lead)
        if stands:
            self.shift(0.2, 0.75, stance)
            self.guard(0.2, 0.7)
            self.wait(float(rng.uniform(0.85, 1.2)))
        else:
            for limb in (LEFT, RIGHT):
                self.points[f"hand{limb}"] = [(0.0, self._guard(limb))]
            self.points["spine"] = [(0.0, self._hunch())]
            self.wait(float(rng.uniform(0.25, 0.6)))

    def _guard(self, limb: int) -> tuple[float, float, float]:
        lead = limb == self.lead
        if self.karate:
            return self.toward(limb, 0.0, -0.3, 0.62) if lead else AT_HIP
        inward = -SIDE_SIGN[limb]
        return self.toward(limb, (0.02 if lead else 0.3) * inward, self.high + 0.03 * lead, 0.55 if lead else 0.36)

    def _hunch(self) -> tuple[float, float, float]:
        return (0.04 if self.karate else 0.2), 0.0, (0.0 if self.karate else 0.06 * SIDE_SIGN[self.lead])

    def guard(self, start: float, end: float) -> None:
        """Bring hands and trunk back to the guard."""
        self.to(start, end, spine=self._hunch(), nod=0.0)
        for limb in (LEFT, RIGHT):
            self.limb(start, end, limb, hand=self._guard(limb), elbow=0.0)

    def finish(self) -> Tracks:
        """Return the tracks after a moment in guard, or with a step back to standing."""
        if self.m.rng.random() < 0.35:
            self.wait(float(self.m.rng.uniform(0.1, 0.5)))
            self.shift(0.0, 0.6, STAND)
            for limb in (LEFT, RIGHT):
                self.limb(0.05, 0.65, limb, hand=(0.14, -0.97, 0.1), elbow=0.0)
            self.to(0.0, 0.6, spine=(0.0, 0.0, 0.0), nod=0.0)
            return self.tracks(0.8)
        return self.tracks(float(self.m.rng.uniform(0.3, 0.9)))

    def drive(self, limb: int, start: float, end: float, amount: float, bend: float = 0.12) -> None:
        """Turn hips and chest so that the shoulder of a limb goes ahead, and push off the rear foot."""
        sign, rear = -SIDE_SIGN[limb], 1 - self.lead
        goal = float(self._turn(self.stance)) if limb == self.lead else self.heading + sign * 0.1 * amount
        x, z = self.spot(0.0, self.stance.weight + 0.07 * amount)
        self.to(start, end, turn=goal, pelvis=(x, self.stance.drop + 0.02, z))
        self.to(start, end, spine=(bend, 0.0, sign * (0.45 if limb == self.lead else 0.5) * amount))
        if limb == rear and not self.karate:
            self.limb(start, end, rear, heel=0.5, toe=self.heading - SIDE_SIGN[self.lead] * 0.35)

    def relax(self, start: float, end: float) -> None:
        """Go back from a blow: hips into the stance, rear foot flat, hands into the guard."""
        rear = 1 - self.lead
        self.settle(start, end)
        self.limb(start, end, rear, heel=0.0, toe=self._toe(self.stance, rear))
        self.guard(start, end)

    def strike(self, limb: int, kind: str, height: float = 0.0) -> None:
        """Strike with a hand: "straight", "hook", "uppercut" or "backfist"; half a second passes."""
        sign = SIDE_SIGN[limb]
        # Draw back, with a small turn of the chest the other way.
        self.to(0.0, 0.14, spine=(0.15, 0.0, sign * 0.2), turn=float(self.last("turn")) + sign * 0.08)
        out, up, ahead, elbow = {
            "straight": (0.05, self.high - 0.06, 0.3, 0.0),
            "hook": (0.5, height - 0.12, 0.22, 0.6),
            "uppercut": (0.12, -0.62, 0.22, 0.0),
            "backfist": (-0.38, height + 0.02, 0.26, 0.5),
        }[kind]
        self.limb(0.0, 0.16, limb, hand=self.toward(limb, sign * out, up, ahead), elbow=elbow)
        self.drive(limb, 0.12, 0.32, 0.9 if kind != "backfist" else 0.3, -0.05 if kind == "uppercut" else 0.14)
        out, up, ahead, elbow = {
            "straight": (-0.12, height + 0.06, 0.98, 0.0),
            "hook": (-0.3, height + 0.03, 0.58, 0.95),
            "uppercut": (-0.15, height + 0.3, 0.5, 0.0),
            "backfist": (0.02, height + 0.06, 0.97, 0.3),
        }[kind]
        self.limb(0.16, 0.32, limb, hand=self.toward(limb, sign * out, up, ahead), elbow=elbow)
        if kind in ("hook", "uppercut"):
            self.limb(0.32, 0.42, limb, hand=self.toward(limb, sign * (out - 0.12), up + 0.04, ahead - 0.12))
        if kind == "backfist" and limb == self.lead:
            self._lunge(0.0, 0.3, 0.25)
        # The other fist stays at the chin.
        other = 1 - limb
        self.limb(0.1, 0.3, other, hand=self.toward(other, sign * 0.26, self.high + 0.05, 0.33))
        self.relax(0.42, 0.72)
        self.wait(0.5)

    def _lunge(self, start: float, end: float, metres: float) -> None:
        """Slide both feet ahead, the leading one first."""
        self.middle = self.spot(0.0, metres)
        self.shift(start, end + 0.15, self.stance, self.lead, 0.03)

    def glide(self, ahead: float) -> None:
        """Step ahead or back by some leg lengths without crossing the feet; 0.45 seconds pass."""
        self.middle = self.spot(0.0, ahead)
        order = (self.lead, 1 - self.lead) if ahead > 0 else (1 - self.lead, self.lead)
        for number, limb in enumerate(order):
            start = 0.18 * number
            self.step(start, start + 0.22, limb, self.place(self.stance, limb), self._toe(self.stance, limb), 0.03)
        self.settle(0.0, 0.4)
        self.wait(0.45)

    def sway(self, left: float, seconds: float) -> None:
        """Slip to a side (1 left, -1 right) with bent knees, and come back."""
        x, z = self.spot(0.06 * left, self.stance.weight)
        half = 0.5 * seconds
        self.to(0.0, half, pelvis=(x, self.stance.drop + 0.07, z), spine=(0.4, 0.55 * left, -0.15 * left))
        self.to(half + 0.15, seconds + 0.25, spine=self._hunch())
        self.settle(half + 0.15, seconds + 0.25)
        self.wait(seconds + 0.3)

    def face(self, turn: float) -> None:
        """Turn to a new heading on the ball of the leading foot, the other foot stepping around; 0.5 seconds pass."""
        self.heading += turn
        self.to(0.0, 0.3, gaze=self.heading)
        pivot = self.lead
        self.middle = self.middle + self.last(f"ball{pivot}") - self.place(self.stance, pivot)
        self.shift(0.05, 0.5, self.stance, pivot, 0.05)
        self.wait(0.5)

    def reverse_punch(self) -> None:
        """Punch with the hand of the rear side, the other fist drawn to its hip; 0.35 seconds pass."""
        hand, other = 1 - self.lead, self.lead
        sign = -SIDE_SIGN[hand]
        self.to(0.05, 0.25, turn=self.heading + sign * 0.15, spine=(0.05, 0.0, sign * 0.25))
        self.limb(0.05, 0.25, hand, hand=self.toward(hand, sign * 0.2, -0.05, 0.97), elbow=0.0)
        self.limb(0.0, 0.25, other, hand=AT_HIP, elbow=0.0)
        self.wait(0.35)

    def kick(self, kick: Kick, leg: int = RIGHT, ahead: bool = False, spin: bool = False) -> None:
        """Kick; the foot lands where it was, or ahead of the other. With `spin`, the body turns once around, back first."""
        sign, support = -SIDE_SIGN[leg], 1 - leg
        last, end = kick.path[-1][0], kick.path[-1][0] + 0.38
        turn = self.heading + sign * kick.turn
        ball = self.last(f"ball{support}")
        toe = turn - sign * 0.35 * (not spin)
        # Weight on the supporting leg, which pivots on its ball as the hips open.
        over = ball - 0.1 * np.array([np.sin(toe), np.cos(toe)])
        start = max(kick.path[0][0] - 0.3, 0.0)
        self.to(start, kick.path[0][0], pelvis=(over[0], 0.06, over[1]))
        self.swing(leg, list(kick.path), end)
        self.to(start, kick.hit, turn=turn)
        self.limb(start, kick.hit, support, toe=toe)
        away = over - 0.05 * np.array([np.sin(self.heading), np.cos(self.heading)]) * (kick.pitch <= 0)
        self.to(kick.hit - 0.25, kick.hit, tilt=(kick.pitch, sign * kick.roll), spine=(kick.bend, sign * kick.side, 0.0))
        self.to(kick.hit - 0.25, kick.hit, pelvis=(away[0], kick.drop, away[1]))
        other = 1 - leg
        self.limb(kick.hit - 0.3, kick.hit, leg, hand=kick.arm)
        self.limb(kick.hit - 0.3, kick.hit, other, hand=kick.other)
        if spin:
            self.heading += sign * 2 * np.pi
            self.to(kick.hit - 0.45, kick.hit - 0.1, gaze=self.heading)
        if ahead and leg != self.lead:
            self.lead = leg
            self.middle = self.middle + self.last(f"ball{support}") - self.place(self.stance, support)
        self.settle(last - 0.12, end, spine=self._hunch())
        self.limb(last - 0.1, end, support, toe=self._toe(self.stance, support))
        self.land(self.place(self.stance, leg), self._toe(self.stance, leg))
        self.guard(last, end + 0.1)
        self.wait(end + 0.15)
