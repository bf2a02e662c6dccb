"""What a file may hold, and the checks that every reader makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake

MAX_JOINTS = 1000
MAX_BYTES = 1 << 30
# Slower takes are resampled to the rate that models read.
READ_FPS = 20.0
# Raw units: 1,000 km in millimetres.
FARTHEST = 1e9
# Between two places of a take.
WIDEST_M = 1000.0
LONGEST_NAME, LONGEST_CAPTION, MOST_CAPTIONS = 1000, 1000, 100
SLOWEST_FPS, FASTEST_FPS = 1.0, 1000.0


def check_size(path: Path, frames: int, joints: int, where: str = "", fps: float = READ_FPS) -> None:
    """Refuse, before memory is taken, what no take has: too many joints, or more than 1 GB of positions, also after it is
    resampled for a model."""
    if joints > MAX_JOINTS:
        raise FileProblem(path, f"more than {MAX_JOINTS:,} joints", "Export only the body", where)
    if frames * max(1.0, READ_FPS / fps) * joints * 12 > MAX_BYTES:
        seconds = f" of {1 / fps:.3g} s" if fps < READ_FPS else ""
        raise FileProblem(
            path, f"{frames:,} frames{seconds} of {joints:,} joints are more than 1 GB of places", "Cut it into takes", where
        )


def check_rate(path: Path, fps: float, where: str = "") -> float:
    """The rate in frames per second, refused outside of 1 to 1,000."""
    if not SLOWEST_FPS * 0.999 <= fps <= FASTEST_FPS * 1.001:
        raise FileProblem(path, f"a rate of {fps:.6g} frames per second is not possible", "Correct it in the file", where)
    return fps


def check_finite(path: Path, *arrays: np.ndarray) -> None:
    """Raise FileProblem naming the first frame of arrays (T, …) that holds NaN or infinity in one of them."""
    bad = ~np.logical_and.reduce([np.isfinite(array).all(axis=tuple(range(1, array.ndim))) for array in arrays])
    if bad.any():
        raise FileProblem(
            path,
            f"{int(bad.sum()):,} of {len(bad):,} frames hold NaN or infinite values",
            "Repair or re-export the take",
            f"frame {int(np.argmax(bad))}",
        )


def check_reach(path: Path, positions: np.ndarray, where: str = "") -> None:
    """Refuse positions (T, J, 3) in the file's unit that are not finite, or larger than any place."""
    check_finite(path, positions)
    far = np.maximum(positions.max(axis=(1, 2)), -positions.min(axis=(1, 2))) > FARTHEST
    if far.any():
        raise FileProblem(
            path,
            "some of its values are too large for a place",
            "Repair or re-export the take",
            where or f"frame {int(np.argmax(far))}",
        )


def check_extent(path: Path, positions: np.ndarray) -> None:
    """Refuse positions (T, J, 3) in metres that are farther from each other than any capture reaches."""
    with np.errstate(all="ignore"):
        widest = float((positions.max(axis=(0, 1)) - positions.min(axis=(0, 1))).max()) if positions.size else 0.0
    if not widest <= WIDEST_M:
        raise FileProblem(
            path,
            f"its places are up to {widest / 1000:,.3g} km apart, at most {WIDEST_M / 1000:g} km is read",
            "Repair the take, or correct its unit in Check Import",
        )


def note_of_cut(frames: int) -> Assumption:
    """The note on a take whose file ends inside a line."""
    return Assumption("frames", f"{frames:,}", "the file does not end with a whole line; its last number may be cut off", 0.5)


def short(token: object, length: int = 60) -> str:
    """A piece of a file, cut to fit into a message."""
    text = str(token)
    return text if len(text) <= length else text[: length - 1] + "…"


def check_take(path: Path, take: RawTake) -> None:
    """What holds for every take, whichever reader gave it: some frames and joints, not too many, a possible rate and places."""
    where = f"take {short(take.name)}" if take.name else ""
    if not len(take.positions):
        raise FileProblem(path, "it has no frames", "Export it with animation", where)
    if not take.skeleton.joint_count:
        raise FileProblem(path, "it has no joints", "Export it with its skeleton", where)
    check_rate(path, take.fps, where)
    check_size(path, len(take.positions), take.skeleton.joint_count, where, take.fps)
    check_reach(path, take.positions, where)
    for what, texts, most in (
        ("a joint's name", take.skeleton.joint_names, LONGEST_NAME),
        ("its name", (take.name,), LONGEST_NAME),
        ("a caption", take.captions, LONGEST_CAPTION),
    ):
        longest = max(texts, key=len, default="")
        if len(longest) > most:
            raise FileProblem(path, f"{what} has {len(longest):,} characters ({short(longest)})", "Export it again", where)
    if len(take.captions) > MOST_CAPTIONS:
        raise FileProblem(path, f"it has {len(take.captions):,} captions", f"At most {MOST_CAPTIONS} are read", where)
    if take.partner is not None:
        check_take(path, take.partner)
