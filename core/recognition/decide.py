"""One reading for the takes of a rig: the evidence of all weighed together, with how sure it is."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Chains
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition import root_offset, unit, up_axis
from motionpatches.core.recognition.body_parts import PartFinding
from motionpatches.core.recognition.evidence import Evidence, evidence_of

# Two takes whose bodies differ by more than this are of different units, though their joints have the same names.
SAME_SIZE = 1.6
# How much a take's own motion must say against its group's axis to be read otherwise.
STUBBORN = 7.0


@dataclass(frozen=True)
class Basis:
    """Of a reading that other takes of a rig gave a take which was not looked at: their `rig`, the least and greatest of their
    statures in raw units, and (6,) log-scores along UP_AXES, the best of them 0."""

    rig: str
    least: float
    greatest: float
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Recognition:
    """How a take is read: `unit` metres per unit, `up` one of UP_AXES, `parts`, and whether the root's OFFSET is added
    (None where there is none). `basis`: where it still is to be `confirmed` by the take itself."""

    unit: Stated[float]
    up: Stated[str]
    parts: PartFinding
    root_offset: Stated[bool] | None = None
    basis: Basis | None = None

    @property
    def token(self) -> str:
        """Changes with anything that changes the positions or the chains."""
        added = self.root_offset is not None and self.root_offset.value
        return hashlib.sha256(repr((self.unit.value, self.up.value, self.parts.chains, added)).encode()).hexdigest()[:8]


def recognise(take: RawTake) -> Recognition:
    """From a take alone."""
    return decide([evidence_of(take)])[0]


def decide(takes: Sequence[Evidence]) -> list[Recognition]:
    """A reading for each take of one rig in one folder."""
    found: dict[int, Recognition] = {}
    for group in _by_size([take.stature for take in takes]):
        found |= zip(group, _decide([takes[i] for i in group]), strict=True)
    return [found[i] for i in range(len(takes))]


def shared_reading(takes: Sequence[tuple[Recognition, Evidence]]) -> Recognition:
    """The reading that most of the takes of one rig in one folder have, for another take of it."""
    readings = Counter(reading for reading, _ in takes)
    common = readings.most_common(1)[0][0]
    evidence = [own for reading, own in takes if reading == common]
    statures = [own.stature for own in evidence]
    scores = _scores(evidence)
    return replace(common, basis=Basis(evidence[0].rig, min(statures), max(statures), tuple(map(float, scores - scores.max()))))


def confirmed(shared: Recognition, own: Evidence) -> Recognition:
    """The reading of a take by others of its rig, unless it is of another rig or size after all, or its motion says otherwise
    with force."""
    basis = shared.basis
    if basis is None:
        return shared
    alike = own.rig == basis.rig and (own.root_offset is None) == (shared.root_offset is None)
    if not alike or not basis.least / SAME_SIZE <= own.stature <= basis.greatest * SAME_SIZE:
        return decide([own])[0]
    scores = np.maximum(np.array(basis.scores), -STUBBORN) + up_axis.own(own.up)
    axis = int(np.argmax(scores))
    if UP_AXES[axis] == shared.up.value:
        return replace(shared, basis=None)
    return replace(shared, up=_up(axis, scores, [own]), root_offset=_offset([own], axis), basis=None)


def _by_size(statures: Sequence[float]) -> list[list[int]]:
    """Indices of takes in groups without a gap of SAME_SIZE between neighbours."""
    order = sorted(range(len(statures)), key=statures.__getitem__)
    groups = [[order[0]]]
    for before, after in zip(order, order[1:], strict=False):
        if statures[after] > SAME_SIZE * statures[before]:
            groups.append([])
        groups[-1].append(after)
    return groups


def _decide(takes: list[Evidence]) -> list[Recognition]:
    scores = _scores(takes)
    shared = scores - scores.max()
    common = int(np.argmax(shared))
    parts = _parts(takes)
    unit_found = _unit(takes, parts)
    readings: dict[int, Recognition] = {}
    chosen = []
    for take in takes:
        alone = np.maximum(shared - shared.max(), -STUBBORN) + (up_axis.own(take.up) if len(takes) > 1 else 0.0)
        axis = int(np.argmax(alone)) if len(takes) > 1 else common
        if axis not in readings:
            basis = shared if axis == common else alone
            readings[axis] = Recognition(unit_found, _up(axis, basis, takes), parts, _offset(takes, axis))
        chosen.append(readings[axis])
    return chosen


def _scores(takes: Sequence[Evidence]) -> np.ndarray:
    """(6,) log-posterior along UP_AXES, not normalised."""
    said = takes[0].said_up
    return up_axis.pooled([t.up for t in takes], up_axis.prior(said.value if said else None, said.confidence if said else 0.0))


def _sure(scores: np.ndarray, at: int) -> float:
    """Probability of one of several hypotheses by their log-scores, never above 0.99."""
    weights = np.exp(scores - scores.max())
    return round(min(float(weights[at] / weights.sum()), 0.99), 2)


def _up(axis: int, scores: np.ndarray, takes: list[Evidence]) -> Stated[str]:
    name, said = UP_AXES[axis], takes[0].said_up
    grounds = "posture, floor and contacts" + (f" of {len(takes)} takes of this rig" if len(takes) > 1 else "")
    if said is not None:
        grounds = f"{said.reason}; {grounds} agree" if said.value == name else f"{grounds}, against what {said.reason}"
    return Stated(name, grounds, _sure(scores, axis))


def _parts(takes: list[Evidence]) -> PartFinding:
    """The finding that most of the takes share, weighed by how sure each is."""
    weights: dict[Chains, float] = defaultdict(float)
    for take in takes:
        weights[take.parts.chains] += max(take.parts.confidence, 1e-3)
    chains = max(weights, key=weights.__getitem__)
    return max((t.parts for t in takes if t.parts.chains == chains), key=lambda p: p.confidence)


def _unit(takes: list[Evidence], parts: PartFinding) -> Stated[float]:
    height = float(np.median([take.stature for take in takes]))
    scores = unit.likelihood(height, bool(parts.chains))
    said = takes[0].said_unit
    if said is not None:
        metres = height * said.value
        if said.confidence >= 1 or 0.4 < metres < 4.0:
            return said
    at = int(np.argmax(scores))
    factor = float(unit.FACTORS[at])
    tall = height * factor
    if not 0.4 < tall < 3.2 and parts.chains:
        return Stated(1.7 / height, "no usual unit makes a person of it; scaled to 1.7 m", 0.3)
    what = "person" if parts.chains else "body"
    return Stated(factor, f"legs and trunk make a {what} of {tall:.2f} m", _sure(scores, at))


def _offset(takes: list[Evidence], axis: int) -> Stated[bool] | None:
    odds = [take.root_offset[axis] for take in takes if take.root_offset is not None]
    if not odds:
        return None
    total = root_offset.PRIOR + float(np.mean(odds)) * (1 + np.log2(len(odds)))
    add = total > 0
    sure = round(min(1 / (1 + np.exp(-abs(total))), 0.99), 2)
    how = "added to" if add else "replaced by"
    return Stated(bool(add), f"{how} its position channels: so the lowest points come nearest to the floor", sure)
