"""Sections about search: encoding, a gallery of many windows, latency of a query at a million vectors."""

from __future__ import annotations

import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import torch

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.device import autocast
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.patches import prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.search.encode import BATCH, encode_text, encode_windows
from motionpatches.core.search.gallery import Entry, Gallery
from motionpatches.core.search.indexing import build_gallery
from tests.benchmarks.gpu.budget import Deadline, Found
from tests.benchmarks.gpu.material import Bench
from tests.benchmarks.gpu.report import Goal, Row
from tests.benchmarks.gpu.slots import Slots, fill, nothing, one_thread
from tests.benchmarks.gpu.timing import synchronize, timed

SENTENCES = ("a person walks", "someone jumps twice", "she sits down on a chair", "a high kick with the right leg")
# Windows in a slot of the file that processes share, at most, and hits of a query.
SLOT, HITS = 512, 25


def _starter(bench: Bench) -> MotionTextModel:
    return load_model(paths.starter_model()).to(bench.device).eval()


def encoding(bench: Bench, deadline: Deadline) -> Found:
    """Windows that are in memory through the starter's motion encoder, and build_gallery as the program runs it."""
    model = _starter(bench)
    library = run(open_library(bench.library))
    motions = [prepare(library.load(clip.id), model.config.patches) for clip in library.clips[: max(bench.scale.encoded)]]
    pixels = np.stack([to_patches(motion, model.statistics).pixels for motion in motions])
    for size in bench.scale.encoded:
        rows = pixels[np.arange(size) % len(pixels)]
        found = timed(bench.device, lambda rows=rows: encode_windows(model, rows), deadline, bench.scale.seconds)
        yield Row(f"encode_windows, {size} at a time", {"motions/s": size / found.seconds, "memory, GiB": found.gib})
        if bench.is_cuda:
            there = torch.from_numpy(rows).to(bench.device)
            found = timed(bench.device, lambda there=there: _encoded(model, there), deadline, bench.scale.seconds)
            yield Row(f"the same, pixels on the device, {size}", {"motions/s": size / found.seconds, "memory, GiB": found.gib})
    small = replace(library, clips=library.clips[: min(len(library.clips), 1000)])
    start = time.perf_counter()
    gallery = run(build_gallery(model, small))
    rate = len(gallery.entries) / (time.perf_counter() - start)
    yield Row(f"build_gallery, one process, {BATCH} at a time", {"motions/s": rate, "windows": len(gallery.entries)})


@torch.inference_mode()
def _encoded(model: MotionTextModel, pixels: torch.Tensor) -> torch.Tensor:
    with autocast(str(model.device)):
        return model.encode_motion(pixels)


def gallery_by_all_cores(bench: Bench, deadline: Deadline) -> Found:
    """A gallery of many windows: processes read and prepare, this one encodes. core/search has one process; this shows what the
    device can take."""
    model = _starter(bench)
    workers = min(16, os.cpu_count() or 1) if bench.is_cuda else 2
    motions = sorted((bench.library / "new_joints").glob("*.npy"))
    size, file = min(SLOT, bench.scale.windows // 4), bench.folder / "slots"
    slots = Slots(file, 2 * workers, size, motions, model.config.patches, model.statistics)
    slots.opened("w+")
    shared, asked, encoded, free = slots.opened(), 0, 0, list(range(slots.count))
    waiting: set[Future[int]] = set()
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=one_thread) as pool:
        list(pool.map(nothing, range(4 * workers)))  # the processes are there before the clock starts
        start = time.perf_counter()
        while encoded < bench.scale.windows and deadline.left():
            while free and asked < bench.scale.windows:
                waiting.add(pool.submit(fill, slots, free.pop(), asked))
                asked += size
            done, waiting = wait(waiting, timeout=deadline.left(), return_when=FIRST_COMPLETED)
            for future in done:
                _encoded(model, torch.from_numpy(shared[future.result()].copy()).to(bench.device).float()).cpu()
                encoded += size
                free.append(future.result())
        seconds = time.perf_counter() - start
        pool.shutdown(cancel_futures=True)
    what = f"{workers} processes read and prepare, one encodes {size} at a time"
    yield Row(what, {"motions/s": encoded / seconds, "windows": encoded, "seconds": seconds})
    yield Goal(f"a gallery of {bench.scale.windows:,} windows", encoded / seconds, 20_000, "motions/s")


def query(bench: Bench, deadline: Deadline) -> Found:
    """From a sentence to hits among many vectors: the program's Gallery with its rows on the device and on the CPU, and a plain
    product and top-k beside it."""
    model = _starter(bench)
    count, width = bench.scale.vectors, model.config.dim
    generator = torch.Generator(bench.device).manual_seed(0)
    vectors = torch.randn(count, width, generator=generator, device=bench.device)
    vectors = torch.nn.functional.normalize(vectors)
    texts = [0]

    def sentence() -> str:
        texts[0] += 1
        return f"{SENTENCES[texts[0] % len(SENTENCES)]} {texts[0]}"

    encoded = _latency(bench, lambda: encode_text(model, sentence()), deadline)
    yield Row("text to vector", encoded)
    for name, kind in (("fp32", torch.float32), ("fp16", torch.float16)):
        if kind == torch.float16 and not bench.is_cuda:
            continue
        kept = vectors.to(kind)

        def hits(kept: torch.Tensor = kept) -> tuple[np.ndarray, np.ndarray]:
            row = torch.from_numpy(encode_text(model, sentence())).to(bench.device, kept.dtype)
            best = torch.topk(kept @ row, HITS)
            return best.values.float().cpu().numpy(), best.indices.cpu().numpy()

        found = _latency(bench, hits, deadline)
        yield Row(f"text to {HITS} rows, {count:,} vectors in {name}, a product and top-k", found)
        del kept
    entries = tuple(Entry(f"c{i}", "", 0.0, 1.0) for i in range(count))
    for device in dict.fromkeys((bench.device, "cpu")):
        gallery = Gallery(vectors.cpu().numpy(), entries)
        gallery.prepare(device)
        found = _latency(bench, lambda g=gallery: g.nearest(encode_text(model, sentence()), HITS), deadline, least=3)  # type: ignore[misc]
        yield Row(f"text to {HITS} hits, the program's Gallery of {count:,} vectors, rows on {device}", found)
        if device == bench.device:
            yield Goal(f"text to hits at {count:,} vectors", float(found["median, ms"]), 5.0, "ms", at_least=False)


def _latency(bench: Bench, work, deadline: Deadline, least: int = 20) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """Median and 95th percentile of single runs, each waited for, in ms."""
    for _ in range(3):
        work()
    spent: list[float] = []
    limit = time.perf_counter() + bench.scale.seconds
    while len(spent) < least or (time.perf_counter() < limit and len(spent) < 1000):
        synchronize(bench.device)
        start = time.perf_counter()
        work()
        synchronize(bench.device)
        spent.append(1000 * (time.perf_counter() - start))
        if not deadline.left():
            break
    return {"median, ms": float(np.median(spent)), "95th percentile, ms": float(np.quantile(spent, 0.95)), "runs": len(spent)}
