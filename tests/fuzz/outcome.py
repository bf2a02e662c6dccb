"""What a reader makes of one file: a kind and, for a fault, where it lies."""

from __future__ import annotations

import time
import traceback
import warnings
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.assemble import assemble
from motionpatches.core.io.formats import Format
from motionpatches.core.io.limits import check_take
from motionpatches.core.io.takes_file import write_takes
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.recognition.evidence import evidence_of
from motionpatches.core.recognition.survey import survey

READ, REFUSED, FAULT, UNUSABLE, MEMORY, HANG, CRASH = "read", "refused", "fault", "unusable", "memory", "hang", "crash"
GOOD = (READ, REFUSED)
CORE = str(Path(__file__).resolve().parents[2] / "core")
LONGEST = 800


@dataclass(frozen=True)
class Outcome:
    """`what` tells faults of one kind apart: the error and the last place of it in core; `seconds` of processor."""

    kind: str
    what: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict:
        return asdict(self)


def outcome_of(kind: Format, path: Path, whole: bool = False) -> Outcome:
    """Read a file as the program does, and look at what comes; with `whole`, recognise the takes and turn them for view too."""
    start = time.process_time()

    def over(name: str, what: str = "") -> Outcome:
        return Outcome(name, what, round(time.process_time() - start, 3))

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            kind.fits(path)
            kind.files(path)
            shown = kind.glance(path.read_bytes()) if isinstance(kind, Format) and kind.glance else None
            takes = kind.read(path)
            for take in takes:
                check_take(path, take)
            if takes:
                write_takes(BytesIO(), takes)
            motions = _shown(path, takes) if whole else []
    except StudioError as error:
        said = str(error)
        good = said.endswith((".", "…", "!", "?")) and len(said) <= LONGEST and "\0" not in said
        return over(REFUSED) if good else over(UNUSABLE, f"a sentence of {len(said)} characters: {said[:60]!r}…{said[-30:]!r}")
    except MemoryError as error:
        return over(MEMORY, _place(error))
    except Exception as error:
        return over(FAULT, _place(error))
    wrong = next(filter(None, map(_wrong, takes)), "")
    names = [take.name for take in takes]
    if len(set(names)) < len(names):
        wrong = wrong or "takes of one name"
    if shown is not None and shown.fps and len(takes) == 1:
        same = (shown.frames, shown.fps) == (len(takes[0].positions), takes[0].fps)
        wrong = wrong or ("" if same else f"a glance tells of {shown.frames} frames, {shown.fps} fps")
    if not all(np.isfinite(motion.positions).all() for motion in motions):
        wrong = wrong or "a motion that is not finite"
    return over(UNUSABLE, wrong) if wrong else over(READ)


def _shown(path: Path, takes: list[RawTake]) -> list[Motion]:
    readings = survey({i: evidence_of(take) for i, take in enumerate(takes)}, dict.fromkeys(range(len(takes)), ""))
    return [canonical(assemble(path, take, readings[i])) for i, take in enumerate(takes)]


def _wrong(take: RawTake) -> str:
    """What breaks the contract of a take; '' if nothing."""
    positions, skeleton = take.positions, take.skeleton
    if positions.dtype != np.float32:
        return f"positions of {positions.dtype}"
    if not positions.size:
        return "no frames or joints"
    if not np.isfinite(positions).all():
        return "positions that are not finite"
    if not 0 < take.fps < 1e5:
        return f"a rate of {take.fps}"
    for joint, parent in enumerate(skeleton.parents):
        if not -1 <= parent < skeleton.joint_count or parent == joint:
            return "a parent that is no joint"
    if len(skeleton.topological_order) != skeleton.joint_count:
        return "parents in a circle"
    if not all(isinstance(name, str) for name in skeleton.joint_names):
        return "a joint's name that is no text"
    if take.rest is not None and (take.rest.shape != positions.shape[1:] or not np.isfinite(take.rest).all()):
        return "a rest pose that does not fit"
    if take.unit is not None and not 0 < take.unit.value < np.inf:
        return f"a unit of {take.unit.value}"
    if take.partner is not None:
        return _wrong(take.partner) or ("" if len(take.partner.positions) == len(positions) else "a partner of another length")
    return ""


def _place(error: BaseException) -> str:
    """'TypeError at core/io/arrays/arrays.py:41: …': the innermost line of the project."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(CORE)]
    place = f"{Path(frames[-1].filename).relative_to(Path(CORE).parent)}:{frames[-1].lineno}" if frames else "outside of core"
    return f"{type(error).__name__} at {place}: {str(error)[:80]}"
