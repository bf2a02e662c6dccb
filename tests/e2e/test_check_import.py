"""Check Import and the list of what is remembered, in the real window."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QRadioButton

from motionpatches.app.widgets.dialogs.import_check import ImportCheckDialog
from motionpatches.app.widgets.dialogs.settings import SettingsDialog
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction
from tests.skeletons import BODIES, write_bvh
from tests.window import modal, wait


@pytest.fixture
def folder(studio, tmp_path):
    """Two takes of one rig in a unit of its own and one of another rig, opened; the second take on the stage."""
    (tmp_path / "walks").mkdir()
    for name in ("a", "b"):
        write_bvh(tmp_path / "walks" / f"{name}.bvh", BODIES["Mixamo"], scale=3.0)
    write_bvh(tmp_path / "other.bvh", BODIES["CMU ASF"])
    studio.workspace.open([tmp_path])
    wait(lambda: settled(studio, tmp_path), 60)
    studio.workspace.show_clip(studio.workspace.library.by_id["walks/b"])
    wait(lambda: studio.workspace.clip.id == "walks/b")
    yield tmp_path
    studio.workspace.open_demo()
    wait(lambda: studio.workspace.library.root != tmp_path and studio.workspace.retriever is not None, 60)


def settled(studio, root):
    """The folder is open, looked through for changes, and indexed."""
    workspace = studio.workspace
    return (
        workspace.library is not None
        and workspace.library.root == root
        and not workspace.library.from_index
        and workspace.retriever is not None
        and workspace.clip is not None
        and workspace.clip.id in workspace.library.by_id
        and not studio.lanes.scans.busy
        and not studio.lanes.files.busy
    )


def ctrl(studio, which):
    studio.window.activateWindow()
    wait(studio.window.isActiveWindow)
    studio.window.stage.setFocus()
    QTest.keyClick(studio.window, which, Qt.KeyboardModifier.ControlModifier)


def unit_of(studio, clip_id):
    return round(studio.workspace.library.load(clip_id).source.unit_m, 6)


def say_unit(dialog, text, scope):
    """As a person with the keyboard."""
    wait(lambda: dialog.check.counts is not None)
    dialog.metres.setFocus()
    dialog.metres.selectAll()
    QTest.keyClicks(dialog.metres, text)
    QTest.keyClick(dialog.metres, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter ends the number, not the dialog"
    QTest.mouseClick(dialog.scope[scope], Qt.MouseButton.LeftButton)
    assert dialog.apply.isEnabled()


def test_a_unit_said_for_the_folder_holds_is_told_and_undone(studio, folder):
    before = {i: unit_of(studio, i) for i in ("walks/a", "walks/b", "other")}
    assert "0.25 m" not in studio.window.library.count.text()
    told = []
    studio.workspace.said.connect(told.append)

    def act(dialog):
        assert not dialog.apply.isEnabled() and dialog.scope["folder"].isChecked()
        say_unit(dialog, "0.25", "folder")
        offered = [dialog.folder.itemText(i) for i in range(dialog.folder.count())]
        assert offered == ["2 takes in walks", f"2 takes in {folder.name}"]
        assert dialog.targets["file"].text() == "b.bvh: 1 take"
        assert dialog.targets["rig"].text() == "2 takes here, and in every other library"
        assert dialog.summary.text() == "Unit 0.25 m for 2 takes in walks."
        assert corrections.listed() == ()
        QTest.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)

    modal(ImportCheckDialog, act, lambda: ctrl(studio, Qt.Key.Key_I))
    assert corrections.listed()[0].place == str((folder / "walks").resolve())
    wait(lambda: "Unit 0.25 m for 2 takes in walks." in told and settled(studio, folder), 60)
    assert {i: unit_of(studio, i) for i in before} == {"walks/a": 0.25, "walks/b": 0.25, "other": before["other"]}
    assert studio.workspace.clip.id == "walks/b" and studio.workspace.motion.source.unit_m == 0.25, "the same take stays"
    assert "0.25 m" in studio.window.library.count.text()
    ctrl(studio, Qt.Key.Key_Z)
    wait(lambda: "Undone: unit 0.25 m for 2 takes in walks." in told and settled(studio, folder), 60)
    assert corrections.listed() == () and {i: unit_of(studio, i) for i in before} == before
    assert "0.25 m" not in studio.window.library.count.text()
    studio.workspace.said.disconnect(told.append)


def test_captions_and_corrections_are_undone_in_the_order_they_were_made(studio, folder):
    captions = studio.view_models.captions

    def lines():
        return [text for clip in studio.workspace.library.clips if clip.id.startswith("walks/b") for text in clip.captions]

    before = lines()
    captions.add("a person waits")
    wait(lambda: "a person waits" in lines() and not studio.lanes.files.busy)

    def act(dialog):
        say_unit(dialog, "0.25", "file")
        QTest.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)

    modal(ImportCheckDialog, act, lambda: ctrl(studio, Qt.Key.Key_I))
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/b") == 0.25, 60)
    assert unit_of(studio, "walks/a") != 0.25 and "a person waits" in lines()
    ctrl(studio, Qt.Key.Key_Z)
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/b") != 0.25, 60)
    assert "a person waits" in lines()
    ctrl(studio, Qt.Key.Key_Z)
    wait(lambda: lines() == before)


def test_two_steps_undone_at_once_are_both_undone(studio, folder):
    """The captions are written before the folder is read again."""
    captions = studio.view_models.captions
    before = unit_of(studio, "walks/b")

    def act(dialog):
        say_unit(dialog, "0.25", "file")
        QTest.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)

    modal(ImportCheckDialog, act, lambda: ctrl(studio, Qt.Key.Key_I))
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/b") == 0.25, 60)
    captions.add("a person waits")
    wait(lambda: "a person waits" in [line.text for line in captions.lines] and not studio.lanes.files.busy)
    ctrl(studio, Qt.Key.Key_Z)
    ctrl(studio, Qt.Key.Key_Z)
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/b") == before, 60)
    assert "a person waits" not in [text for clip in studio.workspace.library.clips for text in clip.captions]


def test_the_settings_list_what_is_remembered_and_forget_it(studio, folder):
    skeleton = studio.workspace.library.load("walks/a").skeleton
    corrections.remember("rig", skeleton, None, Correction(unit_m=0.25))
    corrections.remember("file", skeleton, folder / "walks" / "a.bvh", Correction(unit_m=0.5, up="Z"))

    def act(dialog):
        page = dialog.corrections
        dialog.pages.setCurrentWidget(page)
        rows = [[page.list.topLevelItem(i).text(c) for c in range(3)] for i in range(page.list.topLevelItemCount())]
        assert [r[0] for r in rows] == ["Unit 0.5 m, up axis Z", "Unit 0.25 m"]
        assert [r[2] for r in rows] == ["File a.bvh", "Everywhere"] and ": Hips, Spine" in rows[0][1]
        assert not page.remove.isEnabled()
        page.list.topLevelItem(0).setSelected(True)
        QTest.mouseClick(page.remove, Qt.MouseButton.LeftButton)
        assert page.list.topLevelItemCount() == 1 and page.list.topLevelItem(0).text(2) == "Everywhere"

    modal(SettingsDialog, act, lambda: QTimer.singleShot(0, studio.window.commands.show_settings))
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/a") == 0.25, 60)

    def all_of_it(dialog):
        dialog.pages.setCurrentWidget(dialog.corrections)
        QTest.mouseClick(dialog.corrections.remove_all, Qt.MouseButton.LeftButton)
        assert dialog.corrections.note.text() == "There are no corrections." and not dialog.corrections.remove_all.isEnabled()

    modal(SettingsDialog, all_of_it, lambda: QTimer.singleShot(0, studio.window.commands.show_settings))
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/a") != 0.25, 60)
    ctrl(studio, Qt.Key.Key_Z)
    wait(lambda: settled(studio, folder) and unit_of(studio, "walks/a") == 0.25, 60)


def test_nothing_is_clipped_and_all_is_reached_by_the_tab_key(studio, folder):
    def act(dialog):
        wait(lambda: dialog.check.counts is not None)
        for label in dialog.findChildren(QLabel):
            if label.isVisible() and label.text():
                need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
                assert label.height() >= need, label.text()
                assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()
        for radio in dialog.findChildren(QRadioButton):
            assert radio.width() >= radio.sizeHint().width()
        seen = set()
        for _ in range(60):
            seen.add(dialog.focusWidget())
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        wanted = {
            dialog.unit,
            dialog.metres,
            dialog.up,
            dialog.fps,
            dialog.scope["folder"],
            dialog.folder,
            *(box for boxes in dialog.chains for box in boxes),
        }
        assert wanted <= seen
        dialog.scope["folder"].setFocus()
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
        assert dialog.check.scope == "rig" and dialog.scope["rig"].isChecked()

    modal(ImportCheckDialog, act, lambda: ctrl(studio, Qt.Key.Key_I))


def test_what_states_everything_itself_says_so(studio):
    studio.workspace.open_demo()
    wait(lambda: studio.workspace.clip is not None and studio.workspace.clip.id in studio.workspace.library.by_id, 60)
    seen = []
    modal(QMessageBox, lambda box: seen.append(box.text()), lambda: QTimer.singleShot(0, studio.window.commands.check_import))
    assert "nothing to correct" in seen[0]
