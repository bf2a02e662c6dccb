"""Fine-tuning from the window, with the real child process."""

import os

import pytest

from motionpatches.app.widgets.pages import show
from motionpatches.core import paths
from motionpatches.core.training import runs
from tests.window import modal, pixels, rest, wait

SENTENCE = "a person waves"


@pytest.fixture
def page(studio, small_library):
    studio.workspace.open([small_library])
    wait(lambda: studio.workspace.library.root == small_library and studio.workspace.retriever is not None, 60)
    page = show(studio.window.pages.training)
    yield page
    if page.training.process:
        page.training.process.child.kill()
        page.training.process.child.wait()
        page.training.close()
        page.training.process = None
        page.training.refresh()
    page.close()
    studio.playback.playing = True
    studio.workspace.open_demo()
    studio.workspace.load_model()
    wait(lambda: studio.workspace.library.root == paths.demo_library() and studio.workspace.retriever is not None, 60)


def the_plan(studio, page, **fields):
    from motionpatches.app.viewmodels.fine_tuning import FineTuning

    plan = FineTuning(studio.workspace, page)
    plan.train("heads only")
    plan.set(batch=4, sentences=[SENTENCE], **fields)
    return plan


def test_without_a_run_there_are_no_empty_axes(page, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(page.training, "runs", [])
        page._fill()
        assert page.tabs.isHidden() and page.several.isHidden() and page.delete.isHidden() and "No run yet" in page.state.text()
    page._fill()
    assert page.tabs.isHidden() != bool(page.training.runs)


def test_the_dialog_says_what_is_wrong_and_what_it_costs(studio, page):
    from motionpatches.app.widgets.training.fine_tune_dialog import FineTuneDialog

    plan = the_plan(studio, page, epochs=3)
    dialog = FineTuneDialog(plan, page)
    dialog.show()
    wait(lambda: plan.estimate is not None, 60)
    assert plan.estimate.steps == 6 and "6 steps" in dialog.cost.text() and dialog.go.isEnabled()
    assert plan.estimate.trained < plan.estimate.parameters / 20
    assert any("few" in reason for reason in plan.reasons) and dialog.trained.currentText() == "heads only"
    field = dialog.fields["lr_heads"]
    field.setText("fast")
    field.textEdited.emit("fast")
    assert dialog.errors["lr_heads"].isVisible() and "number" in dialog.errors["lr_heads"].text()
    assert not dialog.go.isEnabled() and not dialog.errors["epochs"].isVisible()
    field.textEdited.emit("2e-3")
    assert plan.config.lr_heads == 2e-3 and not dialog.errors["lr_heads"].isVisible()
    dialog.trained.setCurrentText("everything")
    dialog.trained.textActivated.emit("everything")
    assert plan.config.lr_text > 0 and plan.config.lr_motion > 0
    dialog.close()


def test_a_run_is_paused_stopped_resumed_and_used(studio, page):
    training = page.training
    training.begin("mine", the_plan(studio, page, epochs=400).config)
    wait(lambda: training.current is not None and len(training.current.history.steps) > 4, 120)
    assert page.runs == [training.current]
    rest(300)
    assert pixels(page.curves.plots["loss"]).std() > 3 and "Training: epoch" in page.state.text()
    page.pause.click()
    wait(lambda: training.current.history.paused)
    before = len(training.current.history.steps)
    rest(600)
    assert len(training.current.history.steps) == before and page.pause.text() == "Resume"
    page.pause.click()
    wait(lambda: len(training.current.history.steps) > before + 2, 30)
    child = training.process.child.pid
    page.stop.click()
    wait(lambda: training.process is None, 30)
    assert not os.path.exists(f"/proc/{child}")
    run = training.runs[0]
    assert run.status == "stopped" and run.can_resume and run.best and "Stopped" in page.state.text()
    steps = max(run.history.steps)
    page.resume.click()
    wait(lambda: training.current is not None and max(training.current.history.steps, default=0) > steps, 60)
    assert sorted(training.current.history.steps)[: steps + 1] == list(range(1, steps + 2)), "no step twice, none left out"
    page.stop.click()
    wait(lambda: training.process is None, 30)
    page.tabs.setCurrentIndex(1)
    assert SENTENCE in page.sentences.toPlainText()
    page.tabs.setCurrentIndex(2)
    tab = page.tabs.widget(2)
    assert tab.query.currentText() == SENTENCE
    tab.go.click()
    wait(lambda: page.before_after.after.results and page.before_after.before.results, 60)
    rest(300)
    scores = [[r.hit.score for r in side.results] for side in (page.before_after.before, page.before_after.after)]
    assert scores[0] != scores[1] and pixels(tab.views[1]).std() > 8
    page.use.click()
    wait(lambda: studio.workspace.model_label == "mine" and studio.workspace.retriever is not None, 60)
    page.notes.setPlainText("a good one")
    assert (run.folder / "note.txt").read_text() == "a good one"
    training.delete(training.runs[0])
    assert not run.folder.exists() and training.runs == []


def test_a_run_goes_on_without_the_window_and_is_found_again(studio, page):
    training = page.training
    training.begin("left", the_plan(studio, page, epochs=2000).config)
    wait(lambda: training.current is not None and len(training.current.history.steps) > 2, 120)
    child, steps = training.process.child, max(training.current.history.steps)
    training.close()  # as the window does
    rest(1000)
    assert child.poll() is None
    again = type(training)(studio.workspace)
    assert again.current.name == "left" and max(again.current.history.steps) >= steps
    wait(lambda: max(again.current.history.steps) > steps, 60)
    again.pause()
    wait(lambda: again.current.history.paused, 60)
    again.pause()
    wait(lambda: not again.current.history.paused, 60)
    again.stop()
    wait(lambda: again.process is None, 60)
    run = runs.read_run(training.runs[0].folder)
    assert run.status == "stopped" and run.can_resume and child.wait(60) == 0
    training.process = None
    training.delete(run)
    again.deleteLater()


def test_a_child_that_dies_is_reported_and_can_be_resumed(studio, page):
    training = page.training
    training.begin("dead", the_plan(studio, page, epochs=400, save_every_s=0.0).config)
    wait(lambda: training.current is not None and len(training.current.history.steps) > 2, 120)
    os.kill(training.process.child.pid, 9)
    wait(lambda: training.process is None)
    assert "can be resumed" in page.state.text() and training.runs[0].status == "died" and training.runs[0].can_resume
    training.delete(training.runs[0])


def test_words_being_typed_stay_with_their_take(studio, page, small_library):
    """Whatever comes on the stage meanwhile, and however soon the next caption follows."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit

    panel, by_id = studio.window.captions, studio.workspace.library.by_id
    captions = panel.captions
    page.close()
    studio.workspace.show_clip(by_id["000000"])
    wait(lambda: studio.workspace.clip is by_id["000000"] and captions.take == "000000")
    captions.place.set_own(True)
    first, other = captions.lines, small_library / "texts" / "000001.txt"
    untouched = other.read_text()
    panel.add.click()
    editor = panel.table.findChildren(QLineEdit)[-1]
    QTest.keyClicks(editor, "typed")
    studio.workspace.show_clip(by_id["000001"])
    wait(lambda: studio.workspace.clip is by_id["000001"])
    assert captions.take == "000000" and editor.text() == "typed"
    QTest.keyClicks(editor, " on")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: captions.take == "000001")
    assert panel.table.rowCount() == len(captions.lines)
    wait(lambda: lines_in(small_library, "000000") == [line.text for line in first] + ["typed on"])
    assert other.read_text() == untouched

    studio.workspace.show_clip(by_id["000000"])
    wait(lambda: captions.take == "000000")
    captions.add("one")
    captions.add("and another")
    wait(lambda: lines_in(small_library, "000000") == [line.text for line in first] + ["typed on", "one", "and another"])
    panel.table.item(len(first), 1).setText("0.25")
    assert captions.lines[len(first)].end_s == round(captions.duration_s, 2), "from there to the end"
    panel.table.item(len(first), 1).setText("99")
    assert "s long" in panel.state.text() and captions.lines[len(first)].start_s == 0.25
    assert panel.table.item(len(first), 1).text() == "0.25"
    for _ in range(4):
        captions.history.undo()
    assert captions.lines == first
    wait(lambda: lines_in(small_library, "000000") == [line.text for line in first])


def lines_in(library, take):
    return [line.split("#")[0] for line in (library / "texts" / f"{take}.txt").read_text().splitlines()]


def test_captions_are_edited_undone_and_imported(studio, page, small_library, tmp_path):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit

    from motionpatches.app.viewmodels.caption_import import read_captions
    from motionpatches.app.widgets.dialogs.caption_import import CaptionImportDialog

    panel, window = studio.window.captions, studio.window
    captions = panel.captions
    page.close()
    window.activateWindow()
    wait(window.isActiveWindow)
    studio.workspace.show_clip(studio.workspace.library.by_id["000000"])
    wait(lambda: captions.take == "000000")
    captions.place.set_own(True)
    file = small_library / "texts" / "000000.txt"
    before, first = file.read_text(), captions.lines
    studio.playback.playing = False
    studio.playback.range_s = (0.5, 1.0)
    studio.playback.changed.emit()
    panel.add_range.click()
    editor = panel.table.findChildren(QLineEdit)[-1]
    QTest.keyClicks(editor, "only the start")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: file.read_text() == before + "only the start##0.5#1.0\n")
    wait(lambda: "000000@0.5-1" in studio.workspace.library.by_id and studio.workspace.retriever is not None, 30)
    assert {e.clip_id for e in studio.workspace.retriever.gallery.entries} >= {"000000", "000000@0.5-1"}
    studio.workspace.show_clip(studio.workspace.library.by_id["000000"])  # the search may have put a hit on the stage
    wait(lambda: captions.take == "000000")
    window.activateWindow()
    captions.history.undo()
    assert captions.lines == first
    wait(lambda: file.read_text() == before)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: len(captions.lines) == len(first) + 1 and file.read_text() == before + "only the start##0.5#1.0\n")
    captions.edit(len(first), end_s=0.2)
    assert "after its start" in panel.state.text()
    table = tmp_path / "t.csv"
    table.write_text("file,caption\n000000,from a table\n000001,another\nnobody,lost\n")

    def act(dialog):
        assert "nobody" in dialog.problems.toPlainText() and dialog.table.rowCount() == 2
        QTest.mouseClick(dialog.modes["replace"], Qt.MouseButton.LeftButton)
        assert "2 captions added" in dialog.summary.text() and "another" in dialog.table.item(1, 2).text()
        assert written == file.read_text(), "nothing is written before it is accepted"
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    written = file.read_text()
    modal(CaptionImportDialog, act, lambda: read_captions(captions, table, window.commands.preview_captions))
    wait(lambda: [line.text for line in captions.lines] == ["from a table"])
    captions.export_csv(tmp_path / "out.csv")
    wait((tmp_path / "out.csv").exists)
    assert "new_joints/000001.npy,,,train,another" in (tmp_path / "out.csv").read_text()
    captions.history.undo()
    wait(lambda: len(captions.lines) == len(first) + 1)
    assert (small_library / "texts" / "000001.txt").read_text().count("#") >= 3
    studio.playback.clear_range()
    studio.playback.playing = True
