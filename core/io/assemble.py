"""From a raw take and how it is read to a Motion in metres, Y up, with every assumption noted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.io.limits import check_extent
from motionpatches.core.motion.axes import to_y_up
from motionpatches.core.motion.motion import Assumption, Motion, Source
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.stated import Stated
from motionpatches.core.recognition import corrections, unit
from motionpatches.core.recognition.body_parts import PartFinding, find_body_parts
from motionpatches.core.recognition.corrections import Correction
from motionpatches.core.recognition.decide import Recognition

# That are moved at once.
FRAMES = 4096


def assemble(path: Path, raw: RawTake, recognition: Recognition, said: Correction | None = None, reuse: bool = False) -> Motion:
    """A Motion (T, J, 3) float32 in metres, Y up, of a take of the file `path`. `said` overrules what was recognised; by
    default what is remembered for this rig and file. `reuse`: the take is given up, its memory may become the motion's.
    Raises FileProblem for positions that metres cannot hold."""
    said = corrections.find(raw.skeleton, path) if said is None else said
    factor = recognition.unit.value if said.unit_m is None else said.unit_m
    up = recognition.up.value if said.up is None else said.up
    parts = PartFinding(said.chains, 1.0, said.reason("chains")) if said.chains else recognition.parts
    fps = raw.fps if said.fps is None else said.fps
    add = recognition.root_offset is not None and recognition.root_offset.value
    add = add if said.root_offset is None else said.root_offset
    placed = _placed(raw, factor, up, add, reuse and raw.partner is None)
    check_extent(path, placed)
    motion = Motion(
        placed,
        fps,
        replace(raw.skeleton, chains=parts.chains),
        raw.name or path.stem,
        _assumptions(raw, recognition, said, parts),
        Source(factor, up),
    )
    if raw.partner is None:
        return motion
    # Both people stand in one space. The second has the first's body parts where the rig is the same, else its own.
    second = raw.partner.skeleton
    same = (second.joint_names, second.parents) == (raw.skeleton.joint_names, raw.skeleton.parents)
    chains = parts.chains if same else second.chains or find_body_parts(second, raw.partner.positions).chains
    beside = _placed(raw.partner, factor, up, add)
    check_extent(path, np.stack([part(axis=(0, 1)) for part in (placed.min, placed.max, beside.min, beside.max)])[None])
    partner = replace(motion, positions=beside, skeleton=replace(second, chains=chains))
    return replace(motion, partner=partner)


def _placed(raw: RawTake, factor: float, up: str, add_offset: bool, reuse: bool = False) -> np.ndarray:
    """(T, J, 3) metres, Y up; some frames at a time, for the memory."""
    positions = raw.positions
    offset = raw.root_offset.astype(np.float32) if add_offset and raw.root_offset is not None else None
    own = reuse and positions.flags.writeable and positions.flags.c_contiguous
    placed = positions if own else np.empty_like(positions, order="C")
    for start in range(0, len(positions), FRAMES):
        part = positions[start : start + FRAMES]
        part = part if offset is None else part + offset
        placed[start : start + FRAMES] = to_y_up(part, up) * np.float32(factor)
    return placed


def _assumptions(raw: RawTake, found: Recognition, said: Correction, parts: PartFinding) -> tuple[Assumption, ...]:
    """Rate, unit, up axis, body parts, root offset, and what the reader noted."""
    rate = raw.rate if said.fps is None else Assumption("rate", f"{said.fps:g} fps", said.reason("fps"), 1.0)
    metres = found.unit.value if said.unit_m is None else said.unit_m
    size = Assumption("unit", unit.name_of(metres), *_ground(found.unit, said, "unit_m"))
    axis = Assumption("up axis", found.up.value if said.up is None else said.up, *_ground(found.up, said, "up"))
    chains = Assumption("body parts", "five chains" if parts.chains else "none", parts.reason, parts.confidence)
    offset = []
    if raw.root_offset is not None and found.root_offset is not None:
        add = found.root_offset.value if said.root_offset is None else said.root_offset
        ground = _ground(found.root_offset, said, "root_offset")
        offset = [Assumption("root offset", "added" if add else "not added", *ground)]
    return (rate, size, axis, chains, *offset, *raw.notes)


def _ground(found: Stated[Any], said: Correction, name: str) -> tuple[str, float]:
    """Why a field of a correction's name holds, and how sure that is."""
    return (found.reason, found.confidence) if getattr(said, name) is None else (said.reason(name), 1.0)
