"""Evidence and recognitions as JSON values, for the index of a library."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition.body_parts import PartFinding
from motionpatches.core.recognition.decide import Basis, Recognition
from motionpatches.core.recognition.evidence import Evidence
from motionpatches.core.recognition.up_axis import UpEvidence

Values = dict[str, Any]


def evidence_values(evidence: Evidence) -> Values:
    """An evidence as JSON values."""
    return {
        "stature": evidence.stature,
        "up": {k: np.round(v, 3).tolist() for k, v in vars(evidence.up).items()},
        "parts": asdict(evidence.parts),
        "root_offset": None if evidence.root_offset is None else np.round(evidence.root_offset, 3).tolist(),
        "said_unit": _values(evidence.said_unit),
        "said_up": _values(evidence.said_up),
        "rig": evidence.rig,
    }


def evidence_from(values: Values) -> Evidence:
    """The inverse of evidence_values. Raises KeyError, TypeError, ValueError or IndexError where something else was stored."""
    offset = values["root_offset"]
    return Evidence(
        float(values["stature"]),
        UpEvidence(**{k: np.array(v) for k, v in values["up"].items()}),
        _parts(values["parts"]),
        None if offset is None else np.array(offset),
        _stated(values["said_unit"]),
        _stated(values["said_up"]),
        values["rig"],
    )


def recognition_values(found: Recognition) -> Values:
    """A recognition as JSON values."""
    return asdict(found)


def recognition_from(values: Values) -> Recognition:
    """The inverse of recognition_values. Raises KeyError or TypeError where something else was stored."""
    unit, up = _stated(values["unit"]), _stated(values["up"])
    if unit is None or up is None:
        raise KeyError("unit or up axis")
    basis = values["basis"]
    return Recognition(
        unit,
        up,
        _parts(values["parts"]),
        _stated(values["root_offset"]),
        None if basis is None else Basis(**{**basis, "scores": tuple(map(float, basis["scores"]))}),
    )


def _values(stated: Stated[Any] | None) -> Values | None:
    return asdict(stated) if stated else None


def _stated(values: Values | None) -> Stated[Any] | None:
    return Stated(**values) if values else None


def _parts(values: Values) -> PartFinding:
    return PartFinding(**{**values, "chains": tuple(tuple(c) for c in values["chains"])})
