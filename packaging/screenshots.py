"""The pictures of docs/, taken from the running studio: `python packaging/screenshots.py` (or names of pictures after it).

On a machine without a screen a virtual one stands in.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
OUT = ROOT / "docs" / "images"
SIZE = (1440, 900)


class Session:
    """A studio on the demo library, with its own settings; what it waits for has to come."""

    def __init__(self, dark: bool):
        from PySide6.QtCore import QSettings

        from app.application import Studio

        settings = QSettings(tempfile.mkdtemp() + "/s.ini", QSettings.Format.IniFormat)
        settings.setValue("toured", True)
        settings.setValue("appearance", "Dark" if dark else "Light")
        self.studio = Studio([], settings=settings)
        self.window, self.search, self.workspace = self.studio.window, self.studio.search, self.studio.workspace
        self.window.resize(*SIZE)
        self.window.default_sizes()
        self.wait(lambda: self.workspace.retriever is not None)

    def wait(self, ready: Callable[[], bool], seconds: float = 120) -> None:
        from PySide6.QtCore import QEventLoop, QTimer

        loop, end = QEventLoop(), time.perf_counter() + seconds
        timer = QTimer(interval=20)
        timer.timeout.connect(lambda: (ready() or time.perf_counter() > end) and loop.quit())
        timer.start()
        loop.exec()
        if not ready():
            raise TimeoutError("the studio did not get there in time")

    def rest(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        self.wait(lambda: time.perf_counter() > end, seconds + 5)

    def ask(self, text: str) -> None:
        before = self.search.results
        self.window.query.ask(text)
        self.wait(lambda: self.search.results and self.search.results is not before)
        self.wait(lambda: self.workspace.clip.id == self.search.results[0].clip.id)
        self.rest(0.4)

    def stand(self, time_s: float) -> None:
        self.studio.playback.playing = False
        self.studio.playback.seek(time_s)
        self.rest(0.4)

    def shoot(self, name: str, widget=None) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        (widget or self.window).grab().save(str(OUT / f"{name}.png"))
        print(f"docs/images/{name}.png", flush=True)


def window(s: Session) -> None:
    s.ask("a person waves with the right hand")
    s.stand(0.9)
    s.shoot("window")


def why(s: Session) -> None:
    s.ask("a person waves with the right hand")
    s.window.why.set_on(True)
    s.wait(lambda: s.window.why.occlusion is not None)
    s.stand(0.6)
    s.shoot("why")


def stage(s: Session) -> None:
    s.ask("someone runs in a circle")
    s.window.stages.set(trails=True, ghosts=True, trajectory=True, names=True)
    s.stand(1.5)
    s.shoot("stage", s.window.stage)


def compare(s: Session) -> None:
    s.ask("a person kicks")
    s.window.stages.keep()
    for result in s.search.results[2:4]:
        s.workspace.show(result.clip, result.motion)
        s.window.stages.keep()
    s.window.patches.difference.setChecked(True)
    s.window.stages.set(colouring="speed")
    s.stand(0.9)
    s.shoot("compare")


def moments(s: Session) -> None:
    import numpy as np

    library = s.workspace.library
    walks = [c.id for c in library.clips if c.id.endswith("walk forward")]
    wave = next(c.id for c in library.clips if c.id.endswith("wave right"))
    folder = Path(tempfile.mkdtemp())
    np.save(folder / "long take.npy", np.concatenate([library.load(i).positions for i in [*walks[:4], wave, *walks[4:7]]]))
    s.workspace.open([folder / "long take.npy"])
    s.wait(lambda: s.workspace.library.root == folder and s.workspace.retriever is not None)
    s.window.query.ask("a person waves with the right hand")
    s.wait(lambda: bool(s.window.moments.best))
    s.stand(s.window.moments.best[0][0] + 0.8)
    s.shoot("moments")


def library_map(s: Session) -> None:
    s.ask("a person waves with the right hand")
    page = s.window.menus._page("map")
    s.wait(lambda: len(page.map.places) > 0)
    page.hovered = 0
    page._show_hovered()
    s.rest(0.8)
    s.shoot("map", page)


def export(s: Session) -> None:
    from app.widgets.export_dialog import ExportDialog

    s.ask("a person waves with the right hand")
    dialog = ExportDialog(s.workspace, s.search, s.studio.playback, s.window.stage.camera, s.window.settings, s.window)
    dialog.show()
    s.rest(0.3)
    s.shoot("export", dialog)


def palette(s: Session) -> None:
    from app.widgets.palette import Palette

    found = Palette(s.window.menus.actions, s.window)
    found.show()
    found.line.setText("like")
    s.rest(0.3)
    s.shoot("palette", found)


def tour(s: Session) -> None:
    from app.widgets.tour import Tour

    s.ask("a person waves with the right hand")
    guide = Tour(s.window)
    guide.next()
    guide.next()
    s.rest(0.3)
    s.shoot("tour")


def patches_help(s: Session) -> None:
    s.ask("a person waves with the right hand")
    page = s.window.menus._page("help")
    s.rest(0.4)
    s.shoot("help", page)


def captions(s: Session) -> None:
    s.ask("a person waves with the right hand")
    s.shoot("captions", s.window.docks[2])


def training(s: Session) -> None:
    """A short run on a few demo clips, and its dialog."""
    from app.viewmodels.plan import Plan
    from app.widgets.plan_dialog import PlanDialog
    from core import places

    page = s.window.menus._page("training")
    plan = Plan(s.workspace, page)
    plan.train("heads only")
    plan.set(epochs=4, sentences=["a person waves with the right hand", "someone trips"])
    dialog = PlanDialog(plan, page)
    dialog.show()
    s.wait(lambda: plan.estimate is not None)
    s.rest(0.3)
    s.shoot("fine-tune", dialog)
    dialog.close()
    page.training.begin("demo", plan.config)
    s.wait(lambda: page.training.current is not None and len(page.training.current.history.steps) > 12, 400)
    s.rest(0.5)
    s.shoot("training", page)
    s.wait(lambda: page.training.process is None, 900)
    s.rest(0.5)
    page.tabs.setCurrentIndex(1)
    s.rest(0.3)
    s.shoot("sentences", page)
    page.tabs.setCurrentIndex(2)
    page.tabs.widget(2).go.click()
    s.wait(lambda: bool(page.compared.after.results), 200)
    s.rest(0.8)
    s.shoot("before-after", page)
    shutil.rmtree(places.user_runs(), ignore_errors=True)


SHOTS: dict[str, tuple[Callable[[Session], None], bool]] = {
    "window": (window, False), "why": (why, False), "stage": (stage, True), "compare": (compare, False),
    "moments": (moments, True), "map": (library_map, True), "export": (export, False), "palette": (palette, False),
    "tour": (tour, False), "help": (patches_help, False), "captions": (captions, False), "training": (training, False)}


def main(names: list[str]) -> None:
    import os

    from app.virtual_screen import has_screen, virtual_screen

    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        os.environ[variable] = tempfile.mkdtemp()
    with nullcontext() if has_screen() else virtual_screen():
        from app.application import make_application

        app = make_application(smooth=True)
        for name in names or SHOTS:
            take, dark = SHOTS[name]
            session = Session(dark)
            take(session)
            session.window.close()
            app.processEvents()
        app.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
