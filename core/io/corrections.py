"""What a person has said about a skeleton: unit, up axis, rate and chains, remembered by its hierarchy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core import places
from core.errors import FileProblem
from core.motion.skeleton import Chains, Skeleton
from core.writing import write_atomically


@dataclass(frozen=True)
class Correction:
    """None (or, for chains, empty) leaves the guess. `unit_m`: metres per unit of the file; `up`: its up axis."""

    unit_m: float | None = None
    up: str | None = None
    fps: float | None = None
    chains: Chains = ()

    @property
    def token(self) -> str:
        """Changes with the correction; '' where there is none."""
        return "" if self == Correction() else hashlib.sha256(repr(self).encode()).hexdigest()[:8]


def hierarchy_key(skeleton: Skeleton) -> str:
    """The same for every file of the same joint names and parents."""
    return hashlib.sha256(repr((skeleton.joint_names, skeleton.parents)).encode()).hexdigest()[:16]


def version(file: Path | None = None) -> str:
    """Changes with anything that was said; '' where nothing was."""
    try:
        return hashlib.sha256((file or places.corrections()).read_bytes()).hexdigest()[:8]
    except OSError:
        return ""


def find(skeleton: Skeleton, file: Path | None = None) -> Correction:
    """What was said about this hierarchy; nothing where the file of corrections is missing or unreadable."""
    values = _read(file or places.corrections()).get(hierarchy_key(skeleton))
    try:
        known = {f.name: values[f.name] for f in fields(Correction) if f.name in values}
        known["chains"] = tuple(tuple(int(j) for j in chain) for chain in known.get("chains", ()))
        correction = Correction(**known)
        inside = all(0 <= j < skeleton.joint_count for chain in correction.chains for j in chain)
        return correction if inside and len(correction.chains) in (0, 5) else Correction()
    except (TypeError, ValueError):
        return Correction()


def remember(skeleton: Skeleton, correction: Correction, file: Path | None = None) -> None:
    """Keeps a correction (an empty one forgets). Raises FileProblem where it cannot be written."""
    file = file or places.corrections()
    values = _read(file)
    values.pop(hierarchy_key(skeleton), None)
    if correction != Correction():
        values[hierarchy_key(skeleton)] = asdict(correction)
    write_atomically(file, json.dumps(values, indent=1) + "\n")


def _read(file: Path) -> dict:
    try:
        values = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def check(correction: Correction, skeleton: Skeleton) -> Correction:
    """Raises FileProblem naming what cannot be: a unit or rate of zero, a chain of one joint."""
    if correction.unit_m is not None and not 1e-6 < correction.unit_m < 1e4:
        raise FileProblem("unit", f"{correction.unit_m:g} m is no length of a unit", "Enter metres per unit, 0.01 for "
                          "centimetres")
    if correction.fps is not None and not 1 <= correction.fps <= 1000:
        raise FileProblem("rate", f"{correction.fps:g} frames per second are not possible", "Enter 1 to 1000")
    for part, chain in enumerate(correction.chains):
        if len(set(chain)) < 2 or not all(0 <= j < skeleton.joint_count for j in chain):
            raise FileProblem("body parts", f"chain {part + 1} needs two joints or more", "Choose another end")
    return correction
