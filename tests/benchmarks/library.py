"""A library past one memory: `python -m tests.benchmarks.library FOLDER [--takes N] [--data CAPTURED] [STEP ...]`.

Steps, each in a process of its own so that its memory is seen: make (the files), scan (a first scan that is killed half-way
and goes on), vectors (around really encoded ones, for two window lengths), open (by the index), search (queries in the engine),
window (scrolling, Enter to tiles; Xvfb or a screen), million (exact search over 1,000,000 vectors), remove. All is in FOLDER.
Named alone: stages (the window with a model of two stages).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TAKES, QUERIES, MILLION = 142_220, 60, 1_000_000
WORDS = ("walks", "jumps over a box", "a kick", "bows", "claps hands", "runs", "sits down", "a dance", "waves", "falls")
STEPS = ("make", "scan", "vectors", "open", "search", "window", "million")


def memory_mb(what: str = "VmRSS") -> float:
    """Memory of this process now, or (VmHWM) at its highest, in MB; Linux."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) / 1024


def percentiles(seconds: list[float]) -> str:
    """'median 1.0 ms, 95th percentile 2.0 ms'"""
    p50, p95 = 1000 * np.percentile(seconds, (50, 95))
    return f"median {p50:.1f} ms, 95th percentile {p95:.1f} ms"


def make(root: Path, takes: int, data: Path | None) -> None:
    from tests.benchmarks.large_library import make as made

    start = time.perf_counter()
    made(root, takes, data)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    print(f"make: {takes:,} takes in {time.perf_counter() - start:.0f} s, {size / 1e9:.2f} GB")


def scan(root: Path, takes: int, data: Path | None) -> None:
    """Scan in a child that is killed half-way, and in one that goes on to the end."""
    command = [sys.executable, "-m", "tests.benchmarks.library", str(root.parent), "scanning", "--takes", str(takes)]
    for last in (takes // 2, takes + 1):
        start, first, count = time.perf_counter(), 0.0, 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for line in child.stdout:
                told = json.loads(line)
                first = first or (time.perf_counter() - start if told.get("found") else 0.0)
                count = told.get("done", count)
                if count >= last:
                    child.send_signal(signal.SIGKILL)
                    break
                if "clips" in told:
                    print(f"scan: went on: {told}")
        what = f"killed at {count:,}" if count >= last else "to the end"
        print(f"scan: {what}, {time.perf_counter() - start:.1f} s; the first takes after {first:.1f} s", flush=True)


def scanning(root: Path, takes: int, data: Path | None) -> None:
    """A first scan, told as JSON lines; which files were read, and which an ended scan knew."""
    from motionpatches.core.library import folder
    from motionpatches.core.library.open import open_library

    before = folder.index.load_files(root)
    job, start, last = open_library(root), time.perf_counter(), -1
    while True:
        try:
            progress = next(job)
        except StopIteration as end:
            library = end.value
            break
        if progress.found is not None or progress.done // 2000 != last:
            last = progress.done // 2000
            print(json.dumps({"done": progress.done, "found": progress.found is not None}), flush=True)
    told = {"clips": len(library.clips), "known": len(before), "left out": len(library.skipped)}
    seconds = {"seconds": round(time.perf_counter() - start, 1), "processor s": round(time.process_time(), 1)}
    print(json.dumps({**told, **seconds, "peak MB": round(memory_mb("VmHWM"))}))


def vectors(root: Path, takes: int, data: Path | None) -> None:
    from motionpatches.core import paths
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from tests.benchmarks.large_library import add_vectors

    start = time.perf_counter()
    count = add_vectors(run(open_library(root, use_index=True)), load_model(paths.starter_model()))
    size = sum(file.stat().st_size for file in paths.user_galleries().glob("*.npz"))
    print(f"vectors: {count:,} of two window lengths in {time.perf_counter() - start:.0f} s, {size / 1e6:.0f} MB on disk")


def open_(root: Path, takes: int, data: Path | None) -> None:
    from motionpatches.core.library import index
    from motionpatches.core.library.open import open_library
    from motionpatches.core.library.words import WordIndex
    from motionpatches.core.progress import run

    index.load(root / "nothing")
    empty, start, clock = memory_mb(), time.perf_counter(), time.process_time()
    library = run(open_library(root, use_index=True))
    seconds, own, used = time.perf_counter() - start, time.process_time() - clock, memory_mb() - empty
    assert library.from_index and len(library.clips) >= takes
    start = time.perf_counter()
    words = WordIndex.of(library.clips)
    words.prepare()
    print(
        f"open: {len(library.clips):,} clips by the index in {seconds:.2f} s ({own:.2f} s of processor), {used:.0f} MB above "
        f"{empty:.0f}; words of captions in {time.perf_counter() - start:.2f} s, {memory_mb() - empty:.0f} MB with them"
    )


def search(root: Path, takes: int, data: Path | None) -> None:
    from motionpatches.core import paths
    from motionpatches.core.library.open import open_library
    from motionpatches.core.library.words import WordIndex
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.encode import prepare_texts
    from motionpatches.core.search.find import find
    from motionpatches.core.search.retriever import retriever_of

    library, model = run(open_library(root, use_index=True)), load_model(paths.starter_model())
    prepare_texts(model)
    before, start = memory_mb(), time.perf_counter()
    retriever = run(retriever_of(model, library))
    words = WordIndex.of(library.clips)
    words.prepare()
    print(
        f"search: {len(retriever.gallery.entries):,} vectors ready in {time.perf_counter() - start:.1f} s, "
        f"{memory_mb() - before:.0f} MB more, {memory_mb('VmHWM'):.0f} MB at the highest"
    )
    seconds = []
    for at in range(QUERIES):
        start = time.perf_counter()
        find(retriever, words, f"{WORDS[at % len(WORDS)]} {at}", 25)
        seconds.append(time.perf_counter() - start)
    print(f"search: a query, {percentiles(seconds)}")


def window(root: Path, takes: int, data: Path | None) -> None:
    from contextlib import nullcontext

    from motionpatches.app.virtual_screen import has_screen, virtual_screen
    from tests.benchmarks.large_window import measure

    with nullcontext() if has_screen() else virtual_screen():
        measure(root, takes, WORDS)


def stages(root: Path, takes: int, data: Path | None) -> None:
    """The window with a model of two stages: vectors choose, patches of each word order."""
    from contextlib import nullcontext

    from motionpatches.app.virtual_screen import has_screen, virtual_screen
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run
    from motionpatches.core.search.token_indexing import tokens_file
    from tests.benchmarks.large_library import add_tokens, add_vectors, interaction_model
    from tests.benchmarks.large_window import measure

    folder = root.parent / "interaction"
    model, library = interaction_model(folder), run(open_library(root, use_index=True))
    if not tokens_file(model, library).exists():
        count, size = add_vectors(library, model), add_tokens(library, model)
        print(f"stages: {len(library.clips):,} takes, {count:,} vectors, {size:.0f} MB of patches")
    with nullcontext() if has_screen() else virtual_screen():
        measure(root, takes, WORDS, folder)


def million(root: Path, takes: int, data: Path | None) -> None:
    from motionpatches.core import paths
    from motionpatches.core.search.gallery import Entry, Gallery, load_gallery, save_gallery
    from tests.benchmarks.large_library import many, noisy

    count, draw = MILLION, np.random.default_rng(3)
    known = load_gallery(next(paths.user_galleries().glob("*.npz"))).embeddings
    queries = noisy(known[draw.integers(len(known), size=QUERIES)], draw)
    rows = np.empty((count, known.shape[1]), np.float32)
    at = 0
    for block in many(known, count):
        rows[at : at + len(block)] = block
        at += len(block)
    entries = tuple(Entry(f"take {at // 4}", "", 2.0 * (at % 4), 2.0 * (at % 4) + 4) for at in range(count))
    file = root.parent / "million.npz"
    save_gallery(Gallery(rows, entries, "million"), file)
    rows = _rounded(rows)
    load_gallery(file)  # makes the rows that are mapped from then on
    before, start = memory_mb("RssAnon"), time.perf_counter()
    gallery = load_gallery(file)
    loaded, start = time.perf_counter() - start, time.perf_counter()
    gallery.prepare()
    prepared, used, seconds = time.perf_counter() - start, memory_mb("RssAnon") - before, []
    for query in queries:
        start = time.perf_counter()
        hits = gallery.nearest(query, 25)
        seconds.append(time.perf_counter() - start)
        best = np.maximum.reduceat(rows @ query, np.arange(0, count, 4))
        found = np.sort([hit.score for hit in hits])
        np.testing.assert_allclose(found, np.sort(np.partition(best, -25)[-25:]), atol=1e-5)
    print(f"million: {count:,} x {rows.shape[1]}, exact, 25 hits: {percentiles(seconds)}")
    print(f"million: opened in {loaded:.1f} s, prepared once in {prepared:.1f} s, {used:.0f} MB beside the rows on disk")
    for made in (file, file.with_suffix(".rows")):
        made.unlink()


def _rounded(rows: np.ndarray) -> np.ndarray:
    """Return rows as a gallery's file keeps them: in half precision, and of length 1 again."""
    for start in range(0, len(rows), 65_536):
        part = rows[start : start + 65_536].astype(np.float16).astype(np.float32)
        rows[start : start + 65_536] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return rows


DO = {"make": make, "scan": scan, "scanning": scanning, "vectors": vectors, "open": open_, "search": search, "window": window}
DO |= {"stages": stages, "million": million}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join((*STEPS, "remove")))
    parser.add_argument("--takes", type=int, default=TAKES)
    parser.add_argument("--data", type=Path, help="a folder of captured takes that some are varied from")
    options = parser.parse_args(arguments)
    os.environ["MOTIONPATCHES_HOME"] = str(options.folder / "home")
    steps = options.steps or list(STEPS)
    if len(steps) == 1 and steps[0] in DO:
        DO[steps[0]](options.folder.resolve() / "takes", options.takes, options.data)
        return
    own = [*(["--data", str(options.data)] if options.data else []), "--takes", str(options.takes)]
    for step in steps:
        if step == "remove":
            shutil.rmtree(options.folder)
        else:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.library", str(options.folder), step, *own], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
