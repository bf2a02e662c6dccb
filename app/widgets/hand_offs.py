"""What is dragged out of the window: tiles, rows of the list, the marked range; and what is opened in Blender."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSettings, Qt

from motionpatches.app.export.hand_off import FIRST, QUICK, open_in_blender
from motionpatches.app.export.plan import PURPOSES, Item, Plan
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.drag_out import DragOut, HandOff
from motionpatches.app.widgets.export_sources import items_of, result_item, sources
from motionpatches.app.widgets.panels.take_list import TakeList
from motionpatches.app.widgets.panels.timeline import Timeline
from motionpatches.app.widgets.views.results import ResultsView
from motionpatches.app.widgets.views.tile_layout import CAPTION
from motionpatches.core.errors import StudioError

_CTRL, _PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def drag_purpose(settings: QSettings) -> str:
    """Return the name of QUICK for which files are dragged out."""
    name = str(settings.value("export/drag", FIRST, str))
    return name if name in QUICK else FIRST


def drag_plan(settings: QSettings, like: Plan) -> Plan:
    """Return how files are made that are dragged out, pictures like those of a plan."""
    return PURPOSES[drag_purpose(settings)].apply(like)


def let_drag_out(
    view_models: ViewModels,
    settings: QSettings,
    tiles: ResultsView,
    rows: TakeList,
    timeline: Timeline,
    like: Callable[[], Plan],
) -> HandOff:
    """Let clips be dragged out of these views; `like`: a plan whose pictures look as the stage does."""
    hand_off = HandOff(view_models.workspace, lambda: drag_plan(settings, like()))
    drag_tiles(tiles, view_models, hand_off)
    drag_rows(rows, view_models, hand_off)
    drag_range(timeline, view_models, hand_off)
    return hand_off


def drag_tiles(view: ResultsView, view_models: ViewModels, hand_off: HandOff) -> None:
    """Let tiles be dragged out by their captions, or with Ctrl from anywhere: the chosen ones, or the one under the mouse."""
    selection = view_models.selection

    def items_at(place: QPointF, keys: Qt.KeyboardModifier) -> tuple[Item, ...]:
        for rect, result in zip(view.tiles(), view.search.results, strict=True):
            caption = rect.adjusted(0, rect.height() - CAPTION, 0, 0)
            if (caption if keys == _PLAIN else rect).contains(place.toPoint()) and keys in (_PLAIN, _CTRL):
                if len(selection.ids) > 1 and result.clip.id in selection.ids:
                    return tuple(result_item(one) for one in view.search.results if one.clip.id in selection.ids)
                return (result_item(result),)
        return ()

    DragOut(view, hand_off, items_at)


def drag_rows(view: TakeList, view_models: ViewModels, hand_off: HandOff) -> None:
    """Let rows be dragged out: the chosen ones, or the one under the mouse."""
    selection = view_models.selection

    def clip_at(place: QPointF) -> str:
        index = view.indexAt(place.toPoint())
        return view.takes.clip(index.row()).id if index.isValid() else ""

    def items_at(place: QPointF, keys: Qt.KeyboardModifier) -> tuple[Item, ...]:
        clip_id, library = clip_at(place), view_models.workspace.library
        if not clip_id or keys != _PLAIN or library is None:
            return ()
        return items_of(selection.clips if clip_id in selection.ids else [library.by_id[clip_id]])

    def late(place: QPointF, keys: Qt.KeyboardModifier) -> bool:
        return len(selection.ids) > 1 and clip_at(place) in selection.ids

    DragOut(view.viewport(), hand_off, items_at, late)


def drag_range(view: Timeline, view_models: ViewModels, hand_off: HandOff) -> None:
    """Let the marked range be dragged out with Ctrl."""
    playback = view_models.playback

    def items_at(place: QPointF, keys: Qt.KeyboardModifier) -> tuple[Item, ...]:
        clip, marked = view_models.workspace.clip, playback.range_s
        if clip is None or marked is None or keys != _CTRL or not marked[0] <= view.time_at(place.x()) <= marked[1]:
            return ()
        return (Item(clip.id, clip.caption, *marked),)

    DragOut(view, hand_off, items_at)


def blender(view_models: ViewModels, hand_off: HandOff) -> None:
    """Open in Blender what an export would begin with: the chosen takes, the marked range or the shown motion."""
    library, found = view_models.workspace.library, sources(view_models)
    if library is None or not found:
        view_models.workspace.failed.emit("Choose a motion of the open library first.")
        return
    files = hand_off.write(library, found[0].items, PURPOSES["glb-blender"].apply(Plan()))
    try:
        if files:
            open_in_blender(files)
            view_models.workspace.said.emit(f"Opening {files[0].stem if len(files) == 1 else f'{len(files)} takes'} in Blender…")
    except StudioError as error:
        view_models.workspace.failed.emit(str(error))
