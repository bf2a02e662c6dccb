"""Frames into an MP4 that stock players read: by the package av, or by the program ffmpeg where that is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError

NO_VIDEO = "Videos need the program ffmpeg, or the Python package av: install one of them. GIF works without."
# Constant rate factor of H.264: hardly to be told from the frames.
QUALITY = "18"
Write = Callable[[np.ndarray], None]


@contextmanager
def video(path: Path, size: tuple[int, int], fps: float) -> Iterator[Write]:
    """Yields what takes the frames, (height, width, 3) uint8; one odd row or column is cut. Raises StudioError where no
    encoder is there, or it fails."""
    width, height = (v - v % 2 for v in size)
    rate = Fraction(fps).limit_denominator(1000)
    with _encoder()(path, width, height, rate) as write:
        yield lambda frame: write(np.ascontiguousarray(frame[:height, :width, :3]))


def _encoder():
    try:
        import av  # noqa: F401
    except ImportError:
        if shutil.which("ffmpeg") is None:
            raise StudioError(NO_VIDEO) from None
        return by_ffmpeg
    return by_av


@contextmanager
def by_av(path: Path, width: int, height: int, rate: Fraction) -> Iterator[Write]:
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264" if "libx264" in av.codecs_available else "mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if stream.codec.name == "libx264":
            stream.options = {"crf": QUALITY}

        def write(frame: np.ndarray) -> None:
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")):
                container.mux(packet)

        yield write
        for packet in stream.encode():
            container.mux(packet)


@contextmanager
def by_ffmpeg(path: Path, width: int, height: int, rate: Fraction) -> Iterator[Write]:
    encoder = subprocess.Popen(
        [
            "ffmpeg",
            "-loglevel",
            "error",
            "-y",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            f"{width}x{height}",
            "-r",
            str(rate),
            "-i",
            "-",
            "-an",
            "-pix_fmt",
            "yuv420p",
            "-crf",
            QUALITY,
            "-movflags",
            "faststart",
            "-f",
            "mp4",
            str(path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield lambda frame: _send(encoder, frame)
        problem = encoder.communicate()[1].decode(errors="replace").strip()
        if encoder.returncode:
            raise StudioError(f"ffmpeg could not write the video: {problem.splitlines()[-1] if problem else encoder.returncode}.")
    finally:
        if encoder.poll() is None:
            encoder.kill()
            encoder.communicate()


def _send(encoder: subprocess.Popen, frame: np.ndarray) -> None:
    assert encoder.stdin is not None, "the encoder reads its input"
    try:
        encoder.stdin.write(frame.tobytes())
    except BrokenPipeError:
        problem = encoder.communicate()[1].decode(errors="replace").strip()
        raise StudioError(f"ffmpeg could not write the video: {problem or 'it stopped'}.") from None
