"""Builds and wires everything; the only file that knows all parts."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QSurfaceFormat
from PySide6.QtWidgets import QApplication, QWidget

from motionpatches.app import crash
from motionpatches.app.background.garbage import GarbageCollector
from motionpatches.app.background.lane import Lanes
from motionpatches.app.gl.canvas import NO_OPENGL, opengl_label, opengl_works
from motionpatches.app.gl.thumbnail import ThumbnailPainter
from motionpatches.app.settings import open_settings
from motionpatches.app.viewmodels.view_models import ViewModels
from motionpatches.app.widgets.dialogs.report import ReportDialog
from motionpatches.app.widgets.main_window import MainWindow
from motionpatches.core import paths as app_paths
from motionpatches.core.models.device import one_numpy_thread

# Every call of OpenGL gives Python's lock away; work in the background must not keep it for long then.
SWITCH_S = 0.0005


class Studio:
    """The running program: lanes, view models and the window."""

    def __init__(self, paths: list[Path], model: Path | None = None, device: str = "auto", settings: QSettings | None = None):
        self._collected_before = gc.isenabled()
        gc.disable()  # the collector does it, from _begin on
        self._collector: GarbageCollector | None = None
        self.settings = settings or open_settings()
        self.lanes = Lanes.start()
        self.view_models = ViewModels(self.lanes, self.settings, device)
        self.workspace, self.search = self.view_models.workspace, self.view_models.search
        self.playback = self.view_models.playback
        self.window = MainWindow(self.view_models, self.settings)
        self.window.closing.connect(self.close)
        self.workspace.ready_changed.connect(self._settle)
        self._asks_again = not paths
        self._to_begin: tuple[list[Path], Path | None] | None = (paths or self.view_models.remembered.library(), model)
        self.window.stage.drawn.connect(self._begin)
        QTimer.singleShot(1000, self._begin)
        self.window.show()

    def _begin(self) -> None:
        """Opens library and model once the window is on the screen (or, without OpenGL, a second later)."""
        if self._to_begin is not None:
            (paths, model), self._to_begin = self._to_begin, None
            self._collector = GarbageCollector()
            self.view_models.thumbnails.draw = ThumbnailPainter()
            self.workspace.open(paths)
            self.workspace.load_model(model or self.view_models.remembered.model(paths))
            if self._asks_again and self.view_models.queries.restore():
                self.window.await_results()
            if not opengl_works():
                self.workspace.failed.emit(NO_OPENGL)
            if not self.settings.value("toured", False, bool):
                self.settings.setValue("toured", True)
                self.workspace.shown.connect(self.window.start_tour, Qt.ConnectionType.SingleShotConnection)

    def _settle(self) -> None:
        """With the model, all modules are there: what they hold stays, and no collection looks through it again."""
        if self.workspace.retriever is not None:
            self.workspace.ready_changed.disconnect(self._settle)
            gc.freeze()
            self.view_models.find_run()

    def close(self) -> None:
        """End the lanes; a step under way is waited for. A run under way goes on."""
        self.view_models.close()
        self.lanes.close()
        if self._collector is not None:
            self._collector.timer.stop()
        if self._collected_before:
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
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    sys.setswitchinterval(SWITCH_S)
    one_numpy_thread()
    app.setApplicationName("Motion Patches Studio")
    app.setStyle("Fusion")
    return app


class _Trouble(QObject):
    """Brings what nobody caught, in any thread, to the window's thread, and shows it."""

    happened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.window: QWidget | None = None
        self.happened.connect(self._show)

    def _show(self, report: str) -> None:
        if self.window is not None:
            ReportDialog(
                "Something unexpected went wrong. You can keep working. The report helps us fix it; it has none of your data.",
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
        if before is None:
            return
        paths, said = before.to_offer(workspace.paths), "The studio did not close normally the last time."
        if not paths and not before.report:
            workspace.notices.say(said)
            return
        dialog = ReportDialog(
            said,
            before.report,
            "Open What Was Open" if paths else "",
            studio.window,
        )
        if dialog.exec() and paths:
            workspace.open(paths)

    workspace.library_changed.connect(note)
    workspace.model_changed.connect(note)
    if before is not None:
        QTimer.singleShot(1500, recover)
    code = app.exec()
    studio.close()
    watch.end()
    return code
