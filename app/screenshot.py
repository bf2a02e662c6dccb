"""Runs the real window by itself, and takes its picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer

from motionpatches.app.application import Studio, make_application
from motionpatches.app.export.window_picture import save_picture
from motionpatches.app.settings import plain_settings
from motionpatches.core import paths as app_paths
from motionpatches.core.errors import StudioError

# The results have moved by then.
SETTLE_MS = 1400


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
    settings = plain_settings(app_paths.cache() / "screenshot.ini")
    settings.clear()
    settings.setValue("toured", True)
    studio = Studio(paths, model, device, settings)
    studio.window.resize(*size)
    studio.window.default_sizes()
    problem = ["the window was not ready in time"]
    problems: list[str] = []
    studio.workspace.failed.connect(problems.append)

    def ready() -> bool:
        return studio.workspace.retriever is not None and (not query or studio.search.elapsed_s > 0)

    def shoot() -> None:
        picture = studio.window.grab()
        try:
            save_picture(picture, out)
            problem[0] = ""
        except StudioError as error:
            problem[0] = str(error)
        app.quit()

    def watch() -> None:
        if ready():
            poll.stop()
            QTimer.singleShot(SETTLE_MS, shoot)
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
