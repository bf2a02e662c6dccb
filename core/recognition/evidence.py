"""What one take says about its unit, up axis, body parts and root offset, before other takes of its rig are asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition import root_offset, unit, up_axis
from motionpatches.core.recognition.body_parts import PartFinding, find_body_parts
from motionpatches.core.recognition.corrections import hierarchy_key
from motionpatches.core.recognition.up_axis import UpEvidence


@dataclass(frozen=True, eq=False)
class Evidence:
    """Of one take. `stature` in raw units; `parts`: its body parts, which need no axis; `root_offset`: (6,) log-odds along
    UP_AXES that the root's OFFSET is to be added, None where it has none. `said_unit` and `said_up`: what the format states.
    `rig`: takes of the same are weighed together."""

    stature: float
    up: UpEvidence
    parts: PartFinding
    root_offset: np.ndarray | None
    said_unit: Stated[float] | None
    said_up: Stated[str] | None
    rig: str


def evidence_of(take: RawTake) -> Evidence:
    """Look at one take."""
    positions = take.positions
    sample = positions[:: max(len(positions) // 60, 1)]
    parts = _parts(take, sample)
    stature = max(unit.stature(sample, take.skeleton, parts.chains), 1e-9)
    up = up_axis.evidence(positions, take.fps, parts.chains, stature, take.rest)
    offset = None if take.root_offset is None else root_offset.evidence(sample, take.root_offset, stature)
    return Evidence(stature, up, parts, offset, take.unit, take.up, rig_of(take))


def rig_of(take: RawTake) -> str:
    """The same for takes of one hierarchy whose formats state the same of themselves."""
    return hashlib.sha256(repr((hierarchy_key(take.skeleton), take.kind, take.unit, take.up)).encode()).hexdigest()[:16]


def _parts(take: RawTake, sample: np.ndarray) -> PartFinding:
    if take.kind == "points":
        return PartFinding((), 0.0, "its points are markers, no joints")
    if take.skeleton.chains:
        said = take.parts or Stated("", "the format")
        return PartFinding(take.skeleton.chains, said.confidence, said.reason)
    return find_body_parts(take.skeleton, sample)
