"""On the floor: lying, sleeping, rolling over, sitting; down from a crouch or from standing, and up again."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import INDEX, SIDES, Action, Make, Maker
from motionpatches.core.demo.actions.crawling import FLAT_M, crawl, low_crawl
from motionpatches.core.demo.actions.gestures import reach
from motionpatches.core.demo.actions.transitions import crouch
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import bump, ease, keys, smooth_noise


def _prone(tracks: Tracks, amount: np.ndarray, hands: tuple[float, float, float]) -> None:
    """From standing or crouching to lying on the belly, `amount` 0 to 1: hands to the floor, feet back, chest down."""
    body = tracks.body
    down, flat = ease(np.clip(amount / 0.5, 0, 1)), ease(np.clip((amount - 0.35) / 0.65, 0, 1))
    tracks.pitch = tracks.pitch * (1 - flat) + (np.pi / 2 - 0.04) * flat + 0.35 * down * (1 - flat)
    tracks.spine[:, 0] = tracks.spine[:, 0] * (1 - flat) + 0.5 * down * (1 - flat)
    support = np.sin(np.pi * np.clip((amount - 0.25) / 0.75, 0, 1))
    tracks.pelvis[:, 1] = tracks.pelvis[:, 1] * (1 - flat) + FLAT_M * flat + 0.1 * support * flat
    tracks.pelvis[:, 2] += 0.25 * flat
    tracks.head[:, 0] -= 0.4 * support
    tracks.foot_free[:] = np.maximum(tracks.foot_free, ease(np.clip((amount - 0.3) / 0.2, 0, 1)))
    bent = np.array([0.08, -0.52, 0.1])
    for leg in (LEFT, RIGHT):
        straight = np.array([0.1, -0.97, -0.02])
        tracks.foot_local[leg] = bent * (1 - flat[:, None]) + straight * flat[:, None]
        tracks.foot_pitch[leg] = tracks.foot_pitch[leg] * (1 - flat) + 1.1 * flat + 0.4 * down * (1 - flat)
        tracks.knee_out[leg] += 0.6 * down
        # The hands take the weight on the floor before the feet, then lie beside the head.
        floor = np.stack([SIDE_SIGN[leg] * 0.22 + 0 * amount, 0.03 + 0 * amount, 0.62 + 0.1 * leg + 0 * amount], axis=1)
        held = bump(amount, 0.12, 0.92, 0.22)
        tracks.hand_world[leg], tracks.hand_fixed[leg] = floor, held
        tracks.hand[leg] = tracks.hand[leg] * (1 - flat[:, None]) + np.asarray(hands) * flat[:, None]
        tracks.elbow_up[leg] += 1.2 * flat
    tracks.pelvis[:, 1] = np.maximum(tracks.pelvis[:, 1], 0.5 * body.thigh * (1 - flat))


def _lie_prone(start: float, end: float) -> Make:
    """From a crouch or from standing down onto the belly, or up again; or lying there."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(3.4, 5.0))
        t, wait = tracks.t * m.pace, m.rng.uniform(0.3, 0.9)
        amount = np.ones(len(t))
        if start != end:
            amount = np.clip((t - wait) / 1.9, 0, 1)
            amount = amount if end > start else 1 - amount
            crouched = np.clip(4 * (amount if m.rng.random() < 0.5 else amount * 0 + 1), 0, 1)
            crouch(m, tracks, ease(crouched))
        hands = (m.rng.uniform(0.0, 0.5), m.rng.uniform(0.1, 0.6), m.rng.uniform(0.14, 0.24))
        _prone(tracks, amount, hands)
        _breathe(m, tracks, ease((amount - 0.8) / 0.2))
        return tracks

    return make


def _breathe(m: Maker, tracks: Tracks, amount: np.ndarray) -> None:
    """Let a lying body breathe and stir a little."""
    stir = smooth_noise(tracks.frames, 5, m.rng, 22) * amount[:, None]
    tracks.spine[:, 0] += 0.02 * np.sin(2 * np.pi * 0.28 * tracks.t) * amount
    tracks.head[:, 2] += 0.08 * stir[:, 0] + m.rng.uniform(-0.8, 0.8) * amount
    tracks.foot_local[LEFT][:, 0] += 0.02 * stir[:, 1]
    tracks.foot_local[RIGHT][:, 0] += 0.02 * stir[:, 2]


def _supine(m: Maker, tracks: Tracks) -> None:
    """On the back: arms beside the body, on the belly or behind the head; legs straight or a knee drawn up."""
    tracks.pitch[:] = -np.pi / 2
    tracks.pelvis[:, 1], tracks.foot_free[:] = FLAT_M, 1.0
    arms = ((0.35, -0.85, -0.08), (-0.15, -0.5, 0.32), (0.15, 0.5, -0.05), (0.8, -0.3, -0.1))
    drawn = m.rng.integers(0, 4)
    same = m.rng.random() < 0.7
    kind = m.rng.integers(len(arms), size=2)
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] = arms[kind[0 if same else limb]]
        tracks.elbow_up[limb] = 0.6 * (kind[0 if same else limb] == 2)
        up = drawn == 3 or drawn == limb + 1
        tracks.foot_local[limb] = (0.05, -0.55, 0.02) if up else (m.rng.uniform(0.05, 0.2), -0.97, 0.02)
        tracks.foot_pitch[limb] = 0.3


def _sit_on_floor(start: float, end: float) -> Make:
    """Down to sitting on the floor or up from it, over one hand; legs crossed or stretched ahead."""

    def make(m: Maker) -> Tracks:
        tracks = m.still(m.rng.uniform(3.2, 4.4))
        t, wait, body = tracks.t * m.pace, m.rng.uniform(0.4, 1.0), tracks.body
        down = keys(t, [(wait, start), (wait + m.rng.uniform(1.3, 1.7), end)])
        low, crossed, hand = ease(down * 1.25), m.rng.random() < 0.5, int(m.rng.integers(2))
        tracks.pelvis[:, 1] -= (body.standing - 0.13) * down
        tracks.pelvis[:, 2] -= 0.22 * down
        tracks.pelvis[:, 0] += SIDE_SIGN[hand] * 0.08 * np.sin(np.pi * down)
        lean = np.sin(np.pi * down)
        tracks.pitch += 0.45 * lean - 0.1 * down
        tracks.spine[:, 0] += 0.4 * lean + 0.15 * down
        tracks.spine[:, 1] += SIDE_SIGN[hand] * 0.25 * lean
        tracks.foot_free[:] = ease(down * 1.5 - 0.3)
        for leg in (LEFT, RIGHT):
            rest = np.array([-0.16, -0.06, 0.42]) if crossed else np.array([0.08, -0.08, 0.93 - 0.12 * leg])
            half = np.array([0.06, -0.5, 0.3])
            way = half * (1 - low[:, None]) + rest * low[:, None]
            tracks.foot_local[leg] = np.array([0.02, -0.97, 0.0]) * (1 - down[:, None]) ** 2 + way * (
                1 - (1 - down[:, None]) ** 2
            )
            tracks.knee_out[leg] += (3.0 if crossed else 0.2) * down
            reach(tracks, leg, down, (0.1, -0.62, 0.5) if crossed else (0.15, -0.75, 0.3))
        # One hand goes to the floor behind on the way.
        reach(tracks, hand, bump(down, 0.25, 1.02, 0.3) * 0.9, (0.35, -0.85, -0.25))
        return tracks

    return make


def _lie_on_back(m: Maker) -> Tracks:
    tracks = m.still(m.rng.uniform(2.8, 5.0))
    _supine(m, tracks)
    _breathe(m, tracks, np.ones(tracks.frames))
    return tracks


def _on_side(m: Maker, tracks: Tracks, curl: float) -> None:
    """On one side, knees drawn up by `curl`, the lower arm ahead or under the head, the upper one before the chest."""
    side, sign = INDEX[m.side], SIDE_SIGN[INDEX[m.side]]
    tracks.roll[:] = sign * np.pi / 2 * 0.94
    tracks.pelvis[:, 1], tracks.foot_free[:] = FLAT_M + 0.06, 1.0
    tracks.spine[:, 0] += 0.45 * curl
    tracks.head[:, 0] += 0.35 * curl
    tracks.head[:, 1] += sign * 0.15
    for limb in (LEFT, RIGHT):
        bent = curl * m.rng.uniform(0.75, 1.1)
        tracks.foot_local[limb] = (0.02, -0.95 + 0.5 * bent, 0.05 + 0.12 * bent)
        tracks.knee_out[limb] = 0.0
        tracks.foot_pitch[limb] = 0.6
    under = m.rng.random() < 0.6
    # The lower arm lies along the floor.
    tracks.hand[side] = (-0.2, 0.45, 0.35) if under else (-0.12, -0.05, 0.8)
    tracks.elbow_up[side] = -0.75
    tracks.hand[1 - side] = (-0.25, -0.2, 0.5) if m.rng.random() < 0.6 else (0.05, -0.9, 0.2)


def _lie_on_side(m: Maker) -> Tracks:
    tracks = m.still(m.rng.uniform(2.8, 5.0))
    _on_side(m, tracks, m.rng.uniform(0.0, 0.7))
    _breathe(m, tracks, 0.3 * np.ones(tracks.frames))
    return tracks


def _sleep(m: Maker) -> Tracks:
    """Curled up on the side, an arm under the head, breathing slowly; it stirs once."""
    tracks = m.still(m.rng.uniform(4.0, 6.0))
    _on_side(m, tracks, m.rng.uniform(0.7, 1.0))
    t, at = tracks.t, m.rng.uniform(1.0, 2.5)
    stir = bump(t, at, at + 1.4, 0.6) * m.rng.uniform(0.3, 1.0)
    tracks.spine[:, 0] += 0.04 * np.sin(2 * np.pi * 0.22 * t) - 0.15 * stir
    for limb in (LEFT, RIGHT):
        tracks.foot_local[limb][:, 1] -= 0.12 * stir
        tracks.hand[limb][:, 2] += 0.1 * stir
    return tracks


def _roll_over(m: Maker) -> Tracks:
    """Lying, a roll over one side from the back onto the belly or the other way round."""
    tracks = m.still(m.rng.uniform(3.0, 4.0))
    t, sign = tracks.t * m.pace, SIDE_SIGN[INDEX[m.side]]
    begin, to_front = m.rng.uniform(0.4, 0.8), m.rng.random() < 0.6
    turn = keys(t, [(begin, 0), (begin + m.rng.uniform(1.1, 1.7), 1)])
    # With yaw and roll at right angles the body lies along Z, head away from it, and the pitch turns it about its length.
    tracks.yaw[:], tracks.roll[:] = sign * np.pi / 2, sign * np.pi / 2
    tracks.pitch = np.pi * turn + (-np.pi / 2 if to_front else np.pi / 2)
    tracks.pelvis[:, 0] += sign * 0.35 * turn
    tracks.pelvis[:, 1], tracks.foot_free[:] = FLAT_M + 0.05 * np.sin(np.pi * turn), 1.0
    for limb in (LEFT, RIGHT):
        lead = limb != INDEX[m.side]
        crossing = np.sin(np.pi * turn) * (0.45 if lead else 0.15)
        tracks.foot_local[limb] = np.stack([0.08 - 0.3 * crossing, -0.96 + 0.3 * crossing, 0.02 + 0.4 * crossing], axis=1)
        tracks.foot_pitch[limb] = 0.6
        reach(tracks, limb, np.ones(len(t)), (0.3, -0.8, 0.05))
        reach(tracks, limb, bump(t, begin - 0.3, begin + 1.8, 0.5), (-0.35, 0.1, 0.5) if lead else (0.1, 0.8, 0.05))
    tracks.spine[:, 2] += sign * 0.4 * np.sin(np.pi * turn)
    tracks.head[:, 2] += sign * 0.3 * np.sin(np.pi * turn)
    return tracks


PRONE: tuple[Action, ...] = (
    Action(
        "crawl backward",
        lambda m: (crawl if m.rng.random() < 0.5 else low_crawl)(m, back=True),
        ("crawls backward", "crawls backwards on the floor", "moves backward on all fours"),
        chains=False,
        styles=False,
    ),
    Action(
        "lie on back",
        _lie_on_back,
        ("lies on the back", "is lying face up on the floor", "rests on the back without moving"),
        chains=False,
        styles=False,
    ),
    Action(
        "lie on belly",
        _lie_prone(1, 1),
        ("lies on the belly", "is lying face down on the floor", "lies flat on the stomach"),
        chains=False,
        styles=False,
    ),
    Action(
        "lie on side",
        _lie_on_side,
        ("lies on the {side} side", "is lying on the floor on the {side} side", "rests on the {side} flank"),
        SIDES,
        chains=False,
        styles=False,
    ),
    Action(
        "lie down on belly",
        _lie_prone(0, 1),
        ("lies down on the belly", "goes down from a crouch and lies flat", "gets down on the hands and lies face down"),
        chains=False,
        styles=False,
    ),
    Action(
        "get up from belly",
        _lie_prone(1, 0),
        ("gets up from lying on the belly", "pushes up from the floor into a crouch", "rises from lying face down"),
        chains=False,
        styles=False,
    ),
    Action(
        "sleep",
        _sleep,
        ("sleeps on the floor", "is asleep, curled up on the side", "sleeps with an arm under the head"),
        ("left", "right"),
        chains=False,
        styles=False,
    ),
    Action(
        "roll over",
        _roll_over,
        ("rolls over to the {side} while lying", "lies and rolls over to the {side}", "turns over to the {side} on the floor"),
        SIDES,
        chains=False,
        styles=False,
    ),
    Action(
        "sit down on floor",
        _sit_on_floor(0, 1),
        ("sits down on the floor", "lowers themselves to sit on the ground", "goes from standing to sitting on the floor"),
        chains=False,
        styles=False,
    ),
    Action(
        "get up from sitting",
        _sit_on_floor(1, 0),
        ("gets up from sitting on the floor", "stands up from the floor", "rises from sitting on the ground"),
        chains=False,
        styles=False,
    ),
)
