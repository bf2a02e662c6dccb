"""Results of motion generators: a batch of motions with their texts, and what lies in a JSON file beside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.arrays.layouts import MAX_TAKES, positions_of
from motionpatches.core.io.text import read_json
from motionpatches.core.io.values import texts_in, with_text_keys
from motionpatches.core.motion.motion import Assumption

LARGEST_META = 1 << 20


def is_results(values: Mapping[str, Any]) -> bool:
    """Whether these are MDM's results: `motion` (N, J, 3, T) with `lengths` or `text`."""
    motion = values.get("motion")
    return (
        isinstance(motion, np.ndarray)
        and motion.ndim == 4
        and motion.dtype.kind in "fiu"
        and ("lengths" in values or "text" in values)
    )


def results_in(path: Path, values: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], np.ndarray]]:
    """Name, captions and positions (T, J, 3) of each motion of MDM's results, cut to its length. Raises FileProblem."""
    motion = values["motion"]
    if not motion.size or len(motion) > MAX_TAKES:
        raise FileProblem(
            path, f"it holds {len(motion):,} motions of the shape {motion.shape[1:]}", f"At most {MAX_TAKES:,} a file are read"
        )
    lengths = _lengths(values.get("lengths"))
    texts = texts_in(values)
    samples = _count(values.get("num_samples"), len(motion))
    found: list[tuple[str, tuple[str, ...], np.ndarray]] = []
    for n, one in enumerate(motion):
        where, row = divmod(n, samples)
        name = f"{row} repetition {where}" if len(motion) > samples else str(row)
        length = lengths[n] if n < len(lengths) and 0 < lengths[n] <= motion.shape[3] else motion.shape[3]
        features = one.shape[1] == 1 and one.shape[0] > 100  # (J, 3, T), or features (263, 1, T)
        layout = one[:, 0].T if features else one.transpose(2, 0, 1) if one.shape[1] == 3 else one
        text = texts[n] if n < len(texts) else texts[row] if row < len(texts) else ""
        found.append((name if len(motion) > 1 else "", (text,) if text else (), positions_of(path, layout[:length])))
    return found


def _lengths(value: Any) -> list[int]:
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return [int(n) for n in value.reshape(-1)[:MAX_TAKES]]
    return [int(n) for n in value[:MAX_TAKES] if isinstance(n, int | np.integer)] if isinstance(value, list | tuple) else []


def _count(value: Any, motions: int) -> int:
    count = int(value) if isinstance(value, int | np.integer) else motions
    return count if 0 < count <= motions else motions


def meta_file(path: Path) -> Path | None:
    """The JSON file that a generator wrote beside its motion."""
    for name in (f"{path.stem}_meta.json", f"{path.stem}.meta.json", f"{path.stem}.json", "meta.json"):
        if (path.parent / name).is_file():
            return path.parent / name
    return None


def meta_of(path: Path, frames: int) -> dict[str, Any]:
    """What the file beside says; its duration as a rate. {} where there is none or it cannot be read."""
    file = meta_file(path)
    try:
        if file is None or file.stat().st_size > LARGEST_META:
            return {}
        values = read_json(file)
    except (OSError, FileProblem):
        return {}
    if not isinstance(values, dict):
        return {}
    values = with_text_keys(values)
    duration = values.get("duration")
    if "fps" not in values and isinstance(duration, int | float) and 0 < duration < 1e6:
        values["fps"] = round(frames / duration, 3)
    return values


def from_meta(path: Path, rate: Assumption) -> Assumption:
    """The rate's assumption, with the file that it stands in."""
    file = meta_file(path)
    return Assumption(rate.what, rate.value, f"from {file.name[:60]} beside it" if file else rate.reason, rate.confidence)
