"""What the commands share when they run: opening, progress on stderr, results on stdout."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from motionpatches.core import notices, paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.cache import take_cache
from motionpatches.core.library.library import Library, skipped_sentence
from motionpatches.core.library.open import open_paths
from motionpatches.core.motion.motion import Motion
from motionpatches.core.progress import Job, Progress, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.gallery import Gallery
    from motionpatches.core.search.retriever import Retriever

T = TypeVar("T")


class UsageError(StudioError):
    """Options that do not go together; the program ends with 2, as it does for an option that is not known."""


def let_output_through() -> None:
    """Write characters that the encoding of the output lacks as \\u2192 and the like: a pipe on Windows has cp1252."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def visible(text: str) -> str:
    """Text with control characters as escapes: names and captions of files could set a terminal's title and colours."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def tell(text: str) -> None:
    """Print a line on stderr, where it does not mix with results."""
    print(visible(text), file=sys.stderr)


def answer(options: argparse.Namespace, values: object, text: str) -> None:
    """Print the result on stdout: the values as JSON with --json, else the text."""
    print(json.dumps(values) if options.json else visible(text.rstrip("\n")))


def show_progress(progress: Progress) -> None:
    """Show progress on stderr: one line that changes on a terminal, else a line at the end of each piece of work."""
    end = "\n" if progress.done >= progress.total else "\r"
    if sys.stderr.isatty() or end == "\n":
        line = visible(str(progress))
        print(f"{line}\x1b[K" if sys.stderr.isatty() else line, end=end, file=sys.stderr, flush=True)


def drive(job: Job[T]) -> T:
    """Run a job to its result with progress on stderr."""
    return run(job, show_progress)


def check_exists(path: Path, advice: str = "Check the path") -> None:
    """Raise FileProblem for a path where nothing is."""
    if not path.exists():
        raise FileProblem(path, "it does not exist", advice)


def open_path(path: Path | Sequence[Path] | None, layout: str = "") -> Library:
    """Open the library at a path, several as one, the demo library without one; files that are left out are named on stderr."""
    places = [path] if isinstance(path, Path) else list(path or [paths.demo_library()])
    library = drive(open_paths(places, layout=layout))
    for sentence in (*notices.untold(), skipped_sentence(library.skipped), take_cache().news()):
        if sentence:
            tell(sentence)
    return library


def open_model(options: argparse.Namespace) -> MotionTextModel:
    """Load the model of --model on the device of --device; the starter model without one."""
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.models.device import pick_device

    return load_model(options.model or paths.starter_model(), pick_device(options.device))


def index_library(model: MotionTextModel, library: Library) -> Gallery:
    """Bring the gallery of a library up to date; motions that are left out are counted on stderr."""
    from motionpatches.core.search.indexing import update_gallery

    gallery = drive(update_gallery(model, library))
    for sentence in notices.untold():
        tell(sentence)
    if gallery.skipped:
        tell(f"{len(gallery.skipped)} left out of the index. {gallery.skipped[0]}")
    return gallery


def searcher(model: MotionTextModel, library: Library) -> Retriever:
    """Bring the gallery of a library up to date, and its patch tokens where the model has such."""
    from motionpatches.core.search.retriever import Retriever, with_patches

    return drive(with_patches(Retriever(model, index_library(model, library)), library))


def open_motion(name: str, library: Library) -> Motion:
    """Return the clip of the library with this id, else the motion of the file of this name ('file#take' names a take).

    Raises:
        StudioError: there is neither.
    """
    from motionpatches.core.library.folder import load_take

    if name in library.by_id:
        return library.load(name)
    path = Path(name)
    if not path.exists() and not path.with_name(path.name.partition("#")[0] or path.name).exists():
        raise StudioError(f"{name!r} is neither a clip of {library.name} nor a file. Check the id or the path.")
    return load_take(path)


def cut_range(motion: Motion, start_s: float, end_s: float) -> Motion:
    """Cut out a range of seconds (end 0: to the end).

    Raises:
        StudioError: the motion has no frame there.
    """
    if not start_s < min(end_s or motion.duration_s, motion.duration_s):
        until = f"{end_s:g} s" if end_s else "the end"
        raise StudioError(
            f"From {start_s:g} s to {until} there is no frame of {motion.name}; it lasts {motion.duration_s:.2f} s."
        )
    return motion.cut(start_s, end_s) if start_s or end_s else motion
