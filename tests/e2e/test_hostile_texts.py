"""Libraries, models and runs of strangers in the real window: their texts are shown, name no file that is opened, hold nothing
up, and a damaged one closes no page."""

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel

from motionpatches.app.widgets import plain
from motionpatches.app.widgets.pages import show
from motionpatches.core import paths
from motionpatches.core.library.packed import write_packed
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.training import runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Ended, Epoch, FoundClip, Measured, Started, Step, Warned, WatchedSentence
from tests.window import opened_files, rest, wait

FIGURES = {"exact_caption": {way: {"R@1": 50.0, "R@5": 60.0} for way in ("t2m", "m2t")}}


@pytest.fixture
def picture(tmp_path):
    file = tmp_path / "pix.png"
    image = QtGui.QImage(8, 8, QtGui.QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(file))
    return file


def markup(picture, name=""):
    return f'<img src="file://{picture}"> {name}\u202e\x1b[31m'


def motion(smpl_motion, joint_names):
    skeleton = Skeleton(tuple(joint_names), SMPL22.parents, SMPL22.chains)
    return Motion(np.clip(smpl_motion.positions, -16, 16), 20.0, skeleton, "walk")


def write_library(file, smpl_motion, evil, captions=()):
    """Two clips whose ids, captions and joints are called what `evil` says, as is the library."""
    taken = motion(smpl_motion, [f"{evil} {name}" for name in SMPL22.joint_names])
    clips = [{"id": f"{evil} {i}", "captions": [f"{evil} waves {i}", *captions], "split": "train"} for i in range(2)]
    write_packed(file, evil, [taken, taken], clips)


def open_library(studio, file):
    studio.workspace.open([file])
    wait(lambda: studio.workspace.library.root == file.resolve() and studio.workspace.clip is not None, 60)


@pytest.fixture
def back(studio):
    """The demo library again, for the tests that follow."""
    yield
    for page in (studio.window.pages.models, studio.window.pages.training):
        page.close()
    studio.view_models.stage.set(**vars(type(studio.view_models.stage.options)()))
    studio.view_models.explanation.set_on(False)
    for folder in (paths.user_models(), paths.user_runs()):
        shutil.rmtree(folder, ignore_errors=True)
    studio.window.pages.training.training.refresh()
    studio.workspace.open_demo()
    wait(lambda: studio.workspace.library.root == paths.demo_library() and studio.workspace.retriever is not None, 60)


def raw_texts():
    """Widgets that would take a text with a picture for markup, or show its items without `Items`."""
    found = []
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel) and "<img src" in widget.text():
            found += [widget] if widget.textFormat() != Qt.TextFormat.PlainText else []
        if QtGui.Qt.mightBeRichText(widget.toolTip()) and "<img" in widget.toolTip():
            found.append(widget)
        if isinstance(widget, QAbstractItemView) and type(widget).__module__.startswith("motionpatches"):
            found += [] if isinstance(widget.itemDelegate(), plain.Items) else [widget]
        if isinstance(widget, QComboBox):
            found += [widget for i in range(widget.count()) if "\u202e" in widget.itemText(i)]
    return found


def draw_all():
    rest(100)
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            window.grab()


def test_a_library_whose_texts_name_a_picture_opens_none(studio, back, tmp_path, picture, smpl_motion):
    file, window = tmp_path / "lib.npz", studio.window
    write_library(file, smpl_motion, markup(picture))
    with opened_files(picture) as opened:
        open_library(studio, file)
        wait(lambda: studio.workspace.retriever is not None, 60)
        window.query.ask("a person walks")
        wait(lambda: len(studio.search.results) == 2, 60)
        studio.view_models.stage.set(names=True)
        studio.view_models.explanation.set_on(True)
        window.right.turn("Info")
        draw_all()
        # Tooltips of tiles, of the list and of the captions, as Qt asks for them.
        window.results.view._hover(0)
        tips = [window.library.table.data(window.library.table.index(0, 0), Qt.ItemDataRole.ToolTipRole)]
        tips += [window.captions.table.item(0, 0).toolTip(), plain.tip(studio.search.results[0].clip.caption)]
        for text in tips:
            QLabel(text).grab()
        assert all("\u202e" not in text and "\\u202e" in text for text in tips)
        studio.workspace.failed.emit(f"{markup(picture)} could not be read.")
        window.show_welcome(markup(picture))
        draw_all()
        assert raw_texts() == []
        assert f'<img src="file://{picture}"' in window.welcome.problem.text(), "shown as it is written"
        window.middle.setCurrentWidget(window.stage_page)
        assert not opened()


def test_a_models_card_and_a_runs_configuration_open_none(studio, back, picture):
    folder = paths.user_models() / "<b>m"
    shutil.copytree(paths.starter_model(), folder)
    values = json.loads((folder / "config.json").read_text())
    values["provenance"] = {"library": markup(picture)}
    (folder / "config.json").write_text(json.dumps(values))
    (folder / "README.md").write_text(f"# Card\n\n![x](file://{picture}) {markup(picture)}\n\n[link](file://{picture})")
    run = paths.user_runs() / "<h1>run"
    runs.write_config(run, TrainingConfig(library=markup(picture), sentences=[f"![x](file://{picture})"]))
    hit = WatchedSentence(f"![x](file://{picture})", (FoundClip(markup(picture), markup(picture), 0.5),))
    events = (
        Started("cpu", 4, 2, 10, 1, before=Measured(FIGURES, (hit,))),
        Step(1, 1, 2.0, 9.0, 1.0),
        Warned(markup(picture)),
        Epoch(1, 2.0, FIGURES, True, 1.0, (hit,)),
        Ended(FIGURES, 1, True, 1.0, 1),
    )
    (run / "events.jsonl").write_text("\n".join(event.to_line() for event in events) + "\n")
    (run / "note.txt").write_text(markup(picture))
    with opened_files(picture) as opened:
        models = show(studio.window.pages.models)
        models.models.refresh()
        models.list.clearSelection()
        models.list.setCurrentRow([m.name for m in models.models.models].index("<b>m"))
        assert [i.text().split("\n")[0] for i in models.list.selectedItems()] == ["<b>m"]
        draw_all()
        assert "Card" in models.card.toPlainText() and "<img" in models.card.toPlainText()
        models.list.selectAll()
        draw_all()
        training = show(studio.window.pages.training)
        training.training.refresh()
        for row in range(training.tabs.count()):
            training.tabs.setCurrentIndex(row)
            draw_all()
        assert training.list.count() == 1 and markup(picture)[:20] in training.sentences.toPlainText()
        assert raw_texts() == []
        assert not opened()


def test_a_caption_of_megabytes_does_not_hold_the_window(studio, back, tmp_path, smpl_motion):
    """The window's own thread never works for a second without a pause, from opening the library to its captions."""
    folder = tmp_path / "long"
    folder.mkdir()
    np.save(folder / "a.npy", smpl_motion.positions)
    rows = ["file,caption", "a.npy,a person walks", f"a.npy,{'word ' * 2_000_000}", f"a.npy,{'w' * 10_000_000}"]
    (folder / "captions.csv").write_text("\n".join(rows) + "\n")
    longest, last = 0.0, time.thread_time()

    def beat():
        nonlocal longest, last
        longest, last = max(longest, time.thread_time() - last), time.thread_time()

    timer = QTimer(interval=0)
    timer.timeout.connect(beat)
    timer.start()
    open_library(studio, folder)
    studio.window.right.turn("Info")
    wait(lambda: studio.window.captions.table.rowCount() == 3)
    rest(300)
    timer.stop()
    assert longest < 2.0


def test_a_skeleton_of_one_joint_is_drawn(studio, back, tmp_path):
    taken = Motion(np.zeros((30, 1, 3), np.float32), 20.0, Skeleton(("root",), (-1,), ()), "dot")
    write_packed(tmp_path / "one.npz", "one", [taken], [{"id": "dot", "captions": ["a dot"], "split": "test"}])
    open_library(studio, tmp_path / "one.npz")
    studio.view_models.stage.set(names=True, trails=True, ghosts=True, trajectory=True, colouring="speed")
    draw_all()
    assert len(studio.window.stage.drawn_at((0, 0, 0), 2)[1].bones) == 1


def test_a_library_named_as_a_picture_without_an_end_takes_no_memory(studio, back, cases):
    """The name of this one is a picture of /dev/zero: a label that took it for markup read until it was killed."""
    file = cases / "hostile" / "21b-packed-name-html-zero" / "lib.npz"
    before = memory()
    open_library(studio, file)
    draw_all()
    facts = studio.window.statusBar().facts
    assert "/dev/zero" in facts.text() and facts.textFormat() == Qt.TextFormat.PlainText
    assert memory() - before < 500 * 2**20


def memory():
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_panic_of_a_library_is_a_line_of_the_window(demo, monkeypatch):
    """An error that is no Exception, as those of Rust are: the query is answered with a sentence, and the next one works."""

    class PanicException(BaseException):
        pass

    def panic(*_, **__):
        raise PanicException("index out of <b>bounds</b>")

    query = demo.window.query
    with monkeypatch.context() as patch:
        patch.setattr(type(demo.workspace.retriever), "row_of", panic)
        query.ask("a person jumps")
        wait(lambda: "PanicException" in demo.window.results.hint.text() + demo.window.results.note.text())
    query.ask("a person claps")
    wait(lambda: demo.search.query == "a person claps" and len(demo.search.results) == demo.search.k, 40)
