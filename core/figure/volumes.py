"""The volumes of the figure's body around its bones at rest. Metres, for a body of 1.7 m, from common human proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionpatches.core.figure.field import Volume
from motionpatches.core.figure.plan import AHEAD, ALONG, UP, Plan
from motionpatches.core.motion.rotations import cross, unit

# Metres from ball to tip, and from ankle to heel.
TOE, HEEL = 0.075, 0.045
# Metres from the middle of the shoulders to that of the head, and the half axes of the head.
HEAD_UP, HEAD = 0.245, (0.073, 0.112, 0.092)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What marks on the body refer to: middle of the head, front of the chest, and per side palms (2, 3), the directions that
    palms look in (2, 3), and the height of the soles (2,)."""

    head: np.ndarray
    head_scale: float
    chest: np.ndarray
    palms: np.ndarray
    palm_normals: np.ndarray
    soles: np.ndarray


@dataclass(frozen=True, eq=False)
class Body:
    """All volumes: of the body without hands, and of each hand with the wrist; where they are cut (2, 3); landmarks."""

    body: list[Volume]
    hands: tuple[list[Volume], list[Volume]]
    wrists: np.ndarray
    landmarks: Landmarks


def body_of(plan: Plan, places: np.ndarray, drop: float, head: float = 1.0) -> Body:
    """Put volumes around bones.

    Args:
        plan: Which bones there are.
        places: (B, 3) of the bones at rest, of a body of 1.7 m, both sides alike.
        drop: From ankles down to soles.
        head: Scale of the head.
    """
    at = {name: places[i] for i, name in enumerate(plan.names)}
    torso, middle_head, front = _trunk(at, head)
    body, soles, palms, normals, hands, wrists = torso, [], [], [], [], []
    for side, name in enumerate(("right", "left")):
        sign = -1.0 if side == 0 else 1.0
        bones = {key.removeprefix(f"{name} "): value for key, value in at.items() if key.startswith(name)}
        body += _arm(bones, side)
        leg, sole = _leg(bones, drop, sign)
        body += leg
        soles.append(sole)
        hand, palm, normal = _hand(plan, at, bones, side)
        hands.append(hand)
        palms.append(palm)
        normals.append(normal)
        wrists.append(bones["hand"])
    marks = Landmarks(middle_head, head, front, np.array(palms), np.array(normals), np.array(soles))
    return Body(body, (hands[0], hands[1]), np.array(wrists), marks)


def _trunk(at: dict[str, np.ndarray], scale: float) -> tuple[list[Volume], np.ndarray, np.ndarray]:
    """Return pelvis, waist, ribs, shoulders, neck and head; the middle of the head, and the front of the chest."""
    hips, right, left = at["pelvis"], at["right thigh"], at["left thigh"]
    shoulder_r, shoulder_l = at["right collar"], at["left collar"]
    shoulders = (shoulder_r + shoulder_l) / 2
    line = shoulders - hips
    high = float(np.linalg.norm(line))
    up = line / high
    wide_hips, wide = float(np.linalg.norm(left - right)), float(np.linalg.norm(shoulder_l - shoulder_r))
    half, hip = max(wide / 2, 0.13), max(wide_hips / 2, 0.07)

    def on(share: float, ahead: float = 0.0, aside: float = 0.0) -> np.ndarray:
        return hips + line * share + AHEAD * ahead + np.array([aside, 0, 0])

    flat = (1.0, 1.0, 0.86)
    found = [
        # Pelvis with seat, waist, belly, ribs, chest.
        Volume(on(0.08, 0.0, -hip * 0.62), on(0.08, 0.0, hip * 0.62), 0.096, 0.096, (1.0, 1.05, 0.98)),
        Volume(on(-0.03, -0.034, -hip * 0.70), on(-0.03, -0.034, -hip * 0.70), 0.084, 0.084),
        Volume(on(-0.03, -0.034, hip * 0.70), on(-0.03, -0.034, hip * 0.70), 0.084, 0.084),
        Volume(on(0.16), on(0.46), 0.104, 0.104, (1.24, 1.0, 0.90)),
        Volume(on(0.50), on(0.78), 0.112, 0.118, (half * 0.76 / 0.112, 1.0, 0.88)),
        Volume(on(0.80, 0.035, -half * 0.36), on(0.80, 0.035, -half * 0.36), 0.078, 0.078, (1.12, 0.9, 0.78)),
        Volume(on(0.80, 0.035, half * 0.36), on(0.80, 0.035, half * 0.36), 0.078, 0.078, (1.12, 0.9, 0.78)),
        Volume(shoulders - [half * 0.58, 0.012, 0], shoulders + [half * 0.58, -0.012, 0], 0.062, 0.062, (1.0, 1.0, 0.95)),
        # From the neck down to the shoulders.
        Volume(shoulders + up * 0.075 - AHEAD * 0.01, shoulder_r * 0.8 + shoulders * 0.2, 0.044, 0.036, flat),
        Volume(shoulders + up * 0.075 - AHEAD * 0.01, shoulder_l * 0.8 + shoulders * 0.2, 0.044, 0.036, flat),
    ]
    neck, end = at["neck"], at["head"]
    way = end - shoulders
    direction = unit(end - neck) if np.linalg.norm(end - neck) > 0.03 else up
    direction = unit(direction * [0, 1, 1] + up)
    reach = float(np.linalg.norm(way))
    middle = end + direction * float(np.clip(HEAD_UP - reach, -0.125, 0.125))
    middle = middle * [0, 1, 1] + AHEAD * 0.012
    # A larger head grows upwards, from the neck.
    middle = middle + direction * (scale - 1) * HEAD[1] * 0.8
    skull = middle + direction * 0.018 * scale
    jaw = middle + (AHEAD * 0.010 - direction * 0.045) * scale
    chin = middle + (AHEAD * 0.038 - direction * 0.068) * scale
    found += [
        Volume(shoulders + up * 0.02 - AHEAD * 0.005, middle - direction * 0.05 - AHEAD * 0.012, 0.058, 0.052),
        Volume(skull - AHEAD * 0.008 * scale, skull, 0.094 * scale, 0.094 * scale, (0.80, 1.0, 0.98)),
        Volume(jaw, chin, 0.056 * scale, 0.040 * scale, (0.92, 1, 1)),
    ]
    return found, middle, on(0.80, 0.10)


def _arm(bones: dict[str, np.ndarray], side: int) -> list[Volume]:
    s, m, e = bones["upper arm"], bones["forearm"], bones["hand"]
    a = ALONG[side]
    return [
        Volume(s - [0, 0.006, 0], s + a * 0.05, 0.058, 0.050),
        Volume(s, m, 0.047, 0.036),
        Volume(s + (m - s) * 0.30 + AHEAD * 0.006, s + (m - s) * 0.62 + AHEAD * 0.006, 0.043, 0.039),
        Volume(m, m + (e - m) * 0.34, 0.036, 0.040),
        Volume(m + (e - m) * 0.30, e, 0.039, 0.0245),
        Volume(e - a * 0.02, e + a * 0.012, 0.025, 0.024),
    ]


def _leg(bones: dict[str, np.ndarray], drop: float, sign: float) -> tuple[list[Volume], float]:
    """Return thigh, knee, calf and foot, and the height of the sole."""
    s, m, e, ball = bones["thigh"], bones["shin"], bones["foot"], bones["toes"]
    thigh, shin = m - s, e - m
    sole = float(e[1]) - drop
    inwards = np.array([-sign * 0.004, 0, 0])
    toe = np.array([ball[0] + sign * 0.004, sole + 0.020, ball[2] + TOE - 0.022])
    tread = np.array([ball[0], sole + 0.026, ball[2] - 0.005])
    heel = np.array([e[0], sole + 0.030, e[2] - HEEL + 0.012])
    return [
        Volume(s + inwards * 4 - UP * 0.01, s + thigh * 0.45, 0.086, 0.074),
        Volume(s + thigh * 0.40, m, 0.074, 0.050),
        Volume(m + AHEAD * 0.006, m + AHEAD * 0.004 + shin * 0.08, 0.048, 0.045),
        Volume(m, e, 0.048, 0.031),
        # Calf.
        Volume(m + shin * 0.16 - AHEAD * 0.014, m + shin * 0.42 - AHEAD * 0.012, 0.046, 0.043),
        Volume(e - UP * 0.004, e + [0, 0.03, 0], 0.035, 0.033),
        # Heel, instep, ball, toes: broad and low.
        Volume(heel + AHEAD * 0.01, heel, 0.034, 0.032),
        Volume(e + [0, -drop * 0.40, 0.012], tread - AHEAD * 0.02, 0.036, 0.030, (1.1, 1.0, 1.0)),
        Volume(heel + AHEAD * 0.03, tread, 0.030, 0.030, (1.2, 1.0, 1.0)),
        Volume(tread - AHEAD * 0.01, toe, 0.029, 0.021, (1.45, 1.0, 1.0)),
    ], sole


def _hand(
    plan: Plan, at: dict[str, np.ndarray], bones: dict[str, np.ndarray], side: int
) -> tuple[list[Volume], np.ndarray, np.ndarray]:
    """Return forearm's end, palm and fingers, the middle of the palm and the direction that it looks in."""
    e, a = bones["hand"], ALONG[side]
    # With the thumb ahead, palms look down and inwards.
    normal = unit(cross(AHEAD, a) if side == 0 else cross(a, AHEAD))
    axes = np.stack([a, AHEAD, normal], axis=1)
    chains = _fingers_of(plan, at, side)
    palm_end = e + a * 0.082
    if chains:
        bases = [chain[0] for chain, thumb in chains if not thumb]
        far = float(np.clip(np.mean([(b - e) @ a for b in bases]), 0.05, 0.11))
        palm_end = e + a * far
    low = (1.0, 1.0, 0.42)
    hand = [
        Volume(e - a * 0.10, e + a * 0.012, 0.030, 0.024),
        Volume(e + a * 0.020, palm_end - a * 0.018, 0.027, 0.035, (1.0, 1.0, 0.46), axes),
        Volume(e + a * 0.012, e + a * 0.040, 0.024, 0.020, (1.0, 1.0, 0.75), axes),
    ]
    if chains:
        for chain, thumb in chains:
            radius = 0.0105 if thumb else 0.0092
            tip = chain[-1] + unit(chain[-1] - chain[-2]) * (0.020 if thumb else 0.018)
            for b, c in zip(chain, [*chain[1:], tip], strict=True):
                hand.append(Volume(b, c, radius, radius * 0.92))
            hand.append(Volume(e + a * 0.02 + (AHEAD * 0.012 if thumb else 0), chain[0], 0.013, radius + 0.002))
    else:
        hand += [
            Volume(palm_end - a * 0.012, palm_end + a * 0.040, 0.034, 0.031, low, axes),
            Volume(palm_end + a * 0.040, palm_end + a * 0.072, 0.031, 0.023, low, axes),
            Volume(e + a * 0.020 + AHEAD * 0.016, e + a * 0.058 + AHEAD * 0.046, 0.0155, 0.0125),
            Volume(e + a * 0.058 + AHEAD * 0.046, e + a * 0.088 + AHEAD * 0.055, 0.0125, 0.0105),
        ]
    return hand, (e + palm_end) / 2, normal


def _fingers_of(plan: Plan, at: dict[str, np.ndarray], side: int) -> list[tuple[list[np.ndarray], bool]]:
    """Return the places of each finger's joints, and whether it is the thumb."""
    return [
        ([at[f"finger {number}.{k}"] for k in range(len(finger.joints))], finger.thumb)
        for number, finger in enumerate(plan.fingers)
        if finger.arm == side
    ]
