"""Map of the Library: dots to hover, to click, to select."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QComboBox,
    QGraphicsPolygonItem,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.gl.scene import FAST, MIDDLE, SLOW
from motionpatches.app.viewmodels.library_map import LibraryMap, layouts
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.widgets.plain import Html, Label, RichLabel, html, joined, shown
from motionpatches.app.widgets.theme import colours, of_kind, px, sized
from motionpatches.app.widgets.views.curves import COLOURS
from motionpatches.app.widgets.views.hover_picture import HoverPicture
from motionpatches.app.widgets.views.results import ResultsView
from motionpatches.core.progress import counted

MORE_COLOURS = (*COLOURS, "#999999", "#f0e442", "#8c564b", "#17becf")
# How long the mouse rests before a clip plays, how near to a dot it is, and how many names the legend
# lists, of how many characters.
REST_MS, NEAR_PX, LISTED, SHORT = 120, 12, 8, 24
# Width and height of the view of the clip that plays, in a corner of the plot.
PREVIEW = 96, 124


class MapPanel(QWidget):
    """Hovering plays a clip, a click opens it; a drag with Shift draws a lasso; the wheel zooms and a drag moves.

    `asked(Clip, QPoint)`: a menu of a clip, at a place of the screen.
    """

    asked = Signal(object, QPoint)

    def __init__(self, library_map: LibraryMap, playback: Playback, thumbnails: Thumbnails, parent: QWidget | None = None):
        super().__init__(parent)
        self.map = library_map
        self.layout_box, self.colour_box = QComboBox(), QComboBox()
        self.layout_box.addItems([shown(name) for name in layouts()])
        self.layout_box.setVisible(len(layouts()) > 1)
        self.layout_box.activated.connect(lambda i: library_map.lay_out(layouts()[i]))
        self.colour_box.activated.connect(lambda i: library_map.colour(library_map.colourings[i]))
        self.all = QPushButton("Search Everywhere")
        self.all.clicked.connect(lambda: library_map.select(np.zeros((0, 2))))
        for box, words in ((self.layout_box, "Layout"), (self.colour_box, "Colour")):
            box.setAccessibleName(words)
            box.setToolTip(words)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        top = QHBoxLayout()
        top.addWidget(self.layout_box, 1)
        top.addWidget(self.colour_box, 2)
        self.plot = _Plot(self)
        self.dots = pg.ScatterPlotItem(size=7, pen=None)
        self.plot.addItem(self.dots)
        self.here = pg.ScatterPlotItem(size=15, brush=None)
        self.plot.addItem(self.here)
        self.picture = HoverPicture(thumbnails, self.plot)
        self.preview = ResultsView(library_map.preview, playback)
        self.preview.as_preview()
        self.preview.setFixedSize(*map(px, PREVIEW))
        self.preview.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.preview.hide()
        self.preview.chosen.connect(library_map.workspace.show_clip)
        self.legend, self.state = RichLabel(wrap=True), of_kind(Label(wrap=True), "secondary")
        self.plot.setMinimumHeight(px(160))
        self.legend.setFont(sized(self.legend.font(), tokens.SECONDARY))
        over = QGridLayout()
        over.addWidget(self.plot, 0, 0)
        over.addWidget(self.preview, 0, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(tokens.GAP),) * 4)
        column.setSpacing(px(tokens.GAP))
        column.addLayout(top)
        column.addLayout(over, 1)
        column.addWidget(self.legend)
        column.addWidget(self.all)
        column.addWidget(self.state)
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._show_hovered)
        self.hovered = -1
        library_map.changed.connect(self._changed)
        library_map.workspace.shown.connect(self._mark_shown)
        library_map.refresh()
        self._changed()

    def _changed(self) -> None:
        found = self.map
        self.layout_box.setCurrentText(found.layout)
        offered = [name.capitalize() for name in found.colourings]
        if offered != [self.colour_box.itemText(i) for i in range(self.colour_box.count())]:
            self.colour_box.clear()
            self.colour_box.addItems([shown(name) for name in offered])
        self.colour_box.setCurrentText(found.colouring.capitalize())
        self.all.setVisible(bool(found.selected))
        count = len(found.places)
        if found.selected:
            said = f"{len(found.selected):,} of {counted(count, 'motion')} selected. The search is limited to them."
        else:
            said = "Hover to play, click to open, Shift+drag to select, wheel to zoom."
        self.state.setText(found.message or (said if count else "Nothing is indexed yet."))
        self._mark_shown()
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

    def _mark_shown(self) -> None:
        """Draw a ring around the dot of the clip on the stage."""
        at = self.map.shown_at
        places = self.map.places[[at]] if at >= 0 else np.zeros((0, 2))
        self.here.setData(places[:, 0], places[:, 1], pen=QPen(QColor(colours(self).text), 2))

    def _colours(self) -> np.ndarray:
        """Return (N, 4) colours of the dots, from 0 to 255."""
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

    def _legend(self) -> Html:
        found = self.map
        if found.groups is None:
            return html("Yellow: high score. Dark: low score.") if found.scores is not None else Html()
        names = [shown(name, SHORT).replace(" ", "\u00a0") for name in found.names[:LISTED]]  # none breaks in two
        dot = "<span style='color:{}'>●</span>&nbsp;{}"
        rows = [html(dot, MORE_COLOURS[i % len(MORE_COLOURS)], name) for i, name in enumerate(names)]
        more = [html("and {} more", len(found.names) - LISTED)] if len(found.names) > LISTED else []
        return joined(rows + more, "&nbsp;&nbsp; ")

    def nearest(self, place: QPointF) -> int:
        """Return the index of the dot under a place of the plot, or -1."""
        if not len(self.map.places):
            return -1
        pixel = self.plot.plotItem.vb.viewPixelSize()
        away = np.hypot((self.map.places[:, 0] - place.x()) / pixel[0], (self.map.places[:, 1] - place.y()) / pixel[1])
        at = int(away.argmin())
        return at if away[at] < NEAR_PX else -1

    def hover(self, place: QPointF) -> None:
        """Show the picture of the clip under the mouse, and play it once the mouse rests there."""
        at = self.nearest(place)
        if at == self.hovered:
            return
        self.hovered = at
        if at < 0:
            self.leave()
            return
        dot = self.plot.mapFromScene(self.plot.plotItem.vb.mapViewToScene(QPointF(*self.map.places[at].tolist())))
        self.picture.show_clip(self.map.clips[at], dot)
        self._rest.start()

    def leave(self) -> None:
        """The mouse is over no dot any more; what plays goes on."""
        self.hovered = -1
        self._rest.stop()
        self.picture.hide()

    def open_at(self, place: QPointF) -> None:
        """Show the clip under the mouse on the stage."""
        at = self.nearest(place)
        if at >= 0:
            self.map.workspace.show_clip(self.map.clips[at])

    def ask_at(self, place: QPointF, at: QPoint) -> None:
        """Ask for the menu of the clip under the mouse."""
        nearest = self.nearest(place)
        if nearest >= 0:
            self.asked.emit(self.map.clips[nearest], at)

    def _show_hovered(self) -> None:
        if 0 <= self.hovered < len(self.map.clips):
            self.map.point(self.hovered)
            self.preview.show()
            self.preview.raise_()


class _Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """The plot of the dots; a drag with Shift draws a lasso."""

    def __init__(self, window: MapPanel):
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
        self.lasso.setPen(pg.mkPen(colours().query, width=1.5))
        self.lasso.setZValue(10)
        self.addItem(self.lasso, ignoreBounds=True)
        self._pressed = QPointF()
        self.setBackground(self.palette().color(QPalette.ColorRole.Base))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.window_.leave()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange:
            self.setBackground(self.palette().color(QPalette.ColorRole.Base))

    def _place(self, event: QMouseEvent) -> QPointF:
        """Return where the mouse is in the plot."""
        return QPointF(self.plotItem.vb.mapSceneToView(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.polygon = QPolygonF([self._place(event)])
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.polygon.isEmpty():
            self.polygon.append(self._place(event))
            self.lasso.setPolygon(self.polygon)
            return
        if not event.buttons():
            self.window_.hover(self._place(event))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.polygon.isEmpty():
            self.window_.map.select(np.array([(p.x(), p.y()) for p in self.polygon.toList()]))
            self.polygon = QPolygonF()
            self.lasso.setPolygon(self.polygon)
            return
        still = (event.position() - self._pressed).manhattanLength() < 4
        if still and event.button() == Qt.MouseButton.LeftButton:
            self.window_.open_at(self._place(event))
        elif still and event.button() == Qt.MouseButton.RightButton:
            self.window_.ask_at(self._place(event), event.globalPosition().toPoint())
        super().mouseReleaseEvent(event)
