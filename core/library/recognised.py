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

    def known(clip: Clip) -> Recognition | None:
        key = (str(clip.path), clip.take)
        return index.load_reading(root, *key) if readings is None else readings.get(key)

    def recognition(clip: Clip) -> Recognition:
        found = known(clip)
        return found if found is not None and found.basis is None else _of_take(found, raw(clip))

    def read(clip: Clip) -> Motion:
        from motionpatches.core.io.assemble import assemble

        take, found = raw(clip), known(clip)
        return assemble(clip.path, take, found if found is not None and found.basis is None else _of_take(found, take))

    return Reader(read, raw, recognition)


def _of_take(shared: Recognition | None, take: RawTake) -> Recognition:
    """The reading of a take that was not looked at: by itself, where there is none of its rig."""
    from motionpatches.core.recognition.decide import confirmed, recognise
    from motionpatches.core.recognition.evidence import evidence_of

    return recognise(take) if shared is None else confirmed(shared, evidence_of(take))
