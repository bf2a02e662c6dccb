"""One door for libraries: what a path is, is recognised from its content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.errors import FileProblem
from core.library.babel import is_babel, open_babel
from core.library.folder import open_files, open_folder
from core.library.humanml3d import is_humanml3d, open_humanml3d
from core.library.interhuman import is_interhuman, open_interhuman
from core.library.library import Library
from core.library.packed import is_packed, open_packed
from core.progress import Job

# First match wins.
LAYOUTS: tuple[tuple[str, Callable[[Path], bool], Callable[[Path], Job[Library]]], ...] = (
    ("packed library", is_packed, open_packed),
    ("InterHuman folder", is_interhuman, open_interhuman),
    ("BABEL folder", is_babel, open_babel),
    ("HumanML3D folder", is_humanml3d, open_humanml3d),
    ("folder", Path.is_dir, open_folder),
    ("motion file", Path.is_file, lambda path: open_files([path], path.parent, path.name)),
)


def open_library(path: str | Path) -> Job[Library]:
    """A job that opens a folder or file. Raises FileProblem where nothing in it can be used."""
    path = Path(path).expanduser().resolve()
    try:
        for _, fits, opener in LAYOUTS:
            if fits(path):
                return opener(path)
    except PermissionError:
        raise FileProblem(path, "no permission to read it", "Change its permissions") from None
    raise FileProblem(path, "it does not exist", "Check the path")


def open_paths(paths: list[Path]) -> Job[Library]:
    """One path as open_library; several files together as one library."""
    if len(paths) == 1:
        return open_library(paths[0])
    files = []
    for path in paths:
        if Path(path).is_dir():
            raise FileProblem(path, "several folders cannot be opened at once", "Open one folder, or several files")
        files.append(Path(path).expanduser().resolve())
    return open_files(files, files[0].parent, f"{len(files)} files")
