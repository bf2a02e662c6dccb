"""Results that hold a dict for each frame, with the people in it: the same as a dict for each person, with his frames."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from motionpatches.core.io.values import with_text_keys

MAX_FRAMES = 200_000
# Rotations and places of a frame, each with a row for every person in it.
ROTATIONS = ("smpl_thetas", "global_orient", "pose", "poses", "thetas")
ROWS = (*ROTATIONS, "body_pose", "cam_trans", "transl", "trans")
TRACKS = ("track_ids", "track_id", "tid", "tracked_ids")


def as_people(values: dict[str, Any]) -> dict[str, Any] | None:
    """Values of frames as values of people, by track where tracks are told, longest first; None where they are no frames."""
    frames = [with_text_keys(v) if isinstance(v, dict) else None for v in values.values()]
    if not 2 <= len(frames) <= MAX_FRAMES or any(f is None for f in frames):
        return None
    counted = [_people_of(frame) for frame in frames if frame is not None]
    if any(people is None for people in counted):
        return None
    found: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)
    for people in counted:
        for track, person in people or ():
            found[track].append(person)
    if not any(len(rows) > 1 for rows in found.values()):
        return None
    longest = sorted(found.items(), key=lambda item: -len(item[1]))
    together = {track: _joined(rows) for track, rows in longest}
    return {track: rows for track, rows in together.items() if rows} or None


def _people_of(frame: dict[str, Any]) -> list[tuple[str, dict[str, np.ndarray]]] | None:
    """Track and rows of each person of a frame; None where this is no frame."""
    tracks = next(
        (np.asarray(frame[k]).reshape(-1) for k in TRACKS if isinstance(frame.get(k), np.ndarray | list) and _flat(frame[k])),
        None,
    )
    if isinstance(frame.get("smpl"), list):  # a list of people, with their cameras beside
        found = frame.get("camera")
        cameras = found if isinstance(found, list) else []
        people = []
        for n, entry in enumerate(frame["smpl"][:100]):
            if not isinstance(entry, dict):
                return None
            rows = {k: v[None] for k, v in with_text_keys(entry).items() if isinstance(v, np.ndarray)}
            if n < len(cameras) and isinstance(cameras[n], np.ndarray) and cameras[n].size == 3:
                rows["cam_trans"] = cameras[n].reshape(1, 3)
            people.append((_track(tracks, n), rows))
        return people
    lead = next((frame[k] for k in ROTATIONS if isinstance(frame.get(k), np.ndarray) and frame[k].size), None)
    if lead is None:
        return [] if frame.get("smpl_thetas", 0) is None or tracks is not None and not len(tracks) else None
    count = len(lead) if lead.ndim > 1 else 1
    if count > 1 and tracks is None and "smpl_thetas" not in frame or count > 100:
        return None
    rows = {
        k: frame[k] if frame[k].ndim > 1 else frame[k][None]
        for k in ROWS
        if isinstance(frame.get(k), np.ndarray) and frame[k].size
    }
    rows = {k: v for k, v in rows.items() if len(v) == count}
    return [(_track(tracks, n), {k: v[n : n + 1] for k, v in rows.items()}) for n in range(count)]


def _flat(value: Any) -> bool:
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "iu"
        or isinstance(value, list)
        and all(isinstance(v, int | np.integer) for v in value[:100])
    )


def _track(tracks: np.ndarray | None, n: int) -> str:
    return f"track {int(tracks[n])}" if tracks is not None and n < len(tracks) else f"person {n + 1}"


def _joined(rows: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The rows of a person's frames one after the other, of the keys that every frame has in one shape."""
    first = rows[0]
    keys = [k for k, v in first.items() if all(k in row and row[k].shape == v.shape for row in rows)]
    return {k: np.concatenate([row[k] for row in rows]) for k in keys}
