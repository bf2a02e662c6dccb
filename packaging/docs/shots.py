"""Each picture of docs/: what a person does to see it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from motionpatches.app.widgets.pages import show
from motionpatches.packaging.docs.studio_session import Session


def window(s: Session) -> None:
    """Show the whole window with results."""
    s.ask("a person waves with the right hand")
    s.stand(0.9)
    s.shoot("window")


def explanation(s: Session) -> None:
    """Show why a result was found."""
    s.ask("a person waves with the right hand")
    s.studio.view_models.explanation.set_on(True)
    s.wait(lambda: s.studio.view_models.explanation.occlusion is not None)
    s.stand(0.6)
    s.shoot("explanation")


def words(s: Session) -> None:
    """Show the patches that a word met, by a model that is trained on the demo library for a few epochs."""
    from motionpatches.core import paths
    from motionpatches.core.models.config import preset
    from motionpatches.core.training import runs
    from motionpatches.core.training.config import recipe
    from motionpatches.core.training.control import Control

    run = Path(tempfile.mkdtemp()) / "words"
    tokens = {"token_dim": preset("interaction").token_dim}
    start = {"library": str(paths.demo_library()), "start_from": str(paths.starter_model())}
    runs.write_config(run, recipe("interaction", **start, model=tokens, epochs=3, lr_text=2e-5, lr_motion=1e-4))
    for _ in runs.events_of(run, Control()):
        pass
    s.workspace.load_model(run / "last")
    s.wait(lambda: s.workspace.retriever is not None and s.workspace.model.token_heads is not None, 600)
    s.wait(lambda: s.workspace.retriever.patches is not None, 600)
    explanation = s.studio.view_models.explanation
    s.ask("a person waves with the right hand")
    explanation.set_on(True)
    s.wait(lambda: bool(explanation.linked) and explanation.occlusion is not None)
    explanation.point_word(explanation.linked.index("waves"))
    s.stand(1.6)
    s.shoot("words")
    shutil.rmtree(run.parent)


def stage(s: Session) -> None:
    """Show trails, ghosts, trajectory and joint names."""
    s.ask("someone runs in a circle")
    s.studio.view_models.stage.set(trails=True, ghosts=True, trajectory=True, names=True)
    s.stand(1.5)
    s.shoot("stage", s.window.stage)


def compare(s: Session) -> None:
    """Show three results over each other, coloured by speed."""
    s.ask("a person kicks")
    s.studio.view_models.stage.keep()
    for result in s.search.results[2:4]:
        s.workspace.show(result.clip, result.motion)
        s.studio.view_models.stage.keep()
    s.studio.view_models.stage.lay_out()
    s.window.patches.difference.setChecked(True)
    s.studio.view_models.stage.set(colouring="speed")
    s.stand(0.9)
    s.shoot("compare")


def moments(s: Session) -> None:
    """Show the moments of a long take."""
    library = s.workspace.library
    walks = [c.id for c in library.clips if c.id.endswith("walk forward")]
    wave = next(c.id for c in library.clips if c.id.endswith("wave right"))
    folder = Path.home() / "Takes"
    folder.mkdir(exist_ok=True)
    np.save(folder / "long take.npy", np.concatenate([library.load(i).positions for i in [*walks[:4], wave, *walks[4:7]]]))
    s.workspace.open([folder / "long take.npy"])
    s.wait(lambda: s.workspace.library.root == folder and s.workspace.retriever is not None)
    s.ask("a person waves with the right hand")
    s.studio.view_models.moments.find()
    s.wait(lambda: bool(s.studio.view_models.moments.best))
    s.stand(s.studio.view_models.moments.best[0][0] + 0.8)
    s.shoot("moments")


def library_map(s: Session) -> None:
    """Show the map with its first dot hovered."""
    s.ask("a person waves with the right hand")
    s.window.left.turn("Map")
    page = s.window.pages.map
    s.wait(lambda: len(page.map.places) > 0)
    page.hovered = 0
    page._show_hovered()
    s.rest(0.8)
    s.shoot("map")


def export(s: Session) -> None:
    """Show the export dialog."""
    from motionpatches.app.widgets.dialogs.export import ExportDialog
    from motionpatches.app.widgets.export_sources import sheet_of

    s.ask("a person waves with the right hand")
    sheet = sheet_of(s.studio.view_models, s.window.settings, s.window.stage.camera, s.window)
    dialog = ExportDialog(sheet, s.window)
    dialog.show()
    s.wait(lambda: sheet.size is not None and dialog.preview.image is not None)
    dialog.line.setText(str(Path("~", "Documents", "wave.gif")))
    s.shoot("export", dialog)
    dialog.reject()


def palette(s: Session) -> None:
    """Show the command palette with a few letters typed."""
    from motionpatches.app.widgets.dialogs.command_palette import CommandPalette

    found = CommandPalette(s.window.menus.actions, s.window)
    found.show()
    found.line.setText("like")
    s.rest(0.3)
    s.shoot("palette", found)


def tour(s: Session) -> None:
    """Show the third step of the tour."""
    s.ask("a person waves with the right hand")
    guide = s.window.start_tour()
    guide.next()
    guide.next()
    s.rest(0.3)
    s.shoot("tour")


def patches_help(s: Session) -> None:
    """Show the help on motion patches."""
    s.ask("a person waves with the right hand")
    page = show(s.window.pages.help)
    s.rest(0.4)
    s.shoot("help", page)


def captions(s: Session) -> None:
    """Show the captions of the shown take."""
    s.ask("a person waves with the right hand")
    s.window.right.turn("Info")
    s.rest(0.3)
    s.shoot("captions", s.window.right)


def training(s: Session) -> None:
    """Show the training window after a short run on a few demo clips."""
    from motionpatches.app.viewmodels.fine_tuning import FineTuning
    from motionpatches.app.widgets.training.fine_tune_dialog import FineTuneDialog
    from motionpatches.core import paths

    page = show(s.window.pages.training)
    plan = FineTuning(s.workspace, page)
    plan.train("heads only")
    plan.set(epochs=4, sentences=["a person waves with the right hand", "someone trips"])
    dialog = FineTuneDialog(plan, page)
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
    s.wait(lambda: bool(page.before_after.after.results), 200)
    s.rest(0.8)
    s.shoot("before-after", page)
    shutil.rmtree(paths.user_runs(), ignore_errors=True)


def teach(s: Session) -> None:
    """Show the card that teaches the open library."""
    s.ask("a person waves with the right hand")
    page = show(s.window.pages.teaching)
    form = s.studio.view_models.teaching.form
    s.wait(lambda: form is None or form.estimate is not None)
    s.rest(0.5)
    s.shoot("teach", page)
    page.close()


def tiles(s: Session) -> None:
    """Show many results in several rows."""
    s.window.results.k.setValue(25)
    s.ask("a person walks")
    s.window.results.size_.setValue(150)
    s.stand(1.0)
    s.shoot("tiles")


def overlaid(s: Session) -> None:
    """Show two motions over each other on the stage."""
    s.ask("a person kicks")
    s.studio.view_models.stage.keep()
    s.workspace.show(s.search.results[3].clip, s.search.results[3].motion)
    s.studio.view_models.stage.set(side_by_side=False)
    s.stand(0.8)
    s.shoot("overlaid", s.window.stage)


def people(s: Session) -> None:
    """Show two people of one clip, in InterHuman's processed arrays."""
    library, folder = s.workspace.library, Path(tempfile.mkdtemp(dir=Path.home())) / "pairs"
    takes = [library.load(next(c.id for c in library.clips if c.id.endswith(end))) for end in ("wave right", "wave left")]
    for number, (take, turn, shift) in enumerate(zip(takes, (0.5, -0.5), (-0.6, 0.6), strict=True), 1):
        c, n = np.cos(np.pi * turn), np.sin(np.pi * turn)
        positions = take.positions @ np.array([[c, 0, -n], [0, 1, 0], [n, 0, c]]) + [shift, 0, 0]
        (folder / f"motions_processed/person{number}").mkdir(parents=True)
        rows = np.zeros((min(len(t.positions) for t in takes), 492), np.float32)
        rows[:, :66] = positions[: len(rows)].reshape(len(rows), -1)
        np.save(folder / f"motions_processed/person{number}/1.npy", rows)
    (folder / "annots").mkdir()
    (folder / "annots/1.txt").write_text("two people wave to each other\n")
    s.workspace.open([folder])
    s.wait(lambda: s.workspace.library.root == folder and s.workspace.clip is not None)
    s.studio.view_models.stage.set(follow=False)
    s.stand(1.3)
    s.shoot("people", s.window.stage)


def plain(s: Session) -> None:
    """Show the window without OpenGL."""
    s.ask("a person waves with the right hand")
    s.stand(0.9)
    s.shoot("without-opengl")


def linked(s: Session) -> None:
    """Show the joints that light up on the stage for a pixel of the patches."""
    s.ask("a person waves with the right hand")
    s.window.frame.show_page(s.window.right, "Patches")
    s.stand(0.9)
    view = s.window.patches.view
    band = view._band(4)
    at = QPointF(band.left() + 0.3 * band.width(), band.center().y())
    QApplication.sendEvent(
        view,
        QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            view.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    s.rest(0.4)
    s.shoot("linked")


def strips(s: Session) -> None:
    """Show one channel of the patches in metres."""
    s.ask("someone jumps")
    s.window.patches.channel.setCurrentIndex(2)
    s.window.patches.values.setCurrentIndex(1)
    s.stand(0.6)
    s.shoot("strips", s.window.right)


def timeline(s: Session) -> None:
    """Show the timeline with a marked range."""
    s.ask("someone jumps")
    s.stand(0.8)
    s.studio.playback.mark(False)
    s.stand(1.6)
    s.studio.playback.mark(True)
    s.rest(0.3)
    s.shoot("timeline", s.window.below)


def like(s: Session) -> None:
    """Show motions like the shown one, by the right arm alone."""
    s.ask("a person waves with the right hand")
    before = s.search.results
    s.window.takes.more_like_this(4)
    s.wait(lambda: s.search.results is not before and bool(s.search.results), 300)
    s.rest(0.6)
    s.shoot("like")


def algebra(s: Session) -> None:
    """Show the results of a sum of terms."""
    s.ask("a person walks in a circle")
    s.ask("this + running - walking")
    s.stand(0.5)
    s.shoot("algebra")


def filters(s: Session) -> None:
    """Show the library with a filter, tags and a collection."""
    s.ask("a person kicks")
    s.studio.view_models.marks.toggle_favourite(s.workspace.clip)
    s.studio.view_models.marks.tag([s.workspace.clip], "for the trailer")
    s.studio.view_models.collections.add([result.clip for result in s.studio.search.results[:5]], "Spring Reel")
    s.rest(0.3)
    s.window.library.filter.setText("kick len>1 -left")
    s.rest(0.3)
    s.window.left.turn("Library")
    s.shoot("filters", s.window.left)


def settings(s: Session) -> None:
    """Show the settings."""
    dialog = s.window.commands.settings_dialog()
    dialog.show()
    s.rest(0.5)
    s.shoot("settings", dialog)


def keys(s: Session) -> None:
    """Show the list of keys."""
    from motionpatches.app.widgets.dialogs.keys import KeysDialog

    dialog = KeysDialog(s.window.menus.keys, s.window)
    dialog.show()
    s.rest(0.3)
    s.shoot("keys", dialog)


def welcome(s: Session) -> None:
    """Show the welcome page."""
    s.window.show_welcome()
    s.rest(0.4)
    s.shoot("welcome")


# Picture: how to come to it, in dark.
SHOTS: dict[str, tuple[Callable[[Session], None], bool]] = {
    "window": (window, False),
    "explanation": (explanation, False),
    "words": (words, True),
    "stage": (stage, True),
    "compare": (compare, False),
    "moments": (moments, True),
    "map": (library_map, True),
    "export": (export, False),
    "palette": (palette, False),
    "tour": (tour, False),
    "help": (patches_help, False),
    "captions": (captions, False),
    "teach": (teach, False),
    "training": (training, False),
    "tiles": (tiles, False),
    "overlaid": (overlaid, False),
    "people": (people, True),
    "without-opengl": (plain, False),
    "linked": (linked, True),
    "strips": (strips, False),
    "timeline": (timeline, False),
    "like": (like, False),
    "algebra": (algebra, False),
    "filters": (filters, False),
    "settings": (settings, False),
    "keys": (keys, False),
    "welcome": (welcome, False),
}
