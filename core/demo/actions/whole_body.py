"""Actions of legs and whole body: jumps, kicks, squats, dance."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.blows import either
from motionpatches.core.demo.actions.gestures import BOTH, reach, shift_weight
from motionpatches.core.demo.actions.kicks import kicking
from motionpatches.core.demo.actions.loads import pick_up_box
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks, hang
from motionpatches.core.demo.curves import bump, bumps, ease, keys


def _jump(ahead: float = 0.0, sideways: float = 0.0, arms: bool = False, one_leg: bool = False) -> Make:
    """`count` jumps: crouch, flight (a parabola), landing crouch. `ahead`, `sideways` metres a jump."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(0.4 + 1.15 * m.count)
        t = tracks.t * m.pace
        height = m.rng.uniform(0.2, 0.34) * (0.6 if one_leg else 1)
        toward = SIDE_SIGN[INDEX[m.side]] * sideways if m.side and sideways else 0.0
        foot_height, travel, crouch, swing = (np.zeros(len(t)) for _ in range(4))
        for i in range(m.count):
            begin = 0.2 + 1.15 * i
            fly = np.clip((t - begin - 0.42) / 0.42, 0, 1)
            foot_height += 4 * height * fly * (1 - fly)
            travel += fly
            crouch += bump(t, begin, begin + 0.46, 0.22) + 0.8 * bump(t, begin + 0.8, begin + 1.2, 0.14)
            swing += keys(t, [(begin, 0), (begin + 0.3, -1), (begin + 0.6, 1), (begin + 1.1, 0)])
        crouch = crouch * (0.16 if one_leg else 0.2)
        offset = np.stack([toward * travel, foot_height, ahead * travel], axis=1)
        tracks.pelvis += offset
        tracks.pelvis[:, 1] -= crouch
        tracks.spine[:, 0] += 1.6 * crouch
        tracks.pitch += 0.8 * crouch
        tracks.pelvis[:, 2] -= 0.25 * crouch
        tracks.ball += offset
        tracks.foot_pitch += np.clip(foot_height / max(height, 1e-3), 0, 1) * 0.6
        for limb in (LEFT, RIGHT):
            if arms:
                raised = np.clip(foot_height / height, 0, 1)[:, None]
                tracks.hand[limb] = tracks.hand[limb] * (1 - raised) + np.array([0.3, 0.9, 0.15]) * raised
            else:
                tracks.hand[limb] = hang(0.9 * swing, 0.2, 0.5)
        if one_leg:
            lifted = 1 - INDEX[m.side]
            up = bump(t, 0.05, t[-1], 0.3)
            tracks.foot_free[lifted] = up
            tracks.foot_local[lifted] = (0.05, -0.8, -0.25)
            tracks.foot_pitch[lifted] = 0.8 * up
            tracks.pelvis[:, 0] += SIDE_SIGN[INDEX[m.side]] * 0.07 * up
            tracks.spine[:, 1] -= SIDE_SIGN[INDEX[m.side]] * 0.08 * up
        return tracks

    return make


def _jumping_jacks(m: Maker) -> Tracks:
    tracks = m.still(0.5 + 0.9 * m.count)
    t = tracks.t * m.pace
    beat = (t - 0.2) / 0.45
    phase = np.clip(beat, 0, 2 * m.count)
    wide = ease(1 - np.abs(phase % 2 - 1))
    air = np.abs(np.sin(np.pi * phase)) * 0.09
    tracks.pelvis[:, 1] += air - 0.02
    for limb in (LEFT, RIGHT):
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.26 * wide
        tracks.ball[limb][:, 1] += air
        angle = np.pi * 0.93 * wide
        tracks.hand[limb] = np.stack([0.12 + 0.85 * np.sin(angle), -0.96 * np.cos(angle), 0.08 + 0 * angle], axis=1)
        tracks.elbow_up[limb] = 0.4 * wide
    return tracks


def _squat(m: Maker) -> Tracks:
    tracks = m.still(0.5 + 1.7 * m.count)
    t = tracks.t * m.pace
    depth = bumps(t, 0.2, 1.85, 0.75, 1.7, m.count) * m.rng.uniform(0.85, 1.1)
    deep, out = m.rng.uniform(0.36, 0.6), m.rng.uniform(0.3, 1.1)
    _crouch(tracks, depth, deep)
    tracks.spine[:, 0] -= 0.6 * (deep - 0.36) * depth
    arms = ((-0.05, 0.0, 0.93), (-0.25, -0.35, 0.5), (0.2, -0.8, 0.3))[int(m.rng.integers(3)) if m.variety else 0]
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, np.clip(depth, 0, 1), arms)
        tracks.ball[limb][:, 0] += SIDE_SIGN[limb] * 0.06
        tracks.knee_out[limb] += out * depth
    return tracks


def _crouch(tracks: Tracks, depth: np.ndarray, metres: float) -> None:
    tracks.pelvis[:, 1] -= metres * depth
    tracks.pelvis[:, 2] -= 0.16 * depth
    tracks.spine[:, 0] += 0.55 * depth
    tracks.pitch += 0.35 * depth
    tracks.head[:, 0] -= 0.4 * depth


def _pick_up(m: Maker) -> Tracks:
    tracks = m.still(2.9)
    t = tracks.t * m.pace
    depth = bump(t, 0.2, 2.3, 0.85)
    _crouch(tracks, depth, 0.36)
    tracks.spine[:, 0] += 0.5 * depth
    for limb in m.limbs:
        reach(tracks, limb, bump(t, 0.15, 2.0, 0.8), (-0.05, -0.85, 0.45))
        reach(tracks, limb, bump(t, 1.7, 2.85, 0.5), (-0.08, -0.5, 0.5))
    if len(m.limbs) == 1:
        tracks.spine[:, 2] += (1 if m.limbs[0] == RIGHT else -1) * 0.3 * depth
    return tracks


def _kick(target: tuple[float, float, float], chamber: tuple[float, float, float], lean: float) -> Make:
    def make(m: Maker) -> Tracks:
        tracks = m.still(0.5 + 1.3 * m.count)
        t = tracks.t * m.pace
        leg = INDEX[m.side]
        support = SIDE_SIGN[1 - leg]
        for i in range(m.count):
            at = 0.25 + 1.3 * i
            free = bump(t, at, at + 1.15, 0.25)
            local = keys(
                t,
                [
                    (at, (0.02, -0.97, 0)),
                    (at + 0.35, chamber),
                    (at + 0.55, target),
                    (at + 0.68, target),
                    (at + 0.85, chamber),
                    (at + 1.15, (0.02, -0.97, 0)),
                ],
            )
            inside = (t >= at) & (t <= at + 1.2)
            tracks.foot_free[leg][inside] = free[inside]
            tracks.foot_local[leg][inside] = local[inside]
            hit = bump(t, at + 0.3, at + 0.95, 0.25)
            tracks.foot_pitch[leg] += 0.6 * hit
            tracks.pelvis[:, 0] += support * 0.07 * bump(t, at - 0.2, at + 1.3, 0.3)
            tracks.spine[:, 0] -= lean * hit
            tracks.spine[:, 1] += support * (0.25 if abs(target[0]) > 0.5 else 0.05) * hit
            for limb in (LEFT, RIGHT):
                reach(tracks, limb, hit * 0.8, (0.35, -0.3, 0.4))
        return tracks

    return make


def _knee_raise(m: Maker) -> Tracks:
    tracks = m.still(2.4)
    t = tracks.t * m.pace
    leg = INDEX[m.side]
    up = bump(t, 0.3, 2.2, 0.5)
    tracks.foot_free[leg] = bump(t, 0.25, 2.25, 0.25)
    tracks.foot_local[leg] = (0.02, -0.97, 0) * (1 - up[:, None]) + np.array([0.04, -0.48, 0.38]) * up[:, None]
    shift_weight(tracks, SIDE_SIGN[1 - leg] * 2.0, bump(t, 0.05, 2.35, 0.3))
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, up * 0.7, (0.5, -0.45, 0.2))
    return tracks


def _lunge(m: Maker) -> Tracks:
    tracks = m.still(2.6)
    t = tracks.t * m.pace
    leg = INDEX[m.side]
    step = keys(t, [(0.1, 0), (0.75, 1), (1.7, 1), (2.4, 0)])
    down = bump(t, 0.4, 2.2, 0.55)
    tracks.ball[leg][:, 2] += 0.62 * step
    tracks.ball[leg][:, 1] += 0.1 * np.sin(np.pi * step)
    tracks.pelvis[:, 2] += 0.33 * step
    tracks.pelvis[:, 1] -= 0.3 * down
    tracks.foot_pitch[1 - leg] += 0.85 * down
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, down, (0.05, -0.7, 0.15))
    return tracks


def _kneel(m: Maker) -> Tracks:
    tracks = m.still(3.4)
    t = tracks.t * m.pace
    leg = INDEX[m.side]
    down = bump(t, 0.2, 3.2, 0.95)
    back = keys(t, [(0.2, 0), (0.8, 1), (2.6, 1), (3.2, 0)])
    tracks.ball[leg][:, 2] -= 0.45 * back
    tracks.ball[leg][:, 1] += 0.06 * np.sin(np.pi * back)
    tracks.foot_pitch[leg] += 1.1 * down
    tracks.pelvis[:, 1] -= 0.47 * down
    tracks.pelvis[:, 2] -= 0.1 * down
    tracks.spine[:, 0] += 0.15 * down
    return tracks


def _dance(kind: int) -> Make:
    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(3.6, 5.0))
        t, hz = tracks.t * m.pace, 1.0
        amount = bump(t, 0.1, t[-1], 0.4)
        beat = 2 * np.pi * hz * t
        sway = np.sin(beat / 2) * amount
        tracks.pelvis[:, 0] += 0.09 * sway
        tracks.pelvis[:, 1] -= (0.05 + 0.03 * np.cos(beat)) * amount
        tracks.roll += 0.1 * sway
        tracks.spine[:, 1] -= 0.16 * sway
        for limb in (LEFT, RIGHT):
            side = SIDE_SIGN[limb]
            if kind == 0:
                target = np.stack([0.45 + 0.2 * side * sway, 0.55 + 0.25 * np.sin(beat + limb * np.pi), 0 * t + 0.3], 1)
            elif kind == 1:
                target = np.stack([0.1 + 0.3 * side * sway, -0.4 + 0.1 * np.cos(beat), 0.45 + 0.1 * np.sin(beat)], 1)
            else:
                target = np.stack([0.6 + 0 * t, -0.1 + 0.35 * np.sin(beat / 2 + limb * np.pi), 0.25 + 0 * t], 1)
            reach(tracks, limb, amount, target)
            lift = np.clip(side * -np.sin(beat / 2), 0, 1) ** 2 * amount
            if kind != 1:
                tracks.ball[limb][:, 1] += 0.09 * lift
                tracks.foot_pitch[limb] += 0.5 * lift
        if kind == 1:
            tracks.yaw += 0.5 * np.sin(beat) * amount
            tracks.spine[:, 2] -= 0.7 * np.sin(beat) * amount
            tracks.foot_pitch += 0.35 * amount
            tracks.foot_yaw += 0.5 * np.sin(beat) * amount
        return tracks

    return make


def _lean(m: Maker) -> Tracks:
    tracks = m.still(2.8)
    t, sign = tracks.t * m.pace, SIDE_SIGN[INDEX[m.side]]
    amount = bump(t, 0.2, 2.6, 0.8)
    tracks.spine[:, 1] += sign * 0.7 * amount
    tracks.pelvis[:, 0] -= sign * 0.06 * amount
    reach(tracks, 1 - INDEX[m.side], amount, (-0.25, 0.95, 0.05))
    return tracks


def _touch_toes(m: Maker) -> Tracks:
    tracks = m.still(3.0)
    amount = bump(tracks.t * m.pace, 0.2, 2.8, 0.95)
    tracks.spine[:, 0] += 1.15 * amount
    tracks.pitch += 0.95 * amount
    tracks.pelvis[:, 2] -= 0.14 * amount
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, amount, (-0.1, -0.2, 0.95))
    return tracks


def _stomp(m: Maker) -> Tracks:
    tracks = m.still(0.5 + 0.9 * m.count)
    t, leg = tracks.t * m.pace, INDEX[m.side]
    for i in range(m.count):
        lift = keys(t, [(0.2 + 0.9 * i, 0), (0.6 + 0.9 * i, 1), (0.75 + 0.9 * i, 0), (1.0 + 0.9 * i, 0)])
        tracks.ball[leg][:, 1] += 0.3 * lift
        tracks.ball[leg][:, 2] += 0.08 * lift
    shift_weight(tracks, SIDE_SIGN[1 - leg] * 1.6, bump(t, 0, t[-1], 0.25))
    return tracks


JUMP_TIMES = (1, 2, 3)
FULLBODY: tuple[Action, ...] = (
    Action("jump", _jump(), ("jumps up and down {times}", "jumps in place {times}", "hops up {times}"), counts=JUMP_TIMES),
    Action(
        "star jump",
        _jump(arms=True),
        ("jumps up throwing the arms in the air {times}", "leaps up with both arms raised {times}"),
        counts=JUMP_TIMES,
    ),
    Action(
        "jump forward",
        _jump(ahead=0.7),
        ("jumps forward {times}", "leaps ahead {times}", "hops forward {times}"),
        counts=JUMP_TIMES,
    ),
    Action(
        "jump sideways",
        _jump(sideways=0.55),
        ("jumps sideways to the {side} {times}", "hops to the {side} {times}"),
        SIDES,
        counts=JUMP_TIMES,
    ),
    Action(
        "hop on one leg",
        _jump(one_leg=True),
        ("hops on the {side} leg {times}", "hops on the {side} foot {times}", "jumps on one leg, the {side} one, {times}"),
        SIDES,
        counts=(2, 3),
    ),
    Action(
        "jumping jacks",
        _jumping_jacks,
        ("does jumping jacks", "performs several jumping jacks", "does star-shaped jumps, arms and legs apart"),
        counts=(3, 4),
    ),
    Action(
        "squat", _squat, ("squats {times}", "does a squat {times}", "bends the knees into a deep squat {times}"), counts=(1, 2)
    ),
    Action(
        "pick up",
        lambda m: either(pick_up_box, _pick_up, 0.75 * (m.side == "both"))(m),
        (
            "picks something up from the floor with the {side} hand",
            "bends down and picks up an object with the {side} hand",
            "grabs something off the ground using the {side} hand",
        ),
        BOTH,
        ("picks something up from the floor with both hands", "bends down and lifts a box with both hands"),
    ),
    Action(
        "kick",
        either(kicking("front", -0.35, 0.15), _kick((0.0, -0.45, 0.85), (0.02, -0.5, 0.2), 0.25), 0.5),
        ("kicks with the {side} leg", "kicks forward with the {side} foot", "gives a front kick with the {side} leg"),
        SIDES,
        counts=(1, 2),
    ),
    Action(
        "side kick",
        either(kicking("side", -0.2, 0.2), _kick((0.85, -0.45, 0.05), (0.3, -0.5, 0.3), 0.0), 0.6),
        ("kicks out to the side with the {side} leg", "gives a side kick with the {side} foot"),
        SIDES,
    ),
    Action(
        "back kick",
        either(kicking("back", -0.1, 0.25), _kick((0.05, -0.75, -0.6), (0.02, -0.7, 0.1), -0.35), 0.5),
        ("kicks backward with the {side} leg", "kicks behind with the {side} foot"),
        SIDES,
    ),
    Action(
        "raise knee",
        _knee_raise,
        (
            "lifts the {side} knee and holds it",
            "stands on the {other} leg with the {side} knee up",
            "raises the {side} knee high",
        ),
        SIDES,
    ),
    Action("lunge", _lunge, ("lunges forward with the {side} leg", "does a lunge, {side} foot in front"), SIDES),
    Action("kneel", _kneel, ("kneels down on the {side} knee", "goes down on the {side} knee and gets up"), SIDES),
    Action("dance", _dance(0), ("dances with the arms in the air", "dances, moving arms and hips", "dances to lively music")),
    Action("twist", _dance(1), ("dances the twist", "twists the hips from side to side while dancing")),
    Action("groove", _dance(2), ("grooves from foot to foot", "steps from side to side in rhythm, swinging the arms")),
    Action("side bend", _lean, ("bends to the {side}", "leans the upper body to the {side} and stretches"), SIDES),
    Action(
        "touch toes",
        _touch_toes,
        ("bends down to touch the toes", "touches their toes", "folds forward and reaches for the feet"),
    ),
    Action(
        "stomp",
        _stomp,
        ("stomps with the {side} foot {times}", "stamps the {side} foot on the floor {times}"),
        SIDES,
        counts=(1, 2, 3),
    ),
)
