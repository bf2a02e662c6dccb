"""The window: lays out docks, menus and the status bar. It knows the widgets; they do not know it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QStackedWidget, QWidget

from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.explanation import Why
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.moments import Moments
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.dialogs.settings import restore as restore_settings
from motionpatches.app.widgets.menus import Menus
from motionpatches.app.widgets.panels.captions import CaptionsPanel
from motionpatches.app.widgets.panels.inspector import Inspector
from motionpatches.app.widgets.panels.library import LibraryPanel
from motionpatches.app.widgets.panels.query import QueryPanel
from motionpatches.app.widgets.panels.status import Status
from motionpatches.app.widgets.panels.transport import Transport
from motionpatches.app.widgets.panels.welcome import Welcome
from motionpatches.app.widgets.theme import APPEARANCES, STYLE, set_appearance
from motionpatches.app.widgets.views.stage import StageView

LAYOUT = 3


class MainWindow(QMainWindow):
    closing = Signal()

    def __init__(self, workspace: Workspace, search: Search, playback: Playback, settings: QSettings):
        super().__init__()
        self.workspace, self.search, self.playback, self.settings = workspace, search, playback, settings
        appearance = settings.value("appearance", APPEARANCES[0], str)
        if appearance != APPEARANCES[0]:
            set_appearance(appearance)
        self.setWindowTitle("Motion Patches Studio")
        self.setStyleSheet(STYLE)
        self.setAcceptDrops(True)
        self.resize(1600, 1000)
        self.query = QueryPanel(search, playback)
        self.stages = Stage(workspace, self)
        self.why, self.moments = Why(workspace, search, playback, self), Moments(workspace, search, playback, self)
        self.stage = StageView(self.stages, playback, self.why)
        self.patches = Inspector(self.stages, playback, self.why)
        captions = Captions(workspace, settings.value("own captions", True, bool), self)
        self.captions = CaptionsPanel(captions, playback)
        self.marks = Marks(workspace, captions.history, self)
        self.library = LibraryPanel(search, self.marks)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.stage)
        self.setCentralWidget(self.middle)
        self.setCorner(Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.setCorner(Qt.Corner.TopRightCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.docks = [
            self._dock("Search", self.query, Qt.DockWidgetArea.TopDockWidgetArea),
            self._dock("Library", self.library, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Captions", self.captions, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Patches", self.patches, Qt.DockWidgetArea.RightDockWidgetArea),
            self._dock("Timeline", QLabel(minimumHeight=96), Qt.DockWidgetArea.BottomDockWidgetArea),
            self._dock("Transport", Transport(playback), Qt.DockWidgetArea.BottomDockWidgetArea),
        ]
        self.library.chosen.connect(workspace.show_clip)
        self.query.results.chosen.connect(workspace.show_clip)
        self.menus = Menus(self, workspace, search, playback)
        self.welcome = Welcome(self.menus.ways_in(), self.menus.recent)
        self.welcome.opened.connect(lambda path: workspace.open([path]))
        self.middle.addWidget(self.welcome)
        workspace.failed.connect(lambda message: workspace.library or self.show_welcome(message))
        workspace.shown.connect(lambda: self.middle.setCurrentWidget(self.stage))
        self.setStatusBar(Status(workspace))
        self.default_sizes()
        self.default_state = self.saveState(LAYOUT)
        self._restore()
        restore_settings(settings, playback)

    def finish(self) -> None:
        """What can come after the first picture: the timeline, whose library takes a quarter of the time to it."""
        from motionpatches.app.widgets.panels.timeline import Timeline

        self.docks[4].setWidget(Timeline(self.workspace, self.playback, self.why, self.moments))

    def _dock(self, title: str, widget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self, objectName=title)
        dock.setWidget(widget)
        if title in ("Search", "Transport", "Timeline"):
            dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
            dock.setTitleBarWidget(QWidget())
        self.addDockWidget(area, dock)
        return dock

    def default_sizes(self) -> None:
        search, library, captions, patches, timeline, transport = self.docks
        self.splitDockWidget(timeline, transport, Qt.Orientation.Vertical)
        self.resizeDocks([timeline, transport], [104, 40], Qt.Orientation.Vertical)
        self.resizeDocks([search], [int(self.height() * 0.29)], Qt.Orientation.Vertical)
        self.resizeDocks([library, patches], [int(self.width() * 0.2), int(self.width() * 0.25)], Qt.Orientation.Horizontal)
        self.resizeDocks([library, captions], [int(self.height() * 0.4), int(self.height() * 0.2)], Qt.Orientation.Vertical)

    def reset_layout(self) -> None:
        """The docks as on the first day."""
        self.restoreState(self.default_state, LAYOUT)

    def show_welcome(self, problem: str = "") -> None:
        self.welcome.tell(problem)
        self.middle.setCurrentWidget(self.welcome)

    def edit_captions(self) -> None:
        self.docks[2].show()
        self.docks[2].raise_()
        self.captions.edit()

    def focus_query(self) -> None:
        self.query.line.setFocus()
        self.query.line.selectAll()

    def dragEnterEvent(self, event) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self.workspace.open(paths)

    def _restore(self) -> None:
        state, place = self.settings.value("layout"), self.settings.value("geometry")
        if isinstance(place, QByteArray):
            self.restoreGeometry(place)
        if isinstance(state, QByteArray):
            self.restoreState(state, LAYOUT)

    def closeEvent(self, event) -> None:
        self.settings.setValue("own captions", self.captions.captions.own)
        self.settings.setValue("layout", self.saveState(LAYOUT))
        self.settings.setValue("geometry", self.saveGeometry())
        if (focused := self.focusWidget()) is not None:
            focused.clearFocus()  # a line being typed hands over its words before all work ends
        self.closing.emit()
        event.accept()
