"""Write frames into an MP4 that common players read: by the package av, or by the program ffmpeg where that is missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError

NO_VIDEO = "Videos need the program ffmpeg, or the Python package av: install one of them. GIF works without."
# Constant rate factor of H.264: visually close to lossless.
QUALITY = "18"
Write = Callable[[np.ndarray], None]
Encoder = Callable[[Path, int, int, Fraction], AbstractContextManager[Write]]


@contextmanager
def video(path: Path, size: tuple[int, int], fps: float) -> Iterator[Write]:
    """Open a video, and yield a function that takes its frames (height, width, 3 or 4) uint8.

    Args:
        path: The file.
        size: Width and height in pixels; an odd row or column is cut.
        fps: Frames per second.

    Raises:
        StudioError: where there is no encoder, or it fails.
    """
    width, height = (v - v % 2 for v in size)
    rate = Fraction(fps).limit_denominator(1000)
    with _encoder()(path, width, height, rate) as write:
        yield lambda frame: write(np.ascontiguousarray(frame[:height, :width, :3]))


def _encoder() -> Encoder:
    """Return the encoder that is there. Raises StudioError."""
    try:
        import av  # noqa: F401
    except ImportError:
        if shutil.which("ffmpeg") is None:
            raise StudioError(NO_VIDEO) from None
        return by_ffmpeg
    return by_av


@contextmanager
def by_av(path: Path, width: int, height: int, rate: Fraction) -> Iterator[Write]:
    """Encode with the package av, in H.264 where its build has it."""
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
    """Encode with the program ffmpeg, which reads frames from a pipe. Raises StudioError."""
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


def _send(encoder: subprocess.Popen[bytes], frame: np.ndarray) -> None:
    """Send a frame to ffmpeg. Raises StudioError with its message where it has ended."""
    assert encoder.stdin is not None, "the encoder reads its input"
    try:
        encoder.stdin.write(frame.tobytes())
    except BrokenPipeError:
        problem = encoder.communicate()[1].decode(errors="replace").strip()
        raise StudioError(f"ffmpeg could not write the video: {problem or 'it stopped'}.") from None
