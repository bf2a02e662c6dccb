"""The window: lays out docks, menus and the status bar. It knows the widgets; they do not know it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QWidget,
)

from app.viewmodels.playback import Playback
from app.viewmodels.search import Search
from app.viewmodels.workspace import Workspace
from app.widgets.library_panel import LibraryPanel
from app.widgets.patch_view import PatchView
from app.widgets.query_panel import QueryPanel
from app.widgets.stage_view import StageView
from app.widgets.theme import STYLE
from app.widgets.transport import Transport

LAYOUT = 1


class MainWindow(QMainWindow):
    closing = Signal()

    def __init__(self, workspace: Workspace, search: Search, playback: Playback, settings: QSettings):
        super().__init__()
        self.workspace, self.playback, self.settings = workspace, playback, settings
        self.setWindowTitle("Motion Patches Studio")
        self.setStyleSheet(STYLE)
        self.setAcceptDrops(True)
        self.resize(1600, 1000)
        self.query = QueryPanel(search, playback)
        self.stage = StageView(workspace, playback)
        self.library = LibraryPanel(workspace)
        self.patches = PatchView(workspace, playback)
        self.setCentralWidget(self.stage)
        self.setCorner(Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.setCorner(Qt.Corner.TopRightCorner, Qt.DockWidgetArea.TopDockWidgetArea)
        self.docks = [
            self._dock("Search", self.query, Qt.DockWidgetArea.TopDockWidgetArea),
            self._dock("Library", self.library, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Patches", self.patches, Qt.DockWidgetArea.RightDockWidgetArea),
            self._dock("Transport", Transport(playback), Qt.DockWidgetArea.BottomDockWidgetArea),
        ]
        self.library.chosen.connect(workspace.show_clip)
        self.query.results.chosen.connect(workspace.show_clip)
        self._build_menus()
        self._build_status()
        self.default_sizes()
        self.default_state = self.saveState(LAYOUT)
        self._restore()

    def _dock(self, title: str, widget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self, objectName=title)
        dock.setWidget(widget)
        if title in ("Search", "Transport"):
            dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
            dock.setTitleBarWidget(QWidget())
        self.addDockWidget(area, dock)
        return dock

    def default_sizes(self) -> None:
        search, library, patches, _ = self.docks
        self.resizeDocks([search], [int(self.height() * 0.29)], Qt.Orientation.Vertical)
        self.resizeDocks([library, patches], [int(self.width() * 0.2), int(self.width() * 0.25)],
                         Qt.Orientation.Horizontal)

    def _action(self, menu, text: str, do, *keys: str, single: bool = False) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(k) for k in keys])
        action.triggered.connect((lambda: self._unless_typing(do)) if single else (lambda: do()))
        menu.addAction(action)
        return action

    def _unless_typing(self, do) -> None:
        if not isinstance(QApplication.focusWidget(), (QLineEdit, QSpinBox)):
            do()

    def _build_menus(self) -> None:
        bar, p = self.menuBar(), self.playback
        file = bar.addMenu("&File")
        self._action(file, "Open &Files…", self.open_files, "Ctrl+O")
        self._action(file, "Open F&older…", self.open_folder, "Ctrl+Shift+O")
        self._action(file, "Open &Demo Library", self.workspace.open_demo)
        self._action(file, "Open &Model…", self.open_model)
        file.addSeparator()
        self._action(file, "Save &Screenshot…", self.save_screenshot, "Ctrl+Shift+S")
        self._action(file, "&Copy Screenshot", lambda: QApplication.clipboard().setPixmap(self.grab()), "Ctrl+Shift+C")
        file.addSeparator()
        self._action(file, "&Quit", self.close, "Ctrl+Q")
        play = bar.addMenu("&Playback")
        for text, do, *keys in (
            ("Play or Pause", p.toggle, "Space"), ("One Frame Back", lambda: p.step(-1), "Left", ","),
            ("One Frame Ahead", lambda: p.step(1), "Right", "."),
            ("One Second Back", lambda: p.seek(p.time_s - 1), "Shift+Left"),
            ("One Second Ahead", lambda: p.seek(p.time_s + 1), "Shift+Right"), ("To the Start", lambda: p.seek(0), "Home"),
            ("To the End", lambda: p.seek(p.duration_s), "End"), ("Loop", lambda: p.set_loop(not p.loop), "L"),
        ):
            self._action(play, text, do, *keys, single=True)
        view = bar.addMenu("&View")
        self._action(view, "Find a Motion", self.focus_query, "Ctrl+F")
        self._action(view, "Find a Motion", self.focus_query, "/", single=True).setVisible(False)
        self._action(view, "Frame the Motion", self.stage.frame, "F", single=True)
        follow = self._action(view, "Camera Follows", lambda: self.stage.set_follow(follow.isChecked()), "C", single=True)
        follow.setCheckable(True)
        follow.setChecked(True)
        view.addSeparator()
        for dock in self.docks:
            view.addAction(dock.toggleViewAction())
        self._action(view, "Reset Layout", lambda: self.restoreState(self.default_state, LAYOUT))
        self._action(view, "Full Screen", lambda: self.setWindowState(self.windowState()
                     ^ Qt.WindowState.WindowFullScreen), "F11")
        help_menu = bar.addMenu("&Help")
        self._action(help_menu, "Keys…", self.show_keys, "F1")

    def _build_status(self) -> None:
        bar = self.statusBar()
        self.facts, self.progress = QLabel(), QProgressBar(maximumWidth=220, textVisible=False)
        self.work, self.cancel = QLabel(), QPushButton("Cancel", flat=True)
        self.cancel.clicked.connect(self.workspace.cancel)
        for widget in (self.work, self.progress, self.cancel):
            bar.addWidget(widget)
            widget.hide()
        bar.addPermanentWidget(self.facts)
        w = self.workspace
        w.changed.connect(self._facts)
        w.progressed.connect(self._progress)
        w.said.connect(lambda text: bar.showMessage(text, 8000))
        w.failed.connect(lambda text: bar.showMessage(text, 20000))
        self._facts()

    def _facts(self) -> None:
        w = self.workspace
        name = f"{w.library.name}: {len(w.library.clips):,} motions" if w.library else "nothing open"
        self.facts.setText("   ·   ".join(t for t in (name, f"model: {w.model_label}", w.device_label) if t))

    def _progress(self, progress) -> None:
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(progress is not None)
        if progress is not None:
            self.statusBar().clearMessage()
            self.work.setText(str(progress))
            self.progress.setMaximum(max(progress.total, 1))
            self.progress.setValue(progress.done)

    def focus_query(self) -> None:
        self.query.line.setFocus()
        self.query.line.selectAll()

    def open_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Open motions", "", "Motions (*.bvh *.npy *.npz);;All files (*)")
        if names:
            self.workspace.open([Path(n) for n in names])

    def open_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of motions")
        if name:
            self.workspace.open([Path(name)])

    def open_model(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a model folder")
        if name:
            self.workspace.load_model(Path(name))

    def save_screenshot(self) -> None:
        picture = self.grab()
        name, _ = QFileDialog.getSaveFileName(self, "Save screenshot", "studio.png", "Images (*.png)")
        if name and not picture.save(name):
            QMessageBox.warning(self, "Not saved", f"{name} could not be written. Choose another place.")

    def show_keys(self) -> None:
        rows = [f"<tr><td>{a.text().replace('&', '')}&nbsp;&nbsp;</td><td><b>"
                f"{', '.join(k.toString() for k in a.shortcuts())}</b></td></tr>"
                for a in self.findChildren(QAction) if a.shortcuts() and a.isVisible()]
        QMessageBox.information(self, "Keys", f"<table>{''.join(rows)}</table><p>Left drag orbits, right drag pans, the "
                                "wheel zooms, double click frames.</p>")

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
        self.settings.setValue("layout", self.saveState(LAYOUT))
        self.settings.setValue("geometry", self.saveGeometry())
        self.closing.emit()
        event.accept()
