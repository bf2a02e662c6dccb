"""Readers of clips whose files do not state everything: the raw take, its recognition, and the motion made of both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.core.library import index
from motionpatches.core.library.library import Clip, Reader
from motionpatches.core.library.scan import Readings
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake

if TYPE_CHECKING:
    from motionpatches.core.recognition.decide import Recognition


def recognised(root: Path, raw: Callable[[Clip], RawTake], readings: Readings | None = None) -> Reader:
    """Make a reader over raw takes.

    Args:
        root: the library's folder.
        raw: gives the raw take of a clip.
        readings: of a scan; None: those in the index of `root`, or what the take alone shows.
    """

    def recognition(clip: Clip) -> Recognition:
        from motionpatches.core.recognition.decide import confirmed, recognise
        from motionpatches.core.recognition.evidence import evidence_of

        key = (str(clip.path), clip.take)
        found = index.load_reading(root, *key) if readings is None else readings.get(key)
        if found is None:
            return recognise(raw(clip))
        return found if found.basis is None else confirmed(found, evidence_of(raw(clip)))

    def read(clip: Clip) -> Motion:
        from motionpatches.core.io.assemble import assemble

        return assemble(clip.path, raw(clip), recognition(clip))

    return Reader(read, raw, recognition)
