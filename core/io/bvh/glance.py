"""The hierarchy, rate and number of frames of a plainly written BVH file, without the places of its joints."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

import numpy as np

from motionpatches.core.io.formats import Glance
from motionpatches.core.io.limits import FASTEST_FPS, SLOWEST_FPS
from motionpatches.core.io.text import parse_numbers

_MOTION = b"\nMOTION"
_HEADER = re.compile(rb"[ \t]*\r?\n[ \t]*Frames:[ \t]*(\d{1,9})[ \t]*\r?\n[ \t]*Frame Time:[ \t]*(\d*\.\d+)[ \t]*\r?\n")
# The root's own OFFSET, where many exporters write the place of the first frame.
_PLACE = re.compile(rb"\bROOT\b[^\n{]*\s*\{\s*OFFSET((?:[ \t]+[-+]?\d{1,9}(?:\.\d*)?){3})[ \t]*\r?\n")
_NOT_ZERO = re.compile(rb"[1-9]")
_COUNTS = re.compile(rb"\bCHANNELS[ \t]+(\d{1,2})\b")


def glance(content: bytes) -> Glance | None:
    """Return None unless every announced frame is there, all values are finite numbers, and the last line is whole."""
    hierarchy, _, motion = content.partition(_MOTION)
    found = _HEADER.match(motion)
    if found is None or not motion.endswith(b"\n"):
        return None
    frames, frame_time = int(found[1]), float(found[2])
    rig, width = _hierarchy(_without_place(hierarchy))
    if not width or not frames or not 1 / FASTEST_FPS <= frame_time <= 1 / SLOWEST_FPS:
        return None
    start = found.end()
    if len(motion[start : motion.find(b"\n", start)].split()) != width:
        return None
    try:
        values = parse_numbers(motion[start:].decode("ascii"))
    except ValueError:
        return None
    whole = len(values) == frames * width and bool(np.isfinite(values).all())
    return Glance(rig, frames, round(1 / frame_time, 3)) if whole else None


def _without_place(hierarchy: bytes) -> bytes:
    """The hierarchy without the numbers of the root's OFFSET, which are nothing of the rig, but for whether all are zero."""
    found = _PLACE.search(hierarchy)
    if found is None:
        return hierarchy
    return hierarchy[: found.start(1)] + (b" place" if _NOT_ZERO.search(found[1]) else b" zero") + hierarchy[found.end(1) :]


@lru_cache(256)
def _hierarchy(text: bytes) -> tuple[str, int]:
    """A digest of a hierarchy, and how many channels it announces."""
    return hashlib.sha256(text).hexdigest()[:16], sum(map(int, _COUNTS.findall(text)))
