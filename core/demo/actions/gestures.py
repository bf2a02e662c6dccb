"""Actions of arms and head while the feet stand."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.basketball import basketball_shot, dribble
from motionpatches.core.demo.actions.blows import either, strikes
from motionpatches.core.demo.body import Tracks
from motionpatches.core.demo.curves import bump, keys

Point = tuple[float, float, float]
BOTH = (*SIDES, "both")
REST: Point = (0.15, -0.95, 0.12)


def reach(tracks: Tracks, limb: int, amount: np.ndarray, target: np.ndarray | Point) -> None:
    """Blends a hand from where it is towards a target (out, up, ahead) in arm lengths."""
    weight = amount[:, None]
    start, end = tracks.hand[limb], np.broadcast_to(np.asarray(target, float), tracks.hand[limb].shape)
    radius = np.linalg.norm(start, axis=1) * (1 - amount) + np.linalg.norm(end, axis=1) * amount
    tracks.hand[limb] = around(start * (1 - weight) + end * weight, radius)


def around(way: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """A hand's way (T, 3) that leads around its shoulder, out and ahead, where the straight one would cut through."""
    missing = np.maximum(radius - np.linalg.norm(way, axis=1), 0)
    return way + missing[:, None] * np.array([0.55, 0.0, 0.83])


def shift_weight(tracks: Tracks, towards: float, amount: np.ndarray) -> None:
    """Moves the hips over one foot (+1 left, -1 right), the trunk leaning back against it."""
    tracks.pelvis[:, 0] += 0.035 * towards * amount
    tracks.spine[:, 1] -= 0.05 * towards * amount


def hold(m: Maker, targets: list[tuple[float, Point]], elbow: float = 0.0, lean: Point = (0, 0, 0)) -> Tracks:
    """Key poses of the acting hands, [(second, target)], from rest to rest; lean is the spine's (bend, side, twist)."""
    end = targets[-1][0] + 0.6
    tracks = m.still(end + 0.25)
    t = tracks.t * m.pace
    points = [(0.15, REST), *targets, (end, REST)]
    for limb in m.limbs:
        radius = keys(t, [(second, float(np.linalg.norm(point))) for second, point in points])
        tracks.hand[limb] = around(keys(t, points), radius)
        tracks.elbow_up[limb] = elbow * bump(t, 0.2, end, 0.5)
    amount = bump(t, 0.2, end, 0.5)
    tracks.spine += amount[:, None] * np.asarray(lean)
    if len(m.limbs) == 1:
        shift_weight(tracks, 1.0 if m.limbs[0] else -1.0, amount)
    return tracks


def cycle(
    m: Maker,
    base: Point,
    swing: Point,
    hz: float,
    elbow: float = 0.0,
    opposite: bool = False,
    circle: Point | None = None,
    per_count: float = 0.0,
    bend: float = 0.0,
) -> Tracks:
    """Hands raised to `base`, swinging by `swing` (and `circle` a quarter turn later) at hz, and back down."""
    seconds = (m.count / hz if per_count else m.rng.uniform(1.4, 5.0)) + 1.4
    tracks = m.still(seconds)
    t = tracks.t * m.pace
    amount, beat = bump(t, 0.15, seconds - 0.1, 0.55), bump(t, 0.6, seconds - 0.6, 0.2)
    for limb in m.limbs:
        phase = 2 * np.pi * hz * (t - 0.6) + (np.pi if opposite and limb else 0)
        wave = np.sin(phase)[:, None] * np.asarray(swing) * m.size
        if circle:
            wave = wave + np.cos(phase)[:, None] * np.asarray(circle) * m.size
        reach(tracks, limb, amount, np.asarray(base) + wave * beat[:, None])
        tracks.elbow_up[limb] = elbow * amount
    tracks.spine[:, 0] += bend * amount
    if len(m.limbs) == 1:
        shift_weight(tracks, 1.0 if m.limbs[0] else -1.0, amount)
    return tracks


def _lifted(m: Maker) -> Point:
    """Where people hold a hand that they lift to be seen: mostly over the head, some at the face or before the chest."""
    height = m.rng.uniform(0.6, 0.97) if m.rng.random() < 0.6 else m.rng.uniform(-0.15, 0.6)
    ahead = m.rng.uniform(0.0, 0.35) if height > 0.6 else m.rng.uniform(0.25, 0.58)
    return float(m.rng.uniform(-0.08, 0.42)), float(height), float(ahead)


def _wave(m: Maker) -> Tracks:
    """The lifted hand swings to and fro, widely or by a little, slowly or fast."""
    if not m.variety:
        return cycle(m, (0.42, m.rng.uniform(0.35, 0.75), 0.28), (0.22, 0.03, 0), m.rng.uniform(1.3, 2.0), 0.3)
    out, height, ahead = _lifted(m)
    wide = m.rng.uniform(0.07, 0.24)
    return cycle(m, (out + wide, height - 0.1, ahead), (wide, 0.03, 0), m.rng.uniform(0.8, 2.1), 0.3)


def _raise(m: Maker) -> Tracks:
    """Up, a short or long stay, and down."""
    place, up = _lifted(m) if m.variety else (0.12, 0.97, 0.1), m.rng.uniform(0.5, 1.3)
    return hold(m, [(up, place), (up + m.rng.uniform(0.2, 1.8), place)], 0.3)


def _head(channel: int, size: float, hz: float) -> Make:
    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(2.2, 3.2))
        beat = bump(tracks.t, 0.3, tracks.seconds - 0.3, 0.3)
        tracks.head[:, channel] += size * np.sin(2 * np.pi * hz * m.pace * tracks.t) * beat
        tracks.spine[:, channel] += 0.18 * size * np.sin(2 * np.pi * hz * m.pace * tracks.t - 0.3) * beat
        if channel == 2:
            tracks.head[:, 1] += 0.2 * size * np.sin(2 * np.pi * hz * m.pace * tracks.t) * beat
        return tracks

    return make


def _look_around(m: Maker) -> Tracks:
    tracks = m.still(3.4)
    t = tracks.t * m.pace
    look = keys(t, [(0, 0), (0.8, 1), (1.4, 1), (2.3, -1), (2.8, -1), (3.3, 0)]) * m.rng.choice([-1, 1])
    tracks.head[:, 2], tracks.spine[:, 2] = 0.9 * look, 0.5 * look
    tracks.yaw += 0.12 * look
    return tracks


def _shrug(m: Maker) -> Tracks:
    tracks = hold(m, [(0.7, (0.55, -0.35, 0.45)), (1.3, (0.58, -0.3, 0.45))])
    tracks.head[:, 1] += 0.2 * bump(tracks.t, 0.3, tracks.seconds, 0.4)
    return tracks


def _bow(m: Maker) -> Tracks:
    tracks = m.still(2.6)
    amount = bump(tracks.t * m.pace, 0.2, 2.4, 0.8)
    tracks.spine[:, 0] += 0.75 * amount * m.size
    tracks.pitch += 0.5 * amount * m.size
    tracks.pelvis[:, 2] -= 0.09 * amount * m.size
    tracks.head[:, 0] += 0.3 * amount
    return tracks


def _clap(m: Maker) -> Tracks:
    return cycle(m, (-0.12, -0.3, 0.55), (0.17, 0, 0), m.rng.uniform(1.8, 2.6))


def _throw(m: Maker) -> Tracks:
    tracks = hold(m, [(0.7, (0.5, 0.35, -0.45)), (1.05, (0.25, 0.35, 0.75)), (1.35, (-0.3, -0.35, 0.6))], 0.5)
    t, sign = tracks.t * m.pace, 1 if m.limbs[0] else -1
    twist = keys(t, [(0, 0), (0.7, -0.55), (1.1, 0.6), (1.5, 0.45), (2.0, 0)])
    tracks.spine[:, 2] += sign * twist
    tracks.yaw += sign * 0.25 * twist
    tracks.spine[:, 0] += keys(t, [(0, 0), (0.7, -0.15), (1.2, 0.35), (2.0, 0)])
    reach(tracks, 1 - m.limbs[0], bump(t, 0.2, 1.4, 0.4), (0.25, -0.1, 0.7))
    step = keys(t, [(0, 0), (0.6, 0), (0.95, 1), (1.4, 1), (1.95, 0)])
    foot = 1 - m.limbs[0]
    tracks.ball[foot][:, 2] += 0.28 * step
    tracks.ball[foot][:, 1] += 0.08 * np.sin(np.pi * np.clip((step % 1), 0, 1))
    tracks.pelvis[:, 2] += 0.14 * step
    return tracks


def _punch(m: Maker) -> Tracks:
    """Guard up, then straight punches with the acting hands in turn."""
    hits = max(m.count, 1)
    seconds = 1.3 + 0.55 * hits
    tracks = m.still(seconds)
    t = tracks.t * m.pace
    guard = bump(t, 0.1, seconds - 0.1, 0.4)
    for limb in (0, 1):
        reach(tracks, limb, guard, (-0.05, 0.02, 0.42))
    for i in range(hits):
        limb = m.limbs[i % len(m.limbs)]
        hit = bump(t, 0.55 + 0.55 * i, 0.95 + 0.55 * i, 0.17)
        reach(tracks, limb, hit, (-0.18, 0.06, 0.99))
        tracks.spine[:, 2] += (-1 if limb == 0 else 1) * 0.5 * hit
        tracks.spine[:, 0] += 0.1 * hit
    tracks.pelvis[:, 1] -= 0.04 * guard
    tracks.ball[0][:, 2] += 0.1
    tracks.ball[1][:, 2] -= 0.1
    return tracks


def _arm_circles(m: Maker) -> Tracks:
    seconds = m.rng.uniform(2.6, 3.6)
    tracks = m.still(seconds)
    t = tracks.t * m.pace
    angle = 2 * np.pi * np.round(seconds * 0.55) * keys(t, [(0.2, 0), (seconds - 0.2, 1)])
    for limb in m.limbs:
        tracks.hand[limb] = np.stack([0.25 + 0.1 * np.sin(angle) ** 2, -0.93 * np.cos(angle), 0.93 * np.sin(angle)], 1)
        tracks.elbow_up[limb] = 0.5 * np.clip(-np.cos(angle), 0, 1)
    return tracks


def _swing_bat(height_from: float, height_to: float) -> Make:
    def make(m: Maker) -> Tracks:
        """Both hands together from one shoulder across the body."""
        tracks = m.still(2.3)
        t = tracks.t * m.pace
        sign = 1.0 if m.side == "left" else -1.0
        x = keys(t, [(0.1, 0), (0.7, 1), (0.95, 1), (1.3, -1), (1.6, -1), (2.2, 0)])
        y = keys(
            t,
            [
                (0.1, -0.5),
                (0.7, height_from),
                (0.95, height_from),
                (1.12, -0.45),
                (1.35, height_to),
                (1.6, height_to),
                (2.2, -0.5),
            ],
        )
        amount = bump(t, 0.05, 2.25, 0.4)
        for limb, own in ((0, 1.0), (1, -1.0)):
            target = np.stack([-0.38 + own * sign * 0.42 * x, y, 0.62 - 0.25 * np.abs(x)], axis=1)
            reach(tracks, limb, amount, target)
        tracks.spine[:, 2] += sign * 0.7 * x
        tracks.yaw += sign * 0.35 * x
        tracks.spine[:, 0] += 0.2 * amount
        tracks.pelvis[:, 1] -= 0.04 * amount
        tracks.ball[0][:, 0] += 0.08
        tracks.ball[1][:, 0] -= 0.08
        tracks.pelvis[:, 0] -= sign * 0.07 * x
        return tracks

    return make


def pair(left: Point, right: Point, swing: Point, hz: float, seconds: tuple[float, float] = (2.4, 3.6)) -> Make:
    """Different tasks for the two hands: the acting hand moves, the other holds."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(*seconds))
        t = tracks.t * m.pace
        acting = INDEX.get(m.side, 1)
        amount = bump(t, 0.15, t[-1], 0.55)
        beat = bump(t, 0.6, t[-1] - 0.4, 0.3)
        reach(tracks, 1 - acting, amount, left)
        move = np.sin(2 * np.pi * hz * t)[:, None] * np.asarray(swing) * beat[:, None]
        reach(tracks, acting, amount, np.asarray(right) + move)
        return tracks

    return make


# fmt: off
GESTURES: tuple[Action, ...] = (
    Action("wave", _wave, ("waves with the {side} hand", "waves their {side} hand", "raises the {side} arm and waves",
           "lifts the {side} hand and waves hello"), BOTH,
           ("waves with both hands", "waves both arms in the air", "raises both hands and waves")),
    Action("raise hand", _raise,
           ("raises the {side} hand", "lifts the {side} arm", "raises their {side} hand to be seen",
            "puts the {side} hand up"), BOTH,
           ("raises both hands", "lifts both arms", "lifts up both hands")),
    Action("point", lambda m: hold(m, [(0.8, (0.0, 0.05, 0.98)), (m.rng.uniform(1.4, 2.2), (0.0, 0.06, 0.98))]),
           ("points forward with the {side} hand", "points ahead with the {side} arm", "stretches out the {side} arm to "
            "point at something"), SIDES),
    Action("point sideways", lambda m: hold(m, [(0.8, (0.98, 0.05, 0.05)), (1.7, (0.98, 0.06, 0.05))]),
           ("points to the {side} with the {side} hand", "holds the {side} arm out to the side",
            "stretches the {side} arm out sideways"), SIDES),
    Action("spread arms", lambda m: hold(m, [(0.9, (0.97, 0.1, 0.05)), (1.9, (0.97, 0.12, 0.05))]),
           ("spreads both arms out wide", "holds the arms out like a T", "opens the arms wide to both sides")),
    Action("clap", _clap, ("claps their hands", "claps", "applauds with both hands", "claps hands in front of the chest")),
    Action("punch", either(strikes("straight", -0.35, 0.1), _punch, 0.7),
           ("punches with the {side} fist", "throws a punch with the {side} hand",
           "jabs forward with the {side} arm"), BOTH, ("throws punches with both fists", "boxes with both hands",
           "punches left and right"), (2, 3, 4)),
    Action("throw", _throw, ("throws something with the {side} hand", "throws a ball with the {side} arm",
           "winds up and throws overhand with the {side} hand"), SIDES),
    Action("drink", lambda m: hold(m, [(0.9, (-0.28, 0.14, 0.36)), (2.0, (-0.28, 0.2, 0.33))], 0.2, (-0.12, 0, 0)),
           ("drinks from a cup with the {side} hand", "lifts a glass with the {side} hand and drinks",
            "takes a sip from a cup held in the {side} hand"), SIDES),
    Action("phone", lambda m: hold(m, [(0.8, (0.02, 0.3, 0.12)), (m.rng.uniform(2.2, 3.0), (0.02, 0.3, 0.12))], 0.1),
           ("makes a phone call with the {side} hand", "holds a phone to the {side} ear",
            "answers the phone using the {side} hand"), SIDES),
    Action("salute", lambda m: hold(m, [(0.6, (0.0, 0.36, 0.25)), (1.6, (0.0, 0.36, 0.25))], 0.9),
           ("salutes with the {side} hand", "gives a military salute, {side} hand to the forehead"), SIDES),
    Action("scratch head", lambda m: cycle(m, (-0.12, 0.48, 0.08), (0.05, 0.04, 0.03), 2.6, 0.7),
           ("scratches their head with the {side} hand", "rubs the top of the head with the {side} hand"), SIDES),
    Action("knock", lambda m: cycle(m, (-0.1, 0.1, 0.62), (0, 0.02, 0.14), 2.3, 0.1),
           ("knocks on a door with the {side} hand", "raps on a door with the {side} fist"), SIDES),
    Action("wipe", lambda m: cycle(m, (-0.05, 0.15, 0.78), (0.3, 0, 0), 1.0, 0.2, circle=(0, 0.2, 0)),
           ("wipes a window with the {side} hand", "cleans a pane in circles with the {side} hand",
            "washes a wall with circular moves of the {side} hand"), SIDES),
    Action("beckon", lambda m: cycle(m, (0.05, -0.1, 0.6), (0, 0.14, -0.17), 1.3),
           ("beckons someone over with the {side} hand", "gestures to come closer with the {side} hand"), SIDES),
    Action("hammer", lambda m: cycle(m, (0.05, -0.1, 0.55), (0, 0.34, -0.1), 1.3, 0.3, bend=0.15),
           ("hammers with the {side} hand", "pounds a nail with a hammer in the {side} hand"), SIDES),
    Action("stir", lambda m: cycle(m, (-0.2, -0.45, 0.5), (0.12, 0, 0), 1.1, circle=(0, 0, 0.12), bend=0.12),
           ("stirs a pot with the {side} hand", "stirs something in a bowl with the {side} hand"), SIDES),
    Action("brush teeth", lambda m: cycle(m, (-0.24, 0.16, 0.32), (0.1, 0, 0), 2.4, 0.6),
           ("brushes their teeth with the {side} hand", "moves a toothbrush with the {side} hand"), SIDES),
    Action("dribble", dribble,
           ("dribbles a basketball with the {side} hand", "bounces a ball with the {side} hand"), SIDES),
    Action("flap arms", lambda m: cycle(m, (0.9, 0.05, 0.0), (-0.08, 0.5, 0), m.rng.uniform(1.0, 1.5)),
           ("flaps both arms like a bird", "flaps the arms up and down like wings")),
    Action("arm circles", _arm_circles, ("swings the {side} arm in a circle", "makes big circles with the {side} arm"),
           BOTH, ("swings both arms in circles", "makes big circles with both arms")),
    Action("cross arms", lambda m: hold(m, [(0.9, (-0.42, -0.25, 0.38)), (2.2, (-0.42, -0.25, 0.38))]),
           ("crosses their arms", "folds the arms across the chest", "stands with crossed arms")),
    Action("hands on hips", lambda m: hold(m, [(0.8, (0.08, -0.72, 0.02)), (2.2, (0.08, -0.72, 0.02))], 0.8),
           ("puts both hands on the hips", "stands with hands on hips")),
    Action("stretch up", lambda m: hold(m, [(1.1, (-0.05, 0.99, -0.02)), (2.3, (-0.05, 0.99, -0.08))], 0.4, (-0.2, 0, 0)),
           ("stretches both arms overhead", "stretches upward and leans back a little", "reaches for the ceiling and "
            "stretches")),
    Action("pray", lambda m: hold(m, [(0.9, (-0.33, -0.2, 0.4)), (2.4, (-0.33, -0.18, 0.4))], 0.0, (0.12, 0, 0)),
           ("puts the palms together as if praying", "joins both hands in front of the chest to pray")),
    Action("play guitar", pair((0.25, -0.15, 0.5), (-0.12, -0.55, 0.28), (0.02, 0.12, 0), 2.2),
           ("plays the guitar", "strums a guitar", "plays an air guitar")),
    Action("play violin", pair((0.05, 0.12, 0.6), (0.0, 0.08, 0.4), (0.24, -0.12, 0), 0.8),
           ("plays the violin", "moves a bow over a violin", "fiddles on a violin")),
    Action("play piano", lambda m: cycle(m, (0.0, -0.42, 0.55), (0.1, 0.05, 0), 1.8, opposite=True, bend=0.1),
           ("plays the piano", "plays a keyboard with both hands", "types on a keyboard standing up")),
    Action("archery", pair((0.55, 0.08, 0.8), (-0.05, 0.14, 0.3), (0.12, 0, -0.1), 0.5),
           ("draws a bow and shoots an arrow", "shoots with a bow", "pulls back a bowstring")),
    Action("pull", lambda m: cycle(m, (-0.15, -0.2, 0.6), (0, 0.05, 0.3), 0.8, bend=-0.1),
           ("pulls a rope with both hands", "pulls something toward the body again and again", "tugs on a rope")),
    Action("wash hands", lambda m: cycle(m, (-0.28, -0.45, 0.45), (0.05, 0, 0.06), 2.0, opposite=True, bend=0.18),
           ("washes their hands", "rubs both hands together", "rubs the palms together")),
    Action("golf swing", _swing_bat(0.45, 0.45), ("swings a golf club to the {other}", "plays a golf stroke from the "
           "{side} side"), SIDES),
    Action("bat swing", _swing_bat(0.05, 0.05), ("swings a baseball bat from the {side}", "hits a ball with a bat, "
           "swinging from the {side} shoulder"), SIDES),
    Action("basketball shot", basketball_shot,
           ("shoots a basketball", "throws a ball up at the hoop with both hands")),
    Action("catch", lambda m: hold(m, [(0.8, (-0.12, 0.0, 0.85)), (1.2, (-0.22, -0.2, 0.4)), (1.7, (-0.22, -0.25, 0.4))]),
           ("catches a ball with both hands", "reaches out and catches something")),
    Action("push forward", lambda m: cycle(m, (-0.05, 0.0, 0.62), (0, 0, 0.32), 0.8, bend=0.08),
           ("pushes forward with both palms", "shoves the air in front with both hands")),
    Action("shrug", _shrug, ("shrugs", "shrugs their shoulders with open hands", "shrugs as if not knowing")),
    Action("nod", _head(0, 0.45, 1.1), ("nods", "nods the head yes", "nods in agreement")),
    Action("shake head", _head(2, 0.6, 1.2), ("shakes the head no", "shakes their head", "turns the head from side to "
           "side in refusal")),
    Action("look around", _look_around, ("looks around", "looks left and right", "turns the head to look about")),
    Action("bow", _bow, ("bows", "bows politely", "bends forward from the waist in a bow", "takes a bow")),
)
# fmt: on
