"""What of a folder is not in its library: files that could not be read, and files of kinds that are not read."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from motionpatches.core.library.library import Library
from motionpatches.core.library.takes import FOLDER
from motionpatches.core.progress import counted

# Files that belong to motions: captions, descriptions, the skeleton of .amc, the data of .gltf.
BESIDE = frozenset({".txt", ".csv", ".tsv", ".json", ".asf", ".bin", ".sqlite"})
# Files that are looked at, and files of a kind that are named.
MOST, NAMED = 500_000, 100


def other_files(library: Library) -> dict[str, list[Path]]:
    """The files in a library's folder that are not read as motions, by suffix, the most frequent first; nothing for data sets,
    whose layout says which files count. Hidden files, captions and descriptions are left out."""
    if library.layout != FOLDER or not library.root.is_dir():
        return {}
    known = {clip.path for clip in library.clips} | {skipped.path for skipped in library.skipped}
    found: defaultdict[str, list[Path]] = defaultdict(list)
    count = 0
    for folder, folders, names in os.walk(library.root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            suffix = path.suffix.lower()
            if not name.startswith(".") and suffix not in BESIDE and path not in known:
                found[suffix].append(path)
        count += len(names)
        if count > MOST:
            break
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def report(library: Library, others: Mapping[str, Sequence[Path]]) -> str:
    """A text that names every file that was left out, with its reason, and the files of other kinds; '' for none."""
    parts = []
    if library.gone:
        count = len(library.gone)
        parts.append(
            "\n".join((f"{count:,} take{'s are' if count != 1 else ' is'} gone since the last scans:", "", *library.gone))
        )
    if library.skipped:
        rows = [f"{_place(library, s.path)}\n    {s.reason}" for s in library.skipped]
        parts.append("\n".join((f"{counted(len(rows), 'file')} left out:", "", *rows)))
    total = sum(map(len, others.values()))
    if total:
        rows = []
        for suffix, paths in others.items():
            more = len(paths) - NAMED
            rows += [f"{suffix or 'without a suffix'}: {counted(len(paths), 'file')}"]
            rows += [f"    {_place(library, path)}" for path in paths[:NAMED]]
            rows += [f"    and {more:,} more"] if more > 0 else []
        parts.append("\n".join((f"{counted(total, 'file')} not read as motions:", "", *rows)))
    return "\n\n".join(parts)


def _place(library: Library, path: Path) -> str:
    return str(path.relative_to(library.root)) if path != library.root and path.is_relative_to(library.root) else str(path)
