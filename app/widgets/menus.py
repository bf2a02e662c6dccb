"""The menus: every action, its words and its keys."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMainWindow, QMenu, QMessageBox, QSpinBox, QWidget

from motionpatches.app.viewmodels.import_check import ImportCheck, count_takes
from motionpatches.app.viewmodels.import_corrections import ImportCorrections
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets import pages
from motionpatches.app.widgets.dialogs.about import AboutDialog
from motionpatches.app.widgets.dialogs.command_palette import Palette
from motionpatches.app.widgets.dialogs.import_check import ImportCheckDialog
from motionpatches.app.widgets.dialogs.keys import Keys, KeysDialog
from motionpatches.app.widgets.dialogs.settings import SettingsDialog
from motionpatches.app.widgets.dialogs.tour import Tour
from motionpatches.app.widgets.theme import APPEARANCES, set_appearance
from motionpatches.app.widgets.views.stage_menu import StageMenu
from motionpatches.core import paths as app_paths
from motionpatches.core.io.load import SUFFIXES
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import LAYOUTS
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.recognition.decide import Recognition

RECENT = 8


class Menus:
    """Builds the menu bar of a window. Keys of one letter or arrow rest while a person types."""

    def __init__(self, window: QMainWindow, workspace: Workspace, search: Search, playback: Playback):
        self.window, self.workspace, self.search, self.playback = window, workspace, search, playback
        self.corrections = ImportCorrections(workspace, window.captions.captions.history, window)
        self.pages: dict[str, QWidget] = {}
        self.actions: list[QAction] = []
        self._file(window.menuBar().addMenu("&File"))
        self._edit(window.menuBar().addMenu("&Edit"))
        self._search(window.menuBar().addMenu("&Search"))
        self._model(window.menuBar().addMenu("&Model"))
        self._playback(window.menuBar().addMenu("&Playback"), playback)
        StageMenu(window, self._add, window.menuBar().addMenu("S&tage"))
        self._view(window.menuBar().addMenu("&View"))
        self._help(window.menuBar().addMenu("&Help"))
        self.keys = Keys(self.actions, window.settings)
        workspace.changed.connect(self._remember)

    def _add(self, menu: QMenu, text: str, do: Callable[[], object], *keys: str, single: bool = False) -> QAction:
        action = QAction(text, self.window)
        action.setShortcuts([QKeySequence(k) for k in keys])
        action.triggered.connect((lambda: _unless_typing(do)) if single else (lambda: do()))
        menu.addAction(action)
        self.actions.append(action)
        return action

    def _file(self, menu: QMenu) -> None:
        self._add(menu, "Open &Files…", self.open_files, "Ctrl+O")
        self._add(menu, "Open F&older…", self.open_folder, "Ctrl+Shift+O")
        kinds = menu.addMenu("Open Folder &As")
        for layout in LAYOUTS:
            if layout.reader:
                self._add(
                    kinds, f"Open as {layout.name[0].upper()}{layout.name[1:]}…", lambda name=layout.name: self.open_folder(name)
                )
        recent = menu.addMenu("Open &Recent")
        recent.aboutToShow.connect(lambda: self._fill_recent(recent))
        self._add(menu, "Open &Demo Library", self.workspace.open_demo)
        self._add(menu, "Check &Import…", self.check_import, "Ctrl+I")
        menu.addSeparator()
        self._add(menu, "&Export…", self.export, "Ctrl+Shift+E")
        self._add(menu, "Save &Screenshot…", self.save_screenshot, "Ctrl+Shift+S")
        self._add(menu, "&Copy Screenshot", lambda: QApplication.clipboard().setPixmap(self.window.grab()), "Ctrl+Shift+C")
        menu.addSeparator()
        self._add(menu, "&Quit", self.window.close, "Ctrl+Q")

    def _edit(self, menu: QMenu) -> None:
        captions = self.window.captions.captions
        for make, keys in (
            (captions.history.createUndoAction, QKeySequence.StandardKey.Undo),
            (captions.history.createRedoAction, QKeySequence.StandardKey.Redo),
        ):
            action = make(self.window)
            action.setShortcuts(keys)
            menu.addAction(action)
        menu.addSeparator()
        self._add(menu, "Edit &Captions", self.window.edit_captions, "F2")
        self._add(menu, "&Import Captions…", self.import_captions)
        self._add(menu, "E&xport Captions…", self.export_captions)
        menu.addSeparator()
        self._add(menu, "Favourite", self.window.library.toggle_favourite, "S", single=True)
        self._add(menu, "Tags…", self.window.library.edit_tags, "Ctrl+Shift+T")
        menu.addSeparator()
        self._add(menu, "&Settings…", self.settings, "Ctrl+,")

    def _search(self, menu: QMenu) -> None:
        self._add(menu, "Find a Motion", self.window.focus_query, "Ctrl+F")
        self._add(menu, "Find a Motion", self.window.focus_query, "/", single=True).setVisible(False)
        self._add(menu, "More Like This", lambda: self.more_like_this(), "M", single=True)
        parts = menu.addMenu("More Like This, by One Part")
        for part, name in enumerate(PART_NAMES):
            self._add(parts, name.capitalize(), lambda p=part: self.more_like_this(p))
        self._add(menu, "Like This, But…", self.like_this_but, "Ctrl+L")
        menu.addSeparator()
        moments = self.window.moments
        self._add(menu, "Find in This Take", moments.find, "Ctrl+G")
        self._add(menu, "Next Moment", lambda: moments.step(1), "N", single=True)
        self._add(menu, "Moment Before", lambda: moments.step(-1), "Shift+N", single=True)
        menu.addSeparator()
        why = self.window.why
        self._add(menu, "Why This Result", lambda: why.set_on(not why.on), "W", single=True)
        self._add(menu, "Captions Nearest to This…", self.nearest_captions, "Ctrl+Shift+M")

    def _model(self, menu: QMenu) -> None:
        self._add(menu, "&Models…", lambda: self._page("models"), "Ctrl+M")
        self._add(menu, "&Open Model Folder…", self.open_model)
        self._add(menu, "&Evaluate…", lambda: self._page("evaluation"), "Ctrl+E")
        menu.addSeparator()
        self._add(menu, "&Fine-Tune…", lambda: self._page("training").plan(), "Ctrl+T")
        self._add(menu, "&Training Runs…", lambda: self._page("training"), "Ctrl+R")

    def _page(self, name: str) -> QWidget:
        """A window of its own that stays beside the studio; made when it is first asked for."""
        if name not in self.pages:
            self.pages[name] = pages.PAGES[name](self.search, self.playback, self.window)
        page = self.pages[name]
        page.show()
        page.raise_()
        page.activateWindow()
        return page

    def like_this_but(self) -> None:
        """Begins a sum of terms in the query line."""
        line = self.window.query.line
        line.setText("this + ")
        line.setFocus()
        line.deselect()
        line.end(False)

    def more_like_this(self, part: int = -1) -> None:
        """Motions like the shown one, or like the marked range of it; by one body part alone."""
        clip = self.workspace.clip
        if clip is not None and self.workspace.library is not None and clip.id in self.workspace.library.by_id:
            start, end = self.playback.range_s or (0.0, 0.0)
            self.search.more_like(clip, start, end, part)

    def nearest_captions(self) -> None:
        """The captions of the library nearest to the shown motion; one of them can be searched for."""
        clip = self.workspace.clip
        if clip is None:
            return

        def done(found: list[tuple[str, float]]) -> None:
            rows = "".join(f"<tr><td>{score:.2f}&nbsp;&nbsp;</td><td>{escape(text)}</td></tr>" for text, score in found)
            QMessageBox.information(
                self.window,
                f"Captions nearest to {clip.id}",
                f"<table>{rows}</table>" if rows else "This library has no captions.",
            )

        self.search.captions_of(clip, done)

    def _playback(self, menu: QMenu, p: Playback) -> None:
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
            ("Forget the Range", p.clear_range, "Shift+I"),
        ):
            self._add(menu, text, do, *keys, single=True)

    def _view(self, menu: QMenu) -> None:
        window = self.window
        for dock in window.docks:
            menu.addAction(dock.toggleViewAction())
        self._add(menu, "Map of the Library", lambda: self._page("map"), "Ctrl+Shift+L")
        self._appearance(menu.addMenu("Appearance"))
        self._add(menu, "Reset Layout", window.reset_layout)
        self._add(
            menu, "Full Screen", lambda: window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen), "F11"
        )

    def _appearance(self, menu: QMenu) -> None:
        group = QActionGroup(self.window)
        chosen = self.window.settings.value("appearance", APPEARANCES[0])
        for name in APPEARANCES:
            action = self._add(menu, name, lambda n=name: self._set_appearance(n))
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)

    def _set_appearance(self, name: str) -> None:
        self.window.settings.setValue("appearance", name)
        set_appearance(name)

    def open_files(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(self.window, "Open motions", "", f"Motions ({kinds});;All files (*)")
        if names:
            self.workspace.open([Path(n) for n in names])

    def open_folder(self, layout: str = "") -> None:
        name = QFileDialog.getExistingDirectory(self.window, f"Open a {layout or 'folder of motions'}")
        if name:
            self.workspace.open([Path(name)], layout)

    def open_model(self) -> None:
        name = QFileDialog.getExistingDirectory(self.window, "Open a model folder")
        if name:
            self.workspace.load_model(Path(name))

    def check_import(self) -> None:
        """What was recognised of the shown clip, and what a person says instead."""
        workspace, library, clip = self.workspace, self.workspace.library, self.workspace.clip
        if library is None or clip is None or clip.id not in library.by_id:
            QMessageBox.information(self.window, "Check Import", "Choose a motion of the library first.")
        elif library.reader.raw is None:
            QMessageBox.information(
                self.window,
                "Check Import",
                "This library states unit, axis and body parts of its motions itself, so there is nothing to correct.",
            )
        else:
            workspace.files.submit(
                "check import",
                lambda: (library.reader.raw(clip), library.reader.recognition(clip)),
                lambda found: self._check(library, clip, *found),
                workspace.failed.emit,
            )

    def _check(self, library: Library, clip: Clip, raw: RawTake, recognition: Recognition) -> None:
        if raw.kind == "points":
            QMessageBox.information(
                self.window, "Check Import", "This take holds markers that are no joints: there is no body to correct."
            )
            return
        check = ImportCheck(raw, recognition, clip.path, clip.id, library.root)
        self.workspace.files.submit(
            "count takes", lambda: count_takes(library, check.rig), check.set_counts, self.workspace.failed.emit
        )
        dialog = ImportCheckDialog(check, self.playback, self.window)
        if dialog.exec():
            check.apply(self.corrections)
        dialog.deleteLater()

    def export(self) -> None:
        from motionpatches.app.widgets.dialogs.export import ExportDialog, can_export

        wrong = can_export(self.workspace)
        if wrong:
            QMessageBox.information(self.window, "Export", wrong)
            return
        window = self.window
        dialog = ExportDialog(self.workspace, self.search, self.playback, window.stage.camera, window.settings, window)
        if dialog.exec() and (path := dialog.ask_path()):
            dialog.start(self.workspace.exports, path)

    def settings(self) -> None:
        window = self.window
        SettingsDialog(window.settings, self.workspace, window.stages, self.playback, self.corrections, window).exec()

    def import_captions(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self.window, "Import captions: a table with the columns file and caption", "", "Tables (*.csv);;All files (*)"
        )
        if name:
            self.window.captions.captions.import_csv(Path(name))

    def export_captions(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self.window, "Export captions", "captions.csv", "Tables (*.csv)")
        if name:
            self.window.captions.captions.export_csv(Path(name))

    def save_screenshot(self) -> None:
        picture = self.window.grab()
        name, _ = QFileDialog.getSaveFileName(self.window, "Save screenshot", "studio.png", "Images (*.png)")
        if name and not picture.save(name):
            QMessageBox.warning(self.window, "Not saved", f"{name} could not be written. Choose another place.")

    def ways_in(self) -> list[tuple[str, str, Callable[[], object]]]:
        """What the welcome page offers."""
        return [
            ("Open Folder…", "any mix of BVH, AMASS, HumanML3D and others", self.open_folder),
            ("Open Files…", "single takes", self.open_files),
            ("Demo Library", "generated motions, ready to be searched", self.workspace.open_demo),
            ("Tour", "four steps through the window", lambda: Tour(self.window)),
        ]

    def palette(self) -> None:
        """Asks for an action by its words, and does it."""
        palette = Palette(self.actions, self.window)
        if palette.exec() and palette.chosen is not None:
            palette.chosen.trigger()

    def _help(self, menu: QMenu) -> None:
        self._add(menu, "How &Patches Work", lambda: self._page("help"))
        self._add(menu, "&Welcome Page", self.window.show_welcome)
        self._add(menu, "&Tour", lambda: Tour(self.window))
        self._add(menu, "&Keys…", lambda: KeysDialog(self.keys, self.window).exec(), "F1")
        self._add(menu, "All &Commands…", self.palette, "Ctrl+P", "Ctrl+Shift+P")
        menu.addSeparator()
        self._add(menu, "Show &Reports in Folder", self.show_reports)
        self._add(menu, "&About…", self.about)

    def about(self) -> None:
        AboutDialog(self.workspace.device_label, self.workspace.device_reason, self.window).exec()

    def show_reports(self) -> None:
        app_paths.reports().mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(app_paths.reports())))

    def _remember(self) -> None:
        """The open library goes to the top of the recent ones."""
        paths, library = self.workspace.paths, self.workspace.library
        if library is None or len(paths) != 1 or paths[0] == app_paths.demo_library():
            return
        settings = self.window.settings
        kept = [p for p in self.recent() if p != str(paths[0])]
        settings.setValue("recent", [str(paths[0]), *kept][:RECENT])

    def recent(self) -> list[str]:
        """The libraries opened last, the newest first."""
        kept = self.window.settings.value("recent") or []
        return [kept] if isinstance(kept, str) else list(kept)

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for name in self.recent():
            action = menu.addAction(name)
            action.triggered.connect(lambda _=False, n=name: self.workspace.open([Path(n)]))
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction("Forget These").triggered.connect(lambda: self.window.settings.remove("recent"))


def _unless_typing(do: Callable[[], object]) -> None:
    if not isinstance(QApplication.focusWidget(), (QLineEdit, QSpinBox)):
        do()
