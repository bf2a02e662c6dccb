"""What one take says about its unit, up axis, body parts and root offset, before other takes of its rig are asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from core.motion.axes import UP_AXES, to_y_up
from core.motion.raw import RawTake, Stated
from core.recognition import root_offset, unit, up_axis
from core.recognition.body_parts import PartFinding, find_body_parts
from core.recognition.corrections import hierarchy_key
from core.recognition.up_axis import UpEvidence

# Body parts told by names or published orders need no axis.
SURE_PARTS = 0.85


@dataclass(frozen=True, eq=False)
class Evidence:
    """Of one take. `stature` in raw units; `parts`: a finding for each of UP_AXES (the same six times where names tell);
    `root_offset`: (6,) log-odds along UP_AXES that the root's OFFSET is to be added, None where it has none. `said_unit` and
    `said_up`: what the format states. `rig`: takes of the same are weighed together."""

    stature: float
    up: UpEvidence
    parts: tuple[PartFinding, ...]
    root_offset: np.ndarray | None
    said_unit: Stated[float] | None
    said_up: Stated[str] | None
    rig: str


def evidence_of(take: RawTake) -> Evidence:
    """Look at one take."""
    positions, skeleton = take.positions, take.skeleton
    sample = positions[:: max(len(positions) // 60, 1)]
    parts = _parts(take, sample)
    best = max(parts, key=lambda p: p.confidence)
    stature = max(unit.stature(sample, skeleton, best.chains), 1e-9)
    if all(p is parts[0] for p in parts):
        up = up_axis.evidence(positions, take.fps, best.chains, stature, take.rest)
    else:
        # Each axis is judged by the parts that it would give.
        seen = {p.chains: up_axis.evidence(positions, take.fps, p.chains, stature, take.rest) for p in parts}
        up = UpEvidence(**{name: np.array([getattr(seen[p.chains], name)[a] for a, p in enumerate(parts)])
                           for name in UpEvidence.__dataclass_fields__})
    offset = None if take.root_offset is None else root_offset.evidence(sample, take.root_offset, stature)
    return Evidence(stature, up, parts, offset, take.unit, take.up, rig_of(take))


def rig_of(take: RawTake) -> str:
    """The same for takes of one hierarchy whose formats state the same of themselves."""
    return hashlib.sha256(repr((hierarchy_key(take.skeleton), take.kind, take.unit, take.up)).encode()).hexdigest()[:16]


def _parts(take: RawTake, sample: np.ndarray) -> tuple[PartFinding, ...]:
    if take.kind == "points":
        none = PartFinding((), 0.0, "markers are no joints")
        return (none,) * 6
    if take.skeleton.chains:
        stated = take.parts
        given = PartFinding(take.skeleton.chains, stated.confidence if stated else 1.0, stated.reason if stated else "the format")
        return (given,) * 6
    first = find_body_parts(take.skeleton, sample)
    if first.confidence >= SURE_PARTS:
        return (first,) * 6
    return (first, *(find_body_parts(take.skeleton, to_y_up(sample, axis)) for axis in UP_AXES[1:]))
