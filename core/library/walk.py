"""Files below a folder. Hidden files and folders, and links to folders, are not entered."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator


def files_below(
    roots: Iterable[str], suffixes: Collection[str], failed: Callable[[str, OSError], object]
) -> Iterator[os.DirEntry[str]]:
    """Yield the files whose name ends in one of some suffixes, in no order.

    Args:
        roots: Folders.
        suffixes: In small letters, with the dot.
        failed: Told of each folder that cannot be read, or not to its end; the others go on, unless it raises.
    """
    folders = list(roots)
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    elif os.path.splitext(entry.name)[1].lower() in suffixes and entry.is_file():
                        yield entry
        except OSError as error:
            failed(folder, error)
