"""Crawls on hands and knees and on the belly, ahead and back."""

from __future__ import annotations

import numpy as np

from motionpatches.core.demo.action import Maker
from motionpatches.core.demo.body import LEFT, RIGHT, SIDE_SIGN, Tracks
from motionpatches.core.demo.curves import ease, smooth_noise

# Height of the pelvis of someone who lies flat, metres.
FLAT_M = 0.12


def _stride(phase: np.ndarray, swing: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how far ahead (-0.5 to 0.5) a limb is at phases (T,) of its cycle, and how far it is lifted (0 to 1).

    For the share `swing` of the cycle it goes ahead in the air; then it stays on the floor while the body passes.
    """
    at = phase % 1
    ahead = np.where(at < swing, ease(at / swing), 1 - (at - swing) / (1 - swing)) - 0.5
    return ahead, np.where(at < swing, np.sin(np.pi * at / swing), 0.0)


def crawl(m: Maker, back: bool = False) -> Tracks:
    """On hands and knees: a hand and the opposite knee together, the trunk level, the hips rolling with the knees."""
    seconds, hz = m.rng.uniform(3.4, 5.5), m.rng.uniform(0.65, 0.95) * m.pace
    tracks = m.still(seconds * m.pace)
    t, body, stride = tracks.t, tracks.body, m.rng.uniform(0.28, 0.42) * m.size
    swing = 0.45
    speed, start = stride * hz / (1 - swing), m.first_foot()
    way = (-1 if back else 1) * speed * t * (1 - swing)
    # Backward is forward played the other way round: the phase runs down.
    beat = (-1 if back else 1) * hz * t + 0.5 * start
    tilt = m.rng.uniform(-0.05, 0.12)
    tracks.pitch[:] = np.pi / 2 - tilt
    tracks.pelvis[:, 1] = body.thigh + 0.1 + 0.012 * np.cos(4 * np.pi * beat)
    tracks.pelvis[:, 2] = way
    tracks.pelvis[:, 0] += 0.035 * np.sin(2 * np.pi * beat)
    tracks.roll = 0.06 * np.sin(2 * np.pi * beat)
    tracks.spine[:, 1] += 0.12 * np.sin(2 * np.pi * beat + 0.5)
    tracks.spine[:, 0] += m.rng.uniform(-0.1, 0.2)
    tracks.head[:, 0] -= m.rng.uniform(0.1, 0.8)
    tracks.head[:, 2] += 0.2 * smooth_noise(tracks.frames, 1, m.rng, 20)[:, 0]
    tracks.foot_free[:] = 1.0
    shoulder = 0.52 * np.cos(tilt)
    for limb in (LEFT, RIGHT):
        ahead, lift = _stride(beat + 0.5 * limb, swing)
        hand = np.stack([SIDE_SIGN[limb] * 0.19 + 0 * t, 0.03 + 0.08 * lift, way + shoulder + stride * ahead], axis=1)
        tracks.hand_fixed[limb], tracks.hand_world[limb] = 1.0, hand
        # The knee goes with the other hand; the shin trails flat behind it.
        knee, raised = _stride(beat + 0.5 * limb + 0.5, swing)
        hip_high = tracks.pelvis[:, 1] - 0.01
        along = np.clip(0.8 * stride * knee, -0.24, 0.24)
        drop = np.sqrt(np.maximum(body.thigh**2 - along**2, 0.01))
        # In the frame of the level pelvis: up is ahead in the world, ahead is down.
        knee_low = np.minimum(drop, hip_high - 0.05 - 0.03 * raised)
        up, down = along - 0.97 * body.shin, knee_low - 0.01 + 0.02 * raised
        tracks.foot_local[limb] = np.stack([0.02 + 0 * t, up / body.leg, down / body.leg], axis=1)
        tracks.foot_pitch[limb] = 1.3
        tracks.knee_out[limb] = 0.1
    return tracks


def low_crawl(m: Maker, back: bool = False) -> Tracks:
    """Flat on the belly: one bent arm and the other side's knee are drawn up, then push the body along.

    Args:
        m: What the action is made from.
        back: Whether arms push the body backward.
    """
    seconds, hz = m.rng.uniform(3.6, 6.0), m.rng.uniform(0.4, 0.75) * m.pace
    tracks = m.still(seconds * m.pace)
    t, stride = tracks.t, m.rng.uniform(0.22, 0.4) * m.size
    sign, start, swing = (-1 if back else 1), m.first_foot(), 0.5
    beat = sign * hz * t + 0.5 * start
    # Way and trunk surge with each push.
    way = sign * stride * hz * t + 0.02 * np.sin(4 * np.pi * beat)
    wave, lifted = np.sin(2 * np.pi * beat), m.rng.uniform(0.05, 0.3)
    tracks.pitch[:] = np.pi / 2 - 0.06
    tracks.pelvis[:, 1] = FLAT_M + 0.02 + 0.02 * np.abs(wave)
    tracks.pelvis[:, 2] = way
    tracks.pelvis[:, 0] += 0.05 * wave
    tracks.roll = 0.22 * wave
    tracks.yaw = 0.16 * wave
    tracks.spine[:, 0] -= lifted
    tracks.spine[:, 1] += 0.25 * wave
    tracks.head[:, 0] -= m.rng.uniform(0.2, 0.7)
    tracks.foot_free[:] = 1.0
    for limb in (LEFT, RIGHT):
        ahead, lift = _stride(beat + 0.5 * limb, swing)
        # Forearms lie before the chest, elbows out.
        hand = np.stack(
            [SIDE_SIGN[limb] * (0.2 + 0.08 * lift), 0.035 + 0.07 * lift, way + 0.68 + stride * ahead * (1 - swing)], axis=1
        )
        tracks.hand_fixed[limb], tracks.hand_world[limb] = 1.0, hand
        tracks.elbow_up[limb] = -0.2
        # The leg opposite the reaching arm is drawn up, knee outwards, and stretched again.
        drawn = 0.5 + 0.5 * np.cos(2 * np.pi * (beat + 0.5 * limb + 0.15))
        tracks.foot_local[limb] = np.stack([0.1 + 0.3 * drawn, -0.95 + 0.38 * drawn, 0.02 + 0.03 * drawn], axis=1)
        tracks.foot_pitch[limb] = 1.2
        tracks.knee_out[limb] = 2.5
    return tracks
