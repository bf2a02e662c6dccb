"""GIF animations: what another reader sees of them, and the memory that they take."""

import io
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from motionpatches.app.export.gif import GifWriter


def frames_of(count, size=(120, 160)):
    """A band that is transparent and a square that moves, before a pattern."""
    ground = np.empty((*size, 4), np.uint8)
    ground[..., :3] = np.random.default_rng(0).integers(0, 16, (*size, 3)) * 16
    ground[..., 3] = 255
    ground[40:50, :, 3] = 0
    for at in range(count):
        frame = ground.copy()
        frame[10 + at : 20 + at, 30 + 2 * at : 60 + 2 * at, :3] = (255, 16 * at % 256, 0)
        yield frame


def written(frames, clear):
    stream = io.BytesIO()
    writer = GifWriter(stream, 30, clear)
    for frame in frames:
        writer.add(frame)
    writer.end()
    stream.seek(0)
    return Image.open(stream)


@pytest.mark.parametrize("clear", [False, True])
def test_every_frame_is_read_back_in_the_colours_of_the_first(clear):
    frames = list(frames_of(8))
    frames.insert(4, frames[3])  # a frame in which nothing moves
    found = written(frames, clear)
    assert (found.n_frames, found.size, found.info["loop"]) == (9, (160, 120), 0)
    palette = Image.fromarray(frames[0][..., :3]).quantize(255, dither=Image.Dither.NONE)
    for at, frame in enumerate(frames):
        found.seek(at)
        seen = np.array(found.convert("RGBA"))
        wanted = np.array(Image.fromarray(frame[..., :3]).quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB"))
        shown = frame[..., 3] == 255 if clear else np.ones(frame.shape[:2], bool)
        np.testing.assert_array_equal(seen[..., :3][shown], wanted[shown])
        np.testing.assert_array_equal(seen[..., 3] == 255, shown)
        assert found.info["duration"] == 30


@pytest.mark.parametrize("clear", [False, True])
def test_a_long_one_takes_no_more_memory_than_a_short_one(tmp_path, clear):
    peaks = []
    for count in (4, 60):
        with open(tmp_path / "a.gif", "wb") as stream:
            writer = GifWriter(stream, 25, clear)
            tracemalloc.start()
            for frame in frames_of(count):
                writer.add(frame)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0] + 100_000
