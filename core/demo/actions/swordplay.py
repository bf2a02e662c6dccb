"""Swords: cuts, thrusts, parries and bouts."""

from __future__ import annotations

from motionpatches.core.demo.action import SIDES, Action, Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.fighter import Fighter
from motionpatches.core.demo.keyframes import Stance

EN_GARDE = Stance(0.3, 0.3, 0.03, 0.8, 0.12, 0.05, 1.35, 0.0, 0.4)
OPEN = Stance(0.18, 0.2, 0.14, 0.25, 0.05, 0.0, 0.5, 0.0, 0.25)


class Swordsman(Fighter):
    """The right hand holds a blade, the right foot leads."""

    def __init__(self, m: Maker, stance: Stance = EN_GARDE, stands: bool | None = None):
        self.blade = (float(m.rng.uniform(-0.1, 0.1)), float(m.rng.uniform(-0.35, -0.05)), float(m.rng.uniform(0.5, 0.65)))
        self.free = (
            (0.45, float(m.rng.uniform(0.1, 0.5)), -0.4)
            if stance is EN_GARDE and m.rng.random() < 0.6
            else (0.3, float(m.rng.uniform(-0.75, -0.35)), 0.15)
        )
        super().__init__(m, stance, stands=stands, lead=RIGHT)

    def _guard(self, limb: int) -> tuple[float, float, float]:
        out, up, ahead = self.blade
        return self.toward(RIGHT, -out, up, ahead) if limb == RIGHT else self.free

    def blade_to(self, start: float, end: float, left: float, up: float, ahead: float, elbow: float = 0.0) -> None:
        """Move the armed hand to a place seen along the heading."""
        self.to(start, end, hand1=self.toward(RIGHT, left, up, ahead), elbow1=elbow)

    def lunge(self, low: float = 0.05) -> None:
        """Stretch the arm, throw the front foot far ahead, drop the rear arm, and recover; 1.3 seconds pass."""
        ball, toe = self.last("ball1"), float(self.last("toe1"))
        x, z = self.spot(0.0, 0.28)
        self.blade_to(0.0, 0.2, 0.05, low, 0.98)
        self.to(0.1, 0.42, pelvis=(x, 0.3, z), spine=(0.12, 0.0, 0.25))
        ahead = self.spot(0.0, 0.55) - self.middle
        self.step(0.12, 0.42, RIGHT, ball + ahead, toe, 0.06)
        self.to(0.15, 0.42, hand0=(0.5, -0.55, -0.35))
        self.step(0.75, 1.1, RIGHT, ball, toe, 0.04)
        self.settle(0.7, 1.1)
        self.guard(0.75, 1.15)
        self.wait(1.25)

    def parry(self) -> None:
        """Carry the blade across the body, high, low or outwards, giving a little; 0.6 seconds pass."""
        left, up = [(0.35, 0.0), (-0.35, 0.05), (0.3, -0.5), (-0.1, 0.5)][int(self.m.rng.integers(4))]
        x, z = self.spot(0.0, self.stance.weight - 0.08)
        self.to(0.0, 0.2, pelvis=(x, self.stance.drop + 0.02, z), spine=(0.05, 0.0, 0.3 * left))
        self.blade_to(0.02, 0.2, left, up, 0.5, 0.5 * (up > 0.3))
        self.settle(0.35, 0.6)
        self.guard(0.35, 0.65)
        self.wait(0.6)

    def cut(self, back: bool, high: float) -> None:
        """Cut from the shoulder down across the body, or `back` again, with a turn of the trunk; 0.9 seconds pass."""
        way = -1.0 if back else 1.0
        x, z = self.spot(0.0, self.stance.weight - 0.04)
        self.to(0.0, 0.35, spine=(-0.1, 0.0, -0.55 * way), pelvis=(x, self.stance.drop, z))
        self.blade_to(0.0, 0.35, -0.45 * way, high, -0.05 if not back else 0.25, 0.4)
        x, z = self.spot(0.0, self.stance.weight + 0.1)
        self.to(0.35, 0.6, spine=(0.3, 0.0, 0.5 * way), pelvis=(x, self.stance.drop + 0.05, z))
        self.blade_to(0.38, 0.5, 0.0, 0.1, 0.95)
        self.blade_to(0.5, 0.64, 0.55 * way, -0.5, 0.6)
        self.wait(0.8)


def thrust(m: Maker) -> Tracks:
    """One lunge from the guard, sometimes after a step."""
    f = Swordsman(m)
    if m.rng.random() < 0.4:
        f.glide(float(m.rng.uniform(0.15, 0.35)))
    f.lunge(float(m.rng.uniform(-0.25, 0.15)))
    return f.finish()


def slash(m: Maker) -> Tracks:
    """A sword in both hands: from overhead straight down, or from a shoulder across the body, the trunk following."""
    f = Swordsman(m, OPEN)
    for i in range(m.count):
        way = float(m.rng.choice([0.0, 1.0, -1.0])) if m.rng.random() < 0.5 else (-1.0) ** i
        end = (-0.45 * way, -0.6, 0.6) if m.rng.random() < 0.7 else (-0.6 * way, 0.0, 0.6)
        if m.rng.random() < 0.3:
            f.glide(float(m.rng.uniform(0.1, 0.3)))
        x, z = f.spot(0.0, -0.06)
        f.to(0.0, 0.45, pelvis=(x, f.stance.drop, z), spine=(-0.18, 0.0, 0.45 * way), nod=-0.1)
        _both(f, 0.0, 0.45, 0.3 * way, 0.62, 0.12)
        x, z = f.spot(0.0, 0.1)
        f.to(0.5, 0.78, pelvis=(x, f.stance.drop + 0.08, z), spine=(0.5, 0.0, -0.45 * way), tilt=(0.12, 0.0))
        _both(f, 0.5, 0.65, 0.0, 0.15, 0.8)
        _both(f, 0.65, 0.82, *end)
        f.to(1.1, 1.5, tilt=(0.0, 0.0), spine=(0.1, 0.0, 0.0))
        _both(f, 1.1, 1.5, 0.0, -0.25, 0.6)
        f.wait(1.3)
    f.settle(0.1, 0.5)
    f.wait(0.3)
    return f.finish()


def _both(f: Swordsman, start: float, end: float, left: float, up: float, ahead: float) -> None:
    """Move both hands, one above the other on a hilt, to a place seen from between the shoulders."""
    for limb in (LEFT, RIGHT):
        f.limb(start, end, limb, hand=(SIDE_SIGN[limb] * left - 0.33, up - 0.1 * (limb == LEFT), ahead), elbow=0.2)


def _fence(m: Maker) -> Tracks:
    """Advance, retreat, parry and lunge."""
    f = Swordsman(m)
    for _ in range(int(m.rng.integers(3, 6))):
        deed = m.rng.random()
        if deed < 0.3:
            f.lunge(float(m.rng.uniform(-0.2, 0.1)))
        elif deed < 0.6:
            f.parry()
        else:
            for _ in range(int(m.rng.integers(1, 3))):
                f.glide(float(m.rng.choice([-1, 1])) * float(m.rng.uniform(0.2, 0.35)))
    return f.finish()


def _parry(m: Maker) -> Tracks:
    f = Swordsman(m, EN_GARDE if m.rng.random() < 0.5 else OPEN)
    for _ in range(m.count):
        f.parry()
        f.wait(float(m.rng.uniform(0.0, 0.3)))
    return f.finish()


def _strike(m: Maker) -> Tracks:
    """Cuts with one hand from alternate sides, with steps."""
    f = Swordsman(m, OPEN)
    for i in range(m.count):
        if m.rng.random() < 0.4:
            f.glide(float(m.rng.uniform(0.1, 0.3)))
        f.cut(i % 2 == 1, float(m.rng.uniform(0.25, 0.75)))
    f.settle(0.0, 0.5)
    f.guard(0.0, 0.5)
    f.wait(0.5)
    return f.finish()


def _duel(m: Maker) -> Tracks:
    """Cuts, parries and thrusts in turn, with turns about and swings of the blade."""
    f = Swordsman(m, OPEN)
    for i in range(int(m.rng.integers(3, 7))):
        deed = m.rng.random()
        if deed < 0.55:
            f.cut(i % 2 == 1, float(m.rng.uniform(-0.1, 0.75)))
        elif deed < 0.8:
            f.parry()
        else:
            f.lunge(float(m.rng.uniform(-0.2, 0.1)))
        if m.rng.random() < 0.35:
            f.glide(float(m.rng.choice([-1, 1])) * float(m.rng.uniform(0.15, 0.35)))
        if m.rng.random() < 0.2:
            f.face(float(m.rng.uniform(-0.8, 0.8)))
    f.settle(0.0, 0.5)
    f.guard(0.0, 0.5)
    f.wait(0.4)
    return f.finish()


# fmt: off
SWORDPLAY: tuple[Action, ...] = (
    Action("sword strike", _strike,
           ("strikes with a sword in the {side} hand", "swings a sword across the body with the {side} arm"),
           SIDES, counts=(1, 2, 3)),
    Action("parry", _parry,
           ("parries with a blade in the {side} hand", "wards off a sword with the {side} hand"), SIDES, counts=(1, 2)),
    Action("fence", _fence,
           ("fences with the {side} hand", "has a fencing bout, foil in the {side} hand",
            "advances, retreats and lunges like a fencer with the {side} hand"), SIDES),
    Action("sword fight", _duel,
           ("fights in sword combat", "fights a duel with swings, parries and thrusts", "swings a sword about in combat")),
)
# fmt: on
