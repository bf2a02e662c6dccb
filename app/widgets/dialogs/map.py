"""The map: dots to hover, to click, to lasso."""

from __future__ import annotations

from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QPalette, QPolygonF
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGraphicsPolygonItem,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.gl.scene import FAST, MIDDLE, SLOW
from motionpatches.app.viewmodels.library_map import COLOURINGS, LibraryMap
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.views.curves import COLOURS
from motionpatches.app.widgets.views.results import ResultsView
from motionpatches.core.search.latent_map import LAYOUTS

MORE_COLOURS = (*COLOURS, "#999999", "#f0e442", "#8c564b", "#17becf")
REST_MS, NEAR_PX = 120, 12


class MapWindow(QDialog):
    """Hovering plays a clip, a click opens it; a drag with Shift draws a lasso; the wheel zooms and a drag moves."""

    def __init__(self, library_map: LibraryMap, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.map = library_map
        self.setWindowTitle("Map of the Library")
        self.resize(1180, 720)
        self.layout_box, self.colour_box = QComboBox(), QComboBox()
        self.layout_box.addItems(list(LAYOUTS))
        self.colour_box.addItems([c.capitalize() for c in COLOURINGS])
        self.layout_box.activated.connect(lambda i: library_map.lay_out(list(LAYOUTS)[i]))
        self.colour_box.activated.connect(lambda i: library_map.colour(COLOURINGS[i]))
        self.all = QPushButton("Search Everywhere")
        self.all.clicked.connect(lambda: library_map.select(np.zeros((0, 2))))
        top = QHBoxLayout()
        for widget in (QLabel("Layout"), self.layout_box, QLabel("Colour"), self.colour_box):
            top.addWidget(widget)
        top.addStretch()
        top.addWidget(self.all)
        self.plot = _Plot(self)
        self.dots = pg.ScatterPlotItem(size=7, pen=None)
        self.plot.addItem(self.dots)
        self.thumbnail = ResultsView(library_map.preview, playback)
        self.thumbnail.setFixedWidth(250)
        self.thumbnail.chosen.connect(library_map.workspace.show_clip)
        self.legend, self.state = QLabel(wordWrap=True), QLabel(wordWrap=True)
        side = QVBoxLayout()
        side.addWidget(self.thumbnail, 1)
        side.addWidget(self.legend)
        row = QHBoxLayout()
        row.addWidget(self.plot, 1)
        row.addLayout(side)
        box = QVBoxLayout(self)
        box.addLayout(top)
        box.addLayout(row, 1)
        box.addWidget(self.state)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._show_hovered)
        self.hovered = -1
        library_map.changed.connect(self._changed)
        library_map.refresh()
        self._changed()

    def _changed(self) -> None:
        found = self.map
        self.all.setVisible(bool(found.selected))
        count = len(found.places)
        if found.selected:
            said = f"{len(found.selected):,} of {count:,} motions selected. The search is limited to them."
        else:
            said = "Hover to play, click to open, Shift+drag to select, wheel to zoom."
        self.state.setText(found.message or (said if count else "Nothing is indexed yet."))
        if not count:
            self.dots.setData([], [])
            return
        colours = self._colours()
        if found.selected:
            chosen = np.zeros(count, bool)
            chosen[list(found.selected)] = True
            colours[~chosen, 3] = 40
        self.dots.setData(found.places[:, 0], found.places[:, 1], brush=[QColor(*c) for c in colours.tolist()])
        self.legend.setText(self._legend())

    def _colours(self) -> np.ndarray:
        """(N, 4) from 0 to 255."""
        found = self.map
        if found.groups is not None:
            table = np.array([QColor(c).getRgb() for c in MORE_COLOURS])
            return table[found.groups % len(table)]
        if found.scores is None:
            return np.tile([128, 128, 128, 255], (len(found.places), 1))
        low, high = np.percentile(found.scores, [5, 99.5])
        share = np.clip((found.scores - low) / max(high - low, 1e-6), 0, 1)[:, None]
        rgb = np.where(share < 0.5, SLOW + (MIDDLE - SLOW) * share * 2, MIDDLE + (FAST - MIDDLE) * (share * 2 - 1))
        return np.concatenate([rgb * 255, np.full((len(rgb), 1), 255)], axis=1).astype(int)

    def _legend(self) -> str:
        found = self.map
        if found.groups is None:
            return "Yellow: high score. Dark: low score." if found.scores is not None else ""
        rows = [
            f"<span style='color:{MORE_COLOURS[i % len(MORE_COLOURS)]}'>●</span> {escape(name)}"
            for i, name in enumerate(found.names[:12])
        ]
        return "<br>".join(rows + ([f"and {len(found.names) - 12} more"] if len(found.names) > 12 else []))

    def nearest(self, place: QPointF) -> int:
        """The dot under a place of the plot, or -1."""
        if not len(self.map.places):
            return -1
        pixel = self.plot.plotItem.vb.viewPixelSize()
        away = np.hypot((self.map.places[:, 0] - place.x()) / pixel[0], (self.map.places[:, 1] - place.y()) / pixel[1])
        at = int(away.argmin())
        return at if away[at] < NEAR_PX else -1

    def hover(self, place: QPointF) -> None:
        at = self.nearest(place)
        if at >= 0 and at != self.hovered:
            self.hovered = at
            self._rest.start()

    def open(self, place: QPointF) -> None:
        at = self.nearest(place)
        if at >= 0:
            self.map.workspace.show_clip(self.map.clips[at])

    def _show_hovered(self) -> None:
        self.map.point(self.hovered)


class _Plot(pg.PlotWidget):
    def __init__(self, window: MapWindow):
        super().__init__()
        self.window_, self.polygon = window, QPolygonF()
        self.setAccessibleName("Map")
        self.setMenuEnabled(False)
        self.setAspectLocked(True)
        self.setMouseTracking(True)
        for side in ("left", "bottom"):
            self.hideAxis(side)
        self.getPlotItem().hideButtons()
        self.lasso = QGraphicsPolygonItem()
        self.lasso.setPen(pg.mkPen("#e91e63", width=1.5))
        self.lasso.setZValue(10)
        self.addItem(self.lasso, ignoreBounds=True)
        self._pressed = QPointF()
        self.setBackground(self.palette().color(QPalette.ColorRole.Base))

    def changeEvent(self, event) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self.setBackground(self.palette().color(QPalette.ColorRole.Base))

    def _place(self, event) -> QPointF:
        return self.plotItem.vb.mapSceneToView(event.position())

    def mousePressEvent(self, event) -> None:
        self._pressed = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.polygon = QPolygonF([self._place(event)])
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event) -> None:
        if not self.polygon.isEmpty():
            self.polygon.append(self._place(event))
            self.lasso.setPolygon(self.polygon)
            return
        if not event.buttons():
            self.window_.hover(self._place(event))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event) -> None:
        if not self.polygon.isEmpty():
            self.window_.map.select(np.array([(p.x(), p.y()) for p in self.polygon]))
            self.polygon = QPolygonF()
            self.lasso.setPolygon(self.polygon)
            return
        if (event.position() - self._pressed).manhattanLength() < 4 and event.button() == Qt.MouseButton.LeftButton:
            self.window_.open(self._place(event))
        super().mouseReleaseEvent(event)
