"""The way from a clip to its motion where files say less than is needed: the raw take, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from motionpatches.core.io.assemble import assemble
from motionpatches.core.library import index
from motionpatches.core.library.library import Clip, Reader
from motionpatches.core.library.scan import Readings
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.recognition.decide import Recognition, recognise


def recognised(root: Path, raw: Callable[[Clip], RawTake], readings: Readings | None = None) -> Reader:
    """A reader over raw takes. `readings` of a scan; None: those that the index of `root` holds, or the take's own."""

    def recognition(clip: Clip) -> Recognition:
        key = (str(clip.path), clip.take)
        found = index.load_reading(root, *key) if readings is None else readings.get(key)
        return found or recognise(raw(clip))

    return Reader(lambda clip: assemble(clip.path, raw(clip), recognition(clip)), raw, recognition)
