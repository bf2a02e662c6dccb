import os
import shutil
import sys

import av
import imageio_ffmpeg
import numpy as np
import pytest

from motionpatches.app.export import video as module
from motionpatches.app.export.video import NO_VIDEO, by_av, by_ffmpeg, video
from motionpatches.core.errors import StudioError


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """A program called ffmpeg on an otherwise empty PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    os.symlink(imageio_ffmpeg.get_ffmpeg_exe(), folder / "ffmpeg")
    monkeypatch.setenv("PATH", str(folder))


def squares():
    """Twelve frames of a bright square that walks to the right, of odd size."""
    frames = np.full((12, 65, 99, 3), 30, np.uint8)
    for i, frame in enumerate(frames):
        frame[20:40, 5 * i + 4 : 5 * i + 24] = (230, 120, 40)
    return frames


@pytest.mark.parametrize("encoder", [by_av, by_ffmpeg])
def test_a_video_reads_back_frame_by_frame(tmp_path, ffmpeg, monkeypatch, encoder):
    monkeypatch.setattr(module, "_encoder", lambda: encoder)
    frames = squares()
    with video(tmp_path / "a.mp4", (99, 65), 25) as write:
        for frame in frames:
            write(frame)
    with av.open(str(tmp_path / "a.mp4")) as file:
        stream = file.streams.video[0]
        read = np.stack([f.to_ndarray(format="rgb24") for f in file.decode(video=0)]).astype(int)
        assert stream.codec.name == "h264" and stream.pix_fmt == "yuv420p" and stream.average_rate == 25
    assert read.shape == (12, 64, 98, 3)
    assert np.abs(read - frames[:, :64, :98]).mean() < 6


def test_without_av_ffmpeg_is_used_and_without_both_a_sentence_says_so(tmp_path, ffmpeg, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    assert module._encoder() is by_ffmpeg
    shutil.rmtree(tmp_path / "bin")
    with pytest.raises(StudioError, match="ffmpeg"), video(tmp_path / "a.mp4", (64, 64), 25):
        pass
    assert "GIF" in NO_VIDEO


def test_an_encoder_that_fails_says_why(tmp_path, ffmpeg, monkeypatch):
    monkeypatch.setattr(module, "_encoder", lambda: by_ffmpeg)
    with pytest.raises(StudioError, match="ffmpeg could not write"), video(tmp_path / "no" / "a.mp4", (64, 64), 25) as write:
        for _ in range(200):
            write(np.zeros((64, 64, 3), np.uint8))
