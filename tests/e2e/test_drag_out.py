"""Clips dragged by a real mouse into the window of another program, which gets files."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from motionpatches.app.widgets.export_sources import items_of, result_item
from motionpatches.app.widgets.views.tile_layout import CAPTION
from motionpatches.core.io.load import load_motion
from tests.window import rest, wait

# Another program: a window that takes files, and prints them with their sizes.
RECEIVER = """
import json, os, sys
from PySide6.QtWidgets import QApplication, QLabel
class Receiver(QLabel):
    def dragEnterEvent(self, event):
        event.acceptProposedAction()
    def dropEvent(self, event):
        event.acceptProposedAction()
        files = [url.toLocalFile() for url in event.mimeData().urls()]
        print(json.dumps([[file, os.path.getsize(file)] for file in files]), flush=True)
app = QApplication([])
window = Receiver("drop here")
window.setAcceptDrops(True)
window.setGeometry(1420, 300, 250, 250)
window.show()
print("ready", flush=True)
app.exec()
"""
TARGET = (1540, 420)


def on_row(rows, row):
    """A place on a row of the list."""
    return QPoint(40, rows.rowViewportPosition(row) + rows.rowHeight(row) // 2)


@pytest.fixture
def receiver(demo):
    """A function that drags from a widget's place to the other window, and returns what that got."""
    if shutil.which("xdotool") is None:
        pytest.skip("no xdotool on this machine")
    demo.window.move(0, 0)
    demo.window.left.turn("Library")
    demo.view_models.selection.choose([demo.workspace.clip])
    process = subprocess.Popen([sys.executable, "-c", RECEIVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    rest(300)

    def drag(widget, place, *keys):
        at = widget.mapToGlobal(place)
        down, up = ([f"key{way}", key] for way in ("down", "up") for key in keys) if keys else ([], [])
        steps = [(at.x() + 12, at.y() + 3), (at.x() + 60, at.y() + 10), TARGET, (TARGET[0] + 4, TARGET[1] + 4)]
        words = ["mousemove", at.x(), at.y(), "sleep", 0.2, *down, "mousedown", 1, "sleep", 0.2]
        for x, y in steps:
            words += ["mousemove", x, y, "sleep", 0.25]
        words += ["mouseup", 1, "sleep", 0.1, *up]
        mouse = subprocess.Popen(["xdotool", *map(str, words)])
        wait(lambda: mouse.poll() is not None, 20)
        return json.loads(process.stdout.readline())

    yield drag
    process.kill()
    process.communicate()


def test_a_row_of_the_list_is_a_file_of_the_chosen_kind(receiver, demo):
    demo.window.settings.setValue("export/drag", "glb-unity")
    rows, shown = demo.window.library.view, demo.workspace.clip
    row = rows.rowAt(rows.viewport().height() // 2)
    clip = rows.takes.clip(row)
    ((file, size),) = receiver(rows.viewport(), on_row(rows, row))
    assert file.endswith(".glb") and clip.id.replace(" ", "_") in file and size > 1000
    again = load_motion(file)
    assert again.frame_count == round(clip.duration_s * again.fps) and again.skeleton.joint_names[0] == "Hips"
    assert demo.workspace.library.root != file and demo.workspace.library.by_id[shown.id], "the window opened nothing"


def test_several_chosen_rows_are_several_files(receiver, demo):
    demo.window.settings.setValue("export/drag", "bvh-blender")
    rows = demo.window.library.view
    first = rows.rowAt(rows.viewport().height() // 3)
    clips = [rows.takes.clip(first + step) for step in range(3)]
    demo.view_models.selection.choose(clips)
    rest(200)
    files = receiver(rows.viewport(), on_row(rows, first + 1))
    assert len(files) == 3 and all(file.endswith(".bvh") for file, _ in files)
    assert [clip.id for clip in demo.view_models.selection.clips] == [clip.id for clip in clips], "a drag chooses nothing"


def test_a_tile_and_the_marked_range(receiver, demo):
    demo.window.settings.setValue("export/drag", "npz")
    demo.window.left.turn("Results")
    view = demo.window.results.view
    wait(lambda: view.isVisible() and view.tiles())
    tile, camera = view.tiles()[1], view.camera
    ((file, _),) = receiver(view, QPoint(tile.center().x(), tile.bottom() - CAPTION // 2))
    with np.load(file) as found:
        motion, item = demo.search.results[1].motion, result_item(demo.search.results[1])
        assert found["joints"].shape == motion.cut(item.start_s, item.end_s).positions.shape and found["fps"] == motion.fps
    assert view.camera == camera, "a drag of the caption turns no tiles"
    demo.playback.range_s = (0.5, 1.25)
    timeline = demo.window.timeline
    timeline.update()
    ((file, _),) = receiver(timeline, QPointF(timeline.x_of(0.9), timeline.height() / 2).toPoint(), "Control_L")
    assert len(np.load(file)["joints"]) == round(0.75 * demo.workspace.motion.fps)
    assert demo.playback.range_s == (0.5, 1.25)


def test_a_click_still_chooses_one_of_several_rows(demo):
    """The press on one of several chosen rows waits for the release, and is then what it always was."""
    from PySide6.QtTest import QTest

    demo.window.left.turn("Library")
    rows = demo.window.library.view
    wait(rows.isVisible)
    first = rows.rowAt(rows.viewport().height() // 3)
    demo.view_models.selection.choose([rows.takes.clip(first + step) for step in range(3)])
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, on_row(rows, first + 1))
    assert [clip.id for clip in demo.view_models.selection.clips] == [rows.takes.clip(first + 1).id]


def test_the_file_is_written_when_it_is_asked_for_and_once(demo, monkeypatch):
    hand_off, calls = demo.window.hand_off, []
    monkeypatch.setattr(hand_off, "write", lambda *_: calls.append(1) or [])
    mime = hand_off.mime(items_of(demo.workspace.library.clips[:1]))
    assert mime.hasUrls() and mime.formats() == ["text/uri-list"] and not calls
    assert not mime.urls() and not mime.urls() and len(calls) == 1
