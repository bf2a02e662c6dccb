"""A studio that a script uses as a person would, for the pictures of docs/."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

OUT = Path(__file__).resolve().parents[2] / "docs" / "images"
SIZE = (1440, 900)
# Seconds that the pictures of takes in the list may take.
PICTURES_S = 60


class Session:
    """A studio on the demo library, with its own settings; what it waits for has to come."""

    def __init__(self, dark: bool, size: tuple[int, int] = SIZE, screen: Path | None = None):
        """
        Args:
            dark: Whether the window is dark.
            size: Of the window, in logical pixels.
            screen: File that gets a picture of the whole screen, whatever a picture is named; None for docs/images.
        """
        from PySide6.QtCore import QSettings

        from motionpatches.app.application import Studio

        settings = QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat)
        settings.setValue("toured", True)
        settings.setValue("appearance", "Dark" if dark else "Light")
        self.studio = Studio([], settings=settings)
        self.window, self.search, self.workspace = self.studio.window, self.studio.search, self.studio.workspace
        self.window.resize(*size)
        self.screen = screen
        self.window.default_sizes()
        self.wait(lambda: self.workspace.retriever is not None)

    def wait(self, ready: Callable[[], bool], seconds: float = 120) -> None:
        """Run the event loop until something is true. Raises TimeoutError."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, end = QEventLoop(), time.perf_counter() + seconds
        timer = QTimer(interval=20)
        timer.timeout.connect(lambda: (ready() or time.perf_counter() > end) and loop.quit())
        timer.start()
        loop.exec()
        if not ready():
            raise TimeoutError("the studio did not get there in time")

    def rest(self, seconds: float) -> None:
        """Run the event loop for some seconds."""
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end, seconds + 5)

    def ask(self, text: str) -> None:
        """Search for a sentence and wait until its first result is shown."""
        before = self.search.results
        self.window.query.ask(text)
        self.wait(lambda: self.search.results and self.search.results is not before)
        self.wait(lambda: self.workspace.clip.id == self.search.results[0].clip.id)
        self.rest(0.4)

    def stand(self, time_s: float) -> None:
        """Stop at a time of the shown motion."""
        self.studio.playback.playing = False
        self.studio.playback.seek(time_s)
        self.rest(0.4)

    def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Save a picture of the window, or of a part of it, into docs/images; or of the whole screen."""
        if self.screen is not None:
            self._shoot_screen(self.screen)
            return
        self._wait_for_pictures()
        OUT.mkdir(parents=True, exist_ok=True)
        (widget or self.window).grab().save(str(OUT / f"{name}.png"))
        print(f"docs/images/{name}.png", flush=True)

    def _wait_for_pictures(self) -> None:
        """Wait until the pictures of takes are there."""
        with suppress(TimeoutError):  # one that cannot be made is not waited for
            self.wait(lambda: not self.studio.view_models.thumbnails.waiting, PICTURES_S)

    def _shoot_screen(self, file: Path) -> None:
        """Save what the screen shows, dialogs too."""
        from PySide6.QtGui import QColor, QGuiApplication, QPainter
        from PySide6.QtWidgets import QApplication, QDialog

        from motionpatches.app.widgets.theme import colours

        self._wait_for_pictures()
        self.workspace.notices.dismiss_shown()
        self.rest(0.3)
        file.parent.mkdir(parents=True, exist_ok=True)
        picture = QGuiApplication.primaryScreen().grabWindow(0)
        painter = QPainter(picture)
        painter.setPen(QColor(colours().outline))
        for dialog in QApplication.topLevelWidgets():  # the frame that a window manager gives them
            if isinstance(dialog, QDialog) and dialog.isVisible():
                painter.drawRect(dialog.geometry().adjusted(-1, -1, 0, 0))
        painter.end()
        picture.save(str(file), quality=72)
        print(file.name, flush=True)
