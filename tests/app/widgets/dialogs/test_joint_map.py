"""The dialog on joints, clicked as a person does, and the list of what was set."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from motionpatches.app.gl.camera import project
from motionpatches.app.viewmodels.joint_map import JointMapping
from motionpatches.app.widgets.dialogs import joint_map
from motionpatches.app.widgets.dialogs.joint_map import JointMapDialog
from motionpatches.app.widgets.dialogs.joint_maps import JointMapsPage
from motionpatches.core import paths
from motionpatches.core.retarget import map_file
from motionpatches.core.retarget.joint_map import ROLES
from tests.lanes import FakeLane


@pytest.fixture
def dialog(app, smpl_motion):
    mapping = JointMapping(lambda: smpl_motion.crop(0, 5), "unity", FakeLane())
    made = JointMapDialog(mapping)
    made.show()
    yield made
    made.close()


def click(dialog, side, name, modifier=Qt.KeyboardModifier.NoModifier):
    figure = dialog.figures[side]
    joint = dialog.mapping.skeleton(side).joint_names.index(name)
    place = project(figure.camera, figure.pose, figure.width(), figure.height())[joint]
    QTest.mouseClick(figure, Qt.MouseButton.LeftButton, modifier, QPoint(*np.round(place).astype(int).tolist()))


def test_a_click_on_a_joint_chooses_its_row_and_the_paired_joint(dialog):
    click(dialog, "target", "LeftLowerLeg")
    assert dialog.mapping.role == "left shin"
    assert dialog.table.currentItem().text(1) == "left_knee" and dialog.table.currentItem().text(2) == "LeftLowerLeg"
    assert [box.currentText() for box in dialog.boxes.values()] == ["left_knee", "LeftLowerLeg"]
    marked = dialog.figures["source"].over()
    largest = marked[np.argmax(marked[:, 6])]
    knee = dialog.figures["source"].pose[dialog.mapping.skeleton("source").joint_names.index("left_knee")]
    np.testing.assert_allclose(largest[:3], knee, atol=1e-5)


def test_control_and_click_gives_the_role_the_joint_and_what_is_impossible_cannot_be_kept(dialog):
    dialog.table.setCurrentItem(dialog.table.topLevelItem(ROLES.index("left shin")))
    click(dialog, "target", "LeftFoot", Qt.KeyboardModifier.ControlModifier)
    assert dialog.mapping.said.target["left shin"] == dialog.mapping.skeleton("target").joint_names.index("LeftFoot")
    assert "same joint" in dialog.warning.text() and not dialog.keep.isEnabled()
    dialog.undo.click()
    assert not dialog.mapping.said and not dialog.warning.text()


def test_none_is_offered_where_a_role_can_be_without_and_keep_is_listed_and_removed(dialog):
    dialog.mapping.choose("hips")
    assert not dialog.boxes["target"].model().item(0).isEnabled()
    dialog.mapping.choose("left toes")
    assert dialog.boxes["target"].model().item(0).isEnabled()
    dialog.mapping.set("target", None)
    assert "left toes" in dialog.unmapped.text()
    dialog.keep.click()
    assert dialog.result() and len(map_file.listed()) == 1
    page = JointMapsPage(lambda sentence: None)
    assert [page.list.topLevelItem(0).text(n) for n in (1, 2)] == ["Hips, Spine, Chest", "left toes"]
    page.list.topLevelItem(0).setSelected(True)
    page.remove.click()
    assert not map_file.listed() and page.note.text()
    page.undo.click()
    assert len(map_file.listed()) == 1 and page.list.topLevelItemCount() == 1


def test_a_list_that_cannot_be_written_is_reported_and_nothing_is_lost(dialog):
    dialog.mapping.set("target", None, "left toes")
    paths.joint_maps().mkdir(parents=True)
    dialog.keep.click()
    assert dialog.isVisible() and dialog.mapping.said.target and dialog.warning.text()
    paths.joint_maps().rmdir()
    dialog.keep.click()
    assert not dialog.isVisible() and len(map_file.listed()) == 1


def test_the_dialog_opens_once_both_rigs_are_read_and_says_why_it_cannot(app, smpl_motion, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(joint_map.JointMapDialog, "exec", lambda self: seen.append(self.mapping.rig_name) or True)
    monkeypatch.setattr(joint_map, "warn", lambda parent, title, text: seen.append(text))
    (tmp_path / "a.bvh").write_text("HIERARCHY")
    for rig in ("vrm", str(tmp_path / "a.bvh")):
        lane = FakeLane()
        lane.waits = True
        mapping = JointMapping(lambda: smpl_motion.crop(0, 3), rig, lane)
        joint_map.AskJoints(mapping, None, lambda: seen.append("kept"), lambda: seen.append("ended"))
        assert not seen
        lane.go()
        lane.go()
        told, seen[:] = list(seen), []
        if rig == "vrm":
            assert told == ["ended", "vrm", "kept"]
        else:
            assert told[0] == "ended" and "a.bvh" in told[1] and len(told) == 2
