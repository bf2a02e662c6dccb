"""The real window with real OpenGL on an X server, used as a person would."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from motionpatches.app.widgets.pages import show
from motionpatches.core import paths
from tests.window import pixels, rest, wait

ROOT = Path(__file__).resolve().parents[2]


def test_a_typed_query_moves(studio):
    line = studio.window.query.line
    line.setFocus()
    QTest.keyClicks(line, "a person waves with the right hand")
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait(lambda: len(studio.search.results) == 8)
    rest(300)
    first = pixels(studio.window.results.view)
    rest(400)
    second = pixels(studio.window.results.view)
    assert first.std() > 10
    tile = studio.window.results.view.tiles()[0]
    box = (slice(tile.top(), tile.bottom() - 40), slice(tile.left(), tile.right()))
    assert np.abs(first[box] - second[box]).max() > 60
    assert "waves" in studio.search.results[0].clip.caption or "wave" in studio.search.results[0].clip.id


def test_a_click_on_a_tile_opens_it_on_the_stage_with_its_patches(studio):
    results = studio.window.results.view
    studio.window.query.ask("someone jumps")
    before = studio.search.results
    wait(lambda: studio.search.results is not before)
    assert studio.search.history[:1] == ["someone jumps"]
    rest(200)
    target = studio.search.results[2].clip
    QTest.mouseClick(results, Qt.MouseButton.LeftButton, pos=results.tiles()[2].center())
    wait(lambda: studio.workspace.clip is not None and studio.workspace.clip.id == target.id)
    rest(200)
    stage = pixels(studio.window.stage)
    orange, blue = np.abs(stage - [213, 94, 0]).sum(-1).min(), np.abs(stage - [0, 114, 178]).sum(-1).min()
    assert orange < 60 and blue < 60
    assert studio.window.patches.view.image is not None


def test_another_number_of_results_leaves_the_stage_alone(studio):
    """As a new model does, or an edited caption: only a sentence of one's own brings its best motion."""
    shown, before = studio.workspace.clip, studio.search.results
    assert shown.id != before[0].clip.id
    studio.window.results.k.setValue(5)
    wait(lambda: studio.search.results is not before)
    rest(100)
    assert len(studio.search.results) == 5 and studio.workspace.clip is shown
    studio.window.results.k.setValue(8)
    wait(lambda: len(studio.search.results) == 8)
    studio.window.query.submit()
    wait(lambda: studio.workspace.clip.id == studio.search.results[0].clip.id)


def test_clicking_the_patches_seeks_and_keys_play(studio):
    patches, playback = studio.window.patches.view, studio.playback
    playback.playing = False
    band = patches._band(2)
    QTest.mouseClick(patches, Qt.MouseButton.LeftButton, pos=QPoint(int(band.left() + 3), int(band.center().y())))
    assert playback.frame == 0
    studio.window.stage.setFocus()
    QTest.keyClick(studio.window, Qt.Key.Key_Right)
    assert playback.frame == 1 and not playback.playing
    QTest.keyClick(studio.window, Qt.Key.Key_Space)
    assert playback.playing


def test_space_types_a_space_while_the_query_has_the_focus(studio):
    line = studio.window.query.line
    line.setFocus()
    line.clear()
    playing = studio.playback.playing
    QTest.keyClicks(line, "a b")
    assert line.text() == "a b" and studio.playback.playing == playing


def test_the_filter_finds_words(studio):
    panel = studio.window.library
    panel.filter.setText("cartwheel LEFT")
    shown = [panel.table.data(panel.table.index(r, 0)) for r in range(panel.table.rowCount())]
    clips = [
        c
        for c in studio.workspace.library.clips
        if "cartwheel" in " ".join((c.id, *c.captions)).lower() and "left" in " ".join((c.id, *c.captions)).lower()
    ]
    assert len(shown) == len(clips) > 0
    panel.filter.clear()


def test_a_broken_file_is_reported_and_the_window_still_works(studio, tmp_path):
    bad = tmp_path / "cut.bvh"
    bad.write_text("HIERARCHY\nROOT")
    said = []
    studio.workspace.failed.connect(said.append)
    before = studio.workspace.library
    studio.workspace.open([Path(bad)])
    wait(lambda: bool(said))
    assert "cut.bvh" in said[0] and studio.workspace.library is before


def test_a_growing_scan_can_be_watched_filtered_and_stopped(studio, tmp_path, monkeypatch):
    """Clips appear, play and are filtered while the folder is still being read; what was found is kept on cancel."""
    from motionpatches.core.library import folder
    from tests.skeletons import BODIES, write_bvh

    for i in range(99):
        write_bvh(tmp_path / f"take walk {i:02d}.bvh", BODIES["LAFAN1"])
    slow = folder.read_file
    monkeypatch.setattr(folder, "PARTLY_S", 0.1)
    monkeypatch.setattr(folder, "read_file", lambda file: (time.sleep(0.1), slow(file))[1])
    studio.workspace.open([tmp_path])
    wait(lambda: studio.workspace.library.root == tmp_path and studio.workspace.clip.path.parent == tmp_path)
    studio.window.library.filter.setText("walk 00")
    wait(lambda: len(studio.workspace.library.clips) > 5)
    assert studio.window.library.filter.text() == "walk 00" and studio.window.library.table.rowCount() == 1
    studio.workspace.jobs.cancel()
    wait(lambda: studio.workspace.retriever is not None)
    found = len(studio.workspace.library.clips)
    assert 5 < found < 99 and len(studio.workspace.retriever.gallery.clip_rows[1]) == found


def open_demo(studio):
    before = studio.workspace.library
    studio.workspace.open_demo()
    wait(
        lambda: (
            studio.workspace.library is not before
            and studio.workspace.library.root == paths.demo_library()
            and studio.workspace.retriever is not None
        ),
        60,
    )


def test_more_like_the_marked_range(studio):
    open_demo(studio)
    studio.window.query.ask("a person waves with the left hand")
    wait(lambda: studio.search.query.startswith("a person waves") and len(studio.search.results) == 8)
    wait(lambda: studio.workspace.clip is not None and studio.workspace.clip.id == studio.search.results[0].clip.id)
    clip = studio.workspace.clip
    studio.window.stage.setFocus()
    studio.playback.toggle()
    studio.playback.seek(0.6)
    QTest.keyClick(studio.window, Qt.Key.Key_I)
    studio.playback.seek(2.4)
    QTest.keyClick(studio.window, Qt.Key.Key_O)
    assert studio.playback.range_s == pytest.approx((0.6, 2.4), abs=0.06)
    before = studio.search.results
    QTest.keyClick(studio.window, Qt.Key.Key_M)
    wait(lambda: studio.search.results is not before)
    (chip,) = studio.window.query.chips.buttons
    assert studio.search.query.startswith("like: ") and chip.text().startswith("like: ") and not studio.window.query.line.text()
    found = [r.clip.id for r in studio.search.results]
    assert all("wave left" in name for name in found[:2]) and all("wave" in name or "raise hand" in name for name in found[:7])
    studio.playback.clear_range()
    before = studio.search.results
    QTest.keyClick(studio.window, Qt.Key.Key_M)
    wait(lambda: studio.search.results is not before)
    assert clip.id not in [r.clip.id for r in studio.search.results] and studio.search.results[0].hit.rank == 1
    heard = []
    studio.search.captions_of(clip, heard.extend)
    wait(lambda: heard, 90)
    assert any("wav" in caption for caption, _ in heard[:5])
    studio.playback.toggle()


def test_evaluation_failures_and_classification(studio):
    page = show(studio.window.pages.evaluation)
    evaluation = page.retrieval.evaluation
    assert page.retrieval.split.currentText() == "test"
    page.retrieval.run.click()
    assert page.work.isVisible() and "evaluation" in page.work.text.text().lower() and page.work.cancel.isEnabled()
    wait(lambda: evaluation.report is not None and not evaluation.working, 90)
    found = evaluation.report
    assert page.retrieval.table.rowCount() == len(found.figures) and found.motions == sum(c.split == "test" for c in found.clips)
    cells = [page.retrieval.table.item(0, c).text() for c in range(14)]
    assert not page.work.isVisible() and "right answer" in page.retrieval.meaning.text()
    assert not page.retrieval.table.item(0, 0).font().bold(), "nothing published stands beside it"
    assert cells[2] == f"{found.figures['exact_caption']['t2m']['R@1']:.2f}"
    page.retrieval._copy(".tex")
    from PySide6.QtWidgets import QApplication

    assert "tabular" in QApplication.clipboard().text()
    page.tabs.setCurrentIndex(1)
    assert page.failures.table.rowCount() == len(evaluation.failures) > 0
    page.failures.table.setCurrentCell(1, 0)
    failure = evaluation.failures[1]
    wait(lambda: [r.clip.id for r in evaluation.tiles.results] == [found.clips[failure.row].id, found.clips[failure.winner].id])
    rest(300)
    assert pixels(page.failures.tiles).std() > 10
    page.tabs.setCurrentIndex(2)
    page.classification.labels.setText("walk, wave")
    page.classification.run.click()
    wait(lambda: evaluation.classified is not None and not evaluation.working, 60)
    found = evaluation.classified
    assert found.result is not None and found.result.confusion.sum() == len(found.known) > 20, "the captions name the labels"
    assert len(page.classification.list.rows) == len(studio.workspace.library.clips)
    assert not page.classification.nothing.isVisible() and page.classification.matrix.counts is not None
    page.classification.prompt.setText("nothing")
    page.classification.run.click()
    wait(lambda: "needs {label}" in page.classification.state.text())
    page.close()


def test_a_cell_of_the_confusions_lists_its_clips(studio, tmp_path):
    clips = [c for c in studio.workspace.library.clips if c.id.split(" ", 1)[1].startswith(("wave", "sit down"))]
    (tmp_path / "t.csv").write_text("id,label\n" + "".join(f"{c.id},{'wave' if 'wave' in c.id else 'sit'}\n" for c in clips))
    page = show(studio.window.pages.evaluation).classification
    evaluation = page.evaluation
    old = evaluation.classified
    page.labels.setText("sit, wave")
    page.prompt.setText("a person does a {label}")
    page.truth.setText(str(tmp_path / "t.csv:label"))
    page.run.click()
    wait(lambda: evaluation.classified is not old and not evaluation.working, 60)
    result = evaluation.classified.result
    assert result.confusion.sum() == len(clips) and result.top1 > 80
    cell, matrix = (1, 1), page.matrix
    at = QPoint(190 + cell[1] * matrix.cell() + 5, 150 + cell[0] * matrix.cell() + 5)
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=at)
    assert len(page.list.rows) == result.confusion[1, 1] > 0
    wait(lambda: studio.workspace.clip.id == evaluation.classified.cell(1, 1)[0].clip.id)
    studio.window.pages.evaluation.close()


def test_the_model_page_shows_imports_and_compares(studio, tmp_path):
    from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model

    save_model(
        load_model(paths.starter_model()),
        tmp_path / "mine",
        CheckpointInfo({"test": {"strict": {"t2m": {"R@1": 12.5}, "m2t": {"R@1": 11}}}}, {"library": "my takes"}, "# Mine"),
    )
    page = show(studio.window.pages.models)
    wait(lambda: page.list.count() == 1)  # a model that another test has deleted is looked for first
    assert "in use" in page.list.item(0).text() and "Starter model" in page.card.toPlainText()
    page.close()
    shutil.copytree(paths.starter_model(), paths.user_models() / "from elsewhere")
    assert show(page).list.count() == 2
    page.close()
    shutil.rmtree(paths.user_models())
    assert show(page).list.count() == 1
    page.models.use(tmp_path / "mine")
    wait(lambda: studio.workspace.retriever is not None and studio.workspace.model_label == "mine", 90)
    page.models.refresh()
    wait(lambda: page.list.count() == 2)
    assert "in use" in page.list.item(1).text()
    page.list.selectAll()
    cells = ((row, column) for row in range(page.comparison.rowCount()) for column in range(3))
    text = " ".join(page.comparison.item(*cell).text() for cell in cells)
    assert page.comparison.isVisible() and "my takes" in text and "12.5" in text and "motion encoder" not in text
    (tmp_path / "no.pt").write_bytes(b"nothing")
    page.models.import_file(tmp_path / "no.pt", tmp_path / "gone")
    wait(lambda: not page.models.working)
    assert page.state.text().startswith("no.pt: it is not a state dict of tensors") and "weights_only" not in page.state.text()
    page.models.use(paths.starter_model())
    wait(lambda: studio.workspace.retriever is not None and studio.workspace.model_label == "starter", 60)
    page.close()


def test_commands_are_not_hidden_by_the_keys_of_editing(studio):
    """Ctrl+E ends a line on X11, and evaluates here; Ctrl+A and Ctrl+Z stay with the text."""
    taken = {}
    for key in (Qt.Key.Key_E, Qt.Key.Key_A, Qt.Key.Key_Z):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.ControlModifier)
        event.ignore()
        QApplication.sendEvent(studio.window.query.line, event)
        taken[key] = event.isAccepted()
    assert taken == {Qt.Key.Key_E: False, Qt.Key.Key_A: True, Qt.Key.Key_Z: True}


def test_the_first_window_fits_a_small_screen(screen, tmp_path):
    code = (
        "from motionpatches.app.virtual_screen import virtual_screen\n"
        "with virtual_screen((1280, 800)):\n"
        "    from motionpatches.app.application import Studio, make_application\n"
        "    app, studio = make_application(), Studio([])\n"
        "    print(studio.window.width(), studio.window.height(), flush=True)\n"
        "    studio.window.close()\n"
    )
    home = {**os.environ, paths.HOME_VARIABLE: str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=home, cwd=ROOT, timeout=90)
    width, height = map(int, said.stdout.split())
    assert 900 < width <= 1280 and 500 < height <= 800
