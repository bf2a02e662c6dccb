"""Rotation matrices (..., 3, 3): the ones that turn vectors to each other, and their quaternions and Euler angles."""

from __future__ import annotations

import numpy as np


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return (..., 3) at length 1; zeros stay zeros."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return cross products (..., 3); numpy's own takes several times as long."""
    ax, ay, az, bx, by, bz = a[..., 0], a[..., 1], a[..., 2], b[..., 0], b[..., 1], b[..., 2]
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    found = np.empty((*x.shape, 3), x.dtype)
    found[..., 0], found[..., 1], found[..., 2] = x, y, z
    return found


def shortest(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the smallest rotations (T, 3, 3) that turn vectors a (T, 3) towards b; none where either is zero."""
    a, b = np.broadcast_arrays(unit(a), unit(b))
    axis, cosine = cross(a, b), (a * b).sum(axis=1)
    # Opposite vectors: half a turn about any axis across.
    helper = np.where(np.abs(a[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    across = unit(cross(a, helper))
    k = _cross_matrices(axis)
    plain = np.eye(3) + k + k @ k / np.maximum(1 + cosine, 1e-9)[:, None, None]
    half_turn = 2 * across[:, :, None] * across[:, None, :] - np.eye(3)
    turned = np.where((cosine < -1 + 1e-8)[:, None, None], half_turn, plain)
    return np.where((np.abs(a).sum(1) * np.abs(b).sum(1) > 0)[:, None, None], turned, np.eye(3))


def nearest(offsets: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """Return the rotations (T, 3, 3) that take offsets, (C, 3) or (T, C, 3), nearest to bones (T, C, 3) (Kabsch, 1976)."""
    u, _, vt = np.linalg.svd(bones.swapaxes(1, 2) @ offsets)
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= np.where(sign == 0, 1, sign)[:, None]
    return u @ vt


def frames(along: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Return matrices (..., 3, 3) with columns `along`, the part of `side` across it, and their cross product."""
    first = unit(along)
    second = unit(side - (side * first).sum(-1, keepdims=True) * first)
    return np.stack([first, second, cross(first, second)], axis=-1)


def quaternions(matrices: np.ndarray) -> np.ndarray:
    """Return (T, 4) x, y, z, w with T >= 1, each on the side of the previous one (Shepperd, 1978)."""
    m = matrices
    trace = np.einsum("tii->t", m)
    # Four expressions, each accurate where its component is the largest: x, y, z, w.
    squares = np.stack([*(1 + 2 * m[:, i, i] - trace for i in range(3)), 1 + trace], axis=1)
    x, y, z = m[:, 2, 1] - m[:, 1, 2], m[:, 0, 2] - m[:, 2, 0], m[:, 1, 0] - m[:, 0, 1]
    xy, xz, yz = m[:, 0, 1] + m[:, 1, 0], m[:, 0, 2] + m[:, 2, 0], m[:, 1, 2] + m[:, 2, 1]
    rows = np.stack(
        [
            np.stack([squares[:, 0], xy, xz, x], 1),
            np.stack([xy, squares[:, 1], yz, y], 1),
            np.stack([xz, yz, squares[:, 2], z], 1),
            np.stack([x, y, z, squares[:, 3]], 1),
        ],
        axis=1,
    )
    best = rows[np.arange(len(m)), squares.argmax(axis=1)]
    best /= np.linalg.norm(best, axis=1, keepdims=True)
    flips = np.where((best[1:] * best[:-1]).sum(1) < 0, -1.0, 1.0)
    best[1:] *= np.cumprod(flips)[:, None]
    return best


def from_quaternions(q: np.ndarray) -> np.ndarray:
    """Return (..., 3, 3) of x, y, z, w of any length but 0."""
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    k = _cross_matrices(q[..., :3])
    return np.eye(3) + 2 * q[..., 3, None, None] * k + 2 * k @ k


def slerp(before: np.ndarray, after: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return quaternions (..., 4) at a share (..., 1) of the shorter way between two (Shoemake, 1985)."""
    before, after = unit(before), unit(after)
    cosine = (before * after).sum(-1, keepdims=True)
    after, cosine = np.where(cosine < 0, -after, after), np.abs(cosine)
    angle = np.arccos(np.minimum(cosine, 1.0))
    sine = np.sin(angle)
    near = sine < 1e-6
    sine = np.where(near, 1.0, sine)
    one, two = np.sin((1 - share) * angle) / sine, np.sin(share * angle) / sine
    return np.where(near, 1 - share, one) * before + np.where(near, share, two) * after


def between(a: np.ndarray, b: np.ndarray, share: float | np.ndarray) -> np.ndarray:
    """Return the rotations (T, 3, 3) at a share (0 to 1; one or (T,)) of the shorter way from a to b (slerp; Shoemake, 1985)."""
    turn = quaternions(np.swapaxes(a, 1, 2) @ b)
    turn *= np.where(turn[:, 3:] < 0, -1.0, 1.0)
    half = np.arctan2(np.linalg.norm(turn[:, :3], axis=1), turn[:, 3]) * share
    return a @ from_quaternions(np.concatenate([unit(turn[:, :3]) * np.sin(half)[:, None], np.cos(half)[:, None]], axis=1))


def euler(matrices: np.ndarray, order: str) -> np.ndarray:
    """Return angles (T, 3) in radians in the sequence of `order`, three different axes: "ZXY" means R = Rz @ Rx @ Ry.

    The inverse of `euler_matrices` in core/motion/kinematics.py. Where the middle axis is at a quarter turn the last angle is 0.
    """
    i, j, k = ("XYZ".index(axis) for axis in order)
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    m = matrices
    middle = np.arcsin(np.clip(sign * m[:, i, k], -1, 1))
    flat = np.abs(m[:, i, k]) > 1 - 1e-9
    first = np.where(flat, np.arctan2(sign * m[:, k, j], m[:, j, j]), np.arctan2(-sign * m[:, j, k], m[:, k, k]))
    last = np.where(flat, 0.0, np.arctan2(-sign * m[:, i, j], m[:, i, i]))
    return np.stack([first, middle, last], axis=1)


def _cross_matrices(vectors: np.ndarray) -> np.ndarray:
    x, y, z = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    zero = np.zeros_like(x)
    return np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*x.shape, 3, 3)
