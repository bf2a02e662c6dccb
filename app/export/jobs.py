"""Export as one job, for the window and the command line: what a request asks for is loaded, cleaned up and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motionpatches.app.export.files import write_pictures
from motionpatches.app.export.plan import Item, Plan, Request
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import Choices, prepare
from motionpatches.core.export.clean_up import clean_motion
from motionpatches.core.export.gltf import glb_of
from motionpatches.core.export.write import exporters, file_name, refuse_existing, write_manifest, write_motion
from motionpatches.core.library.library import Library
from motionpatches.core.library.own_rotations import load_with_rotations
from motionpatches.core.motion.floor import on_floor
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Meter

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

    from motionpatches.app.export.pictures import Pictures


@dataclass
class Outcome:
    """The files that were written, and a sentence for each item that was left out."""

    files: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def export(library: Library, request: Request, surface: QOffscreenSurface | None) -> Job[Outcome]:
    """Do what a request asks for. A file that is not whole when the job is cancelled is removed; whole ones stay.

    Args:
        library: Holds the clips.
        request: What is written, how and where to.
        surface: What pictures are drawn on; None for data, or without a screen.

    Raises:
        StudioError: nothing could be written.
    """
    request = replace(request, plan=request.plan.fitting())
    if request.way == "each":
        return (yield from _each(library, request, surface))
    if not request.replaces:
        refuse_existing(request.path)
    if request.way == "together":
        return (yield from _together(library, request, surface))
    if len(request.items) != 1:
        raise StudioError("One file holds one motion. Choose a folder for several.")
    (item,) = request.items
    motion = motion_of(library, item, request.plan)
    files = yield from _write(motion, item.caption, request.path, request, surface)
    return Outcome(files)


def motion_of(library: Library, item: Item, plan: Plan) -> Motion:
    """Load a clip or its range, cleaned up: in place and units of the file for data, as the stage shows it for pictures.

    Raises:
        StudioError: it cannot be read, or the clean-up does not fit it.
    """
    picture = plan.format.picture
    motion = on_floor(library.load(item.clip_id)) if picture else load_with_rotations(library, item.clip_id)
    if item.start_s or item.end_s:
        motion = motion.cut(item.start_s, item.end_s)
    return replace(clean_motion(motion, plan.clean_up), name=item.clip_id)


def as_written(motion: Motion, choices: Choices) -> Motion:
    """Return a motion as files of data hold it, on the chosen rig and at the chosen rate, as the stage would show it."""
    first, *others = (prepare(person, choices).motion for person in motion.people)
    return on_floor(replace(first, partner=others[0] if others else None))


def draw(motions: list[tuple[str, Motion]], plan: Plan, surface: QOffscreenSurface, scale: float = 1.0) -> Pictures:
    """Return the pictures of a plan, in another size for a preview; of a contact sheet, those of its cells."""
    from motionpatches.app.export.pictures import Pictures, cell  # brings Qt, which data does without

    style = plan.style
    if plan.format.sheet:
        style = replace(style, size=cell(plan.poses, style.size)[1])
    return Pictures(motions, style, surface, scale)


def _write(
    motion: Motion, label: str, path: Path, request: Request, surface: QOffscreenSurface | None, number: str = ""
) -> Job[list[Path]]:
    """Write one motion as data or as pictures. Returns the files."""
    plan = request.plan
    if plan.format.picture:
        pictures = draw([(label, motion)], plan, _needed(surface))
        if not request.replaces:
            refuse_existing(path)
        yield from write_pictures(pictures, path, plan.poses, plan.style.size, f"Drawing {path.name}{number}")
        return [path]
    yield Meter(f"Writing {path.name}{number}", 1).at(0)
    return write_motion(motion, path, plan.choices, request.replaces)


def _needed(surface: QOffscreenSurface | None) -> QOffscreenSurface:
    if surface is None:
        raise StudioError(f"Pictures need a screen. Data formats ({', '.join(exporters())}) work without.")
    return surface


def _together(library: Library, request: Request, surface: QOffscreenSurface | None) -> Job[Outcome]:
    """Write all items as tiles of one picture or video, or as animations of one glTF file."""
    found, plan, outcome = [], request.plan, Outcome([request.path])
    meter = Meter("Reading", len(request.items))
    for number, item in enumerate(request.items):
        yield meter.at(number)
        try:
            found.append((item, motion_of(library, item, plan)))
        except StudioError as error:
            outcome.left_out.append(str(error))
    if not found:
        raise StudioError(outcome.left_out[0] if outcome.left_out else "There is nothing to export.")
    if plan.format.picture:
        motions = [(f"{i.rank}. {i.caption}" if i.caption else "", motion) for i, motion in found]
        yield from write_pictures(draw(motions, plan, _needed(surface)), request.path, title=f"Drawing {request.path.name}")
    else:
        people = [person for _, motion in found for person in motion.people]
        write_atomically(request.path, glb_of([prepare(person, plan.choices) for person in people]))
    return outcome


def _each(library: Library, request: Request, surface: QOffscreenSurface | None) -> Job[Outcome]:
    """Write a file for each item, and a manifest that names them, also where the job is cancelled or the disk is full."""
    rows: list[dict[str, Any]] = []
    outcome = Outcome()
    if not request.replaces:
        for file in request.existing():
            refuse_existing(file)
    try:
        for number, item in enumerate(request.items, 1):
            path = request.path / (file_name(item.rank, item.clip_id) + request.plan.format.suffix)
            try:
                motion = motion_of(library, item, request.plan)
                count = f" ({number} of {len(request.items)})"
                files = yield from _write(motion, item.caption, path, request, surface, count)
            except StudioError as error:
                outcome.left_out.append(str(error))
                continue
            outcome.files += files
            rows.append(_row(item, motion, request, library, files))
    finally:
        if rows:
            manifest = write_manifest(request.path, request.query, request.model, library.name, rows)
            outcome.files.append(manifest)
    if not rows:
        raise StudioError(outcome.left_out[0] if outcome.left_out else "There is nothing to export.")
    return outcome


def _row(item: Item, motion: Motion, request: Request, library: Library, files: Sequence[Path]) -> dict[str, Any]:
    """What the manifest says about an item: its range in seconds of the clip without what is trimmed off, and its files."""
    clean_up, clip = request.plan.clean_up, library.by_id[item.clip_id]
    end = item.end_s or clip.duration_s
    return {
        "rank": item.rank,
        "score": item.score,
        "id": item.clip_id,
        "caption": item.caption,
        "start_s": round(item.start_s + clean_up.trim_start_s, 4),
        "end_s": round(end - clean_up.trim_end_s, 4),
        "duration_s": round(motion.duration_s, 4),
        "file": files[0].name,
        **({"second_person": files[1].name} if len(files) > 1 else {}),
    }
