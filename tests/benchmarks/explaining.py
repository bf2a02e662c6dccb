"""Does occlusion tell what matters, and are planted actions found in a long take? `python -m tests.benchmarks explaining`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.explain import deletion_curve, occlude
from motionpatches.core.search.indexing import update_gallery
from motionpatches.core.search.moments import moments_of
from motionpatches.core.search.retriever import Retriever

QUERIES, RANDOM, PLANTED, MINUTES = 50, 4, 20, 10


def deletion() -> None:
    """Mean score left, over the patches, while they are deleted in the order of occlusion and in random orders."""
    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    retriever = Retriever(model, run(update_gallery(model, library)))
    rng = np.random.default_rng(0)
    test = [c for c in library.clips if c.split == "test"][:QUERIES]
    ours, chance, times = [], [], []
    for clip in test:
        query = encode_text(model, clip.caption)
        motion = library.load(retriever.search_terms(clip.caption, None, 1)[0].clip_id)
        start = time.perf_counter()
        found = run(occlude(model, motion, query))
        times.append(time.perf_counter() - start)
        pixels = to_patches(prepare(motion, model.config.patches), model.statistics).pixels
        cells = np.argwhere(np.ones_like(found.falls, bool))
        order = cells[np.argsort(-found.falls.ravel(), kind="stable")]
        ours.append(deletion_curve(model, pixels, query, order, found.points).mean())
        chance.append(
            np.mean([deletion_curve(model, pixels, query, rng.permutation(cells), found.points).mean() for _ in range(RANDOM)])
        )
    wins = np.mean(np.array(ours) < np.array(chance))
    print(
        f"explaining: mean score while patches are deleted: by occlusion {np.mean(ours):.3f}, at random {np.mean(chance):.3f}; "
        f"lower for {wins:.0%} of {len(test)} queries; occlusion {np.median(times):.2f} s in the median"
    )
    full = Motion(np.tile(motion.positions, (9, 1, 1))[:224], 20.0, motion.skeleton, "long")
    start = time.perf_counter()
    shape = run(occlude(model, full, query)).falls.shape
    print(f"explaining: occlusion of a {shape[0]} x {shape[1]} grid: {time.perf_counter() - start:.2f} s")


def planted() -> None:
    """Actions of the demo library in a take of ten minutes, written as BVH, opened, and asked for by their captions."""
    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    rng = np.random.default_rng(1)
    kinds: dict[str, list] = {}
    for clip in library.clips:
        if clip.duration_s >= 1.5:
            kinds.setdefault(clip.id.split(" ", 1)[1], []).append(clip)
    names = sorted(k for k in kinds if "+" not in k)
    chosen = [str(n) for n in rng.permutation([n for n in names if not n.startswith(("walk", "stand"))])[:PLANTED]]
    walks = [
        c for n in names if n.startswith(("walk forward", "walk curve", "walk zigzag", "walk in a circle")) for c in kinds[n]
    ]
    pieces, truths, at = [], [], np.zeros(3, np.float32)
    seconds, step = 0.0, MINUTES * 60 / PLANTED

    def add(clip) -> float:
        nonlocal at, seconds
        positions = canonical(library.load(clip.id)).positions
        pieces.append(positions + at)
        at = at + (positions[-1, 0] - positions[0, 0]) * [1, 0, 1]
        seconds += len(positions) / 20
        return len(positions) / 20

    for i, name in enumerate(chosen):
        while seconds < i * step:
            add(walks[int(rng.integers(len(walks)))])
        clip = kinds[name][0]
        begin = seconds
        truths.append((name, clip.caption, begin, begin + add(clip)))
    while seconds < MINUTES * 60:
        add(walks[int(rng.integers(len(walks)))])
    motion = Motion(np.concatenate(pieces).astype(np.float32), 20.0, library.load(library.clips[0].id).skeleton, "long")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "long.bvh"
        write_motion(motion, file)
        start = time.perf_counter()
        take = load_motion(file)
        print(
            f"explaining: a BVH of {take.duration_s / 60:.1f} minutes, {file.stat().st_size / 1e6:.0f} MB, opened in "
            f"{time.perf_counter() - start:.2f} s"
        )
    start = time.perf_counter()
    found = run(moments_of(model, take))
    print(f"explaining: {len(found.rows)} windows encoded in {time.perf_counter() - start:.1f} s")
    right = 0
    for name, caption, begin, end in truths:
        best = found.best(encode_text(model, caption), 3)
        hit = any(a < end and b > begin for a, b, _ in best)
        right += hit
        if not hit:
            print(f"explaining: not in the top 3: {name} at {begin:.0f} s: {[round(a) for a, _, _ in best]}")
    print(f"explaining: the planted moment is in the top 3 for {right} of {len(truths)}")
