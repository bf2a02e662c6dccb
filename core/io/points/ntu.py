"""NTU RGB+D's .skeleton: the bodies that a Kinect v2 saw, 25 joints each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import check_size, short
from motionpatches.core.io.points.gaps import fill_gaps
from motionpatches.core.io.text import read_text
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

MAX_TEXT = 32 << 20
MAX_BODIES = 100
FPS = 30.0
# Numbers of a body before its joints, and of each joint: x, y, z first.
BODY, JOINT = 10, 12
CUT = "Copy the file again"
_JOINTS = (
    "SpineBase:-1 SpineMid:0 Neck:20 Head:2 ShoulderLeft:20 ElbowLeft:4 WristLeft:5 HandLeft:6 ShoulderRight:20 ElbowRight:8 "
    "WristRight:9 HandRight:10 HipLeft:0 KneeLeft:12 AnkleLeft:13 FootLeft:14 HipRight:0 KneeRight:16 AnkleRight:17 "
    "FootRight:18 SpineShoulder:1 HandTipLeft:7 ThumbLeft:6 HandTipRight:11 ThumbRight:10"
)
KINECT25 = Skeleton(tuple(j.split(":")[0] for j in _JOINTS.split()), tuple(int(j.split(":")[1]) for j in _JOINTS.split()))


def read_ntu(path: Path) -> list[RawTake]:
    """The people of a .skeleton file: those seen in half of the frames that the longest-seen one is in."""
    tracks, frames = _tracks(path, read_text(path, MAX_TEXT).split())
    most = max(len(t) for t in tracks)
    kept = [t for t in tracks if 2 * len(t) >= most]
    check_size(path, frames, 25 * len(kept))
    notes: tuple[Assumption, ...] = ()
    if len(kept) < len(tracks):
        notes = (Assumption("left out", f"{len(tracks) - len(kept)} bodies", "seen in few frames", 0.8),)
    people = np.full((frames, len(kept), 25, 3), np.nan)
    for i, track in enumerate(kept):
        for frame, words in track.items():
            people[frame, i] = _places(path, words, frame)
    filled, said = fill_gaps(people.reshape(frames, -1, 3), FPS)
    if said:
        notes = (*notes, Assumption("gaps", said, "frames in which a body was not seen", 0.8))
    start, end = _longest_run(np.isfinite(filled).all(axis=(1, 2)))
    if 2 * (end - start) < most and len(kept) > 1:
        # The bodies are hardly ever seen together: the one seen most is shown.
        first = max(range(len(kept)), key=lambda i: len(kept[i]))
        filled = filled.reshape(frames, len(kept), 25, 3)[:, first]
        notes = (*notes, Assumption("left out", f"{len(kept) - 1} bodies", "seldom seen at the same time", 0.7))
        start, end = _longest_run(np.isfinite(filled).all(axis=(1, 2)))
    if end - start < frames:
        why = f"the longest run of the {frames:,} in which all are seen"
        notes = (*notes, Assumption("frames", f"{start:,} to {end - 1:,}", why, 0.7))
    if start == end:
        raise FileProblem(path, "it has no frame in which all joints are seen", "Open another take")
    positions = filled[start:end].astype(np.float32).reshape(end - start, -1, 25, 3)
    rate = Assumption("rate", f"{FPS:g} fps", "a Kinect's rate", 0.9)
    takes = [
        RawTake(
            np.ascontiguousarray(positions[:, i]),
            FPS,
            KINECT25,
            rate,
            unit=Stated(1.0, "a Kinect's metres", 1.0),
            up=Stated("Y", "a Kinect's camera looks level", 0.9),
            notes=notes,
        )
        for i in range(positions.shape[1])
    ]
    if len(takes) == 2:
        return [replace(takes[0], partner=replace(takes[1], notes=()))]
    return [replace(t, name=f"body {n}") for n, t in enumerate(takes, 1)] if len(takes) > 2 else takes


def _tracks(path: Path, words: list[str]) -> tuple[list[dict[int, list[str]]], int]:
    """For each body the words of its joints by frame, and the number of frames. A body that is lost and seen again under
    another number is one."""
    frames = _count(path, words, 0, "frames")
    bodies: dict[str, dict[int, list[str]]] = {}
    at = 1
    for frame in range(frames):
        count = _count(path, words, at, f"frame {frame}")
        at += 1
        for _ in range(count):
            joints = _count(path, words, at + BODY, f"frame {frame}")
            if joints != 25:
                raise FileProblem(path, f"a body has {joints:,} joints, a Kinect v2's has 25", CUT, f"frame {frame}")
            end = at + BODY + 1 + 25 * JOINT
            if end > len(words):
                raise FileProblem(path, f"it is cut off: {frames:,} frames are announced", CUT, f"frame {frame}")
            bodies.setdefault(words[at], {})[frame] = words[at + BODY + 1 : end]
            at = end
            if len(bodies) > MAX_BODIES:
                raise FileProblem(path, f"more than {MAX_BODIES} bodies", "Open another take", f"frame {frame}")
    if not bodies:
        raise FileProblem(path, "it has no body in any frame", "Open another take")
    tracks: list[dict[int, list[str]]] = []
    for body in sorted(bodies.values(), key=min):
        earlier = next((t for t in tracks if 0 < min(body) - max(t) <= FPS), None)
        if earlier is None:
            tracks.append(body)
        else:
            earlier.update(body)
    return tracks, frames


def _count(path: Path, words: list[str], at: int, where: str) -> int:
    if at >= len(words):
        raise FileProblem(path, "it is cut off" if words else "it is empty", CUT, where)
    if not words[at].isdecimal() or len(words[at]) > 9:
        raise FileProblem(path, f"{short(words[at])!r} is no count, so it is no skeleton file of NTU RGB+D", CUT, where)
    return int(words[at])


def _places(path: Path, words: list[str], frame: int) -> np.ndarray:
    try:
        places = np.array([words[0::JOINT], words[1::JOINT], words[2::JOINT]], np.float64).T
    except ValueError as error:
        raise FileProblem(path, f"a place is not a number ({short(error)})", CUT, f"frame {frame}") from None
    places[np.abs(places) > 1e6] = np.nan
    return places


def _longest_run(whole: np.ndarray) -> tuple[int, int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best])


NTU = Format("NTU RGB+D skeleton", (".skeleton",), read_ntu)
