"""Galleries in parts: the clips of a library are divided among processes or machines. Each keeps a gallery of its own, with which
it goes on after an end; one command joins them."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionpatches.core import notices, paths
from motionpatches.core.errors import StudioError
from motionpatches.core.hashing import place_digest
from motionpatches.core.library.library import Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job, Progress
from motionpatches.core.search.gallery import Entry, Gallery, concatenate, entries_by_key, load_gallery
from motionpatches.core.search.indexing import add_known, find_gallery, gallery_fingerprint, update_gallery
from motionpatches.core.search.mapped_rows import SUFFIX as ROWS

# Most processes on one machine, and parts of a library.
MOST_WORKERS, MOST_SHARDS = 64, 10_000
# Numbers of a part as schedulers state them, from 0: Slurm's arrays, torchrun.
SCHEDULERS = (("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"), ("RANK", "WORLD_SIZE"))
# What a worker prints at the start of a line of its progress.
TOLD = "progress "


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`, from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}-of-{self.count}"


def shard_of(text: str) -> Shard:
    """Read '2/8', or 'auto': as Slurm or torchrun state it. Raises StudioError."""
    if text == "auto":
        for rank, size in SCHEDULERS:
            if os.environ.get(rank, "").isdecimal() and os.environ.get(size, "").isdecimal():
                return _checked(int(os.environ[rank]) + 1, int(os.environ[size]))
        names = " or ".join(f"{rank} and {size}" for rank, size in SCHEDULERS)
        raise StudioError(f"No scheduler states the part: {names} are not set. Write it, as 2/8.")
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
    if not found:
        raise StudioError(f"A part is written as 2/8 or auto, not {text[:40]!r}.")
    return _checked(int(found[1]), int(found[2]))


def _checked(number: int, count: int) -> Shard:
    if not 1 <= number <= count <= MOST_SHARDS:
        raise StudioError(f"There is no part {number} of {count}: parts are counted from 1, in up to {MOST_SHARDS:,}.")
    return Shard(number, count)


def shards_folder(library: Library) -> Path:
    """Where the parts of a library are kept until they are joined."""
    return paths.user_galleries() / "shards" / place_digest(library.root)


def part_of(library: Library, shard: Shard, known: Gallery | None = None) -> Library:
    """The clips of a part, but for those in a gallery: the same on every machine, whatever else the library holds."""
    there = entries_by_key(known) if known is not None else {}
    mine = tuple(
        clip
        for clip in library.clips
        if zlib.crc32(clip.id.encode(errors="surrogatepass")) % shard.count == shard.number - 1
        and (clip.id, clip.key) not in there
    )
    return replace(library, clips=mine, parts=())


def index_shard(model: MotionTextModel, library: Library, shard: Shard, folder: Path) -> Job[Gallery]:
    """Encode a part of a library into a file of `folder`; what an earlier, ended process encoded is not encoded again."""
    known = find_gallery(model, library)
    usable = known if known is not None and known.fingerprint == gallery_fingerprint(model) else None
    return (yield from update_gallery(model, part_of(library, shard, usable), folder / str(shard)))


def merge(model: MotionTextModel, library: Library, folder: Path) -> Job[Gallery]:
    """Join the parts in a folder with the gallery of a library, encode what none of them has, and remove the parts. Those of
    another model and damaged ones are named and left alone."""
    files, fingerprint, clips = sorted(folder.glob("*/*.npz")), gallery_fingerprint(model), {(c.id, c.key) for c in library.clips}
    parts: list[tuple[list[Entry], np.ndarray]] = []
    taken: set[tuple[str, str]] = set()
    joined: list[Path] = []
    for file in files:
        try:
            gallery = load_gallery(file, mapped=False)
        except StudioError as error:
            notices.tell(f"{error} This part was left out.")
            continue
        if gallery.fingerprint != fingerprint or gallery.embeddings.shape[1] != model.config.dim:
            notices.tell(f"{file.parent.name}: it is of another model and was left out.")
            continue
        rows = [row for row, e in enumerate(gallery.entries) if (e.clip_id, e.key) in clips and (e.clip_id, e.key) not in taken]
        taken |= {(gallery.entries[row].clip_id, gallery.entries[row].key) for row in rows}
        parts.append(([gallery.entries[row] for row in rows], gallery.embeddings[rows]))
        joined.append(file)
    if parts:
        entries, embeddings = concatenate(parts, model.config.dim)
        add_known(model, library, Gallery(embeddings, entries, fingerprint))
    whole = yield from update_gallery(model, library)
    for file in joined:
        with suppress(OSError):
            file.with_suffix(ROWS).unlink(missing_ok=True)
            file.unlink()
            file.parent.rmdir()
    return whole


class Workers:
    """Processes of this machine, one for each part."""

    def __init__(self, command: Sequence[str], count: int):
        """
        Args:
            command: Of one process, but for its part and that it prints its progress.
            count: Of processes.
        """
        self._lines: queue.Queue[tuple[int, str | None]] = queue.Queue()
        self.last_words = [""] * count
        threads = max((os.cpu_count() or 1) // count, 1)
        environment = {"OMP_NUM_THREADS": str(threads), **os.environ}
        self.processes = []
        for number in range(1, count + 1):
            arguments = [*command, "--shard", f"{number}/{count}", "--progress"]
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                text=True,
                errors="replace",
            )
            self.processes.append(process)
            threading.Thread(target=self._listen, args=(number - 1, process), daemon=True).start()

    def _listen(self, at: int, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                self._lines.put((at, line))
        self._lines.put((at, None))

    def run(self, name: str) -> Job[list[int]]:
        """Wait for all of them, and return their exit statuses. Closing the job ends them; what they encoded is kept. What else
        they say, the process that began them has said already; `last_words` has the last line of each."""
        done, total = [0] * len(self.processes), [0] * len(self.processes)
        running, before = len(self.processes), (-1, 0)
        try:
            while running:
                at, line = self._lines.get()
                if line is None:
                    running -= 1
                elif line.startswith(TOLD):
                    with suppress(ValueError):
                        done[at], total[at] = map(int, line.removeprefix(TOLD).split())
                elif line.strip():
                    self.last_words[at] = line.strip()
                now = sum(done), max(sum(total), 1)
                if now != before:
                    yield Progress(f"Indexing {name} in {len(self.processes)} processes", *now)
                before = now
            return [process.wait() for process in self.processes]
        finally:
            for process in self.processes:
                if process.poll() is None:
                    process.terminate()
                    process.wait()


def tell_progress(progress: Progress) -> None:
    """Print a line for the process that started this one."""
    print(f"{TOLD}{progress.done} {progress.total}", flush=True)


def ended_early(statuses: Sequence[int], last_words: Sequence[str] = ()) -> str:
    """Name the processes that did not end well, with what they said last; '' for none."""
    words = dict(enumerate(last_words, 1))
    said = [
        f"process {number} ended with {status}" + (f" ({words[number].rstrip('.')})" if words.get(number) else "")
        for number, status in enumerate(statuses, 1)
        if status
    ]
    return f"P{', '.join(said)[1:]}: what they had not finished is encoded now." if said else ""


def command_of(arguments: Sequence[str]) -> list[str]:
    """The command line of this program, from a source tree, installed, or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "motionpatches.app", *arguments]
