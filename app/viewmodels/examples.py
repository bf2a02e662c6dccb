"""Search for motions like one that is not of the open library: of a file, or what is shown, in another library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from motionpatches.app.viewmodels.asked import Example
from motionpatches.app.viewmodels.search import Search
from motionpatches.core.motion.floor import on_floor
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job


def search_like_file(search: Search, path: Path) -> None:
    """Show a motion file, and search the open library for motions like its first take."""
    workspace = search.workspace

    def job() -> Job[tuple[Example, Motion]]:
        from motionpatches.core.library.open import open_library

        library = yield from open_library(path)
        example = Example(library, library.clips[0], stays=True)
        return example, on_floor(example.motion())

    def done(found: tuple[Example, Motion]) -> None:
        example, motion = found
        workspace.show(example.clip, motion)
        search.search_like(example)

    workspace.jobs.run(workspace.lanes.files, "example", job, done, workspace.failed.emit)


def search_elsewhere(search: Search, paths: list[Path], start_s: float = 0.0, end_s: float = 0.0) -> None:
    """Open another library, and search it for motions like the shown one, or a range of its seconds."""
    shown = search.shown_example()
    if shown is None:
        search.workspace.failed.emit("Show a motion of the library first.")
    else:
        search.search_like(replace(shown, start_s=start_s, end_s=end_s, stays=True))
        search.workspace.open(paths)
