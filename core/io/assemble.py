"""From raw joint positions to a Motion: unit, up axis and body parts recognised and noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.io import units
from core.motion.body_parts import find_body_parts
from core.motion.motion import Assumption, Motion
from core.motion.skeleton import Skeleton


def check_finite(path: Path, positions: np.ndarray) -> None:
    """Raises FileProblem naming the first frame that holds NaN or infinity."""
    bad = ~np.isfinite(positions).all(axis=(1, 2))
    if bad.any():
        raise FileProblem(
            path, f"{int(bad.sum())} of {len(bad)} frames hold NaN or infinite values",
            "Repair or re-export the take", where=f"frame {int(np.argmax(bad))}")


def assemble(
    path: Path, positions: np.ndarray, fps: float, skeleton: Skeleton, rate: Assumption, rest: np.ndarray | None = None
) -> Motion:
    """A Motion in metres, Y up, with chains. `rest` (J, 3), if given, is the skeleton's own rest pose."""
    check_finite(path, positions)
    assumptions = [rate]
    factor, unit = units.guess_unit(positions, skeleton)
    scaled = positions * factor
    assumptions.append(unit)
    finding = find_body_parts(skeleton, scaled)
    if not finding.chains:
        for up in ("Z", "X", "-Y"):
            turned = find_body_parts(skeleton, units.to_y_up(scaled, up))
            if turned.confidence > finding.confidence:
                finding = turned
                break
    if finding.chains:
        feet = [finding.chains[0][-1], finding.chains[1][-1]]
        up, note = units.guess_up_axis(scaled, skeleton, feet, finding.chains[2][-1])
        if note.confidence < 0.85 and rest is not None:
            up, note = units.guess_up_axis(rest[None] * factor, skeleton, feet, finding.chains[2][-1])
        scaled = units.to_y_up(scaled, up)
        assumptions.append(note)
    assumptions.append(Assumption("body parts", "five chains" if finding.chains else "none", finding.reason,
                                  finding.confidence))
    return Motion(np.ascontiguousarray(scaled, np.float32), fps, replace(skeleton, chains=finding.chains),
                  path.stem, tuple(assumptions))
