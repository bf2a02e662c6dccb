"""Builds and wires everything; the only file that knows all parts."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication

from motionpatches.app import crash
from motionpatches.app.background.lane import Lane
from motionpatches.app.gl.canvas import NO_OPENGL, opengl_label, opengl_works
from motionpatches.app.settings import open_settings
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.dialogs.report import ReportDialog
from motionpatches.app.widgets.dialogs.tour import Tour
from motionpatches.app.widgets.main_window import MainWindow
from motionpatches.core import paths as app_paths

# Every call of OpenGL gives Python's lock away; work in the background must not keep it for long then.
SWITCH_S = 0.0005


class Studio:
    """The running program: lanes, view models and the window."""

    def __init__(self, paths: list[Path], model: Path | None = None, device: str = "auto", settings: QSettings | None = None):
        gc.disable()  # until _begin
        self._collector = None
        self.scans, self.files, self.models, self.exports = (Lane(n) for n in ("scans", "files", "models", "exports"))
        self.playback = Playback(lambda: self.models.busy or self.files.busy, lambda: self.models.hurries)
        self.workspace = Workspace(self.scans, self.files, self.models, self.exports, device)
        self.search = Search(self.workspace)
        self.settings = settings or open_settings()
        self.workspace.device_choice = device if device != "auto" else self.settings.value("device", "auto", str)
        self.window = MainWindow(self.workspace, self.search, self.playback, self.settings)
        self.window.closing.connect(self.close)
        self.workspace.changed.connect(self._settle)
        self._to_begin = (paths or [app_paths.demo_library()], model)
        self.window.stage.drawn.connect(self._begin)
        QTimer.singleShot(1000, self._begin)
        self.window.show()

    def _begin(self) -> None:
        """Opens library and model once the window is on the screen (or, without OpenGL, a second later)."""
        if self._to_begin is not None:
            (paths, model), self._to_begin = self._to_begin, None
            self.window.finish()
            from pyqtgraph.util.garbage_collector import GarbageCollector

            self._collector = GarbageCollector()  # in the window's thread alone: what is collected may be Qt's
            self.workspace.open(paths)
            self.workspace.load_model(model)
            if not opengl_works():
                self.workspace.failed.emit(NO_OPENGL)
            if not self.settings.value("toured", False, bool):
                self.settings.setValue("toured", True)
                self.workspace.shown.connect(lambda: Tour(self.window), Qt.ConnectionType.SingleShotConnection)

    def _settle(self) -> None:
        """With the model, all modules are there: what they hold stays, and no collection looks through it again."""
        if self.workspace.retriever is not None:
            self.workspace.changed.disconnect(self._settle)
            gc.freeze()

    def close(self) -> None:
        """Ends the lanes, all at once; a step under way is waited for."""
        lanes = self.scans, self.files, self.models, self.exports
        for lane in lanes:
            lane.stop()
        for lane in lanes:
            lane.close()
        if self._collector is not None:
            self._collector.timer.stop()
        gc.enable()


def has_graphics_device() -> bool:
    """False where Linux shows no display device, so that OpenGL is drawn by the processor."""
    return sys.platform != "linux" or Path("/dev/dri").exists()


def make_application(smooth: bool = False) -> QApplication:
    """A QApplication that asks for OpenGL 3.3 core; with smooth edges where they are asked for or cost nothing."""
    if sys.platform == "win32":
        import torch  # noqa: F401  (its DLLs must come before Qt's)
    surface = QSurfaceFormat()
    surface.setVersion(3, 3)
    surface.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    surface.setDepthBufferSize(24)
    if not has_graphics_device():
        surface.setSwapInterval(0)
    surface.setSamples(4 if smooth or has_graphics_device() else 0)
    QSurfaceFormat.setDefaultFormat(surface)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    sys.setswitchinterval(SWITCH_S)
    app.setApplicationName("Motion Patches Studio")
    app.setStyle("Fusion")
    return app


class _Trouble(QObject):
    """Brings what nobody caught, in any thread, to the window's thread, and shows it."""

    happened = Signal(str)

    def __init__(self):
        super().__init__()
        self.window = None
        self.happened.connect(self._show)

    def _show(self, report: str) -> None:
        if self.window is not None:
            ReportDialog(
                "Something unexpected went wrong. The studio goes on; a report helps to mend it. It holds nothing of your data.",
                report,
                parent=self.window,
            ).show()


def run_studio(paths: list[Path], model: Path | None, device: str) -> int:
    """Opens the window and runs until it is closed. After a crash, what was open then is offered again."""
    app = make_application()
    app.setWindowIcon(QIcon(str(app_paths.assets() / "icon.png")))
    trouble = _Trouble()
    watch = crash.Watch(trouble.happened.emit)
    before = watch.last_time()
    watch.begin()
    studio = Studio(paths, model, device)
    trouble.window, workspace = studio.window, studio.workspace

    def note() -> None:
        watch.more.update(device=workspace.device_label, model=workspace.model_label, opengl=opengl_label())
        watch.opened(workspace.paths)
        if workspace.library is not None:
            crash.log.info(
                "open: %s, %d motions; model %s", workspace.library.layout, len(workspace.library.clips), workspace.model_label
            )

    def recover() -> None:
        paths = [path for path in before.paths if path.exists()]
        dialog = ReportDialog(
            "The studio did not close in good order the last time.",
            before.report,
            "Open What Was Open" if paths else "",
            studio.window,
        )
        if dialog.exec() and paths:
            workspace.open(paths)

    workspace.changed.connect(note)
    if before is not None:
        QTimer.singleShot(1500, recover)
    code = app.exec()
    studio.close()
    watch.end()
    return code


def take_screenshot(
    out: Path,
    paths: list[Path],
    model: Path | None,
    device: str,
    query: str,
    size: tuple[int, int],
    say: Callable[[str], None],
    timeout_s: float = 180.0,
) -> str:
    """Runs the real window, types the query, waits for the results to move, and saves the picture. Returns '' or
    what went wrong."""
    app = make_application(smooth=True)
    settings = QSettings(str(app_paths.cache() / "screenshot.ini"), QSettings.Format.IniFormat)
    settings.clear()
    settings.setValue("toured", True)
    studio = Studio(paths, model, device, settings)
    studio.window.resize(*size)
    studio.window.default_sizes()
    problem = ["nothing was ready in time"]
    problems: list[str] = []
    studio.workspace.failed.connect(problems.append)

    def ready() -> bool:
        return studio.workspace.retriever is not None and (not query or studio.search.elapsed_s > 0)

    def shoot() -> None:
        picture = studio.window.grab()
        problem[0] = "" if picture.save(str(out)) else f"{out} could not be written. Choose another place."
        app.quit()

    def watch() -> None:
        if ready():
            poll.stop()
            QTimer.singleShot(1400, shoot)
        elif problems and studio.workspace.model_label == "no model":
            problem[0] = problems[-1]
            app.quit()

    poll = QTimer(interval=50)
    poll.timeout.connect(watch)
    poll.start()
    if query:
        QTimer.singleShot(0, lambda: studio.window.query.ask(query))
    QTimer.singleShot(int(timeout_s * 1000), app.quit)
    say("running the studio…")
    app.exec()
    poll.stop()
    studio.window.close()
    studio.window.deleteLater()
    app.processEvents()
    app.shutdown()
    return problem[0]
