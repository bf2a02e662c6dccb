"""How the figure's surface follows its bones: weights, and dual quaternions (Kavan et al., 2007)."""

from __future__ import annotations

import numpy as np

from motionpatches.core.figure.plan import Plan
from motionpatches.core.motion.rotations import quaternions

# Bones that move a vertex, and metres over which neighbouring bones share the surface.
MOST = 4


def dual_quaternions(turns: np.ndarray, places: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Return (N, B, 8) float32 dual quaternions, x, y, z, w each, that take the rest pose to poses.

    Args:
        turns: (N, B, 3, 3) rotations from rest.
        places: (N, B, 3) of the bones.
        rest: (B, 3) or (N, B, 3) of the bones at rest.
    """
    n, b = turns.shape[:2]
    real = quaternions(turns.reshape(-1, 3, 3)).reshape(n, b, 4)
    shift = places - np.einsum("nbij,nbj->nbi", turns, np.broadcast_to(rest, places.shape))
    # The dual part is half the shift, as a quaternion, times the real part.
    w, v = real[..., 3:], real[..., :3]
    dual = np.concatenate([shift * w + np.cross(shift, v), -(shift * v).sum(-1, keepdims=True)], axis=-1) / 2
    return np.concatenate([real, dual], axis=-1).astype(np.float32)


def skinned(vertices: np.ndarray, bones: np.ndarray, weights: np.ndarray, duals: np.ndarray) -> np.ndarray:
    """Move vertices (V, 3) by one pose's dual quaternions (B, 8): what the vertex shader does.

    Args:
        vertices: At rest.
        bones, weights: (V, 4) of each.
        duals: Of the pose.
    """
    chosen = duals[bones].astype(np.float64)
    pivot = chosen[np.arange(len(bones)), weights.argmax(1), :4]
    sign = np.where((chosen[..., :4] * pivot[:, None]).sum(-1) < 0, -1.0, 1.0)
    mixed = (chosen * (weights * sign)[..., None]).sum(1)
    mixed /= np.linalg.norm(mixed[:, :4], axis=1, keepdims=True)
    v, w, dv, dw = mixed[:, :3], mixed[:, 3:4], mixed[:, 4:7], mixed[:, 7:]
    turned = vertices + 2 * np.cross(v, np.cross(v, vertices) + w * vertices)
    return turned + 2 * (w * dv - dw * v + np.cross(v, dv))


def weights_of(plan: Plan, places: np.ndarray, vertices: np.ndarray, hand: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share a surface among bones.

    Along the trunk and along each limb the share passes from bone to bone; trunk and limbs share what is near to both.

    Args:
        plan: Which bones there are.
        places: (B, 3) at rest.
        vertices: (V, 3) at rest.
        hand: (V,) which hand a vertex belongs to, 0 or 1; -1 for none.

    Returns:
        Bones (V, 4) and weights (V, 4) that sum to 1.
    """
    share = np.zeros((len(vertices), len(plan.names)))
    chest = plan.arms - 3
    trunk = _along([*range(chest + 1)], places, vertices)
    # Neck and head above the shoulders.
    shoulders = places[[plan.limb(0), plan.limb(1)]].mean(axis=0)
    head_base = shoulders + (places[chest + 2] - shoulders) * 0.5
    rise = (vertices - shoulders)[:, 1]
    necks = _step(rise, 0.01, 0.085)
    skull = _step(rise, max(float(head_base[1] - shoulders[1]), 0.05), max(float(head_base[1] - shoulders[1]), 0.05) + 0.06)
    share[:, : chest + 1] = trunk * (1 - necks)[:, None]
    share[:, chest + 1] = necks * (1 - skull)
    share[:, chest + 2] = necks * skull
    for number in range(4):
        own, chain = _limb(plan, places, vertices, number)
        own = np.where(hand < 0, own, hand == number)
        share *= (1 - own)[:, None]
        share[:, plan.limb(number) : plan.limb(number) + 6] += own[:, None] * chain
    if plan.fingers:
        _fingers(plan, places, vertices, hand, share)
    return _largest(share)


def _limb(plan: Plan, places: np.ndarray, vertices: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how much (V,) of each vertex is a limb's, and how (V, 6) its bones share that."""
    at = plan.limb(number)
    arm, sign = number < 2, (-1.0, 1.0)[number % 2]
    s, m, e = (places[at + k] for k in ((1, 3, 5) if arm else (0, 2, 4)))
    x = vertices[:, 0] * sign
    side = np.maximum(x, 0)
    first, second = (m - s) / np.linalg.norm(m - s), (e - m) / np.linalg.norm(e - m)
    t, u = (vertices - s) @ first, (vertices - m) @ second
    long, lower = float(np.linalg.norm(m - s)), float(np.linalg.norm(e - m))
    away = np.minimum(_to_segment(vertices, s, m), _to_segment(vertices, m, e + second * (0.25 if arm else 0.0)))
    chain = np.zeros((len(vertices), 6))
    elbow, wrist = _step(u, -0.045, 0.045), _step((vertices - e) @ second, -0.03, 0.025)
    down = np.clip(t / long, 0, 1)
    twist = np.clip(u / lower, 0, 1)
    if arm:
        # What lies beyond the shoulder's joint, and the flesh over it that the arm carries along.
        across = np.linalg.norm(vertices - s - t[:, None] * first, axis=1)
        own = _step(t - np.maximum(across - 0.05, 0) * 0.7, -0.070, 0.060) * _step(side, abs(s[0]) - 0.075, abs(s[0]) + 0.0)
        # Not the flank below the arm.
        own = own * (1 - _step(away, 0.060, 0.095))
        collar = 1 - _step(t, -0.03, 0.135)
        chain[:, 0] = collar * (1 - elbow)
        chain[:, 1] = (1 - collar) * (1 - elbow) * (1 - down)
        chain[:, 2] = (1 - collar) * (1 - elbow) * down
        chain[:, 3] = elbow * (1 - wrist) * (1 - twist)
        chain[:, 4] = elbow * (1 - wrist) * twist
        chain[:, 5] = elbow * wrist
        return own, chain
    # A leg begins below the crease of the hip; between the legs the sides part.
    own = _step(t, -0.105, 0.125) * _step(side, -0.001, 0.045)
    low = _step(t, 0.10, 0.20)
    own = own * (1 - low) + (x > 0) * low
    own = own * (1 - _step(away, 0.25, 0.30))
    foot = _step(e[1] + 0.035 - vertices[:, 1], 0.0, 0.06) * (u > lower * 0.5)
    ball = places[at + 5]
    toes = _step(vertices[:, 2] - ball[2], -0.025, 0.025) * foot
    chain[:, 0] = (1 - elbow) * (1 - down)
    chain[:, 1] = (1 - elbow) * down
    chain[:, 2] = elbow * (1 - foot) * (1 - twist)
    chain[:, 3] = elbow * (1 - foot) * twist
    chain[:, 4] = elbow * foot * (1 - toes)
    chain[:, 5] = elbow * foot * toes
    return own, chain / np.maximum(chain.sum(1, keepdims=True), 1e-9)


def _fingers(plan: Plan, places: np.ndarray, vertices: np.ndarray, hand: np.ndarray, share: np.ndarray) -> None:
    """Give the surface near each finger's joints to them."""
    at, distances, owners = plan.limb(4), [], []
    for finger in plan.fingers:
        ends = [*places[at : at + len(finger.joints)]]
        ends.append(ends[-1] + (ends[-1] - ends[-2]))
        for k in range(len(finger.joints)):
            away = _to_segment(vertices, ends[k], ends[k + 1])
            distances.append(np.where(hand == finger.arm, away, np.inf))
            owners.append(at + k)
        at += len(finger.joints)
    away = np.stack(distances, axis=1)
    near = away.min(axis=1)
    for arm in range(2):
        wrist = plan.limb(arm) + 5
        of_hand = (hand == arm) & (near < 0.028)
        bases = [places[o] for o in owners if o in _bases(plan, arm)]
        if not of_hand.any() or not bases:
            continue
        own = np.exp(-((away[of_hand] - near[of_hand, None]) / 0.004))
        own /= own.sum(axis=1, keepdims=True)
        # Past the knuckles a finger has its surface alone; before them the palm has it.
        out = np.stack([(vertices[of_hand] - b) @ (b - places[wrist]) / np.linalg.norm(b - places[wrist]) for b in bases], 1)
        nearest = np.stack([np.linalg.norm(vertices[of_hand] - b, axis=1) for b in bases], 1).argmin(1)
        past = _step(out[np.arange(len(out)), nearest], -0.008, 0.012) * (1 - _step(near[of_hand], 0.014, 0.028))
        share[of_hand] *= (1 - past)[:, None]
        for column, owner in enumerate(owners):
            share[of_hand, owner] += past * own[:, column]


def _bases(plan: Plan, arm: int) -> set[int]:
    at, found = plan.limb(4), set()
    for finger in plan.fingers:
        if finger.arm == arm:
            found.add(at)
        at += len(finger.joints)
    return found


def _along(bones: list[int], places: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Share (V, len(bones)) along a way, linear in height between one bone's place and the next."""
    heights = places[bones, 1].copy()
    heights = np.maximum.accumulate(heights + np.arange(len(bones)) * 1e-6)
    # The pelvis keeps what lies about it; a bone's share is greatest in the middle of what it carries.
    ends = np.append(heights[1:], heights[-1] + 0.12)
    middles = (heights + ends) / 2
    middles[0] = heights[0] + 0.02
    y = vertices[:, 1]
    at = np.clip(np.searchsorted(middles, y), 1, len(bones) - 1) if len(bones) > 1 else np.zeros(len(y), int)
    low, high = middles[at - 1], middles[at]
    t = _step(y, low, high)
    share = np.zeros((len(y), len(bones)))
    rows = np.arange(len(y))
    share[rows, at - 1] += 1 - t
    share[rows, at] += t
    return share


def _largest(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-share, axis=1)[:, :MOST]
    weights = np.take_along_axis(share, order, axis=1)
    # A fifth bone never has much; without it the change from vertex to vertex stays smooth where the fourth fades to it.
    fifth = np.sort(share, axis=1)[:, -MOST - 1 : -MOST] if share.shape[1] > MOST else 0
    weights = np.maximum(weights - fifth, 0)
    return order, weights / weights.sum(axis=1, keepdims=True)


def _step(values: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """Return 0 up to `low`, 1 from `high` on, smooth between."""
    t = np.clip((values - low) / np.maximum(np.asarray(high) - low, 1e-9), 0, 1)
    return t * t * (3 - 2 * t)


def _to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    along = b - a
    t = np.clip((points - a) @ along / max(float(along @ along), 1e-12), 0, 1)
    return np.linalg.norm(points - a - t[:, None] * along, axis=1)
