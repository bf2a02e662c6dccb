"""Exercise, ball games, balance and travel by other means than feet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.exercise import hula, neck_roll, plank, torso_twist, tree, warrior, windmill
from motionpatches.core.demo.actions.gestures import cycle, hold, reach, shift_weight
from motionpatches.core.demo.body import BALL_HEIGHT, LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, bumps, keys
from motionpatches.core.demo.gait import JOG, RUN, straight, walk_along, zigzag


def _jump_rope(m: Maker) -> Tracks:
    tracks = m.still(m.rng.uniform(3.0, 4.5))
    t, hz = tracks.t, 1.9 * m.pace**0.5
    amount = bump(t, 0.2, tracks.seconds - 0.2, 0.3)
    air = np.maximum(np.sin(2 * np.pi * hz * t), 0) * 0.1 * bump(t, 0.5, tracks.seconds - 0.4, 0.2)
    tracks.pelvis[:, 1] += air - 0.03 * amount * (air < 0.02)
    tracks.ball[:, :, 1] += air
    tracks.foot_pitch += 0.3 * amount + 2 * air
    for limb in (LEFT, RIGHT):
        turn = 2 * np.pi * hz * t
        reach(tracks, limb, amount, np.stack([0.4 + 0 * t, -0.5 + 0.08 * np.cos(turn), 0.25 + 0.08 * np.sin(turn)], axis=1))
    return tracks


def _racket(high: bool) -> Make:
    """A racket in one hand: overhead, or flat across the body after a turn of the trunk."""

    def make(m: Maker) -> Tracks:
        if high:
            path = [(0.6, (0.25, 0.3, -0.35)), (0.95, (0.4, 0.55, -0.3)), (1.2, (0.0, 0.92, 0.35)), (1.5, (-0.5, -0.35, 0.55))]
            twist = [(0, 0), (0.8, -0.5), (1.25, 0.45), (1.6, 0.5), (2.1, 0)]
        else:
            path = [(0.7, (0.75, -0.1, -0.45)), (1.0, (0.75, -0.15, -0.4)), (1.3, (0.1, 0.0, 0.9)), (1.6, (-0.5, 0.3, 0.5))]
            twist = [(0, 0), (0.85, -0.75), (1.35, 0.5), (1.7, 0.6), (2.2, 0)]
        tracks = hold(m, path, 0.3)
        t, sign, foot = tracks.t * m.pace, SIDE_SIGN[1 - m.limbs[0]], 1 - m.limbs[0]
        turn = keys(t, twist)
        tracks.spine[:, 2] += sign * turn
        tracks.yaw += sign * 0.35 * turn
        tracks.spine[:, 0] += keys(t, [(0, 0), (0.9, -0.2 if high else 0.1), (1.35, 0.3), (2.1, 0)])
        reach(tracks, foot, bump(t, 0.2, 1.1, 0.4), (0.1, 0.9, 0.3) if high else (0.3, -0.1, 0.6))
        step = keys(t, [(0.7, 0), (1.1, 1), (1.7, 1), (2.2, 0)])
        tracks.ball[foot][:, 2] += 0.3 * step
        tracks.ball[foot][:, 1] += 0.06 * np.sin(np.pi * step)
        tracks.pelvis[:, 2] += 0.15 * step
        return tracks

    return make


def _spike(m: Maker) -> Tracks:
    """Crouch, leap, the hand strikes at the top."""
    tracks = m.still(2.4)
    t, limb = tracks.t * m.pace, m.limbs[0]
    fly = np.clip((t - 0.7) / 0.5, 0, 1)
    height = 4 * 0.34 * fly * (1 - fly)
    crouch = bump(t, 0.2, 0.75, 0.25) + 0.8 * bump(t, 1.15, 1.7, 0.2)
    tracks.pelvis[:, 1] += height - 0.2 * crouch
    tracks.ball[:, :, 1] += height
    tracks.foot_pitch += np.clip(height / 0.3, 0, 1) * 0.6
    tracks.spine[:, 0] += 0.35 * crouch
    reach(
        tracks,
        limb,
        bump(t, 0.5, 1.6, 0.25),
        keys(
            t,
            [
                (0.5, (0.3, 0.3, -0.2)),
                (0.8, (0.2, 0.75, -0.25)),
                (1.0, (0.0, 0.95, 0.3)),
                (1.2, (-0.25, 0.0, 0.7)),
                (1.6, (0.1, -0.8, 0.3)),
            ],
        ),
    )
    reach(tracks, 1 - limb, bump(t, 0.5, 1.2, 0.25), (0.1, 0.6, 0.5))
    tracks.spine[:, 2] += SIDE_SIGN[1 - limb] * keys(t, [(0.5, 0), (0.85, -0.4), (1.1, 0.4), (1.6, 0)])
    return tracks


def _bowl(m: Maker) -> Tracks:
    """The arm swings back and low to the front while the other foot steps and the knee bends."""
    tracks = hold(
        m, [(0.5, (0.0, -0.5, 0.5)), (1.0, (0.15, -0.65, -0.6)), (1.45, (0.0, -0.85, 0.45)), (1.75, (-0.05, 0.0, 0.85))]
    )
    t, foot = tracks.t * m.pace, 1 - m.limbs[0]
    step = keys(t, [(0.8, 0), (1.3, 1), (1.9, 1), (2.3, 0)])
    tracks.ball[foot][:, 2] += 0.55 * step
    tracks.ball[foot][:, 1] += 0.06 * np.sin(np.pi * step)
    tracks.pelvis[:, 2] += 0.32 * step
    tracks.pelvis[:, 1] -= 0.2 * step
    tracks.spine[:, 0] += 0.6 * step
    reach(tracks, foot, bump(t, 0.6, 2.1, 0.4), (0.7, -0.2, 0.1))
    return tracks


def _throw_in(m: Maker) -> Tracks:
    tracks = hold(
        m,
        [
            (0.7, (-0.25, 0.2, 0.4)),
            (1.1, (-0.22, 0.72, -0.3)),
            (1.3, (-0.22, 0.72, -0.3)),
            (1.6, (-0.15, 0.5, 0.8)),
            (1.9, (-0.1, 0.0, 0.85)),
        ],
    )
    tracks.spine[:, 0] += keys(tracks.t * m.pace, [(0.5, 0), (1.2, -0.4), (1.65, 0.35), (2.4, 0)])
    return tracks


def _hurdle(m: Maker) -> Tracks:
    """Runs, takes off, one leg stretched ahead, lands and runs on."""
    seconds = m.rng.uniform(3.2, 4.2)
    tracks = walk_along(m.body, straight(seconds, 2.7 * seconds), RUN)
    t, at = tracks.t, seconds * m.rng.uniform(0.45, 0.6)
    fly = np.clip((t - at + 0.3) / 0.6, 0, 1)
    height = 4 * 0.42 * fly * (1 - fly)
    tracks.pelvis[:, 1] += height
    tracks.ball[:, :, 1] += height
    over = bump(t, at - 0.3, at + 0.3, 0.2)
    lead = int(m.rng.integers(2))
    for leg, target in ((lead, (0.05, -0.62, 0.7)), (1 - lead, (0.25, -0.7, -0.55))):
        tracks.foot_free[leg] = over
        tracks.foot_local[leg] = target
    tracks.spine[:, 0] += 0.3 * over
    return tracks


def _swim(m: Maker) -> Tracks:
    """Face down above the floor: arms over and through in turn, legs flutter."""
    tracks = m.still(m.rng.uniform(3.2, 5.0))
    t = tracks.t
    turn = 2 * np.pi * 0.65 * m.pace * t
    tracks.pitch[:] = np.pi / 2
    tracks.pelvis[:, 1] = 0.6
    tracks.pelvis[:, 2] = 0.55 * m.pace * t
    tracks.yaw += 0.0 * t
    tracks.spine[:, 2] += 0.3 * np.sin(turn)
    tracks.head[:, 0] -= 0.45
    tracks.foot_free[:] = 1.0
    for limb in (LEFT, RIGHT):
        phase = turn + np.pi * limb
        tracks.hand[limb] = np.stack(
            [0.2 + 0.15 * np.maximum(-np.sin(phase), 0), 0.92 * np.cos(phase), 0.75 * np.sin(phase)], axis=1
        )
        kick = 0.12 * np.sin(2 * np.pi * 2.2 * m.pace * t + np.pi * limb)
        tracks.foot_local[limb] = np.stack([0.03 + 0 * t, -0.97 + 0 * t, kick], axis=1)
        tracks.foot_pitch[limb] = 1.1
    return tracks


def _saddle(tracks: Tracks, height: float, lean: float) -> None:
    tracks.pelvis[:, 1] = height
    tracks.pitch[:] = 0.5 * lean
    tracks.spine[:, 0] += 0.7 * lean
    tracks.head[:, 0] -= 0.5 * lean


def _bicycle(m: Maker) -> Tracks:
    """On a saddle, hands on the bar, feet round and round."""
    tracks = m.still(m.rng.uniform(3.0, 5.0))
    t = tracks.t
    _saddle(tracks, 0.93, 0.55)
    tracks.pelvis[:, 2] = 1.4 * m.pace * t
    turn = 2 * np.pi * 1.1 * m.pace * t
    tracks.foot_free[:] = 1.0
    tracks.roll += 0.04 * np.sin(turn)
    for limb in (LEFT, RIGHT):
        phase = turn + np.pi * limb
        tracks.foot_local[limb] = np.stack([0.02 + 0 * t, -0.72 + 0.19 * np.cos(phase), 0.18 + 0.19 * np.sin(phase)], axis=1)
        reach(tracks, limb, np.ones_like(t), (0.05, -0.5, 0.72))
        tracks.foot_pitch[limb] = 0.15 - 0.2 * np.sin(phase)
    return tracks


def _horse(m: Maker) -> Tracks:
    """Astride, knees bent, up and down with the trot, hands at the reins."""
    tracks = m.still(m.rng.uniform(3.0, 5.0))
    t = tracks.t
    _saddle(tracks, 1.0, 0.1)
    beat = np.sin(2 * np.pi * 1.8 * m.pace * t)
    tracks.pelvis[:, 1] += 0.05 * beat
    tracks.pelvis[:, 2] = 1.2 * m.pace * t
    tracks.spine[:, 0] += 0.08 * beat
    tracks.foot_free[:] = 1.0
    for limb in (LEFT, RIGHT):
        tracks.foot_local[limb] = np.stack([0.32 + 0 * t, -0.78 - 0.05 * beat, 0.12 + 0 * t], axis=1)
        tracks.knee_out[limb] = 1.2
        tracks.foot_pitch[limb] = -0.1
        reach(tracks, limb, np.ones_like(t), np.stack([-0.2 + 0 * t, -0.5 - 0.06 * beat, 0.48 + 0 * t], axis=1))
    return tracks


def _drive(m: Maker) -> Tracks:
    """On a seat, both hands on a wheel that turns to and fro."""
    tracks = m.still(m.rng.uniform(3.0, 5.0))
    t, body = tracks.t, tracks.body
    tracks.pelvis[:, 1], tracks.pitch[:] = 0.45, -0.15
    tracks.ball[:, :, 2] = 0.5 * body.leg / 0.8 + 0.12
    tracks.foot_pitch[:] = -0.25
    tracks.ball[:, :, 1] = BALL_HEIGHT + 0.05
    turn = 0.7 * np.sin(2 * np.pi * 0.45 * m.pace * t + m.rng.uniform(0, 6))
    for limb in (LEFT, RIGHT):
        around = SIDE_SIGN[limb] * turn
        reach(
            tracks,
            limb,
            np.ones_like(t),
            np.stack([-0.36 + 0.36 * np.cos(turn), -0.2 + 0.36 * np.sin(-around), 0.68 + 0 * t], axis=1),
        )
    tracks.head[:, 2] += 0.25 * turn
    return tracks


def _skate(m: Maker) -> Tracks:
    """Long slanting pushes from leg to leg, bent low, arms swinging across."""
    seconds = m.rng.uniform(3.6, 5.2)
    gait = replace(
        JOG,
        cadence=1.3,
        duty=0.6,
        lift=0.05,
        width=0.22,
        sway=0.1,
        lean=0.55,
        crouch=0.13,
        heel=0.2,
        arm_swing=0.7,
        elbow=0.5,
        bob=0.02,
        behind=0.0,
    )
    return walk_along(m.body, zigzag(seconds, 1.6 * seconds * m.pace, 0.25), replace(gait, cadence=gait.cadence * m.pace))


def _keep_up(m: Maker) -> Tracks:
    """Kicks a ball up again and again with one foot."""
    tracks = m.still(0.6 + 0.9 * m.count)
    t, leg = tracks.t * m.pace, INDEX[m.side]
    lift = bumps(t, 0.3, 0.95, 0.3, 0.9, m.count)
    tracks.foot_free[leg] = np.clip(bumps(t, 0.25, 1.05, 0.15, 0.9, m.count), 0, 1)
    tracks.foot_local[leg] = np.stack([0.04 + 0 * t, -0.96 + 0.3 * lift, 0.5 * lift], axis=1)
    shift_weight(tracks, SIDE_SIGN[1 - leg] * 1.8, bump(t, 0, t[-1], 0.3))
    tracks.head[:, 0] += 0.3
    for limb in (LEFT, RIGHT):
        reach(tracks, limb, bump(t, 0, t[-1], 0.4), (0.5, -0.6, 0.15))
    return tracks


# fmt: off
SPORTS: tuple[Action, ...] = (
    Action("jump rope", _jump_rope, ("jumps rope", "skips with a rope, wrists turning",
                                     "jumps over a skipping rope again and again")),
    Action("tennis serve", _racket(True), ("serves a tennis ball with the {side} hand",
                                           "hits a ball overhead with a racket in the {side} "
           "hand"), SIDES),
    Action("tennis forehand", _racket(False), ("hits a tennis ball with a {side}-handed forehand",
                                               "swings a racket flat with the {side} "
           "hand"), SIDES),
    Action("volleyball spike", _spike, ("jumps and spikes a volleyball with the {side} hand",
                                        "leaps and hits a ball down with the {side} "
           "hand"), SIDES),
    Action("bowling", _bowl, ("bowls a ball with the {side} hand", "rolls a bowling ball with the {side} arm"), SIDES),
    Action("throw overhead", _throw_in, ("throws a ball from behind the head with both hands",
                                         "throws in a ball with both arms overhead")),
    Action("hurdle", _hurdle, ("runs and leaps over a hurdle", "runs, jumps over something and runs on",
                               "takes a hurdle at a run"),
           styles=False),
    Action("hula hoop", hula, ("circles the hips with a hula hoop", "swings the hips round and round",
                                "keeps a hoop turning around the "
           "waist")),
    Action("torso twist", torso_twist, ("twists the upper body left and right, elbows up",
                                         "turns the trunk from side to side as an "
           "exercise")),
    Action("windmill", windmill, ("bends over and touches each foot with the opposite hand in turn",
                                   "does windmills, hand to opposite "
           "foot")),
    Action("neck roll", neck_roll, ("rolls the head in circles", "circles the neck slowly")),
    Action("plank", plank, ("holds a plank on the forearms", "stays still in a plank"), chains=False, styles=False),
    Action("tree pose", tree, ("stands on the {other} leg in a yoga tree pose, hands overhead",
                                "balances in tree pose with the {side} "
           "foot at the knee"), SIDES, styles=False),
    Action("warrior pose", warrior, ("stands in a yoga warrior pose, {side} leg ahead",
                                      "steps wide with the {side} leg and spreads the "
           "arms"), SIDES, styles=False),
    Action("swim", _swim, ("swims the crawl", "swims face down, arm over arm", "swims forward kicking the legs"), chains=False,
           styles=False),
    Action("ride bicycle", _bicycle, ("rides a bicycle", "sits on a bike and pedals", "cycles, hands on the handlebar"),
           chains=False,
           styles=False),
    Action("ride horse", _horse, ("rides a horse", "sits in a saddle and trots", "gallops on horseback, holding the reins"),
           chains=False,
           styles=False),
    Action("drive", _drive, ("drives a car", "sits and turns a steering wheel", "steers a car with both hands"), chains=False,
           styles=False),
    Action("skate", _skate, ("skates forward", "ice skates with long pushes", "glides ahead on skates"), styles=False),
    Action("keep ball up", _keep_up, ("juggles a football on the {side} foot",
                                      "kicks a ball up again and again with the {side} foot"),
           SIDES, counts=(3, 4)),
    Action("dumbbell fly", lambda m: cycle(m, (0.45, -0.1, 0.6), (0.45, 0.1, -0.4), 0.6),
           ("opens and closes both stretched arms with weights",
           "does chest flies, arms wide and together")),
)
# fmt: on
