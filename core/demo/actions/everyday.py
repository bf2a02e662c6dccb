"""What hands and head do in a day at home and among people."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.gestures import Point, cycle, hold, pair, reach, shift_weight
from motionpatches.core.demo.actions.standing import idle
from motionpatches.core.demo.body import LEFT, RIGHT, Tracks
from motionpatches.core.demo.curves import bump, keys, smooth_noise


def repeat(low: Point, high: Point, each: float = 1.3, elbow: float = 0.0, lean: Point = (0, 0, 0)) -> Make:
    """The acting hand goes from `low` to `high` and back, `count` times."""

    def make(m: Maker) -> Tracks:
        targets = []
        for i in range(m.count):
            start = 0.7 + each * i
            targets += [(start, low), (start + 0.45 * each, high), (start + 0.6 * each, high)]
        return hold(m, [*targets, (0.7 + each * m.count, low)], elbow, lean)

    return make


def _nodding(make: Make, nod: float, turn: float = 0.0) -> Make:
    """The head looks down at what the hands do."""

    def made(m: Maker) -> Tracks:
        tracks = make(m)
        amount = bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.5)
        tracks.head[:, 0] += nod * amount
        tracks.head[:, 2] += turn * amount
        return tracks

    return made


def _shaking(make: Make, hz: float, size: float, lean: float = 0.0) -> Make:
    """The trunk jerks along."""

    def made(m: Maker) -> Tracks:
        tracks = make(m)
        t, amount = tracks.t, bump(tracks.t, 0.5, tracks.seconds - 0.5, 0.3)
        beat = np.sin(2 * np.pi * hz * t) * amount
        tracks.spine[:, 0] += size * beat + lean * amount
        tracks.head[:, 0] += 0.6 * size * beat
        tracks.pelvis[:, 1] -= 0.012 * np.maximum(beat, 0)
        return tracks

    return made


def _open_door(m: Maker) -> Tracks:
    """Grips, pulls while a foot steps back, lets go."""
    tracks = hold(
        m, [(0.8, (-0.05, -0.3, 0.75)), (1.1, (-0.05, -0.3, 0.75)), (2.0, (0.35, -0.35, 0.3)), (2.4, (0.4, -0.35, 0.3))]
    )
    t, foot = tracks.t * m.pace, 1 - m.limbs[0]
    back = keys(t, [(1.1, 0), (1.7, 1)])
    for leg, start in ((foot, 1.05), (1 - foot, 1.75)):
        step = keys(t, [(start, 0), (start + 0.5, 1)])
        tracks.ball[leg][:, 2] -= 0.22 * step
        tracks.ball[leg][:, 1] += 0.05 * np.sin(np.pi * step)
    tracks.pelvis[:, 2] -= 0.22 * back
    tracks.spine[:, 2] += (1 if foot == LEFT else -1) * 0.3 * bump(t, 1.1, 2.6, 0.5)
    return tracks


def _hug(m: Maker) -> Tracks:
    tracks = hold(
        m,
        [(0.7, (0.5, 0.0, 0.75)), (1.3, (-0.42, -0.05, 0.5)), (2.4, (-0.42, -0.05, 0.5)), (2.8, (0.4, -0.1, 0.7))],
        0.3,
        (0.18, 0, 0),
    )
    tracks.head[:, 1] += 0.25 * bump(tracks.t * m.pace, 0.9, 2.7, 0.4)
    return tracks


def _talk(m: Maker) -> Tracks:
    """Both hands beat and turn as people's do while they explain something."""
    tracks = m.still(m.rng.uniform(3.0, 6.0))
    t, amount = tracks.t, bump(tracks.t, 0.2, tracks.seconds - 0.2, 0.5)
    slow = smooth_noise(tracks.frames, 8, m.rng, 8)
    for limb in (LEFT, RIGHT):
        target = np.array([0.12, -0.38, 0.52]) + slow[:, 3 * limb : 3 * limb + 3] * [0.13, 0.14, 0.1]
        reach(tracks, limb, amount, target)
    tracks.head[:, 0] += 0.1 * np.sin(2 * np.pi * 0.9 * t) * amount
    tracks.head[:, 2] += 0.25 * slow[:, 6] * amount
    tracks.spine[:, 2] += 0.12 * slow[:, 7] * amount
    return tracks


def _reach_shelf(m: Maker) -> Tracks:
    tracks = hold(
        m, [(1.0, (0.02, 0.95, 0.3)), (1.6, (0.02, 0.97, 0.28)), (2.5, (-0.18, -0.25, 0.45)), (2.9, (-0.18, -0.25, 0.45))], 0.2
    )
    up = bump(tracks.t * m.pace, 0.6, 2.0, 0.4)
    tracks.foot_pitch += 0.45 * up
    tracks.pelvis[:, 1] += 0.05 * up
    tracks.head[:, 0] -= 0.4 * up
    return tracks


def _shelve(m: Maker) -> Tracks:
    tracks = hold(
        m, [(0.6, (-0.2, -0.45, 0.5)), (1.0, (-0.2, -0.45, 0.5)), (1.9, (-0.15, 0.75, 0.55)), (2.3, (-0.12, 0.75, 0.6))]
    )
    t = tracks.t * m.pace
    tracks.head[:, 0] -= 0.4 * bump(t, 1.2, 2.6, 0.4)
    tracks.foot_pitch += 0.35 * bump(t, 1.3, 2.5, 0.4)
    tracks.pelvis[:, 1] += 0.04 * bump(t, 1.3, 2.5, 0.4)
    return tracks


def _tap_foot(m: Maker) -> Tracks:
    """Arms folded, the ball of one foot pivots under a heel that goes up and down."""
    tracks = hold(
        Maker(m.body, m.rng, "both", m.pace, m.count, m.size),
        [(0.8, (-0.42, -0.25, 0.38)), (m.rng.uniform(2.4, 4.0), (-0.42, -0.25, 0.38))],
    )
    leg = INDEX[m.side]
    amount = bump(tracks.t, 0.9, tracks.seconds - 0.7, 0.2)
    tracks.foot_pitch[leg] += 0.4 * np.sin(np.pi * 1.9 * m.pace * tracks.t) ** 2 * amount
    ahead = bump(tracks.t, 0.3, tracks.seconds - 0.2, 0.4)
    tracks.ball[leg] += np.outer(ahead, [0, 0, 0.1]) + np.outer(ahead * (1 - ahead), [0, 0.12, 0])
    shift_weight(tracks, 1.4 if leg else -1.4, bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.4))
    return tracks


def _crouched(tracks: Tracks, amount: np.ndarray, metres: float) -> None:
    """Down on bent legs, heels up, the trunk upright enough to use the hands."""
    tracks.pelvis[:, 1] -= metres * amount
    tracks.pelvis[:, 2] -= 0.1 * amount
    tracks.pitch += 0.35 * amount
    tracks.spine[:, 0] += 0.4 * amount
    tracks.foot_pitch += 0.5 * amount
    tracks.knee_out += 0.35 * amount


def _pet(m: Maker) -> Tracks:
    """Crouches and strokes something knee-high."""
    tracks = m.still(m.rng.uniform(3.4, 5.0))
    t = tracks.t
    down = bump(t, 0.1, tracks.seconds - 0.1, 0.9)
    _crouched(tracks, down, 0.4)
    beat = np.sin(2 * np.pi * 1.0 * m.pace * t)[:, None] * bump(t, 1.0, tracks.seconds - 1.0, 0.3)[:, None]
    reach(tracks, m.limbs[0], down, np.array([0.0, -0.5, 0.65]) + beat * [0.18, 0.02, 0.12])
    reach(tracks, 1 - m.limbs[0], down, (-0.1, -0.7, 0.35))
    tracks.head[:, 0] += 0.1 * down
    return tracks


def _tie_shoe(m: Maker) -> Tracks:
    """Down on the other knee, both hands busy at the foot in front."""
    tracks = m.still(m.rng.uniform(3.8, 5.0))
    t, leg = tracks.t, INDEX[m.side]
    down = bump(t, 0.2, tracks.seconds - 0.2, 1.0)
    back = bump(t, 0.2, tracks.seconds - 0.3, 0.6)
    tracks.ball[1 - leg][:, 2] -= 0.45 * back
    tracks.ball[1 - leg][:, 1] += 0.24 * back * (1 - back)
    tracks.foot_pitch[1 - leg] += 1.1 * down
    tracks.pelvis[:, 1] -= 0.47 * down
    tracks.pelvis[:, 2] -= 0.08 * down
    tracks.spine[:, 0] += 0.8 * down
    tracks.pitch += 0.25 * down
    tracks.head[:, 0] += 0.2 * down
    busy = bump(t, 1.2, tracks.seconds - 1.2, 0.2)
    for limb in (LEFT, RIGHT):
        wiggle = np.sin(2 * np.pi * 1.6 * t + np.pi * limb)[:, None] * busy[:, None] * [0.06, 0.05, 0.03]
        reach(tracks, limb, down, np.array([0.05 if limb == leg else -0.3, -0.82, 0.45]) + wiggle)
    return tracks


EVERYDAY: tuple[Action, ...] = (
    Action("stand still", idle, ("stands still", "stands and does nothing", "is standing idle")),
    Action(
        "eat",
        _nodding(repeat((-0.1, -0.5, 0.5), (-0.28, 0.12, 0.34)), 0.12),
        (
            "eats with a spoon in the {side} hand",
            "eats something with the {side} hand",
            "brings food to the mouth with the {side} hand",
        ),
        SIDES,
        counts=(2, 3),
    ),
    Action(
        "read",
        _nodding(lambda m: hold(m, [(0.9, (-0.22, -0.28, 0.48)), (m.rng.uniform(2.4, 4.5), (-0.22, -0.27, 0.48))]), 0.45),
        ("reads a book", "holds a book in both hands and reads", "looks down and reads a newspaper"),
    ),
    Action(
        "write",
        lambda m: cycle(m, (-0.18, 0.22, 0.68), (0.12, 0.07, 0.0), 1.3, 0.2, circle=(0.05, 0.1, 0)),
        ("writes on a board with the {side} hand", "writes something on the wall with the {side} hand"),
        SIDES,
    ),
    Action(
        "take photo",
        lambda m: hold(m, [(0.8, (-0.2, 0.22, 0.42)), (m.rng.uniform(1.8, 2.8), (-0.2, 0.22, 0.42))], 0.2, (0.08, 0, 0)),
        ("takes a photo", "holds a camera up to the eye with both hands", "takes a picture with a camera"),
    ),
    Action(
        "comb hair",
        lambda m: cycle(m, (0.02, 0.45, 0.02), (0.02, -0.13, -0.12), 0.9, 0.8),
        ("combs their hair with the {side} hand", "brushes the hair with the {side} hand"),
        SIDES,
    ),
    Action(
        "wash face",
        _nodding(lambda m: cycle(m, (-0.27, 0.17, 0.3), (0.02, 0.11, 0), 1.5, 0.1, bend=0.35), 0.2),
        ("washes their face", "rubs the face with both hands", "splashes water into the face"),
    ),
    Action(
        "put on hat",
        lambda m: hold(m, [(0.7, (-0.1, -0.6, 0.4)), (1.6, (-0.06, 0.52, 0.06)), (2.2, (-0.06, 0.5, 0.04))], 0.6),
        ("puts on a hat", "puts a hat on the head with both hands", "pulls a cap over the head"),
    ),
    Action(
        "check watch",
        _nodding(lambda m: hold(m, [(0.7, (-0.32, -0.02, 0.44)), (1.9, (-0.32, -0.02, 0.44))], 0.7), 0.4),
        ("looks at the watch on the {side} wrist", "checks the time on the {side} wrist"),
        SIDES,
    ),
    Action(
        "cough",
        _shaking(lambda m: hold(m, [(0.6, (-0.27, 0.13, 0.32)), (2.0, (-0.27, 0.13, 0.32))], 0.2), 1.7, 0.16, 0.2),
        ("coughs into the {side} hand", "coughs, covering the mouth with the {side} hand"),
        SIDES,
    ),
    Action(
        "weep",
        _shaking(
            lambda m: hold(m, [(0.8, (-0.27, 0.2, 0.27)), (m.rng.uniform(2.4, 3.6), (-0.27, 0.2, 0.27))], 0.1), 1.2, 0.07, 0.4
        ),
        ("covers the face with both hands and cries", "cries into their hands", "weeps, face in the hands"),
    ),
    Action(
        "laugh",
        _shaking(lambda m: hold(m, [(0.6, (-0.3, -0.6, 0.24)), (m.rng.uniform(2.2, 3.2), (-0.3, -0.6, 0.24))]), 2.6, 0.1, -0.1),
        ("laughs, holding the belly", "laughs hard with both hands on the stomach", "shakes with laughter"),
    ),
    Action(
        "cheer",
        _shaking(lambda m: cycle(m, (0.18, 0.8, 0.12), (0.0, 0.2, 0.05), m.rng.uniform(1.4, 1.9), 0.3), 1.6, 0.04),
        ("cheers with both fists in the air", "pumps both fists overhead", "cheers, throwing the arms up again and again"),
    ),
    Action(
        "facepalm",
        _nodding(lambda m: hold(m, [(0.6, (-0.27, 0.27, 0.26)), (m.rng.uniform(1.8, 2.6), (-0.27, 0.26, 0.26))], 0.2), 0.5),
        (
            "puts the {side} hand over the face and shakes the head",
            "covers the eyes with the {side} hand",
            "slaps the forehead with the {side} palm",
        ),
        SIDES,
    ),
    Action(
        "blow kiss",
        lambda m: hold(
            m, [(0.7, (-0.28, 0.14, 0.33)), (1.0, (-0.28, 0.14, 0.33)), (1.5, (0.0, 0.12, 0.85)), (2.0, (0.05, 0.1, 0.85))]
        ),
        ("blows a kiss with the {side} hand", "throws a kiss from the lips with the {side} hand"),
        SIDES,
    ),
    Action(
        "shake hands",
        lambda m: cycle(m, (-0.08, -0.32, 0.62), (0, 0.1, 0), 1.9, bend=0.12),
        ("shakes hands, reaching out the {side} hand", "holds out the {side} hand and shakes someone's hand"),
        SIDES,
    ),
    Action(
        "high five",
        lambda m: hold(m, [(0.6, (0.15, 0.45, 0.1)), (0.9, (-0.02, 0.55, 0.72)), (1.1, (-0.02, 0.55, 0.72))]),
        ("gives a high five with the {side} hand", "slaps palms high with the {side} hand"),
        SIDES,
    ),
    Action("hug", _hug, ("hugs someone", "opens the arms and embraces someone", "gives a warm hug with both arms")),
    Action(
        "open door",
        _open_door,
        ("opens a door with the {side} hand", "pulls a door open with the {side} hand, stepping back"),
        SIDES,
    ),
    Action(
        "pour",
        _nodding(
            lambda m: hold(
                m,
                [(0.8, (-0.08, -0.25, 0.55)), (1.3, (0.0, 0.02, 0.6)), (m.rng.uniform(2.2, 3.0), (0.0, 0.04, 0.6))],
                1.0,
                (0.1, 0, 0),
            ),
            0.3,
        ),
        ("pours water from a jug with the {side} hand", "pours a drink with the {side} hand"),
        SIDES,
    ),
    Action(
        "swat",
        lambda m: cycle(m, (0.12, 0.4, 0.42), (0.3, 0.16, 0.08), 2.1, 0.2, circle=(0.0, 0.1, 0.1)),
        ("swats at a fly with the {side} hand", "drives away insects with the {side} hand"),
        SIDES,
    ),
    Action(
        "shiver",
        _shaking(lambda m: hold(m, [(0.7, (-0.46, -0.2, 0.28)), (m.rng.uniform(2.4, 3.6), (-0.46, -0.2, 0.28))]), 4.2, 0.05, 0.3),
        ("shivers with cold, arms around the body", "hugs themselves and trembles", "is freezing and rubs the upper arms"),
    ),
    Action(
        "dust off",
        _nodding(lambda m: cycle(m, (-0.18, -0.5, 0.26), (0.05, -0.2, 0.02), 2.2, opposite=True, bend=0.15), 0.35),
        ("dusts off the clothes with both hands", "brushes dirt off their trousers", "pats dust from the shirt"),
    ),
    Action(
        "wipe forehead",
        lambda m: hold(m, [(0.7, (-0.33, 0.36, 0.22)), (1.5, (0.12, 0.38, 0.2)), (1.8, (0.14, 0.34, 0.22))], 0.9),
        ("wipes sweat from the forehead with the {side} hand", "runs the back of the {side} hand over the brow"),
        SIDES,
    ),
    Action(
        "reach shelf",
        _reach_shelf,
        (
            "reaches up to a high shelf with the {side} hand and takes something down",
            "takes something from above with the {side} hand",
        ),
        SIDES,
    ),
    Action("put on shelf", _shelve, ("puts a box on a high shelf with both hands", "lifts something up onto a shelf")),
    Action(
        "talk", _talk, ("talks with the hands", "explains something with lively gestures", "speaks and gestures with both hands")
    ),
    Action("tap foot", _tap_foot, ("taps the {side} foot, arms folded", "waits and taps the {side} foot"), SIDES),
    Action(
        "pet animal",
        _pet,
        ("crouches and pets an animal with the {side} hand", "bends down to stroke a dog with the {side} hand"),
        SIDES,
    ),
    Action("tie shoe", _tie_shoe, ("kneels and ties the {side} shoe", "ties the laces of the {side} shoe"), SIDES),
    Action(
        "sew",
        _nodding(pair((-0.2, -0.35, 0.42), (-0.1, -0.3, 0.42), (0.12, 0.2, 0.05), 0.7), 0.4),
        ("sews by hand", "pulls a needle and thread through cloth", "mends clothes with a needle"),
    ),
)
