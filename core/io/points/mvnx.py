"""MVNX: Xsens' XML of segments, their origins by frame."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree.ElementTree import ParseError, XMLParser

import numpy as np

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import MAX_JOINTS, check_finite, check_rate, check_size, short
from motionpatches.core.io.text import parse_numbers, read_text, to_float
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.motion.stated import Stated

MAX_TEXT = 1 << 30
CHUNK = 1 << 20
MAX_DEPTH = 100
CUT = "Copy or export the file again"
# The segments above, where a file has no joints that name them.
PARENTS = {
    "Pelvis": "",
    "L5": "Pelvis",
    "L3": "L5",
    "T12": "L3",
    "T8": "T12",
    "Neck": "T8",
    "Head": "Neck",
    **{
        f"{side}{name}": f"{side}{above}" if above[0].isupper() and above not in ("T8", "Pelvis") else above
        for side in ("Right", "Left")
        for name, above in (
            ("Shoulder", "T8"),
            ("UpperArm", "Shoulder"),
            ("ForeArm", "UpperArm"),
            ("Hand", "ForeArm"),
            ("UpperLeg", "Pelvis"),
            ("LowerLeg", "UpperLeg"),
            ("Foot", "LowerLeg"),
            ("Toe", "Foot"),
        )
    },
}
_REST = ("identity", "tpose", "npose", "tpose-isb")


@dataclass
class _Subject:
    """What is read of one person: `rows` the positions of the frames as text, `still` those of calibration poses by type."""

    label: str
    fps: str
    names: list[str] = field(default_factory=list)
    joints: list[dict[str, str]] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    still: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Receives the elements of the XML one by one and keeps what is needed; builds no tree."""

    def __init__(self) -> None:
        self.subjects: list[_Subject] = []
        self.mvnx = False
        self.kind: str | None = None
        self.text: list[str] | None = None
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("elements nested too deeply")
        own = self.subjects[-1] if self.subjects else None
        if own and max(len(own.names), len(own.joints), len(self.subjects)) > MAX_JOINTS:
            raise ValueError("too many subjects, segments or joints")
        if tag == "mvnx":
            self.mvnx = True
        elif tag == "subject":
            self.subjects.append(_Subject(attributes.get("label", ""), attributes.get("frameRate", "")))
        elif own is None:
            return
        elif tag == "segment":
            own.names.append(attributes.get("label", "")[:200] or f"segment {len(own.names)}")
        elif tag == "joint":
            own.joints.append({"label": attributes.get("label", "")})
        elif tag == "frame":
            self.kind = attributes.get("type", "normal").lower()
        elif tag in ("connector1", "connector2") or (tag == "position" and self.kind is not None):
            self.text = []

    def data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2]
        self.depth -= 1
        if tag == "frame":
            self.kind = None
        if self.text is None or tag not in ("connector1", "connector2", "position"):
            return
        own, text, self.text = self.subjects[-1], "".join(self.text), None
        if tag != "position":
            if own.joints:
                own.joints[-1][tag] = text.strip().split("/")[0]
        elif self.kind == "normal":
            own.rows.append(text)
        else:
            own.still.setdefault(self.kind or "", text)

    def close(self) -> None:
        """Nothing is left to do at the end."""


def read_mvnx(path: Path) -> list[RawTake]:
    """The people of an MVNX file. Frames of calibration poses are no part of the take; they give the rest pose."""
    text = read_text(path, MAX_TEXT)
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise FileProblem(path, "it declares a document type or entities, which no MVNX file has", "Export it again")
    reader = _Reader()
    parser = XMLParser(target=reader)
    try:
        for start in range(0, len(text), CHUNK):
            chunk = text[start : start + CHUNK]
            if ">" not in chunk and len(chunk) == CHUNK:
                raise ValueError("an element longer than a megabyte")
            parser.feed(chunk)
        parser.close()
    except ParseError as error:
        line = error.position[0]
        raise FileProblem(path, "its XML breaks off or is damaged", CUT, f"line {line}") from None
    except (ValueError, LookupError) as error:
        raise FileProblem(path, f"it is no XML that can be read ({short(error)})", CUT) from None
    subjects = [s for s in reader.subjects if s.rows]
    if not reader.mvnx or not subjects:
        raise FileProblem(
            path,
            "it is no MVNX file with frames" if not reader.mvnx else "it has no frames of positions",
            "Export it again with positions of segments",
        )
    takes = [_take(path, subject) for subject in subjects]
    if len(takes) == 2 and len(takes[0].positions) == len(takes[1].positions) and takes[0].fps == takes[1].fps:
        return [replace(takes[0], partner=takes[1])]
    if len(takes) > 1:
        return [replace(take, name=f"{n} {s.label}".strip()) for n, (take, s) in enumerate(zip(takes, subjects, strict=True), 1)]
    return takes


def _take(path: Path, subject: _Subject) -> RawTake:
    count, frames = len(subject.names), len(subject.rows)
    where = f"subject {short(subject.label)}"
    if not 1 <= count <= MAX_JOINTS:
        raise FileProblem(path, f"{count:,} segments are no body", "Export it again", where)
    check_size(path, frames, count, where)
    values = _numbers(path, " ".join(subject.rows), where)
    if len(values) != frames * count * 3:
        bad = next((t for t, row in enumerate(subject.rows) if len(row.split()) != 3 * count), 0)
        raise FileProblem(
            path,
            f"a frame has {len(subject.rows[bad].split()):,} numbers of positions, its {count} segments need {3 * count}",
            CUT,
            f"{where}, frame {bad}",
        )
    with np.errstate(over="ignore"):
        positions = values.reshape(frames, count, 3).astype(np.float32)
    check_finite(path, positions)
    fps = to_float(subject.fps)
    if not fps:
        raise FileProblem(path, f"its frameRate {short(subject.fps)!r} is no number", "Correct it in the file", where)
    skeleton = Skeleton(tuple(subject.names), _parents(path, subject))
    rate = Assumption("rate", f"{check_rate(path, fps):.4g} fps", "frameRate in the file", 1.0)
    return RawTake(
        positions,
        fps,
        skeleton,
        rate,
        rest=_rest(path, subject, where),
        unit=Stated(1.0, "MVNX positions are in metres", 1.0),
        up=Stated("Z", "MVNX has Z up", 1.0),
    )


def _numbers(path: Path, text: str, where: str) -> np.ndarray:
    try:
        return parse_numbers(text)
    except ValueError:
        raise FileProblem(path, "a position is not a number", "Export it again", where) from None


def _rest(path: Path, subject: _Subject, where: str) -> np.ndarray | None:
    """(J, 3) the first calibration pose that is whole, its root at the origin."""
    for kind in _REST:
        if kind in subject.still:
            values = _numbers(path, subject.still[kind], where)
            if len(values) == 3 * len(subject.names) and np.isfinite(values).all() and np.abs(values).max() < 1e6:
                places = values.reshape(-1, 3)
                return (places - places[0]).astype(np.float32)
    return None


def _parents(path: Path, subject: _Subject) -> tuple[int, ...]:
    """Parents by the joints' connectors, else by Xsens' names; the first segment of a ring of joints is an error."""
    index = {name: i for i, name in reversed(list(enumerate(subject.names)))}
    parents = [index.get(PARENTS.get(name, ""), -1) for name in subject.names]
    for joint in subject.joints:
        above, below = index.get(joint.get("connector1", "")), index.get(joint.get("connector2", ""))
        if above is not None and below is not None:
            parents[below] = above
    for start in range(len(parents)):
        at = start
        for _ in parents:
            at = parents[at] if at >= 0 else at
        if at >= 0:
            raise FileProblem(path, "its joints run in a circle", "Export it again", f"segment {short(subject.names[start])!r}")
    # Segments that no joint carries (props) hang on the root.
    root = parents.index(-1)
    return tuple(root if p < 0 and i != root and subject.names[i] not in PARENTS else p for i, p in enumerate(parents))


MVNX = Format("Xsens MVNX", (".mvnx",), read_mvnx)
