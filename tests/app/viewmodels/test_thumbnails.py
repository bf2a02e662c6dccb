"""Pictures of takes: made once, in the order in which they are seen, and out of the way of everything else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from motionpatches.app.viewmodels import thumbnails as module
from motionpatches.app.viewmodels.thumbnails import POSES, SIZE, Thumbnails
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library, Reader
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.motion.telling import telling_frame
from tests.lanes import heard, rest


class FakeDraw:
    """Fills each picture with a grey that tells the frame."""

    version = "1"

    def __init__(self):
        self.drawn, self.closed = [], False

    def __call__(self, motion, frames, size):
        self.drawn.append((motion, list(frames)))
        image = QImage(size * len(frames), size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        for i, frame in enumerate(frames):
            for x in range(i * size, (i + 1) * size):
                image.setPixelColor(x, 0, QColor(frame % 256, 0, 0))
        return image

    def close(self):
        self.closed = True


def some_library():
    """Twelve clips of the demo's body, of other lengths each, whose hand goes up somewhere."""
    motions = {}
    for i in range(12):
        positions = np.zeros((20 + 3 * i, 22, 3), np.float32)
        positions[:, :, 1] = np.arange(22)
        positions[5 + i, 20, 1] = 60 + i
        motions[f"{i}"] = Motion(positions, 20.0, Skeleton(SMPL22.joint_names, SMPL22.parents))
    clips = tuple(Clip(name, Path(name), (f"clip {name}",), key=f"content {name}") for name in motions)
    return Library(Path(), "some", "folder", clips, Reader(lambda clip: motions[clip.id]))


@pytest.fixture
def ready(workspace):
    """A library is open; there is no model."""
    workspace.library = some_library()
    workspace.library_changed.emit()
    return workspace


@pytest.fixture
def thumbnails(ready, tmp_path):
    found = Thumbnails(ready)
    found.store.file = lambda: tmp_path / "pictures.sqlite"
    found.draw = FakeDraw()
    return found


def frame_in(image, at=0):
    return image.pixelColor(at * SIZE + 3, 0).red()


def clip(ready, at):
    return ready.library.clips[at]


def test_the_picture_is_the_most_telling_pose_and_is_reported(thumbnails, ready):
    told = heard(thumbnails.ready)
    one = clip(ready, 2)
    assert thumbnails.picture(one) is None
    rest()
    image = thumbnails.picture(one)
    assert told == [(one.id,)] and (image.width(), image.height()) == (SIZE, SIZE)
    assert frame_in(image) == telling_frame(canonical(ready.library.load(one.id))) % 256


def test_it_is_drawn_once_even_for_another_program(thumbnails, ready, tmp_path):
    thumbnails.picture(clip(ready, 2))
    rest()
    thumbnails.picture(clip(ready, 2))
    other = Thumbnails(ready)
    other.store.file, other.draw = thumbnails.store.file, FakeDraw()
    assert other.picture(clip(ready, 2)) is None
    rest()
    assert frame_in(other.picture(clip(ready, 2))) == frame_in(thumbnails.picture(clip(ready, 2)))
    assert len(thumbnails.draw.drawn) == 1 and other.draw.drawn == []


def test_another_figure_or_content_is_drawn_anew(thumbnails, ready):
    one = clip(ready, 2)
    thumbnails.picture(one)
    rest()
    thumbnails.draw.version = "2"
    assert thumbnails.picture(one) is None
    assert thumbnails.picture(replace(one, key="other content")) is None
    rest()
    assert len(thumbnails.draw.drawn) == 3


def test_captions_do_not_matter(thumbnails, ready):
    thumbnails.picture(clip(ready, 2))
    rest()
    assert thumbnails.picture(replace(clip(ready, 2), captions=("other words",))) is not None


def test_poses_along_time(thumbnails, ready):
    one = clip(ready, 3)
    frames = ready.library.load(one.id).frame_count
    assert thumbnails.pose(one, 0.5) is None
    rest()
    strip = thumbnails.strip(one)
    assert strip.width() == POSES * SIZE
    shown = [frame_in(thumbnails.pose(one, (i + 0.5) / POSES)) for i in range(POSES)]
    assert shown == [int((i + 0.5) * frames / POSES) for i in range(POSES)]
    assert frame_in(thumbnails.pose(one, 7)) == shown[-1] and frame_in(thumbnails.pose(one, -1)) == shown[0]


def test_until_there_are_poses_the_picture_is_shown(thumbnails, ready):
    thumbnails.picture(clip(ready, 3))
    rest()
    assert thumbnails.pose(clip(ready, 3), 0.0).width() == SIZE


def test_what_is_seen_now_comes_first(thumbnails, ready, lanes):
    """Three rows are seen, then the list is scrolled to two others before anything was drawn."""
    lanes.models.waits = True
    lanes.models.submit("search", lambda: None, lambda _: None, lambda _: None)
    for at in (0, 1, 2):
        thumbnails.picture(clip(ready, at))
    rest(0.01)
    for at in (7, 8):
        thumbnails.picture(clip(ready, at))
    assert thumbnails.draw.drawn == [], "a query is waited for"
    lanes.models.go()
    told = heard(thumbnails.ready)
    rest(0.3)
    assert [name for (name,) in told] == [clip(ready, at).id for at in (7, 8, 0, 1, 2)]


@pytest.mark.parametrize("lane", ["models", "files"])
def test_neither_a_query_nor_the_stage_waits_for_a_picture(thumbnails, ready, lanes, lane):
    getattr(lanes, lane).waits = True
    getattr(lanes, lane).submit("urgent", lambda: None, lambda _: None, lambda _: None)
    thumbnails.picture(clip(ready, 0))
    rest(0.2)
    assert thumbnails.draw.drawn == []
    getattr(lanes, lane).go()
    rest(0.2)
    assert len(thumbnails.draw.drawn) == 1


def test_what_cannot_be_read_or_drawn_is_asked_for_once(thumbnails, ready, monkeypatch):
    told, failed = heard(thumbnails.ready), heard(ready.failed)

    def fail(*_):
        raise StudioError("No OpenGL.")

    monkeypatch.setattr(FakeDraw, "__call__", fail)
    for _ in range(3):
        assert thumbnails.picture(clip(ready, 0)) is None
        rest(0.02)
    assert len(told) == 1 and failed == []


def test_memory_and_what_waits_are_bounded(thumbnails, ready, lanes, monkeypatch):
    monkeypatch.setattr(module, "HELD", 3 * 4 * SIZE * SIZE)
    monkeypatch.setattr(module, "WAITING", 5)
    lanes.pictures.waits = True
    for at in range(12):
        thumbnails.picture(clip(ready, at))
    assert len(thumbnails._wanted) == 5
    lanes.pictures.waits = False
    rest(0.2)
    for at in range(12):
        thumbnails.picture(clip(ready, at))
        rest(0.02)
    assert len(thumbnails._held) == 3 and thumbnails._bytes == 3 * 4 * SIZE * SIZE


def test_nothing_is_made_without_a_figure_or_for_a_library_that_is_closed(thumbnails, ready, lanes):
    plain = Thumbnails(ready)
    assert plain.picture(clip(ready, 0)) is None and not plain._wanted
    lanes.pictures.waits = True
    thumbnails.picture(clip(ready, 0))
    ready.library = some_library()
    ready.library_changed.emit()
    assert not thumbnails._wanted


def test_the_figure_is_released_at_the_end(thumbnails):
    draw = thumbnails.draw
    thumbnails.close()
    assert draw.closed and thumbnails.draw is None


def test_pictures_keep_their_transparency(thumbnails, ready):
    thumbnails.picture(clip(ready, 0))
    rest()
    again = Thumbnails(ready)
    again.store.file, again.draw = thumbnails.store.file, FakeDraw()
    again.picture(clip(ready, 0))
    rest()
    image = again.picture(clip(ready, 0))
    assert image.pixelColor(3, 5).alpha() == 0 and image.pixelColor(3, 0).alpha() == 255
