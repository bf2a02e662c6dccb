"""What can be exported now, and how it looks at first: as on the stage."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from motionpatches.app.export.plan import PURPOSES, Item, Plan, Style
from motionpatches.app.export.sheet import ExportSheet, Source
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import opengl_works
from motionpatches.app.gl.offscreen import make_surface
from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.theme import is_dark
from motionpatches.core.library.library import Clip

# Seconds of a take from which a result is exported as its moment alone; the first purpose.
LONG_S, FIRST = 12.0, "gif-chat"


def sources(view_models: ViewModels) -> list[Source]:
    """Return what can be exported; first what a user most likely means: chosen takes, the marked range, the shown motion."""
    v, library = view_models, view_models.workspace.library
    if library is None:
        return []
    found: list[Source] = []
    clip, marked = v.workspace.clip, v.playback.range_s
    chosen = v.selection.clips
    if len(chosen) > 1:
        found.append(Source(f"The {len(chosen)} chosen takes", items_of(chosen), library.name))
    elif chosen and (clip is None or chosen[0].id != clip.id):
        found.append(Source("The chosen take", items_of(chosen)))
    if clip is not None and clip.id in library.by_id:
        if marked is not None:
            item = Item(clip.id, clip.caption, *marked)
            found.append(Source(f"The marked range, {marked[1] - marked[0]:.1f} s", (item,)))
        found.append(Source("The shown motion", (Item(clip.id, clip.caption),)))
    bodies = [one for one, _ in v.stage.bodies]
    if len(bodies) > 1:
        found.append(Source("The compared motions", items_of(bodies), "comparison"))
    if v.search.results:
        count = len(v.search.results)
        words = "The result" if count == 1 else f"All {count} results"
        found.append(Source(words, results(v), v.search.query, v.search.query))
    return found


def items_of(clips: Sequence[Clip]) -> tuple[Item, ...]:
    """Return whole clips, numbered."""
    return tuple(Item(clip.id, clip.caption, rank=rank) for rank, clip in enumerate(clips, 1))


def results(view_models: ViewModels) -> tuple[Item, ...]:
    """Return the results of the query."""
    return tuple(result_item(result) for result in view_models.search.results)


def result_item(result: Result) -> Item:
    """Return a result; of a long take its moment alone."""
    hit, long = result.hit, result.motion.duration_s > LONG_S
    start, end = (hit.start_s, hit.end_s) if long else (0.0, 0.0)
    return Item(result.clip.id, result.clip.caption, start, end, hit.rank, round(hit.score, 4))


def stage_plan(view_models: ViewModels, camera: Camera, window: QWidget) -> Plan:
    """Return a plan whose pictures look as the stage does now."""
    from motionpatches.app.export.pictures import stage_style  # brings the library of pictures

    motion, look = view_models.workspace.motion, "dark" if is_dark(window) else "light"
    style = Style(look=look) if motion is None else stage_style(motion, camera, view_models.stage.options, look)
    return Plan(style=style)


def sheet_of(view_models: ViewModels, settings: QSettings, camera: Camera, window: QWidget) -> ExportSheet:
    """Make the state of the export sheet, for the purpose of the last time."""
    surface = make_surface() if opengl_works() else None
    purpose = str(settings.value("export/purpose", FIRST, str))
    plan = PURPOSES[purpose if purpose in PURPOSES else FIRST].apply(stage_plan(view_models, camera, window))
    sheet = ExportSheet(view_models.workspace, sources(view_models), plan, settings, surface, window)
    sheet.purpose = purpose if purpose in PURPOSES else FIRST
    return sheet


def can_export(workspace: Workspace) -> str:
    """Return why there is nothing to export, else ''."""
    if workspace.clip is None or workspace.library is None or workspace.clip.id not in workspace.library.by_id:
        return "Choose a motion of the open library first."
    return ""
