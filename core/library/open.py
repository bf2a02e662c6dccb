"""Open libraries: the layout of a path is recognised from its content."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from motionpatches.core import notices
from motionpatches.core.errors import FileProblem
from motionpatches.core.library import index
from motionpatches.core.library.babel import babel_reader, is_babel, open_babel
from motionpatches.core.library.bones_seed import LAYOUT as BONES_SEED
from motionpatches.core.library.bones_seed import is_bones_seed, open_bones_seed
from motionpatches.core.library.caption_store import over
from motionpatches.core.library.folder import folder_reader, open_files, open_folder
from motionpatches.core.library.humanml3d import humanml3d_reader, is_humanml3d, open_humanml3d
from motionpatches.core.library.interhuman import interhuman_reader, is_interhuman, open_interhuman
from motionpatches.core.library.kept import adopted
from motionpatches.core.library.library import Library, Reader
from motionpatches.core.library.moves import follow, read_gone
from motionpatches.core.library.one_rig import one_rig_reader
from motionpatches.core.library.packed import PACKED, is_packed, open_packed
from motionpatches.core.library.several import joined
from motionpatches.core.library.snapmogen import LAYOUT as SNAPMOGEN
from motionpatches.core.library.snapmogen import is_snapmogen, open_snapmogen, snapmogen_reader
from motionpatches.core.progress import Job


@dataclass(frozen=True)
class Layout:
    """How a kind of library is known, opened, and (where it is worth an index) read again without opening."""

    name: str
    fits: Callable[[Path], bool]
    open: Callable[[Path], Job[Library]]
    reader: Callable[[Path], Reader] | None = None


# First match wins.
LAYOUTS: tuple[Layout, ...] = (
    Layout(PACKED, is_packed, open_packed),
    Layout("InterHuman folder", is_interhuman, open_interhuman, interhuman_reader),
    Layout("BABEL folder", is_babel, open_babel, babel_reader),
    Layout("HumanML3D folder", is_humanml3d, open_humanml3d, humanml3d_reader),
    Layout(BONES_SEED, is_bones_seed, open_bones_seed, one_rig_reader),
    Layout(SNAPMOGEN, is_snapmogen, open_snapmogen, snapmogen_reader),
    Layout("folder", Path.is_dir, open_folder, folder_reader),
    Layout("motion file", Path.is_file, lambda path: open_files([path], path.parent, path.name)),
)


def layout_of(path: Path, name: str = "") -> Layout:
    """By content, or the one of that name. Raises FileProblem where nothing fits."""
    try:
        for layout in LAYOUTS:
            if layout.name == name or (not name and layout.fits(path)):
                return layout
    except PermissionError:
        raise FileProblem(path, "no permission to read it", "Change its permissions") from None
    raise FileProblem(path, "it does not exist", "Check the path")


def open_library(
    path: str | Path, use_index: bool = False, layout: str = "", waiting: frozenset[Path] = frozenset()
) -> Job[Library]:
    """Opens a folder or file. With `use_index`, what an earlier scan found is taken at once (`from_index`), to be checked
    by opening again without. `layout` names the layout instead of recognising it. `waiting`: files of a folder that are being
    written: they are as an earlier scan found them, or left out."""
    path = Path(path).expanduser().resolve()
    kind = layout_of(path, layout)
    if use_index and kind.reader:
        found = index.load(path)
        if found is not None and found.complete and found.opened_as == kind.name:
            return over(
                Library(
                    path,
                    found.name,
                    found.layout,
                    found.clips,
                    kind.reader(path),
                    found.skipped,
                    found.notes,
                    from_index=True,
                    gone=_gone(path),
                )
            )
    own = yield from (open_folder(path, waiting) if kind.open is open_folder else kind.open(path))
    own = _followed(own) if kind.reader else own
    library = over(own)
    if kind.reader:
        index.save(replace(library, notes=own.notes), kind.name)  # what is wrong with the user's file is not of the library
    return library


def _followed(library: Library) -> Library:
    """The library with what became of the takes of the last scan: captions and marks of those that moved go with them."""
    try:
        missed = index.load_paths(library.root) - {str(clip.path) for clip in library.clips}
        if not missed and not _gone(library.root):
            return library
        before = index.load(library.root)
        moves = follow(before.clips if before else (), library)
        return replace(library, moved=moves.names, gone=tuple(one.take for one in moves.gone))
    except FileProblem as problem:
        notices.tell(str(problem))
        return library


def _gone(root: Path) -> tuple[str, ...]:
    try:
        return tuple(one.take for one in read_gone(root))
    except FileProblem:
        return ()  # it is reported when the library is scanned


def open_paths(
    paths: list[Path], use_index: bool = False, layout: str = "", waiting: frozenset[Path] = frozenset()
) -> Job[Library]:
    """One path as open_library; several together as one library: files as a part, each folder or data set as a part."""
    paths = list(dict.fromkeys(Path(path).expanduser().resolve() for path in paths))
    if len(paths) == 1:
        return (yield from open_library(paths[0], use_index, layout, waiting))
    files = [path for path in paths if not path.is_dir() and not is_packed(path)]
    folders = [path for path in paths if path not in files]
    libraries: list[Library] = []
    for path in folders:
        found = yield from _beside(libraries, open_library(path, use_index, layout, waiting))
        libraries.append(found)
    if files:
        name = files[0].name if len(files) == 1 else f"{len(files)} files"
        found = yield from _beside(libraries, open_files(files, files[0].parent, name))
        libraries.append(over(found))
    if len(libraries) == 1:
        return libraries[0]
    together = joined(libraries)
    try:
        return adopted(together)
    except FileProblem as problem:
        notices.tell(str(problem))
        return together


def _beside(opened: list[Library], job: Job[Library]) -> Job[Library]:
    """Open another library; what is found of it so far is given out with those that are open."""
    with closing(job) as steps:
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                return end.value
            found = progress.found
            yield replace(progress, found=joined([*opened, found])) if opened and isinstance(found, Library) else progress
