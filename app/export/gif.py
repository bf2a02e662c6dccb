"""Write GIF animations frame by frame: one frame is in memory, however long the animation."""

from __future__ import annotations

import io
from typing import IO

import numpy as np
from PIL import Image

# One of 256 colours stands for transparent.
COLOURS, CLEAR = 255, 255
OPAQUE_FROM = 128
_DESCRIPTOR = 10


class GifWriter:
    """Write frames (height, width, 4) uint8 of one size into a stream, in the colours of the first.

    Of an opaque frame only the rectangle that differs from the frame before is stored.

    Args:
        stream: the file, at its start.
        fps: frames per second; the clock of a GIF counts hundredths of a second.
        clear: transparent pixels stay so; else the alpha channel is left out.
    """

    def __init__(self, stream: IO[bytes], fps: float, clear: bool):
        self.stream, self.clear = stream, clear
        self.hundredths = max(round(100 / fps), 1)
        self._palette: Image.Image | None = None
        self._before: np.ndarray | None = None

    def add(self, frame: np.ndarray) -> None:
        indices = self._indices(frame)
        (left, top, right, bottom), shown = self._changed(indices)
        # Transparent pixels leave the frame before (5), or what is cleared after each frame (9).
        flags = b"\x09" if self.clear else b"\x05"
        self.stream.write(b"!\xf9\x04" + flags + _short(self.hundredths) + bytes([CLEAR, 0]))
        place = _short(left) + _short(top) + _short(right - left) + _short(bottom - top)
        self.stream.write(b"," + place + b"\0" + _compressed(shown[top:bottom, left:right]))
        self._before = indices

    def end(self) -> None:
        """Write the end of the animation."""
        self.stream.write(b";")

    def _indices(self, frame: np.ndarray) -> np.ndarray:
        """Return the index in the palette of every pixel; the first frame makes the palette and the head of the file."""
        image = Image.fromarray(np.ascontiguousarray(frame[..., :3]))
        if self._palette is None:
            self._palette = image.quantize(COLOURS, dither=Image.Dither.NONE)
            self._head(image.size)
        indices = np.array(image.quantize(palette=self._palette, dither=Image.Dither.NONE))
        if self.clear:
            indices[frame[..., 3] < OPAQUE_FROM] = CLEAR
        return indices

    def _head(self, size: tuple[int, int]) -> None:
        """Write screen, palette of 256 colours, and that it repeats for ever (GIF89a specification; NETSCAPE2.0 extension)."""
        assert self._palette is not None, "the first frame has made it"
        colours = bytes(self._palette.getpalette() or ())[: 3 * COLOURS].ljust(3 * 256, b"\0")
        self.stream.write(b"GIF89a" + _short(size[0]) + _short(size[1]) + b"\xf7\0\0" + colours)
        self.stream.write(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")

    def _changed(self, indices: np.ndarray) -> tuple[tuple[int, int, int, int], np.ndarray]:
        """Left, top, right and bottom of what differs from the frame before (of a frame that is the same, one pixel), and the
        indices, transparent where they are the same."""
        height, width = indices.shape
        if self._before is None or self.clear:
            return (0, 0, width, height), indices
        different = indices != self._before
        rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
        shown = np.where(different, indices, np.uint8(CLEAR))
        if not len(rows):
            return (0, 0, 1, 1), shown
        return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1), shown


def _short(value: int) -> bytes:
    return value.to_bytes(2, "little")


def _compressed(indices: np.ndarray) -> bytes:
    """Return the LZW code of an image of indices (height, width), cut out of a GIF of it alone."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(indices)).save(stream, "GIF", optimize=False, interlace=0)
    data = stream.getvalue()
    head = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[data.index(b",", head) + _DESCRIPTOR : -1]
