"""Several libraries open together as one: the id of a clip begins with the name of its part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.library import Clip, Library, Part, Reader
from motionpatches.core.library.takes import FOLDER
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.recognition.decide import Recognition

SEVERAL = "several libraries"
# Parts that the name of all of them lists.
NAMED = 2


def joined(libraries: Sequence[Library]) -> Library:
    """Return several libraries as one.

    Its root is no folder; it names what is kept for these libraries together.
    """
    parts = _parts(libraries)
    names = [library.name for library in libraries]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    name = " + ".join((*names[:NAMED], *more))
    roots = sorted(str(library.root) for library in libraries)
    return Library(
        Path(roots[0]).parent / f"{name} {place_digest(chr(10).join(roots), 8)}",
        name,
        FOLDER if all(library.layout == FOLDER for library in libraries) else SEVERAL,
        tuple(replace(clip, id=part.prefix + clip.id) for part in parts for clip in part.library.clips),
        _reader(parts),
        tuple(skipped for library in libraries for skipped in library.skipped),
        tuple(note for library in libraries for note in library.notes),
        tuple(file for library in libraries for file in library.files),
        {place: reading for library in libraries for place, reading in library.readings.items()},
        any(library.from_index for library in libraries),
        parts,
        {part.prefix + old: part.prefix + new for part in parts for old, new in part.library.moved.items()},
        tuple(part.prefix + take for part in parts for take in part.library.gone),
    )


def _parts(libraries: Sequence[Library]) -> tuple[Part, ...]:
    """Name the parts; two of one name are numbered."""
    seen: Counter[str] = Counter()
    parts: dict[str, Part] = {}
    for library in libraries:
        prefix = f"{library.name}/"
        while not seen[library.name] or prefix in parts:
            seen[library.name] += 1
            number = f" ({seen[library.name]})" if seen[library.name] > 1 else ""
            prefix = f"{library.name}{number}/"
        parts[prefix] = Part(prefix, library)
    return tuple(parts.values())


def _reader(parts: tuple[Part, ...]) -> Reader:
    def own(clip: Clip) -> tuple[Library, Clip]:
        for part in parts:
            if clip.id.startswith(part.prefix):
                return part.library, replace(clip, id=clip.id.removeprefix(part.prefix))
        raise StudioError(f"No open library has the clip {clip.id!r}.")

    def read(clip: Clip) -> Motion:
        library, bare = own(clip)
        return library.reader.read(bare)

    def raw(clip: Clip) -> RawTake:
        library, bare = own(clip)
        if library.reader.raw is None:
            raise StudioError(f"{library.name}: its layout states how takes are read; there is nothing to check.")
        return library.reader.raw(bare)

    def recognition(clip: Clip) -> Recognition:
        library, bare = own(clip)
        if library.reader.recognition is None:
            raise StudioError(f"{library.name}: its layout states how takes are read; there is nothing to check.")
        return library.reader.recognition(bare)

    checked = any(part.library.reader.raw for part in parts)
    return Reader(read, raw if checked else None, recognition if checked else None)
