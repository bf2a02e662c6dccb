"""The patches of a long take: those of the window under the playhead, with its times."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.views.patches import PatchView
from motionpatches.core.patch_picture import patch_image
from tests.lanes import fake_lanes
from tests.window import pixels

READ = 11.2


@pytest.fixture
def view(app, small_library, smpl_motion):
    workspace, playback = Workspace(fake_lanes()), Playback()
    playback.playing = False
    workspace.open([small_library])
    view = PatchView(Stage(workspace), playback, Explanation(workspace, Search(workspace), playback))
    view.resize(400, 500)
    long = replace(smpl_motion, positions=np.concatenate([smpl_motion.positions] * 20))
    workspace.show(workspace.library.clips[0], long)
    playback.show(long.duration_s, long.fps)
    yield view
    view.close()


def test_they_follow_the_playhead(view):
    motion = view.workspace.motion
    for time_s, begins in ((5.0, 0.0), (30.0, 2 * READ), (58.0, 5 * READ)):
        view.playback.seek(time_s)
        expected = patch_image(motion.cut(begins, min(begins + READ, motion.duration_s)), None)
        assert all(np.array_equal(a, b) for a, b in zip(view.image.bands, expected.bands, strict=True))
        box, x = view._band(0), view._cursor_x(view.image)
        share = (time_s - begins) * view.image.fps / view.image.shown
        assert (x - box.left()) / box.width() == pytest.approx(share, abs=0.01), "the playhead stands where it is"
        _, _, frame = view._at(QPointF(x, box.center().y()))
        assert view._time(frame) == pytest.approx(time_s, abs=0.06), "a click there goes there"


def test_their_colours_are_the_model_s_from_the_first(view, tiny_model):
    """Until the model was loaded they were drawn by the mean of the motion alone, and then in all other colours."""
    workspace, motion = view.workspace, view.workspace.motion
    workspace.model, workspace.model_label = None, "loading starter…"
    workspace.shown.emit()
    assert view.image is None and "as soon as the model" in view.message
    workspace.model, workspace.model_label = tiny_model, "tiny"
    workspace.model_changed.emit()
    expected = patch_image(motion.cut(0, READ), tiny_model)
    assert all(np.array_equal(a, b) for a, b in zip(view.image.bands, expected.bands, strict=True))


def test_a_cross_hair_marks_the_pointed_frame_in_all_parts_and_the_point_in_its_own(view):
    before = pixels(view)
    view.pointed = (1, view.image.points // 2, 60)
    view.update()
    changed = np.abs(pixels(view) - before).sum(axis=2) > 60
    box = view._band(1)
    x = round(box.left() + box.width() * 60.5 / view.image.shown)
    for part in range(5):
        band = view._band(part).toRect()
        assert changed[band.top() + 8 : band.bottom() - 8, x - 1 : x + 2].any(axis=1).all(), "the frame"
        assert changed[band.center().y() - 4 : band.center().y() + 5, band.left() + 5].any() == (part == 1), "the sample point"
