"""The menus: every action, its words and its keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QMenu, QSpinBox

from motionpatches.app.export.hand_off import QUICK, find_blender
from motionpatches.app.export.plan import PURPOSES
from motionpatches.app.viewmodels.answering import Answering
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.viewmodels.watching import Watching
from motionpatches.app.widgets.collection_menus import fill_add, fill_remove
from motionpatches.app.widgets.dialogs.command_palette import ALSO, CommandPalette
from motionpatches.app.widgets.dialogs.keys import Keys, KeysDialog
from motionpatches.app.widgets.frame.frame import Frame
from motionpatches.app.widgets.frame.side_panel import SidePanel
from motionpatches.app.widgets.hand_offs import drag_purpose
from motionpatches.app.widgets.plain import tail, title
from motionpatches.app.widgets.take_commands import TakeCommands
from motionpatches.app.widgets.take_menu import TakeMenu
from motionpatches.app.widgets.theme import APPEARANCES
from motionpatches.app.widgets.verbs import Verb, Verbs
from motionpatches.app.widgets.views.stage_menu import StageMenu
from motionpatches.core.library.open import LAYOUTS
from motionpatches.core.motion.skeleton import PART_NAMES


class Menus:
    """Builds the menu bar of a window. Keys of one letter or arrow rest while a user types."""

    def __init__(
        self,
        window: QMainWindow,
        verbs: Verbs,
        view_models: ViewModels,
        takes: TakeCommands,
        frame: Frame,
        settings: QSettings,
    ):
        self.window, self.verbs, self.view_models, self.settings = window, verbs, view_models, settings
        self.actions: list[QAction] = []
        self._rests = _RestsWhileTyping(window)
        self.takes = TakeMenu(view_models, takes, self._add)
        bar = window.menuBar()
        self._file(bar.addMenu("&File"))
        self._edit(bar.addMenu("&Edit"))
        self._search(bar.addMenu("&Search"))
        self._model(bar.addMenu("&Model"))
        self._playback(bar.addMenu("&Playback"))
        self.stage = StageMenu(self._add, bar.addMenu("S&tage"), verbs, view_models.stage, view_models.characters, self.takes)
        self._view(bar.addMenu("&View"), frame)
        self._help(bar.addMenu("&Help"))
        self.keys = Keys(self.actions, settings)

    def _add(self, menu: QMenu, text: str, do: Verb, *keys: str, single: bool = False) -> QAction:
        action = QAction(text, self.window)
        action.setShortcuts([QKeySequence(k) for k in keys])
        action.triggered.connect(lambda: do())
        if single:
            action.installEventFilter(self._rests)
        menu.addAction(action)
        menu.setToolTipsVisible(True)
        self.actions.append(action)
        return action

    def _switch(self, menu: QMenu, text: str, switched: Answering | Watching, tip: str, also: str) -> QAction:
        """Add an entry that turns something on and off, and shows which it is."""
        action = self._add(menu, text, lambda: switched.set_on(not switched.on))
        action.setCheckable(True)
        action.setToolTip(tip)
        action.setProperty(ALSO, also)
        switched.changed.connect(lambda: action.setChecked(switched.on))
        action.setChecked(switched.on)
        return action

    def _answer(self, menu: QMenu) -> None:
        tip = "Its add-on lists the results of this window, and brings them onto armatures"
        also = "add-on addon server listen http other programs"
        self._switch(menu, "Let Blender See the Res&ults", self.view_models.answering, tip, also)

    def _watch(self, menu: QMenu) -> None:
        watching = self.view_models.watching
        tip = "Read, index and find what lands in the open library's folders, without a click"
        action = self._switch(menu, "&Watch Folders", watching, tip, "hot folder new takes automatic rescan")
        watching.changed.connect(lambda: action.setEnabled(watching.possible))
        action.setEnabled(watching.possible)

    def _file(self, menu: QMenu) -> None:
        v, take = self.verbs, self.takes.add
        self._add(menu, "Open &Files…", v.open_files, "Ctrl+O")
        self._add(menu, "Open F&older…", lambda: v.open_folder(""), "Ctrl+Shift+O")
        self._add(menu, "A&dd Folder…", v.add_folder)
        kinds = menu.addMenu("Open Folder &As")
        for layout in LAYOUTS:
            if layout.reader:
                name = title(f"Open as {layout.name[0].upper()}{layout.name[1:]}…")
                self._add(kinds, name, partial(v.open_folder, layout.name))
        recent = menu.addMenu("Open &Recent")
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        self._add(menu, "Open &Demo Library", v.open_demo)
        action = take("refresh", menu, "Re&fresh", v.refresh, "F5", why_not=self.takes.takes.why_not_refresh)
        action.setProperty(ALSO, "rescan reload library new files")
        self._watch(menu)
        self._add(menu, "S&hare Library…", v.share_library).setProperty(ALSO, "shared gallery server postgresql qdrant team")
        self._add(menu, "Check &Import…", v.check_import, "Ctrl+I")
        self._add(menu, "Files &Left Out…", v.show_left_out).setProperty(ALSO, "skipped unread missing errors")
        menu.addSeparator()
        take("export", menu, "&Export…", v.export, "Ctrl+Shift+E")
        self._drag_out(menu.addMenu("&Drag Out As"))
        self._add(menu, "Open in &Blender", v.open_in_blender).setVisible(bool(find_blender()))
        self._answer(menu)
        action = self._add(menu, "Save Blender Add-O&n…", v.save_add_on)
        action.setToolTip("A file that Blender installs, and that lists the results of this window there")
        action.setProperty(ALSO, "addon plug-in install blender")
        action = take("reveal", menu, "Show in F&older", v.reveal, "Alt+Shift+R")
        action.setProperty(ALSO, "reveal file manager explorer finder path")
        take("copy path", menu, "Copy &Path", v.copy_path, "Alt+Shift+C").setProperty(ALSO, "file name")
        self._add(menu, "Save &Screenshot…", v.save_screenshot, "Ctrl+Shift+S")
        self._add(menu, "&Copy Screenshot", v.copy_screenshot, "Ctrl+Shift+C")
        menu.addSeparator()
        self._add(menu, "&Quit", v.quit, "Ctrl+Q")

    def _drag_out(self, menu: QMenu) -> None:
        """Add what files are dragged out as, of which one is chosen."""
        group, chosen = QActionGroup(self.window), drag_purpose(self.settings)
        for name in QUICK:
            action = self._add(menu, f"Drag Out: {PURPOSES[name].title}", partial(self.verbs.drag_out_as, name))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        recent = self.view_models.recent
        for name in recent.paths():
            menu.addAction(title(tail(name))).triggered.connect(lambda _=False, n=name: self.verbs.open_recent(n))
        if menu.isEmpty():
            menu.addAction("Empty").setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction("Clear List").triggered.connect(recent.forget)

    def _edit(self, menu: QMenu) -> None:
        v, history = self.verbs, self.view_models.history
        self._history(menu, "&Undo", QKeySequence.StandardKey.Undo, history.undo, lambda h: h.undo_name)
        self._history(menu, "&Redo", QKeySequence.StandardKey.Redo, history.redo, lambda h: h.redo_name)
        menu.addSeparator()
        self._add(menu, "Edit &Captions", v.edit_captions, "F2")
        self._add(menu, "&Import Captions…", v.import_captions)
        self._add(menu, "E&xport Captions…", v.export_captions)
        self._add(menu, "Import Take S&heet…", v.import_sheet)
        self._add(menu, "Export Take Sh&eet…", v.export_sheet)
        menu.addSeparator()
        self.takes.add("add caption", menu, "Add Caption…", v.add_caption, "Ctrl+Shift+D")
        why = self.takes.takes.why_not_range
        self.takes.add("add range caption", menu, "Add Caption for Range", v.add_range_caption, why_not=why)
        why = self.takes.takes.why_not_captions
        self.takes.add("remove caption", menu, "Remove Caption…", v.remove_caption, why_not=why)
        self.takes.add("replace in captions", menu, "Replace in Captions…", v.replace_in_captions, why_not=why)
        self.takes.add("favourite", menu, "Favourite", v.toggle_favourite, "S", single=True)
        self.takes.add("tags", menu, "Tags…", v.edit_tags, "Ctrl+Shift+T")
        self._collect(menu)
        action = self.takes.add("sheet", menu, "Take Sheet…", v.edit_sheet, "Ctrl+Shift+H")
        action.setProperty(ALSO, "status select hold no good performer day notes")
        menu.addSeparator()
        self._add(menu, "&Settings…", v.show_settings, "Ctrl+,")

    def _collect(self, menu: QMenu) -> None:
        takes, collections = self.takes.takes, self.view_models.collections
        add, out = menu.addMenu("Add to Collection"), menu.addMenu("Remove from Collection")
        new = self.takes.add("new collection", add, "New Collection…", self.verbs.new_collection)
        new.setProperty(ALSO, "add to collection group set reel")
        add.aboutToShow.connect(lambda: fill_add(add, collections, takes.clips, new))
        out.aboutToShow.connect(lambda: fill_remove(out, collections, takes.clips))
        self._add(menu, "Show Collection…", self.verbs.show_collections).setProperty(ALSO, "rename delete list of collections")
        self.takes.take("collect", add.menuAction())
        self.takes.take("take out", out.menuAction(), takes.why_not_take_out)

    def _history(self, menu: QMenu, text: str, key: QKeySequence.StandardKey, do: Verb, name: Callable[[History], str]) -> None:
        """Add an action that names what it would change, and is disabled while there is nothing."""
        history, action = self.view_models.history, QAction(title(text), self.window)
        action.setShortcuts(key)
        action.triggered.connect(lambda: do())

        def follow() -> None:
            action.setText(f"{text} {title(name(history))}".strip())
            action.setEnabled(bool(name(history)))

        history.changed.connect(follow)
        follow()
        menu.addAction(action)

    def _search(self, menu: QMenu) -> None:
        v, moments, explanation = self.verbs, self.view_models.moments, self.view_models.explanation
        self._add(menu, "Find a Motion", v.focus_query, "Ctrl+F")
        self._add(menu, "Find a Motion", v.focus_query, "/", single=True).setVisible(False)
        like, why = partial(v.more_like_this, -1), self.takes.takes.why_not_more_like
        self.takes.add("more like this", menu, "More Like This", like, "M", single=True, why_not=why)
        parts = menu.addMenu("More Like This, by One Part")
        for part, name in enumerate(PART_NAMES):
            self.takes.add(name, parts, name.capitalize(), partial(v.more_like_this, part), why_not=why)
        self._add(menu, "Like This, But…", v.like_this_but, "Ctrl+L")
        self._add(menu, "Find This in Another Library…", v.search_elsewhere)
        menu.addSeparator()
        search = self.view_models.search
        first = self._add(menu, "Exact Words First", lambda: search.set_words_first(not search.words_first))
        first.setCheckable(True)
        first.setChecked(search.words_first)
        self._add(menu, "Find Moments", moments.find, "Ctrl+G")
        self._add(menu, "Next Moment", lambda: moments.step(1), "N", single=True)
        self._add(menu, "Previous Moment", lambda: moments.step(-1), "Shift+N", single=True)
        menu.addSeparator()
        self._add(menu, "Explain Result", lambda: explanation.set_on(not explanation.on), "W", single=True)
        self._add(menu, "Captions Nearest to This…", v.nearest_captions, "Ctrl+Shift+M")

    def _model(self, menu: QMenu) -> None:
        v = self.verbs
        self._add(menu, "&Models…", v.show_models, "Ctrl+M")
        self._add(menu, "&Open Model Folder…", v.open_model)
        self._add(menu, "&Evaluate…", v.show_evaluation, "Ctrl+E")
        menu.addSeparator()
        self._add(menu, "&Teach This Library…", v.teach, "Ctrl+T")
        self._add(menu, "&Training Runs…", v.show_training, "Ctrl+R")

    def _playback(self, menu: QMenu) -> None:
        p = self.view_models.playback
        for text, do, *keys in (
            ("Play or Pause", p.toggle, "Space"),
            ("One Frame Back", lambda: p.step(-1), "Left", ","),
            ("One Frame Ahead", lambda: p.step(1), "Right", "."),
            ("One Second Back", lambda: p.seek(p.time_s - 1), "Shift+Left"),
            ("One Second Ahead", lambda: p.seek(p.time_s + 1), "Shift+Right"),
            ("To the Start", lambda: p.seek(0), "Home"),
            ("To the End", lambda: p.seek(p.duration_s), "End"),
            ("Loop", lambda: p.set_loop(not p.loop), "L"),
            ("Range Begins Here", lambda: p.mark(False), "I"),
            ("Range Ends Here", lambda: p.mark(True), "O"),
        ):
            self._add(menu, text, do, *keys, single=True)
        v, why = self.verbs, self.takes.takes.why_not_range
        self.takes.add("clear range", menu, "Clear Range", p.clear_range, "Shift+I", single=True, why_not=why)
        self.takes.add("zoom to range", menu, "Zoom to Range", v.zoom_to_range, "Shift+Z", single=True, why_not=why)
        self._add(menu, "Zoom Out", v.zoom_out, "Z", single=True)

    def _view(self, menu: QMenu, frame: Frame) -> None:
        v, number = self.verbs, 1
        for side in (frame.left, frame.right):
            for name in side.buttons:
                if name != "Map":
                    self._page(menu, name, side, f"Alt+{number}")
                number += 1
        self._add(menu, "Map of the Library", v.show_map, "Ctrl+Shift+L", "Alt+3")
        self._add(menu, "Fold Left", frame.left.toggle, "Ctrl+B")
        self._add(menu, "Fold Right", frame.right.toggle, "Ctrl+Shift+B")
        self._add(menu, "Fold Timeline", v.fold_timeline, "Ctrl+Alt+B")
        self._add(menu, "Results above the Stage", v.toggle_strip, "Ctrl+Shift+R")
        self._add(menu, "Work under Way", v.show_jobs, "Ctrl+J")
        notices = self.view_models.workspace.notices
        self._add(menu, "Do What the Notice Offers", notices.act_on_latest, "Ctrl+Shift+A")
        self._add(menu, "Dismiss Notices", notices.dismiss_shown, "Ctrl+Shift+X")
        menu.addAction(self.stage.switches["bones"])
        self._appearance(menu.addMenu("Appearance"))
        self._add(menu, "Reset Layout", v.reset_layout)
        self._add(menu, "Full Screen", v.toggle_full_screen, "F11")

    def _page(self, menu: QMenu, name: str, side: SidePanel, key: str) -> None:
        """Add an action that opens a page or folds it, and is ticked while the page is open."""
        action = self._add(menu, title(name), partial(side.toggle, name), key)
        action.setCheckable(True)
        action.setChecked(side.open_page == name)
        side.turned.connect(lambda now: action.setChecked(now == name))

    def _appearance(self, menu: QMenu) -> None:
        group = QActionGroup(self.window)
        chosen = self.settings.value("appearance", APPEARANCES[0])
        for name in APPEARANCES:
            action = self._add(menu, name, partial(self.verbs.set_appearance, name))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)

    def _help(self, menu: QMenu) -> None:
        v = self.verbs
        self._add(menu, "&Manual", v.show_manual, "F1")
        self._add(menu, "How &Patches Work", v.show_help)
        self._add(menu, "&Welcome Page", v.show_welcome)
        self._add(menu, "&Tour", v.start_tour)
        self._add(menu, "&Keys…", self.show_keys, "Shift+F1")
        self._add(menu, "&Command Palette…", self.choose, "Ctrl+P", "Ctrl+Shift+P")
        menu.addSeparator()
        self._add(menu, "Show &Reports in Folder", v.show_reports)
        self._add(menu, "&About…", v.show_about)

    def show_keys(self) -> None:
        """Show the keys until they are closed."""
        KeysDialog(self.keys, self.window).exec()

    def choose(self) -> None:
        """Ask for an action by its words, and do it."""
        palette = CommandPalette(self.actions, self.window)
        if palette.exec() and palette.chosen is not None:
            palette.chosen.trigger()


class _RestsWhileTyping(QObject):
    """Keeps the keys of actions from text that is typed; a click on an action does it wherever the keyboard is."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.Type.Shortcut and isinstance(QApplication.focusWidget(), (QLineEdit, QSpinBox))
