"""Walking, running and other gaits: footprints along a path, a pelvis that rides over them, arms that counter-swing."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from motionpatches.core.demo.body import BALL_HEIGHT, FPS, LEFT, RIGHT, SIDE_SIGN, Body, Tracks, hang, stance
from motionpatches.core.demo.curves import bump, ease, travel_profile


@dataclass(frozen=True)
class Gait:
    """How steps are made.

    Args:
        cadence: Steps per second.
        duty: Share of a stride in which a foot is on the ground; below 0.5 there is a flight.
        width: Metres between the feet beyond the width of the hips.
        lift, bob, crouch, sway, knee_lift: Metres: height of a swinging foot, rise and fall of the pelvis, bent knees, sideways
            movement of the pelvis, additional height of a swinging foot.
        arm_swing, elbow, lean, heel, on_toes: Radians.
        limp: The side that is spared; -1 for none.
        behind: How much sooner than at mid-stance the body is over its foot, in steps.
    """

    cadence: float = 1.8
    duty: float = 0.62
    width: float = 0.0
    lift: float = 0.09
    bob: float = 0.02
    arm_swing: float = 0.45
    elbow: float = 0.3
    lean: float = 0.04
    heel: float = 0.7
    crouch: float = 0.01
    sway: float = 0.025
    knee_lift: float = 0.0
    limp: int = -1
    on_toes: float = 0.0
    behind: float = 0.15


WALK = Gait()
RUN = Gait(
    cadence=2.7,
    duty=0.36,
    lift=0.36,
    bob=0.035,
    arm_swing=0.75,
    elbow=1.5,
    lean=0.16,
    heel=1.0,
    crouch=0.025,
    behind=0.24,
    sway=0.012,
)
JOG = Gait(
    cadence=2.5,
    duty=0.42,
    lift=0.22,
    bob=0.03,
    arm_swing=0.5,
    elbow=1.4,
    lean=0.09,
    heel=0.8,
    crouch=0.02,
    behind=0.24,
    sway=0.015,
)


@dataclass(frozen=True, eq=False)
class Path:
    """Where the body goes: ground (T, 2) x and z in metres, facing (T,) radians, height (T,) of the ground in metres."""

    ground: np.ndarray
    facing: np.ndarray
    height: np.ndarray


def straight(seconds: float, distance: float, direction: float = 0.0) -> Path:
    """Lead `distance` metres along `direction` (0 ahead, pi/2 to the left) while facing +Z."""
    t = np.arange(int(seconds * FPS)) / FPS
    way = travel_profile(t, seconds) * distance
    ground = np.stack([np.sin(direction) * way, np.cos(direction) * way], axis=1)
    return Path(ground, np.zeros(len(t)), np.zeros(len(t)))


def arc(seconds: float, distance: float, angle: float) -> Path:
    """Lead along a circle for `distance` metres, turning by `angle` radians (positive to the left) and facing along it."""
    t = np.arange(int(seconds * FPS)) / FPS
    share = travel_profile(t, seconds)
    heading = share * angle
    step = np.diff(share, prepend=0) * distance
    middle = heading - np.diff(heading, prepend=0) / 2
    ground = np.cumsum(np.stack([np.sin(middle), np.cos(middle)], axis=1) * step[:, None], axis=0)
    return Path(ground, heading, np.zeros(len(t)))


def pivot(seconds: float, angle: float) -> Path:
    """Turn on the spot by `angle` radians (positive to the left)."""
    t = np.arange(int(seconds * FPS)) / FPS
    return Path(np.zeros((len(t), 2)), travel_profile(t, seconds) * angle, np.zeros(len(t)))


def zigzag(seconds: float, distance: float, swing: float) -> Path:
    """Lead ahead in a wavy line that swings `swing` metres to each side; the heading follows it."""
    path = straight(seconds, distance)
    z = path.ground[:, 1]
    x = swing * np.sin(z / distance * 2 * np.pi * 1.5) * np.sin(np.pi * np.clip(z / distance, 0, 1))
    slope = np.gradient(x, np.maximum(z, 1e-3) + np.arange(len(z)) * 1e-6)
    return Path(np.stack([x, z], axis=1), np.arctan(np.clip(slope, -1.2, 1.2)), path.height)


def between(first: Gait, second: Gait, share: float) -> Gait:
    """Return the gait a share of the way from one to another; the limp is the first one's."""
    mixed = {f.name: getattr(first, f.name) * (1 - share) + getattr(second, f.name) * share for f in fields(Gait)}
    return Gait(**(mixed | {"limp": first.limp}))


def walk_along(
    body: Body, path: Path, gait: Gait, first: int = RIGHT, later: Gait | None = None, share: np.ndarray | None = None
) -> Tracks:
    """Make the tracks of a body that follows a path from standing to standing.

    Args:
        body: The body.
        path: Of T frames.
        gait: How it steps.
        first: The foot that steps first.
        later: Another gait; its cadence is not used.
        share: (T,) how far the gait is the later one.
    """
    frames = len(path.ground)
    tracks = Tracks(frames, body)
    seconds = frames / FPS
    way = float(np.linalg.norm(np.diff(path.ground, axis=0), axis=1).sum())
    longest = body.leg * (0.8 if gait.duty > 0.5 else 1.35)
    steps = max(int(round(gait.cadence * (seconds - 0.3))), int(np.ceil(way / longest)) + 1, 3)
    step_s = (seconds - 0.3) / steps
    # The gait of each step, by the frame in which it lands.
    lands = np.minimum((0.15 + step_s * np.arange(1, steps + 1)) * FPS, frames - 1).astype(int)
    gaits = [gait if later is None or share is None else between(gait, later, float(share[at])) for at in lands]
    _feet(tracks, path, gaits, step_s, first)
    _ride(tracks, path, gait, step_s, first)
    if later is not None and share is not None:
        other = Tracks(frames, body)
        _ride(other, path, later, step_s, first)
        for name in ("pelvis", "yaw", "pitch", "roll", "spine", "head", "hand"):
            own = getattr(tracks, name)
            mix = share if own.ndim == 1 else share[:, None]
            setattr(tracks, name, own * (1 - mix) + getattr(other, name) * mix)
    return tracks


def _ride(tracks: Tracks, path: Path, gait: Gait, step_s: float, first: int) -> None:
    """Move trunk and arms over the feet."""
    t, moving = tracks.t, bump(tracks.t, 0.0, tracks.seconds, 0.35)
    # A stride is a turn of `phase`: the hips sway over the foot that stands, the pelvis rises and falls with every step.
    phase = np.pi * (t - 0.15) / step_s + (0 if first == RIGHT else np.pi)
    wave = np.sin(phase) * moving
    beat = -np.cos(2 * phase) if gait.duty > 0.5 else np.cos(2 * phase)
    ahead = np.stack([np.sin(path.facing), np.cos(path.facing)], axis=1)
    left = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    support = np.cos(phase + np.pi / 2) * moving * (1 if gait.duty > 0.5 else 0.6)
    tracks.pelvis[:, [0, 2]] = path.ground + left * (gait.sway * -support)[:, None]
    drop = gait.crouch + (0.004 if gait.duty > 0.5 else 0.02)
    tracks.pelvis[:, 1] += path.height + moving * (beat * gait.bob - drop + gait.on_toes * 0.06)
    tracks.yaw = path.facing + 0.09 * wave
    tracks.pitch = gait.lean * 0.5 * moving
    tracks.roll = 0.03 * support
    tracks.spine[:, 0] = (gait.lean + 0.4 * gait.crouch) * moving
    tracks.spine[:, 2] = -0.16 * wave
    tracks.head[:, 0] = -0.5 * gait.lean * moving
    for side in (LEFT, RIGHT):
        swing = gait.arm_swing * wave * (1 if side == LEFT else -1)
        bend = 0.22 + (gait.elbow - 0.22) * moving + 0.25 * np.maximum(swing, 0)
        tracks.hand[side] = hang(swing + 0.05 - 0.12 * moving * (gait.elbow > 1), 0.12 + 0.05 * moving, bend)
    if gait.limp >= 0:
        dip = np.maximum(np.sin(phase + (0 if gait.limp == RIGHT else np.pi)), 0) * moving
        tracks.pelvis[:, 1] -= 0.05 * dip
        tracks.spine[:, 1] += SIDE_SIGN[gait.limp] * 0.2 * dip
        tracks.spine[:, 0] += 0.1 * moving


def _feet(tracks: Tracks, path: Path, gaits: list[Gait], step_s: float, first: int) -> None:
    """Place the feet: each step swings one foot to where the body will be over it; planted feet do not move.

    The body is over a foot a little before mid-stance: the foot leaves the floor farther behind than it came down ahead.
    """
    t, body, last, steps = tracks.t, tracks.body, len(path.ground) - 1, len(gaits)

    def footprint(second: float, side: int, gait: Gait) -> np.ndarray:
        """Return x, y, z and yaw of a foot that stands under the body at a time."""
        at = int(np.clip(round(second * FPS), 0, last))
        offset = stance(body, side, gait.width)
        c, s = np.cos(path.facing[at]), np.sin(path.facing[at])
        x, z = offset[0] * c + offset[2] * s, -offset[0] * s + offset[2] * c
        ground = np.array([path.ground[at, 0] + x, BALL_HEIGHT + path.height[at], path.ground[at, 1] + z])
        return np.append(ground, path.facing[at] + SIDE_SIGN[side] * 0.1)

    end_s = len(t) / FPS
    for side in (LEFT, RIGHT):
        place = footprint(0, side, gaits[0])
        values = np.repeat(place[None], len(t), axis=0)
        lift, pitch = np.zeros(len(t)), np.zeros(len(t))
        # `place` is the footprint that the foot leaves; `values` (T, 4) holds x, y, z and yaw of the foot.
        for i, gait in enumerate(gaits):
            if (i % 2 == 0) != (side == first):
                continue
            spared = gait.limp == side
            land, swing_s = 0.15 + (i + 1) * step_s, 2 * step_s * (1 - gait.duty)
            start = max(land - swing_s * (0.8 if spared else 1), 0.02)
            middle = end_s if i >= steps - 2 else min(land + (gait.duty - gait.behind) * step_s, end_s)
            target = footprint(middle, side, gait)
            # From the footprint to the next while the foot is in the air; the last step's target holds to the end.
            share = np.clip((t - start) / (land - start), 0, 1)
            flying = (share > 0) & (share < 1)
            after = t >= start
            eased = ease(share if gait.duty > 0.5 else share**0.8)[:, None]
            values[after] = (place * (1 - eased) + target * eased)[after]
            # Height of the swing; then the heel is raised before the foot leaves, and the toes before it lands.
            arch = np.sin(np.pi * share) ** 0.8 * flying
            lift += arch * (gait.lift * (0.45 if spared else 1) + gait.knee_lift)
            push = ease((t - (start - 0.22)) / 0.22) * (1 - ease((share - 0.15) / 0.45)) * (t > start - 0.22)
            toe_up = np.sin(np.pi * np.clip((share - 0.55) / 0.45, 0, 1)) * 0.3 * (gait.duty > 0.5)
            pitch += push * gait.heel * (0.4 if spared else 1) - toe_up * flying
            place = target
        tracks.ball[side] = values[:, :3]
        tracks.ball[side][:, 1] += lift
        tracks.foot_yaw[side] = values[:, 3]
        tracks.foot_pitch[side] = np.maximum(pitch, gaits[0].on_toes * bump(t, 0, len(t) / FPS, 0.3))
