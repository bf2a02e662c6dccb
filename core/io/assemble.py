"""From raw joint positions to a Motion: unit, up axis and body parts recognised and noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.io import units
from core.motion.motion import Assumption, Motion, Source
from core.motion.skeleton import Skeleton
from core.recognition import corrections
from core.recognition.body_parts import PartFinding, find_body_parts

SAID = "said by you for this skeleton"


def check_finite(path: Path, positions: np.ndarray) -> None:
    """Raises FileProblem naming the first frame that holds NaN or infinity."""
    bad = ~np.isfinite(positions).all(axis=(1, 2))
    if bad.any():
        raise FileProblem(
            path, f"{int(bad.sum())} of {len(bad)} frames hold NaN or infinite values",
            "Repair or re-export the take", where=f"frame {int(np.argmax(bad))}")


def assemble(
    path: Path, positions: np.ndarray, fps: float, skeleton: Skeleton, rate: Assumption, rest: np.ndarray | None = None,
    said: corrections.Correction | None = None,
) -> Motion:
    """A Motion in metres, Y up, with chains. `rest` (J, 3), if given, is the skeleton's own rest pose; `said` overrules
    the guesses (by default what is remembered for this hierarchy)."""
    check_finite(path, positions)
    said = corrections.find(skeleton) if said is None else said
    factor, unit = units.guess_unit(positions, skeleton)
    if said.unit_m is not None:
        factor, unit = said.unit_m, Assumption("unit", f"{said.unit_m:g} m", SAID, 1.0)
    scaled = positions * factor
    up, axis, finding = _up_and_parts(scaled, skeleton, rest * factor if rest is not None else None)
    if said.up is not None:
        up, axis = said.up, Assumption("up axis", said.up, SAID, 1.0)
        finding = find_body_parts(skeleton, units.to_y_up(scaled, up))
    if said.chains:
        finding = PartFinding(said.chains, 1.0, SAID)
    if said.fps is not None:
        fps, rate = said.fps, Assumption("rate", f"{said.fps:g} fps", SAID, 1.0)
    parts = Assumption("body parts", "five chains" if finding.chains else "none", finding.reason, finding.confidence)
    assumptions = (rate, unit, *([axis] if axis else []), parts)
    return Motion(np.ascontiguousarray(units.to_y_up(scaled, up), np.float32), fps, replace(skeleton, chains=finding.chains),
                  path.stem, assumptions, Source(factor, up))


def _up_and_parts(scaled: np.ndarray, skeleton: Skeleton,
                  rest: np.ndarray | None) -> tuple[str, Assumption | None, PartFinding]:
    """The up axis with how it was found, and the chains; without chains the axis stays the file's Y."""
    finding = find_body_parts(skeleton, scaled)
    if not finding.chains:
        for up in ("Z", "X", "-Y"):
            turned = find_body_parts(skeleton, units.to_y_up(scaled, up))
            if turned.confidence > finding.confidence:
                finding = turned
                break
    if not finding.chains:
        return "Y", None, finding
    feet = [finding.chains[0][-1], finding.chains[1][-1]]
    up, note = units.guess_up_axis(scaled, skeleton, feet, finding.chains[2][-1])
    if note.confidence < 0.85 and rest is not None:
        up, note = units.guess_up_axis(rest[None], skeleton, feet, finding.chains[2][-1])
    return up, note, finding
