"""Windows of two lengths in a gallery: where they lie, how they are placed, and who reads which."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.core import paths
from motionpatches.core.evaluation.embed import embed_clips, from_gallery
from motionpatches.core.library.open import open_library
from motionpatches.core.patches import prepare
from motionpatches.core.progress import run
from motionpatches.core.search.encode import INDEXED, encode_first_window, encode_windows, windows_of
from motionpatches.core.search.explain import occlude
from motionpatches.core.search.gallery import Gallery, Hit, save_gallery
from motionpatches.core.search.indexing import build_gallery, find_gallery, update_gallery
from motionpatches.core.search.on_device import rows_on
from tests.core.search.test_gallery import make_gallery


def take_of(motion, frames):
    """Return a take of that length that walks on and raises a hand meanwhile."""
    steps = -(-frames // motion.frame_count)
    ahead = np.concatenate([motion.positions + np.float32([0, 0, 2.9 * i]) for i in range(steps)])
    ahead = ahead[:frames].astype(np.float32)
    ahead[:, [19, 21], 1] += np.linspace(0, 1, frames, dtype=np.float32)[:, None]
    return replace(motion, positions=ahead)


@pytest.fixture
def mixed_library(small_library, smpl_motion):
    """Twelve short clips, and takes of 119, 120 and 300 frames."""
    for name, frames in (("000119", 119), ("000120", 120), ("000300", 300)):
        np.save(small_library / "new_joints" / f"{name}.npy", take_of(smpl_motion, frames).positions)
    return run(open_library(small_library))


def test_a_take_has_long_windows_and_then_short_ones(tiny_model, smpl_motion):
    """Every window but the first is what its frames alone would be, placed as a motion of its own."""
    take = take_of(smpl_motion, 300)
    pixels, spans = windows_of(tiny_model, take, INDEXED)
    frames = [(0, 224), (76, 300), *((at, at + 80) for at in (0, 40, 80, 120, 160, 200, 220))]
    assert spans == [(first / 20, end / 20) for first, end in frames]
    alone = np.stack([windows_of(tiny_model, take.crop(first, end))[0][0] for first, end in frames])
    np.testing.assert_allclose(pixels[1:], alone[1:], atol=1e-4)
    evaluated = prepare(take, tiny_model.config.patches).crop(0, 224)
    np.testing.assert_array_equal(pixels[0], windows_of(tiny_model, take)[0][0])
    assert evaluated.frame_count == 224 and len(windows_of(tiny_model, take)[1]) == 2


def test_only_a_take_of_two_short_windows_has_short_ones(tiny_model, mixed_library):
    gallery = run(build_gallery(tiny_model, mixed_library))
    ranges = {name: [(e.start_s, e.end_s) for e in gallery.entries if e.clip_id == name] for name in ("000119", "000120")}
    assert ranges == {"000119": [(0, 5.95)], "000120": [(0, 6), (0, 4), (2, 6)]}


def test_evaluation_reads_the_first_window_of_224_frames(tiny_model, mixed_library):
    """The rows that a gallery lends to the protocols are those of motions encoded for them."""
    wanted = run(embed_clips(tiny_model, mixed_library, mixed_library.clips))
    lent = from_gallery(run(build_gallery(tiny_model, mixed_library)), mixed_library.clips)
    assert lent.clips == wanted.clips
    np.testing.assert_allclose(lent.motions, wanted.motions, atol=1e-5)


def test_the_window_that_wins_is_the_range_of_the_hit_and_is_explained(tiny_model, mixed_library):
    gallery = run(build_gallery(tiny_model, mixed_library))
    at = next(i for i, e in enumerate(gallery.entries) if e.clip_id == "000300" and (e.start_s, e.end_s) == (11, 15))
    query = gallery.embeddings[at]
    hits = gallery.nearest(query, 15)
    assert [h.clip_id for h in hits].count("000300") == 1
    hit = next(h for h in hits if h.clip_id == "000300")
    assert (hit.start_s, hit.end_s) == (11.0, 15.0)
    take = mixed_library.load("000300")
    found = run(occlude(tiny_model, take, query, hit.start_s, hit.end_s))
    assert found.score == pytest.approx(hit.score, abs=2e-3) and found.falls.shape == (5, 5)
    assert encode_first_window(tiny_model, take.cut(11, 15)) @ query == pytest.approx(hit.score, abs=2e-3)


def test_a_gallery_of_another_rate_explains_the_frames_it_encoded(tiny_model, smpl_motion):
    """At 60 fps a take of 841 frames ends a third of a frame of 20 fps after its last one."""
    take = replace(take_of(smpl_motion, 841), fps=60.0)
    pixels, spans = windows_of(tiny_model, take, INDEXED)
    rows = encode_windows(tiny_model, pixels)
    for at in (1, 2, -1):
        assert run(occlude(tiny_model, take, rows[at], *spans[at])).score == pytest.approx(1.0, abs=2e-3), spans[at]


def slow_nearest(gallery: Gallery, query, k, only):
    """Row after row: the clips by their best finite score, the first of equal ones first."""
    best: dict[str, tuple[float, int]] = {}
    for row, entry in enumerate(gallery.entries):
        with np.errstate(invalid="ignore"):
            score = float(gallery.embeddings[row] @ query)
        score = score if np.isfinite(score) else -np.inf
        if (only is None or entry.clip_id in only) and (entry.clip_id not in best or score > best[entry.clip_id][0]):
            best[entry.clip_id] = score, row
    order = sorted(best.values(), key=lambda one: -one[0])[:k]
    return [
        Hit(i, (e := gallery.entries[row]).clip_id, max(score, -1.0), e.start_s, e.end_s)
        for i, (score, row) in enumerate(order, 1)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_nearest_is_that_of_a_loop_over_rows(seed):
    """Rows of a clip lie together or scattered; small whole numbers make many equal scores."""
    draw = np.random.default_rng(seed)
    gallery = make_gallery(60, 4, seed)
    rows = draw.integers(-1, 2, (60, 4)).astype(np.float32) if seed % 2 else gallery.embeddings
    if seed > 2:
        rows[draw.integers(60, size=9)] = [[np.nan], [np.inf], [-np.inf]] * 3
    order = draw.permutation(60) if seed == 4 else np.arange(60)
    gallery = Gallery(rows[order], tuple(gallery.entries[i] for i in order))
    query = draw.integers(-2, 3, 4).astype(np.float32)
    for only in (None, frozenset(f"clip{i}" for i in range(0, 30, 3)), frozenset()):
        for k in (1, 7, 100):
            found, slow = gallery.nearest(query, k, only), slow_nearest(gallery, query, k, only)
            assert [h.score for h in found] == pytest.approx([h.score for h in slow], abs=1e-6)
            assert [h.rank for h in found] == [h.rank for h in slow]
            if seed != 4:  # scattered clips with equal scores keep the order of their first rows
                assert [(h.clip_id, h.start_s) for h in found] == [(h.clip_id, h.start_s) for h in slow]


def test_a_shipped_gallery_leaves_nothing_to_encode(tiny_model, small_library, tmp_path, monkeypatch):
    """One of another way of cutting windows is not taken for it."""
    library = run(open_library(small_library))
    monkeypatch.setattr(paths, "shipped_galleries", lambda: tmp_path)
    whole = run(build_gallery(tiny_model, library))
    save_gallery(whole, tmp_path / "tiny-small.npz")
    assert find_gallery(tiny_model, library, tmp_path / "none") is None
    save_gallery(whole, tmp_path / "tinyw80-small.npz")
    monkeypatch.setattr(tiny_model, "encode_motion", lambda _: pytest.fail("encoded again"))
    assert run(update_gallery(tiny_model, library, tmp_path / "none")).entries == whole.entries


def large(monkeypatch):
    """Let every gallery be read in 8 bits first, with a record of how often all rows were read in 32 bits."""
    monkeypatch.setattr("motionpatches.core.search.gallery.LARGE", 1)
    whole = []
    plain = Gallery.scores
    monkeypatch.setattr(Gallery, "scores", lambda self, query: [plain(self, query), whole.append(1)][0])
    return whole


@pytest.mark.parametrize("short", ["8 bits", "on a device"])
def test_a_large_gallery_is_searched_in_a_short_form_with_the_same_result(monkeypatch, short):
    """Against every row in 32 bits; what runs on a CUDA device runs on the CPU here.

    Random clips of related windows, a query like one of them, one that is not.
    """
    draw = np.random.default_rng(0)
    clips = draw.normal(size=(2000, 1, 48)) + 0.4 * draw.normal(size=(2000, 3, 48))
    rows = (clips / np.linalg.norm(clips, axis=2, keepdims=True)).reshape(-1, 48).astype(np.float32)
    rows[[17, 4444]] = np.nan
    gallery = make_gallery(6000, 48)
    gallery = Gallery(rows, tuple(replace(e, clip_id=f"clip{i // 3}") for i, e in enumerate(gallery.entries)))
    queries = [*rows[100:103], *make_gallery(5, 48, seed=3).embeddings]
    some = frozenset(f"clip{i}" for i in range(0, 2000, 7))
    expected = [gallery.nearest(query, k, only) for query in queries for k in (1, 8) for only in (None, some)]
    whole = large(monkeypatch)
    gallery = Gallery(gallery.embeddings, gallery.entries)
    if short == "on a device":
        gallery.__dict__["_bounds"] = rows_on("cpu", gallery.embeddings, *gallery._grouped)
    found = [gallery.nearest(query, k, only) for query in queries for k in (1, 8) for only in (None, some)]
    assert gallery._bounds is not None and not whole
    for hits, wanted in zip(found, expected, strict=True):
        assert [(h.clip_id, h.start_s) for h in hits] == [(h.clip_id, h.start_s) for h in wanted]
        assert [h.score for h in hits] == pytest.approx([h.score for h in wanted], abs=1e-6)


def test_rows_of_a_device_reach_the_best_clips():
    """Against the scores in 64 bits: every row of the k best clips is among those that are looked at again, and few others."""
    draw = np.random.default_rng(2)
    rows = draw.normal(size=(4000, 40)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    order = draw.permutation(4000)
    starts = np.arange(0, 4000, 4)
    held = rows_on("cpu", rows, order, starts)
    for query in draw.normal(size=(5, 40)).astype(np.float32):
        scores = (rows.astype(np.float64) @ query)[order].reshape(-1, 4)
        best = np.argsort(-scores.max(axis=1))[:10]
        found = held.reaching(query, 10, None, order, starts)
        assert {order[4 * c + int(scores[c].argmax())] for c in best} <= set(found) and len(found) < 60


def test_no_room_on_the_device_is_no_error(monkeypatch):
    monkeypatch.setattr("torch.empty", lambda *a, **k: (_ for _ in ()).throw(torch.OutOfMemoryError("CUDA out of memory")))
    assert rows_on("cpu", np.eye(3, dtype=np.float32), np.arange(3), np.arange(3)) is None


def test_bounds_of_8_bits_hold_the_score():
    from motionpatches.core.search.eight_bit import EightBitRows

    draw = np.random.default_rng(1)
    rows = np.concatenate([draw.normal(size=(300, 40)), 1e-6 * draw.normal(size=(50, 40)), np.zeros((2, 40))]).astype(np.float32)
    rows[0] = np.nan
    for query in (*draw.normal(size=(5, 40)), np.zeros(40), 1e-3 * np.eye(40)[3]):
        lower, upper = EightBitRows.of(rows).bounds(query.astype(np.float32))
        exact = rows[1:].astype(np.float64) @ query
        assert (lower[1:] <= exact).all() and (exact <= upper[1:]).all()
        assert (lower[0] < -1e20 or not query.any()) and (upper - lower)[1:].max() < 0.05 * np.linalg.norm(query) * 7 + 1e-4
