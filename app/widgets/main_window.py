"""The window: puts the panels into the frame, with menus and the status bar. It knows the widgets; they do not know it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from motionpatches.app.background.later import Later
from motionpatches.app.tokens import FIRST_SHARE, SMALLEST
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.ask_path import keep_in
from motionpatches.app.widgets.commands import Commands
from motionpatches.app.widgets.context_menus import ContextMenus
from motionpatches.app.widgets.dialogs.settings import restore as restore_settings
from motionpatches.app.widgets.dialogs.tour import Tour
from motionpatches.app.widgets.export_sources import stage_plan
from motionpatches.app.widgets.frame.drop_hint import DropHint, drop_words
from motionpatches.app.widgets.frame.frame import Frame
from motionpatches.app.widgets.frame.header import Header
from motionpatches.app.widgets.frame.stage_header import StageHeader
from motionpatches.app.widgets.hand_offs import blender, let_drag_out
from motionpatches.app.widgets.menus import Menus
from motionpatches.app.widgets.pages import Pages, show
from motionpatches.app.widgets.panels.captions import CaptionsPanel
from motionpatches.app.widgets.panels.comparison import ComparisonRow
from motionpatches.app.widgets.panels.info import InfoPanel
from motionpatches.app.widgets.panels.library import LibraryPanel
from motionpatches.app.widgets.panels.notices import NoticeStack
from motionpatches.app.widgets.panels.patches import PatchesPanel
from motionpatches.app.widgets.panels.query import QueryPanel
from motionpatches.app.widgets.panels.results import ResultsPanel
from motionpatches.app.widgets.panels.status import Status
from motionpatches.app.widgets.panels.timeline import Timeline
from motionpatches.app.widgets.panels.transport import Transport
from motionpatches.app.widgets.panels.welcome import Way, Welcome
from motionpatches.app.widgets.panels.why import WhyPanel
from motionpatches.app.widgets.plain import NAME, shown
from motionpatches.app.widgets.quitting import Quitting
from motionpatches.app.widgets.take_commands import TakeCommands
from motionpatches.app.widgets.theme import APPEARANCES, set_appearance
from motionpatches.app.widgets.verbs import Verb, Verbs
from motionpatches.app.widgets.views.stage import StageView
from motionpatches.app.widgets.views.stage_character import ShownCharacter
from motionpatches.core.library.library import Clip


class MainWindow(QMainWindow):
    """The studio's window. `closing`: it was closed, and work has to end."""

    closing = Signal()

    def __init__(self, view_models: ViewModels, settings: QSettings):
        super().__init__()
        self.view_models, self.settings = view_models, settings
        v = view_models
        keep_in(settings)
        set_appearance(str(settings.value("appearance", APPEARANCES[0], str)))
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST)
        self.resize(self.screen().availableSize() * FIRST_SHARE)
        self.query = QueryPanel(v.search)
        self.results = ResultsPanel(v.search, v.playback)
        self.stage = StageView(v.stage, v.body, v.playback, v.explanation)
        self.shown_character = ShownCharacter(v.characters, self)
        self.patches = PatchesPanel(v.stage, v.playback, v.explanation)
        self.captions = CaptionsPanel(v.captions, v.playback)
        self.library = LibraryPanel(v, settings)
        self.takes = takes = TakeCommands(v, self)
        of_shown = (takes.toggle_favourite, takes.edit_tags, takes.copy_path, takes.reveal)
        star, tag, copy, show_file = (partial(takes.on_shown, do) for do in of_shown)
        self.info = InfoPanel(v.workspace, v.marks, v.sheet, self.captions, star, tag, copy, show_file)
        self.why = WhyPanel(v.explanation)
        self.middle, self.stage_page = QStackedWidget(), QWidget()
        self.middle.addWidget(self.stage_page)
        self.pages = Pages(v, self, lambda: self.menus.show_keys())
        self.commands = Commands(v, settings, self, lambda: self.stage.camera)
        verbs = self._verbs()
        self.timeline = Timeline(v.workspace, v.playback, v.explanation, v.moments, v.captions, v.stage)
        self.below = self._below()
        self.frame = Frame(Header(v, verbs, self.query, self.filter), self.middle, self.below)
        self.left, self.right = self.frame.left, self.frame.right
        self.left.add("Library", "library", self.library)
        self.left.add("Results", "results", self.results)
        self.left.add("Map", "map", self._map)
        self.right.add("Info", "info", self.info)
        self.right.add("Patches", "patches", self.patches)
        self.right.add("Why", "why", self.why)
        self.setCentralWidget(self.frame)
        self.menus = Menus(self, verbs, v, takes, self.frame, settings)
        self.context = ContextMenus(self.menus, v, self)
        column = QVBoxLayout(self.stage_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.stage_header = StageHeader(self.menus.stage)
        column.addWidget(self.stage_header)
        self.comparison = ComparisonRow(v.stage, v.thumbnails)
        column.addWidget(self.comparison)
        column.addWidget(self.stage, 1)
        self.welcome = Welcome(_ways_in(verbs), v.recent.paths)
        self.middle.addWidget(self.welcome)
        self.status = Status(v.workspace, self._ways(verbs))
        self.setStatusBar(self.status)
        self.drop_hint = DropHint(self)
        self._later = Later(self)
        self.notices, self.quitting = NoticeStack(v.workspace.notices, self), Quitting(self, v)
        views = (self.results.view, self.library.view, self.timeline)
        self.hand_off = let_drag_out(v, settings, *views, lambda: stage_plan(v, self.stage.camera, self))
        self._await_results = self._explaining = False
        self._connect()
        self._restore()
        self._name()
        restore_settings(settings, v.playback)
        self.query.line.setFocus()  # what is typed first is a query

    def _connect(self) -> None:
        workspace = self.view_models.workspace
        search, explanation = self.view_models.search, self.view_models.explanation
        self.library.chosen.connect(workspace.show_clip)
        self.library.left_out.clicked.connect(self.commands.show_left_out)
        self.library.view.menu_wanted.connect(self.context.takes)
        self.timeline.menu_wanted.connect(self.context.timeline)
        self.results.view.choose_with(self.view_models.selection)
        self.results.view.keep_with(self.view_models.stage)
        self.results.view.menu_wanted.connect(self.context.takes)
        self.stage.menu_wanted.connect(self.context.stage)
        self.patches.view.menu_wanted.connect(self.context.patches)
        self.results.view.chosen.connect(self.view_models.search.open)
        self.results.view.left.connect(self.query.focus_line)
        self.results.asked.connect(self.query.ask)
        self.results.folder_wanted.connect(self.commands.open_folder)
        self.results.strip_wanted.connect(self.set_strip)
        self.query.entered.connect(self.await_results)
        self.query.line.textEdited.connect(lambda: self.await_results(False))
        self.query.left.connect(self._leave_query)
        search.query_changed.connect(self._queried)
        search.results_changed.connect(self._answered)
        explanation.changed.connect(self._explained)
        workspace.library_changed.connect(self._name)
        workspace.model_changed.connect(self._name)
        self.welcome.left.connect(lambda: self.middle.setCurrentWidget(self.stage_page))
        self.welcome.opened.connect(lambda path: workspace.open([path]))
        workspace.failed.connect(self._failed)
        workspace.shown.connect(lambda: self.middle.setCurrentWidget(self.stage_page))

    def _map(self) -> QWidget:
        """Make the map, whose menus are those of takes."""

        def ask(clip: Clip, at: QPoint) -> None:
            self.view_models.selection.point(clip)
            self.context.takes(at)

        self.pages.map.asked.connect(ask)
        return self.pages.map

    def _name(self) -> None:
        """Name library and model in the title, by which two windows are distinguished."""
        workspace = self.view_models.workspace
        library = [workspace.library.name] if workspace.library is not None else []
        names = [*library, workspace.model_label, "Motion Patches Studio"]
        self.setWindowTitle(" – ".join(shown(name, NAME) for name in names))

    def _queried(self) -> None:
        """Show the page of results where something is searched for."""
        if self.view_models.search.query and not self.results.strip.isChecked() and self.left.open_page:
            self.left.turn("Results")

    def await_results(self, on: bool = True) -> None:
        """The results have the keyboard as soon as they are there, as after Enter, unless more is typed before."""
        self._await_results = on

    def _answered(self) -> None:
        if self._await_results and self.view_models.search.results:
            self._await_results = False
            if self.focusWidget() is not self.query.line:
                return  # who went on to something else meanwhile is not called away
            if not self.results.strip.isChecked():
                self.left.turn("Results")
            self.results.view.setFocus()

    def _leave_query(self) -> None:
        (self.results.view if self.view_models.search.results and self.results.view.isVisible() else self.stage).setFocus()

    def _explained(self) -> None:
        """Show the reasons where an explanation is asked for; not where one changes."""
        on = self.view_models.explanation.on
        if on and not self._explaining:
            self.right.turn("Why")
        self._explaining = on

    def filter(self) -> None:
        """Let the user filter the library."""
        self.left.turn("Library")
        self.library.filter.setFocus()

    def show_collections(self) -> None:
        """Let the user choose one of the library's collections, of which the list shows the takes."""
        self.left.turn("Library")
        self.library.collections.click()

    def set_strip(self, on: bool) -> None:
        """Show the results in a row above the stage, or as a page."""
        self.frame.set_strip(self.results.view if on else None)
        self.results.above(on)

    def _below(self) -> QWidget:
        """Lay out the timeline below the buttons of the clock."""
        below = QWidget()
        below.setObjectName("page")
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.transport = Transport(self.view_models.playback)
        self.transport.folded.connect(lambda on: self.timeline.setVisible(not on))
        column.addWidget(self.transport)
        column.addWidget(self.timeline)
        return below

    def _failed(self, message: str) -> None:
        if self.view_models.workspace.library is None:
            self.show_welcome(message)

    def _verbs(self) -> Verbs:
        commands, pages, workspace = self.commands, self.pages, self.view_models.workspace
        return Verbs(
            open_files=commands.open_files,
            open_folder=commands.open_folder,
            add_folder=commands.add_folder,
            open_demo=workspace.open_demo,
            open_recent=lambda name: workspace.open([Path(name)]),
            refresh=self.takes.refresh,
            check_import=commands.check_import,
            show_left_out=commands.show_left_out,
            export=commands.export,
            drag_out_as=lambda name: self.settings.setValue("export/drag", name),
            open_in_blender=lambda: blender(self.view_models, self.hand_off),
            save_add_on=commands.save_add_on,
            reveal=self.takes.reveal,
            copy_path=self.takes.copy_path,
            save_screenshot=commands.save_screenshot,
            copy_screenshot=commands.copy_screenshot,
            quit=self.close,
            edit_captions=self.edit_captions,
            import_captions=commands.import_captions,
            export_captions=commands.export_captions,
            toggle_favourite=self.takes.toggle_favourite,
            edit_tags=self.takes.edit_tags,
            edit_sheet=self.takes.edit_sheet,
            new_collection=self.takes.new_collection,
            show_collections=self.show_collections,
            import_sheet=commands.import_sheet,
            export_sheet=commands.export_sheet,
            add_caption=self.takes.add_caption,
            add_range_caption=self.add_range_caption,
            remove_caption=self.takes.remove_caption,
            replace_in_captions=self.takes.replace_in_captions,
            show_settings=commands.show_settings,
            share_library=commands.share_library,
            focus_query=self.query.focus_line,
            more_like_this=self.takes.more_like_this,
            like_this_but=self.query.begin_sum,
            search_elsewhere=commands.search_elsewhere,
            nearest_captions=commands.nearest_captions,
            show_models=lambda: show(pages.models),
            open_model=commands.open_model,
            show_evaluation=lambda: show(pages.evaluation),
            teach=lambda: show(pages.teaching),
            show_training=lambda: show(pages.training),
            zoom_to_range=lambda: self.timeline.zoom(self.view_models.playback.range_s),
            zoom_out=lambda: self.timeline.zoom(None),
            choose_character=commands.choose_character,
            show_take=self.takes.show,
            keep=self.takes.keep,
            compare=self.takes.compare,
            frame_motion=self.stage.frame,
            reset_camera=self.stage.reset_camera,
            look_from=self.stage.look_from,
            show_map=lambda: self.left.turn("Map"),
            set_appearance=commands.set_appearance,
            reset_layout=self.reset_layout,
            fold_timeline=lambda: self.transport.fold(not self.transport.is_folded),
            toggle_strip=lambda: self.set_strip(not self.results.strip.isChecked()),
            toggle_full_screen=lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen),
            show_jobs=lambda: self.status.jobs.open(),
            show_manual=lambda: show(pages.manual),
            show_help=lambda: show(pages.help),
            show_welcome=self.show_welcome,
            start_tour=self.start_tour,
            show_reports=commands.show_reports,
            show_about=commands.show_about,
        )

    def _ways(self, verbs: Verbs) -> dict[str, Verb]:
        """Return what shows long work, by its key."""
        library = dict.fromkeys(("open", "index"), lambda: self.left.turn("Library"))
        others = {"map": verbs.show_map, "evaluation": verbs.show_evaluation, "import": verbs.show_models}
        return {**library, **others, "training": verbs.show_training}

    def default_sizes(self) -> None:
        """Give the panels their sizes of the first start."""
        self.frame.default_sizes()

    def reset_layout(self) -> None:
        """Put the panels where they are at the first start."""
        self.set_strip(False)
        self.transport.fold(False)
        self.frame.default()

    def show_welcome(self, problem: str = "") -> None:
        """Show the welcome page, with a problem where there is one."""
        self.welcome.tell(problem, can_leave=self.view_models.workspace.clip is not None)
        self.middle.setCurrentWidget(self.welcome)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, where nothing else takes it: leave the welcome page, then dismiss the notices."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.middle.currentWidget() is self.welcome and self.view_models.workspace.clip is not None:
            self.middle.setCurrentWidget(self.stage_page)
        else:
            self.view_models.workspace.notices.dismiss_shown()

    def start_tour(self) -> Tour:
        """Lay the tour over the window."""
        show_page, right = self.frame.show_page, self.right
        return Tour(
            self,
            (self.frame.header.library, self.query, self.stage, self.patches, self.captions),
            {3: lambda: show_page(right, "Patches"), 4: lambda: show_page(right, "Info")},
        )

    def edit_captions(self) -> None:
        """Show the captions and open the editor of the first."""
        self.frame.show_page(self.right, "Info")
        self.captions.edit()

    def add_range_caption(self) -> None:
        """Show the captions, with a new one for the marked range."""
        self.frame.show_page(self.right, "Info")
        self.captions.add_range.click()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and event.source() is None:  # not what was dragged from here
            event.acceptProposedAction()
            library = self.view_models.workspace.library
            self.drop_hint.tell(drop_words(_local(event.mimeData()), library.name if library else ""))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_hint.hide()
        paths = _local(event.mimeData())
        if paths:
            self._later.do(lambda: self.commands.take(paths))  # once the drag has ended

    def _restore(self) -> None:
        place = self.settings.value("geometry")
        if isinstance(place, QByteArray):
            self.restoreGeometry(place)
        self.frame.resize(self.size())
        self.transport.fold(bool(self.settings.value("frame/timeline folded", False, bool)))
        if self.frame.restore(self.settings):
            self.set_strip(True)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.isVisible() and not self.quitting.may_close():
            event.ignore()
            return
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("frame/timeline folded", self.transport.is_folded)
        self.frame.save(self.settings, self.results.strip.isChecked())
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()  # what is being typed is taken before all work ends
        self.hide()  # what is waited for keeps no window on the screen
        self.closing.emit()
        event.accept()


def _local(data: QMimeData) -> list[Path]:
    """Return the files and folders of this computer that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def _ways_in(verbs: Verbs) -> list[Way]:
    """Return the entries of the welcome page."""
    return [
        Way("Open Folder…", "any mix of BVH, AMASS, HumanML3D and other formats", lambda: verbs.open_folder("")),
        Way("Open Files…", "single takes", verbs.open_files),
        Way("Demo Library", "generated motions, ready to search", verbs.open_demo),
        Way("Tour", "five steps through the window", verbs.start_tour),
    ]
