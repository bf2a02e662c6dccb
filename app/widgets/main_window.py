"""The window: lays out docks, menus and the status bar. It knows the widgets; they do not know it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QWidget

from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.commands import Commands
from motionpatches.app.widgets.dialogs.settings import restore as restore_settings
from motionpatches.app.widgets.dialogs.tour import Tour
from motionpatches.app.widgets.menus import Menus
from motionpatches.app.widgets.pages import Pages, show
from motionpatches.app.widgets.panels.captions import CaptionsPanel
from motionpatches.app.widgets.panels.library import LibraryPanel
from motionpatches.app.widgets.panels.patches import PatchesPanel
from motionpatches.app.widgets.panels.query import QueryPanel
from motionpatches.app.widgets.panels.status import Status
from motionpatches.app.widgets.panels.transport import Transport
from motionpatches.app.widgets.panels.welcome import Way, Welcome
from motionpatches.app.widgets.theme import APPEARANCES, set_appearance
from motionpatches.app.widgets.verbs import Verbs
from motionpatches.app.widgets.views.stage import StageView

# Version of the docks as they are saved: raise it when there are others.
LAYOUT = 3
FIRST_SIZE = QSize(1600, 1000)
TIMELINE_HEIGHT = 96


@dataclass(frozen=True)
class Docks:
    """The panels that can be moved and closed."""

    search: QDockWidget
    library: QDockWidget
    captions: QDockWidget
    patches: QDockWidget
    timeline: QDockWidget
    transport: QDockWidget

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        """All docks in the order of the View menu."""
        return self.search, self.library, self.captions, self.patches, self.timeline, self.transport


class MainWindow(QMainWindow):
    """The studio's window. `closing`: it was closed, and work has to end."""

    closing = Signal()

    def __init__(self, view_models: ViewModels, settings: QSettings):
        super().__init__()
        self.view_models, self.settings = view_models, settings
        v = view_models
        set_appearance(str(settings.value("appearance", APPEARANCES[0], str)))
        self.setWindowTitle("Motion Patches Studio")
        self.setAcceptDrops(True)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize()))
        self.query = QueryPanel(v.search, v.playback)
        self.stage = StageView(v.stage, v.body, v.playback, v.explanation)
        self.patches = PatchesPanel(v.stage, v.playback, v.explanation)
        self.captions = CaptionsPanel(v.captions, v.playback)
        self.library = LibraryPanel(v.search, v.marks)
        self.middle = QStackedWidget()
        self.middle.addWidget(self.stage)
        self.setCentralWidget(self.middle)
        self.setCorner(Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.setCorner(Qt.Corner.TopRightCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.docks = Docks(
            search=self._dock("Search", self.query, Qt.DockWidgetArea.TopDockWidgetArea),
            library=self._dock("Library", self.library, Qt.DockWidgetArea.LeftDockWidgetArea),
            captions=self._dock("Captions", self.captions, Qt.DockWidgetArea.LeftDockWidgetArea),
            patches=self._dock("Patches", self.patches, Qt.DockWidgetArea.RightDockWidgetArea),
            timeline=self._dock("Timeline", QWidget(), Qt.DockWidgetArea.BottomDockWidgetArea),
            transport=self._dock("Transport", Transport(v.playback), Qt.DockWidgetArea.BottomDockWidgetArea),
        )
        self.docks.timeline.widget().setMinimumHeight(TIMELINE_HEIGHT)
        self.pages = Pages(v, self)
        self.commands = Commands(v, settings, self, lambda: self.stage.camera)
        verbs = self._verbs()
        self.menus = Menus(self, verbs, v, self.docks.all, settings)
        self.welcome = Welcome(_ways_in(verbs), v.recent.paths)
        self.middle.addWidget(self.welcome)
        self.setStatusBar(Status(v.workspace))
        self._connect()
        self.default_sizes()
        self.default_state = self.saveState(LAYOUT)
        self._restore()
        restore_settings(settings, v.playback)

    def _connect(self) -> None:
        workspace = self.view_models.workspace
        self.library.chosen.connect(workspace.show_clip)
        self.query.results.chosen.connect(workspace.show_clip)
        self.welcome.opened.connect(lambda path: workspace.open([path]))
        workspace.failed.connect(self._failed)
        workspace.shown.connect(lambda: self.middle.setCurrentWidget(self.stage))

    def _failed(self, message: str) -> None:
        if self.view_models.workspace.library is None:
            self.show_welcome(message)

    def _verbs(self) -> Verbs:
        commands, pages, workspace = self.commands, self.pages, self.view_models.workspace
        return Verbs(
            open_files=commands.open_files,
            open_folder=commands.open_folder,
            open_demo=workspace.open_demo,
            open_recent=lambda name: workspace.open([Path(name)]),
            check_import=commands.check_import,
            export=commands.export,
            save_screenshot=commands.save_screenshot,
            copy_screenshot=commands.copy_screenshot,
            quit=self.close,
            edit_captions=self.edit_captions,
            import_captions=commands.import_captions,
            export_captions=commands.export_captions,
            toggle_favourite=self.library.toggle_favourite,
            edit_tags=self.library.edit_tags,
            show_settings=commands.show_settings,
            focus_query=self.query.focus_line,
            more_like_this=commands.more_like_this,
            like_this_but=self.query.begin_sum,
            nearest_captions=commands.nearest_captions,
            show_models=lambda: show(pages.models),
            open_model=commands.open_model,
            show_evaluation=lambda: show(pages.evaluation),
            fine_tune=lambda: show(pages.training).fine_tune(None),
            show_training=lambda: show(pages.training),
            frame_motion=self.stage.frame,
            reset_camera=self.stage.reset_camera,
            look_from=self.stage.look_from,
            show_map=lambda: show(pages.map),
            set_appearance=commands.set_appearance,
            reset_layout=self.reset_layout,
            toggle_full_screen=lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen),
            show_help=lambda: show(pages.help),
            show_welcome=self.show_welcome,
            start_tour=self.start_tour,
            show_reports=commands.show_reports,
            show_about=commands.show_about,
        )

    def finish(self) -> None:
        """Add the timeline, which can come after the first picture: pyqtgraph is a quarter of the time until then."""
        from motionpatches.app.widgets.panels.timeline import Timeline

        v = self.view_models
        self.docks.timeline.setWidget(Timeline(v.workspace, v.playback, v.explanation, v.moments))

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setWidget(widget)
        if title in ("Search", "Transport", "Timeline"):
            dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
            dock.setTitleBarWidget(QWidget())
        self.addDockWidget(area, dock)
        return dock

    def default_sizes(self) -> None:
        """Give the docks their sizes of the first start."""
        d = self.docks
        vertical, horizontal = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        self.splitDockWidget(d.timeline, d.transport, vertical)
        self.resizeDocks([d.timeline, d.transport], [104, 40], vertical)
        self.resizeDocks([d.search], [int(self.height() * 0.29)], vertical)
        self.resizeDocks([d.library, d.patches], [int(self.width() * 0.2), int(self.width() * 0.25)], horizontal)
        self.resizeDocks([d.library, d.captions], [int(self.height() * 0.4), int(self.height() * 0.2)], vertical)

    def reset_layout(self) -> None:
        """Put the docks where they are at the first start."""
        self.restoreState(self.default_state, LAYOUT)

    def show_welcome(self, problem: str = "") -> None:
        """Show the welcome page, with a problem where there is one."""
        self.welcome.tell(problem)
        self.middle.setCurrentWidget(self.welcome)

    def start_tour(self) -> Tour:
        """Lay the tour over the window."""
        return Tour(self, (self.query, self.stage, self.patches, self.captions))

    def edit_captions(self) -> None:
        """Show the captions and open the editor of the first."""
        self.docks.captions.show()
        self.docks.captions.raise_()
        self.captions.edit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            self.view_models.workspace.open(paths)

    def _restore(self) -> None:
        state, place = self.settings.value("layout"), self.settings.value("geometry")
        if isinstance(place, QByteArray):
            self.restoreGeometry(place)
        if isinstance(state, QByteArray):
            self.restoreState(state, LAYOUT)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.setValue("own captions", self.view_models.captions.own)
        self.settings.setValue("layout", self.saveState(LAYOUT))
        self.settings.setValue("geometry", self.saveGeometry())
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()  # what is being typed is taken before all work ends
        self.closing.emit()
        event.accept()


def _ways_in(verbs: Verbs) -> list[Way]:
    """Return the entries of the welcome page."""
    return [
        Way("Open Folder…", "any mix of BVH, AMASS, HumanML3D and other formats", lambda: verbs.open_folder("")),
        Way("Open Files…", "single takes", verbs.open_files),
        Way("Demo Library", "generated motions, ready to search", verbs.open_demo),
        Way("Tour", "four steps through the window", verbs.start_tour),
    ]
