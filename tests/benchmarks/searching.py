"""The index with windows of two lengths, queries over many takes, and how well the words for scores hold.

`python -m tests.benchmarks searching`. Captions of captured takes are the queries, and a hundred sentences about nothing.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.patches import MAX_FRAMES
from motionpatches.core.progress import run
from motionpatches.core.search import indexing
from motionpatches.core.search.gallery import Entry, Gallery, save_gallery
from motionpatches.core.search.indexing import build_gallery
from motionpatches.core.search.retriever import Retriever
from motionpatches.core.search.strength import WORDS

CAPTURE = Path(__file__).resolve().parents[3] / "shared/data/capture"
ABOUT_NOTHING = Path(__file__).with_name("about_nothing.txt")
QUERIES = 200


def searching() -> None:
    """Print the figures of each library that is here, and the time of queries."""
    model = load_model(paths.starter_model())
    nothing = ABOUT_NOTHING.read_text(encoding="utf-8").splitlines()
    for root in (paths.demo_library(), CAPTURE / "cmu", CAPTURE / "accad"):
        if root.exists():
            retriever = index(model, root)
            words(retriever, root, nothing)
    for takes in (860, 142_220):
        latency(takes, model.config.dim)


def index(model: MotionTextModel, root: Path) -> Retriever:
    """Index a library with long windows alone, and with both; print processor time and size on disk."""
    library, both = run(open_library(root)), indexing.INDEXED
    for clip in library.clips:  # read, so that the time is that of indexing
        library.load(clip.id)
    for lengths in ((MAX_FRAMES,), both):
        indexing.INDEXED = lengths
        start = time.process_time()
        gallery = run(build_gallery(model, library))
        seconds = time.process_time() - start
        with tempfile.TemporaryDirectory() as folder:
            save_gallery(gallery, Path(folder) / "g.npz")
            size = os.path.getsize(Path(folder) / "g.npz")
        print(
            f"searching: {library.name}, windows of {' and '.join(map(str, lengths))} frames: {len(library.clips)} takes, "
            f"{len(gallery.entries):,} windows, {1000 * seconds / len(library.clips):.1f} ms a take, {size / 1e6:.2f} MB"
        )
    return Retriever(model, gallery)


def words(retriever: Retriever, root: Path, nothing: list[str]) -> None:
    """Print how many captions of the library and sentences about nothing get each word, and how often a right take is found."""
    clips: dict[str, set[str]] = {}
    for clip in run(open_library(root)).clips:
        clips.setdefault(clip.caption, set()).add(clip.id)
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("right first", "right in five", "other captions", "nothing")}
    for caption, right in clips.items():
        hits = retriever.search_terms(caption.replace(" - ", ": ").replace(" + ", ", "), None, 5)
        found = next((hit.rank for hit in hits if hit.clip_id in right), 0)
        counts["right first" if found == 1 else "right in five" if found else "other captions"][hits[0].strength] += 1
    for sentence in nothing:
        counts["nothing"][retriever.search_terms(sentence, None, 1)[0].strength] += 1
    print(f"searching: {root.stem}, the word of the first hit:")
    for name, count in counts.items():
        print(f"  {name:15s}", "  ".join(f"{word} {count[word]:4d}" for word in WORDS))


def latency(takes: int, dim: int) -> None:
    """Print the time of a query over takes with three windows each on average, and the time of the preparation."""
    draw = np.random.default_rng(0)
    counts = draw.integers(1, 6, takes)
    rows = draw.standard_normal((counts.sum(), dim), dtype=np.float32)
    rows += 2 * np.repeat(draw.standard_normal((takes, dim), dtype=np.float32), counts, axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    entries = tuple(Entry(f"take {i}", "key", 2.0 * at, 2.0 * at + 4) for i, count in enumerate(counts) for at in range(count))
    gallery = Gallery(rows, entries)
    start = time.perf_counter()
    gallery.prepare()
    prepared = time.perf_counter() - start
    queries = rows[draw.integers(len(rows), size=QUERIES)] + draw.normal(0, 2 / np.sqrt(dim), (QUERIES, dim)).astype(np.float32)
    seconds = []
    for query in queries / np.linalg.norm(queries, axis=1, keepdims=True):
        start = time.perf_counter()
        gallery.nearest(query, 8)
        seconds.append(time.perf_counter() - start)
    p50, p95 = 1000 * np.percentile(seconds, (50, 95))
    print(
        f"searching: {takes:,} takes, {len(rows):,} windows: a query takes {p50:.1f} ms median, {p95:.1f} ms 95th percentile; "
        f"prepared once in {prepared:.2f} s"
    )
