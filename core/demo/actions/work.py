"""Work with tools and loads."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.everyday import repeat
from motionpatches.core.demo.actions.gestures import BOTH, Point, cycle, reach
from motionpatches.core.demo.body import BALL_HEIGHT, LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, bumps, ease, keys
from motionpatches.core.demo.footwork import Fall, tread
from motionpatches.core.demo.gait import WALK, straight, walk_along


def _sweep(m: Maker) -> Tracks:
    """One hand on top of a broom, the other low on its stick: strokes from side to side, the weight and small steps with them."""
    period, low, wide = m.rng.uniform(0.9, 1.4), int(m.rng.integers(2)), m.rng.uniform(0.18, 0.34) * m.size
    tracks = m.still(0.9 + period * m.count)
    t = tracks.t * m.pace
    falls = [Fall(0.4 + period * (i + 0.5), (low + i) % 2, 0, 0.1 * (i + 1), seconds=0.35, lift=0.03) for i in range(m.count)]
    tread(tracks, t, falls, 0.6, 0.7)
    amount = bump(t, 0.05, 0.85 + period * m.count, 0.4)
    beat = 2 * np.pi * (t - 0.4) / period
    # The stroke is quicker than the way back, and the trunk starts before the hands.
    stroke, lead = np.sin(beat + 0.35 * np.sin(beat)) * amount, np.sin(beat + 0.5) * amount
    tracks.spine[:, 0] += (0.35 + 0.06 * np.cos(2 * beat)) * amount
    tracks.pitch += 0.15 * amount
    tracks.spine[:, 2] += 0.3 * lead
    tracks.spine[:, 1] += 0.1 * lead
    tracks.yaw += 0.16 * lead
    tracks.pelvis[:, 0] += 0.04 * lead
    tracks.pelvis[:, 1] -= (0.05 + 0.015 * np.abs(lead)) * amount
    tracks.head[:, 0] += 0.2 * amount
    for limb in (LEFT, RIGHT):
        place = np.array([-0.05, -0.62, 0.55] if limb == low else [-0.22, -0.12, 0.42])
        reach_x = SIDE_SIGN[limb] * stroke * wide * (1.0 if limb == low else 0.35)
        reach(tracks, limb, amount, place + np.stack([reach_x, 0.05 * np.abs(stroke), 0.08 * np.cos(beat)], axis=1))
    return tracks


def _two_handed(
    path: list[tuple[float, Point]], period: float, bend: list[tuple[float, float]], twist: float = 0.0, crouch: float = 0.0
) -> Make:
    """Both hands together through key poses (from the middle of the shoulders: left, up, ahead), `count` times."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(0.9 + period * m.count)
        t, sign = tracks.t * m.pace, SIDE_SIGN[INDEX[m.side]] if m.side else 1.0
        amount = bump(t, 0.05, 0.85 + period * m.count, 0.4)
        phase = np.clip((t - 0.4) / period, 0, m.count - 1e-6) % 1
        at = keys(phase, path)
        forward = keys(phase, bend)
        for limb in (LEFT, RIGHT):
            own = SIDE_SIGN[limb]
            target = np.stack([own * sign * at[:, 0] - 0.38 + 0.05, at[:, 1], at[:, 2]], axis=1)
            reach(tracks, limb, amount, target)
        tracks.spine[:, 0] += forward * amount
        tracks.pitch += 0.4 * forward * amount
        tracks.pelvis[:, 2] -= 0.12 * forward * amount
        tracks.pelvis[:, 1] -= (crouch + 0.05 * forward) * amount
        tracks.spine[:, 2] += sign * twist * at[:, 0] * amount
        tracks.ball[LEFT][:, 0] += 0.08
        tracks.ball[RIGHT][:, 0] -= 0.08
        return tracks

    return make


def _saw(m: Maker) -> Tracks:
    tracks = cycle(m, (0.05, -0.5, 0.38), (0, 0.06, 0.3), 1.3, bend=0.5)
    reach(tracks, 1 - m.limbs[0], bump(tracks.t, 0.1, tracks.seconds - 0.1, 0.5), (-0.1, -0.75, 0.45))
    return tracks


def _lift(m: Maker) -> Tracks:
    """A deadlift: hinges at the hips to the floor and rises with the weight, `count` times."""
    tracks = m.still(0.6 + 2.0 * m.count)
    t = tracks.t * m.pace
    down = bumps(t, 0.2, 2.0, 0.8, 2.0, m.count)
    tracks.pelvis[:, 1] -= 0.26 * down
    tracks.pelvis[:, 2] -= 0.2 * down
    tracks.pitch += 0.75 * down
    tracks.spine[:, 0] += 0.25 * down
    tracks.head[:, 0] -= 0.5 * down
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0.05, t[-1], 0.4), np.array([0.02, -0.93, 0.12]) + down[:, None] * [0, 0.2, 0.55])
    return tracks


def _overhead_press(m: Maker) -> Tracks:
    tracks = m.still(0.9 + 1.5 * m.count)
    t = tracks.t * m.pace
    up = bumps(t, 0.6, 1.9, 0.5, 1.5, m.count)
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0.1, t[-1], 0.45), np.array([0.12, 0.12, 0.2]) + up[:, None] * [0.05, 0.84, -0.15])
    tracks.spine[:, 0] -= 0.08 * up
    return tracks


def _drag(m: Maker) -> Tracks:
    """Walks backwards, bent, both hands on something heavy."""
    seconds = float(m.rng.uniform(3.2, 4.6)) / m.pace**0.5
    tracks = walk_along(m.body, straight(seconds, 0.45 * seconds, np.pi), WALK)
    amount = bump(tracks.t, 0.0, tracks.seconds, 0.6)
    tracks.spine[:, 0] += 0.55 * amount
    tracks.pitch += 0.3 * amount
    tracks.pelvis[:, 1] -= 0.1 * amount
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.15, -0.55, 0.72))
    return tracks


def _ladder(m: Maker) -> Tracks:
    """Hand over hand, foot after foot, straight up."""
    rungs, each = int(m.rng.integers(4, 7)), 0.62
    tracks = m.still(0.8 + each * rungs)
    t, body = tracks.t * m.pace, tracks.body
    climb = np.clip((t - 0.4) / each, 0, rungs)
    tracks.pelvis[:, 1] += 0.27 * climb - 0.04
    tracks.pelvis[:, 2] -= 0.02
    tracks.spine[:, 0] += 0.06
    shoulder = body.standing + 0.5
    for limb in (LEFT, RIGHT):
        own = np.floor((climb + limb) / 2) * 2 - limb
        moving = ease(np.clip((climb - own) if limb == 0 else climb - own, 0, 1))
        step = np.clip(own + 2 * np.minimum(moving, 1), 0, rungs)
        lift = np.sin(np.pi * np.clip(climb - own, 0, 1))
        tracks.ball[limb][:, 1] = BALL_HEIGHT + 0.27 * np.maximum(step - (0.5 if limb else 0), 0)
        tracks.ball[limb][:, 2] += 0.16 - 0.1 * lift
        tracks.hand_fixed[limb] = 1.0
        tracks.hand_world[limb] = np.stack(
            [0 * t + SIDE_SIGN[limb] * 0.22, shoulder + 0.1 + 0.27 * np.clip(step + 0.4, 0, rungs), 0 * t + 0.42 - 0.1 * lift],
            axis=1,
        )
        tracks.elbow_up[limb] = 0.3
    return tracks


def _row(m: Maker) -> Tracks:
    """Sits low, legs ahead; both hands and the trunk pull back, `count` strokes."""
    tracks = m.still(0.6 + 1.7 * m.count)
    t, body = tracks.t * m.pace, tracks.body
    pull = bumps(t, 0.3, 1.9, 0.65, 1.7, m.count)
    tracks.pelvis[:, 1] = 0.3
    tracks.pelvis[:, 2] = -0.1 * pull
    tracks.pitch[:] = 0.25 - 0.65 * pull
    tracks.spine[:, 0] += 0.3 - 0.25 * pull
    tracks.ball[:, :, 2] = 0.62 * body.leg / 0.8
    tracks.ball[:, :, 1] = 0.12
    tracks.foot_pitch[:] = -0.5
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, np.ones_like(t), np.array([-0.1, -0.15, 0.85]) + pull[:, None] * [0.2, -0.15, -0.5])
    return tracks


def _scrub(m: Maker) -> Tracks:
    """On both knees, one hand works in circles on the floor."""
    tracks = m.still(m.rng.uniform(3.4, 5.0))
    t, body, limb = tracks.t, tracks.body, m.limbs[0]
    tracks.pelvis[:, 1] = body.thigh + 0.05
    tracks.pitch[:] = 0.95
    tracks.head[:, 0] -= 0.2
    tracks.foot_free[:] = 1.0
    for leg in (LEFT, RIGHT):
        tracks.foot_local[leg] = np.array([0.02, -(body.thigh * np.cos(0.95) + body.shin * np.sin(0.95) * 0.0) / body.leg, 0.0])
        tracks.foot_local[leg] = (0.02, -0.42, -0.05)
        tracks.foot_pitch[leg] = 1.3
    turn = 2 * np.pi * 1.1 * m.pace * t
    ahead = 0.46 * body.arm / 0.51
    for side in (LEFT, RIGHT):
        tracks.hand_fixed[side] = 1.0
        tracks.hand_world[side] = np.stack([SIDE_SIGN[side] * 0.2 + 0 * t, 0.04 + 0 * t, ahead + 0 * t], axis=1)
    tracks.hand_world[limb] += np.stack([0.14 * np.cos(turn), 0 * t, 0.14 * np.sin(turn) + 0.06], axis=1)
    return tracks


WORK: tuple[Action, ...] = (
    Action(
        "dig",
        _two_handed(
            [
                (0, (0.1, -0.5, 0.6)),
                (0.3, (0.05, -0.85, 0.6)),
                (0.45, (0.05, -0.85, 0.6)),
                (0.8, (-0.6, -0.2, 0.45)),
                (1, (0.1, -0.5, 0.6)),
            ],
            1.8,
            [(0, 0.2), (0.35, 0.75), (0.8, 0.15), (1, 0.2)],
            0.7,
        ),
        ("digs with a shovel", "shovels earth to one side", "digs a hole with a spade"),
        counts=(2, 3),
    ),
    Action(
        "sweep",
        _sweep,
        ("sweeps the floor with a broom", "swings a broom from side to side", "sweeps with both hands on a broom"),
        counts=(2, 3, 4),
    ),
    Action(
        "chop wood",
        _two_handed(
            [
                (0, (0, -0.4, 0.55)),
                (0.4, (0, 0.75, 0.0)),
                (0.5, (0, 0.75, -0.05)),
                (0.68, (0, -0.65, 0.65)),
                (0.8, (0, -0.65, 0.65)),
                (1, (0, -0.4, 0.55)),
            ],
            1.5,
            [(0, 0.15), (0.45, -0.15), (0.7, 0.7), (1, 0.15)],
        ),
        ("chops wood with an axe", "swings an axe down with both hands", "splits logs with an axe"),
        counts=(2, 3),
    ),
    Action("saw", _saw, ("saws wood with the {side} hand", "moves a saw to and fro with the {side} hand"), SIDES),
    Action(
        "paint wall",
        lambda m: cycle(m, (0.0, 0.2, 0.62), (0, 0.5, -0.05), 0.6, 0.1),
        ("paints a wall with a roller in the {side} hand", "rolls paint up and down a wall with the {side} hand"),
        SIDES,
    ),
    Action(
        "scrub floor",
        _scrub,
        ("scrubs the floor on both knees with the {side} hand", "kneels and cleans the floor with the {side} hand"),
        SIDES,
        chains=False,
        styles=False,
    ),
    Action(
        "drag", _drag, ("drags something heavy backward", "walks backward pulling a heavy load with both hands"), styles=False
    ),
    Action(
        "lift weight",
        _lift,
        ("lifts a heavy weight from the floor with both hands {times}", "does a deadlift {times}"),
        counts=(1, 2),
    ),
    Action(
        "overhead press",
        _overhead_press,
        ("presses a weight overhead {times}", "pushes a barbell up over the head {times}"),
        counts=(2, 3),
    ),
    Action(
        "biceps curl",
        repeat((0.12, -0.97, 0.14), (0.05, -0.08, 0.36), 1.2),
        ("curls a dumbbell with the {side} arm", "lifts a weight by bending the {side} elbow"),
        BOTH,
        ("curls dumbbells with both arms", "bends both elbows to lift weights"),
        counts=(2, 3),
    ),
    Action(
        "climb ladder", _ladder, ("climbs a ladder", "climbs up hand over hand", "goes up a ladder"), chains=False, styles=False
    ),
    Action(
        "row",
        _row,
        ("rows a boat", "sits and rows with both arms", "pulls oars in a boat"),
        chains=False,
        counts=(2, 3),
        styles=False,
    ),
    Action(
        "cast rod",
        repeat((0.1, 0.5, -0.25), (0.0, 0.15, 0.85), 1.5),
        ("casts a fishing rod with the {side} hand", "throws out a fishing line with the {side} hand"),
        SIDES,
    ),
    Action(
        "turn crank",
        lambda m: cycle(m, (-0.05, -0.25, 0.55), (0, 0.26, 0), 0.9, 0.1, circle=(0, 0, 0.22)),
        ("turns a crank with the {side} hand", "winds a handle round and round with the {side} hand"),
        SIDES,
    ),
    Action(
        "ring bell",
        lambda m: cycle(m, (-0.28, 0.45, 0.35), (0, 0.42, 0), 0.7, bend=0.05),
        ("rings a bell by pulling a rope with both hands", "pulls a bell rope down again and again"),
    ),
)
