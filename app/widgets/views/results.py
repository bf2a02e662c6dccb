"""The top results as moving tiles: one OpenGL context draws all of them, on one clock, with one camera."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from motionpatches.app.gl import geometry
from motionpatches.app.gl.camera import Camera
from motionpatches.app.gl.canvas import Drawer, make_canvas
from motionpatches.app.gl.drawn import DARK, LIGHT, Drawn
from motionpatches.app.gl.figure.character import characters
from motionpatches.app.gl.figure.people import people_at
from motionpatches.app.gl.figure.posed import figures
from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.selection import Selection
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.widgets.plain import tip
from motionpatches.app.widgets.theme import is_dark
from motionpatches.app.widgets.views import tile_choice
from motionpatches.app.widgets.views.overlay import StillOverlay
from motionpatches.app.widgets.views.tile_clock import TileClock
from motionpatches.app.widgets.views.tile_labels import TileState, mark_box, paint_label
from motionpatches.app.widgets.views.tile_layout import CAPTION, DISTANCE_M, GAP, HEAD, Arrangement, lay_out, target_of
from motionpatches.app.widgets.views.tile_sections import paint_heads, sections_of
from motionpatches.core.library.library import Clip
from motionpatches.core.search.strength import score_text

# How much farther the camera stands where two people are shown; the width of a tile at first, in pixels.
PAIR, TILE = 1.25, 118
# Milliseconds between two frames of a tile that moves while the others stand, at least.
STEP_MS = 40
_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
_TAKEN = (*_MOVES, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class ResultsView(QWidget):
    """A click opens a tile on the stage; dragging turns all tiles together, with Shift the one under the mouse alone; Ctrl and
    the wheel zooms. Moving the mouse along a tile goes through its time. With the keyboard, arrows walk and Enter opens.

    `chosen` gives the clip of a tile; `drawn` is emitted after each frame; `more` at the end of what there is; `left` at Escape.
    """

    chosen = Signal(object)
    drawn = Signal()
    more = Signal()
    left = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(
        self, search: Search | Tiles, playback: Playback, arrangement: Arrangement = "all", parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.search, self.playback, self.arrangement = search, playback, arrangement
        self.bones: list[geometry.BoneSet] = []
        self.hover = self.current = -1
        self.camera = Camera(distance=DISTANCE_M, azimuth=0.45, elevation=0.16)
        self.canvas = make_canvas(self._paint, self, playback.holds)
        self.canvas.frameSwapped.connect(self.drawn)
        self._pressed = self._last = QPointF()
        self.own: dict[int, Camera] = {}
        self.clock, self.ranked = TileClock(playback), True
        self.stage: Stage | None = None
        self._hovering = QTimer(self, singleShot=True)
        self._begun = self._cost_s = 0.0
        self._hovering.timeout.connect(self.canvas.update)
        self.canvas.frameSwapped.connect(self._rest)
        self.setMouseTracking(True)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Search results")
        self.tile = TILE
        self.overlay = StillOverlay(self, self._paint_labels)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.valueChanged.connect(self._scrolled)
        self._first: Result | None = None
        self.selection: Selection | None = None
        self._lay_out()
        search.results_changed.connect(self._changed)
        search.workspace.shown.connect(self.overlay.refresh)
        playback.ticked.connect(self.canvas.update)
        playback.changed.connect(self._wake)
        figures().made.connect(self.canvas.update)
        characters().made.connect(self.canvas.update)

    def _changed(self) -> None:
        """Show other results, from the first one on; more of the same where they begin with what was there."""
        results = self.search.results
        grown = bool(results) and self._first is not None and results[0].hit == self._first.hit
        self._first = results[0] if results else None
        self.bones = [geometry.bone_set(r.motion.skeleton) for r in results]
        if not grown:
            self.own, self.current = {}, 0 if results else -1
            self.hover = -1
            self.clock.scrub(None)
            self.bar.setValue(0)
        self._wake()
        self._lay_out()

    def choose_with(self, selection: Selection) -> None:
        """Let clicks and keys choose tiles; `menu_wanted(QPoint)` asks for a menu of them, at a place of the screen."""
        self.selection = selection
        selection.changed.connect(self.overlay.refresh)

    def keep_with(self, stage: Stage) -> None:
        """Offer to keep tiles for comparison, and show the letters of those that are kept."""
        self.stage = stage
        stage.changed.connect(self.overlay.refresh)

    def as_preview(self) -> None:
        """Show what is neither ranked nor chosen, always moving."""
        self.ranked, self.clock.always = False, True

    @property
    def clips(self) -> list[Clip]:
        """The clips of the tiles."""
        return [result.clip for result in self.search.results]

    def set_arrangement(self, arrangement: Arrangement, tile: int | None = None) -> None:
        """Lay the tiles out in another way, in a grid with tiles of about so many pixels."""
        self.arrangement, self.tile = arrangement, tile or self.tile
        self._lay_out()

    def _lay_out(self) -> None:
        """Place the tiles, and set the scroll bar to what does not fit."""
        sideways = self.arrangement == "row"
        bar = self.bar.sizeHint().width() if self.bar.orientation() == Qt.Orientation.Vertical else self.bar.sizeHint().height()
        width = self.width() - (bar if self.arrangement == "grid" else 0)
        height = self.height() - (bar if sideways else 0)
        self.sections = sections_of(self.search)
        counts = tuple(count for _, count in self.sections)
        self.places = lay_out(len(self.search.results), width, height, self.tile, self.arrangement, counts)
        page = self.width() if sideways else self.height()
        self.bar.setOrientation(Qt.Orientation.Horizontal if sideways else Qt.Orientation.Vertical)
        self.bar.setGeometry(QRect(0, height, self.width(), bar) if sideways else QRect(width, 0, bar, self.height()))
        self.bar.setPageStep(max(page, 1))
        self.bar.setSingleStep(max(self.places.cell // 2, 1))
        self.bar.setRange(0, max(self.places.length - page, 0))
        self.bar.setVisible(self.bar.maximum() > 0 and self.arrangement != "all")
        self.bar.raise_()
        self.overlay.refresh()
        self.canvas.update()

    def tiles(self) -> list[QRect]:
        """Return the rectangles of the tiles where they are now; some may lie outside the view."""
        at = self.bar.value() if self.arrangement != "all" else 0
        x, y = (at, 0) if self.arrangement == "row" else (0, at)
        return [tile.translated(-x, -y) for tile in self.places.tiles]

    def _scrolled(self) -> None:
        self.overlay.refresh()
        self.canvas.update()
        if self.bar.value() and self.bar.value() >= self.bar.maximum() - self.bar.pageStep() // 2:
            self.more.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _paint(self, drawer: Drawer) -> None:
        """Draw each tile in view into its rectangle, the camera on the person."""
        self._begun = time.perf_counter()
        look = DARK if is_dark(self) else LIGHT
        ratio, seen = self.devicePixelRatioF(), self.rect()
        window = self.palette().window().color()
        drawer.clear((window.redF(), window.greenF(), window.blueF()), int(self.width() * ratio), int(self.height() * ratio))
        tiles = [(i, rect) for i, rect in enumerate(self.tiles()) if rect.intersects(seen)]
        wanted = [(self.bones[i], self.search.results[i].motion, self._time(i)) for i, _ in tiles]
        detail = self.playback.detail if drawer.draws_figures else 0
        for (i, rect), (_, motion, _), people in zip(tiles, wanted, people_at(wanted, detail), strict=True):
            camera = self.own.get(i, self.camera)
            camera = replace(
                camera,
                target=target_of(people.middle),
                distance=camera.distance * (PAIR if motion.partner else 1),
            )
            view = rect.adjusted(0, 0, 0, -CAPTION)
            from_below = self.height() - view.y() - view.height()
            device = int(view.x() * ratio), int(from_below * ratio), int(view.width() * ratio), int(view.height() * ratio)
            drawer.draw(device, camera, Drawn(people.bones, people.bodies), look, detail=self.playback.detail)

    def _time(self, index: int) -> float:
        """Return where the motion of a tile stands, in seconds."""
        return self.clock.time_s(self.search.results[index])

    def _wake(self) -> None:
        """Draw on while a tile moves by itself; all are drawn for it, so that it rests as long as that took."""
        if self.clock.moves and self.search.results:
            self._hovering.start(max(STEP_MS, round(1000 * self._cost_s)))
        else:
            self._hovering.stop()

    def _rest(self) -> None:
        self._cost_s = time.perf_counter() - self._begun
        self._wake()

    def _hover(self, index: int, share: float = 0.0) -> None:
        """The mouse is over a tile, -1 for none, at a share of its width."""
        self.clock.scrub(self.search.results[index] if index >= 0 else None, share)
        self.canvas.update()
        if index != self.hover:
            self.hover = index
            self.overlay.refresh()

    def _paint_labels(self, painter: QPainter) -> None:
        heads = zip(self.places.heads, self.sections, strict=False)
        paint_heads(painter, self, [(head.translated(0, -self.bar.value()), text) for head, (text, _) in heads])
        for i, (rect, result) in enumerate(zip(self.tiles(), self.search.results, strict=True)):
            if rect.intersects(self.rect()):
                self._paint_label(painter, rect, i, result)

    def _paint_label(self, painter: QPainter, rect: QRect, index: int, result: Result) -> None:
        opened, chosen = self.search.workspace.clip, self.selection.ids if self.selection is not None else frozenset()
        state = TileState(
            opened=opened is not None and opened.id == result.clip.id,
            focused=index == self.current and self.hasFocus(),
            hovered=index == self.hover,
            chosen=len(chosen) > 1 and result.clip.id in chosen,
            letter=self.stage.letter(result.clip) if self.stage is not None else "",
            keeps=self.stage is not None,
            ranked=self.ranked,
        )
        paint_label(painter, self, rect, result, state)

    def _tip(self, index: int) -> str:
        """Return the caption of a result and its score."""
        result = self.search.results[index]
        return tip(f"{result.caption}\n{score_text(result.hit)}" if self.ranked else result.caption)

    def _index_at(self, point: QPointF) -> int:
        return next((i for i, rect in enumerate(self.tiles()) if rect.contains(point.toPoint())), -1)

    def go(self, index: int) -> None:
        """Bring a tile into view, as that of the keyboard; past the last one, ask for more."""
        if not self.search.results:
            return
        if index >= len(self.search.results):
            self.more.emit()
        self.current = min(max(index, 0), len(self.search.results) - 1)
        if self.arrangement != "all":
            tile = self.places.tiles[self.current]
            start, end = (tile.left(), tile.right()) if self.arrangement == "row" else (tile.top(), tile.bottom())
            head = HEAD if self.places.heads else 0
            least, most = end - self.bar.pageStep() + GAP, start - GAP - head
            self.bar.setValue(min(max(self.bar.value(), least), most))
        self.overlay.refresh()

    def event(self, event: QEvent) -> bool:
        """Take the keys of the grid before the commands that have them elsewhere."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_taken(event):
            event.accept()
            return True
        return super().event(event)

    def _is_taken(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        choosing = self.selection is not None and tile_choice.chooses(event)
        return (choosing or (plain and event.key() in _TAKEN)) and bool(self.search.results)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_taken(event):
            super().keyPressEvent(event)
            return
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.places.columns,
            Qt.Key.Key_Down: self.places.columns,
        }
        key, chooses = Qt.Key(event.key()), tile_choice.chooses(event)
        if chooses and key not in _MOVES:
            self._choose_by(event)
        elif key in steps:
            self.go(self.current + steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else len(self.search.results) - 1)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif self.current >= 0:
            self.chosen.emit(self.search.results[self.current].clip)
        if key in _MOVES:
            self._choose_by(event)

    def _choose_by(self, event: QKeyEvent) -> None:
        """Choose the tile of the keyboard: alone, or as a key of several."""
        if self.selection is None or self.current < 0:
            return
        if tile_choice.chooses(event):
            tile_choice.press(self.selection, self.clips, self.current, event)
        else:
            self.selection.choose([self.clips[self.current]])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the tile of the keyboard; that of the mouse comes when its button is released."""
        if self.selection is not None and event.reason() == QContextMenuEvent.Reason.Keyboard and self.current >= 0:
            self.selection.point(self.clips[self.current])
            self.menu_wanted.emit(self.mapToGlobal(self.tiles()[self.current].center()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.overlay.refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.overlay.refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            delta = event.position() - self._last
            self._last = event.position()
            index = self._index_at(self._pressed)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and index >= 0:
                self.own[index] = self.own.get(index, self.camera).orbit(delta.x(), delta.y())
            else:
                self.camera, self.own = self.camera.orbit(delta.x(), delta.y()), {}
            self.canvas.update()
            return
        hover, before = self._index_at(event.position()), self.hover
        tile = self.tiles()[hover] if hover >= 0 else QRect()
        self._hover(hover, (event.position().x() - tile.x()) / max(tile.width(), 1))
        if hover != before:
            self.setToolTip(self._tip(hover) if hover >= 0 else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moved = (event.position() - self._pressed).manhattanLength()
        index = self._index_at(event.position())
        if moved >= 5 or index < 0:
            return
        if self.selection is not None and event.button() == Qt.MouseButton.RightButton:
            self.selection.point(self.clips[index])
            self.menu_wanted.emit(self.mapToGlobal(event.position().toPoint()))
        elif event.button() == Qt.MouseButton.LeftButton and self._keeps_at(index, event.position()):
            self.overlay.refresh()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.current = index
            if self.selection is None or tile_choice.click(self.selection, self.clips, index, event.modifiers()):
                self.chosen.emit(self.search.results[index].clip)
            self.overlay.refresh()

    def _keeps_at(self, index: int, place: QPointF) -> bool:
        """Keep a tile for comparison, or no longer, where its mark is under the mouse; return whether it is."""
        if self.stage is None or not mark_box(self.tiles()[index]).contains(place.toPoint()):
            return False
        self.stage.keep_all([self.search.results[index].clip])
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, or where there is nothing to scroll, zoom."""
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.arrangement == "all":
            self.camera = self.camera.zoom(turned / 120)
            self.canvas.update()
        elif self.bar.maximum():
            self.bar.setValue(self.bar.value() - round(turned / 120 * self.bar.singleStep()))
        elif turned < 0:
            self.more.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
