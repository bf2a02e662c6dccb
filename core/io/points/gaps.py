"""Gaps in tables of points: short ones filled, long ones said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LONGEST_S = 0.3


def fill_gaps(
    positions: np.ndarray,
    fps: float,
    longest_s: float = LONGEST_S,
    names: Sequence[str] = (),
) -> tuple[np.ndarray, str]:
    """Fill the gaps of `positions` (T, J, 3), where a point is NaN or infinite, that last up to `longest_s` seconds.

    A gap inside the take is filled linearly, one at its start or end with the nearest place; longer gaps stay NaN. Also gives
    what was done in words, '' where nothing was missing; points that are missing in most frames are named there.
    """
    missing = missing_points(positions)
    if not missing.any():
        return positions, ""
    joint, start, end = _runs(missing)
    frames = len(positions)
    lengths = end - start
    short = (lengths <= max(1, int(longest_s * fps + 1e-6))) & (lengths < frames)
    joint, start, end, lengths = joint[short], start[short], end[short], lengths[short]
    # Places at both sides of each gap; outside of the take there is only the other side.
    before = np.where(start > 0, start - 1, np.minimum(end, frames - 1))
    after = np.where(end < frames, end, before)
    gap = np.repeat(np.arange(len(joint)), lengths)
    step = np.arange(len(gap)) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
    weight = (step / (lengths[gap] + 1))[:, None]
    filled = np.where(missing[:, :, None], np.nan, positions).astype(positions.dtype, copy=False)
    filled[start[gap] + step - 1, joint[gap]] = (
        positions[before[gap], joint[gap]] * (1 - weight) + positions[after[gap], joint[gap]] * weight
    )
    return filled, _words(missing, len(joint), int(lengths.sum()), int((~short).sum()), longest_s, names)


def missing_points(positions: np.ndarray) -> np.ndarray:
    """(T, J) where a point is not finite."""
    return ~np.isfinite(positions).all(axis=2)


def _runs(missing: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joint, first frame and frame after the last of each run of missing frames."""
    edges = np.zeros((missing.shape[1], len(missing) + 2), np.int8)
    edges[:, 1:-1] = missing.T
    change = np.diff(edges, axis=1)
    joint, start = np.nonzero(change == 1)
    return joint, start, np.nonzero(change == -1)[1]


def _words(missing: np.ndarray, gaps: int, frames: int, left: int, longest_s: float, names: Sequence[str]) -> str:
    share = missing.mean(axis=0)
    mostly = [
        f"{names[j][:60] if j < len(names) else f'point {j}'} ({share[j]:.0%})" for j in np.flatnonzero(share > 0.5).tolist()
    ]
    parts = [f"{gaps:,} gap{'s' * (gaps != 1)} of up to {longest_s:g} s filled ({frames:,} places)"] if gaps else []
    if left:
        parts.append(f"{left:,} longer gap{'s' * (left != 1)} left")
    if mostly:
        more = f" and {len(mostly) - 5} more" if len(mostly) > 5 else ""
        parts.append(f"mostly missing: {', '.join(mostly[:5])}{more}")
    return "; ".join(parts)
