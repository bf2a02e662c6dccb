"""Nearest clips, files on disk, and incremental indexing."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import Cancelled, run
from motionpatches.core.search.gallery import Entry, Gallery, load_gallery, save_gallery
from motionpatches.core.search.indexing import find_gallery, update_gallery
from motionpatches.core.search.moments import moments_of
from motionpatches.core.search.retriever import Retriever


def make_gallery(n=50, dim=8, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    entries = tuple(Entry(f"clip{i // 2}", f"key{i // 2}", float(i % 2), i % 2 + 1.0) for i in range(n))
    return Gallery(rows, entries, "abc")


def test_nearest_takes_each_clip_by_its_best_window():
    gallery = make_gallery()
    query = gallery.embeddings[7]
    hits = gallery.nearest(query, 5)
    slow = {}
    for row, entry in zip(gallery.embeddings, gallery.entries, strict=True):
        slow[entry.clip_id] = max(slow.get(entry.clip_id, -2), float(row @ query))
    expected = sorted(slow.items(), key=lambda kv: -kv[1])[:5]
    assert [h.clip_id for h in hits] == [c for c, _ in expected]
    np.testing.assert_allclose([h.score for h in hits], [s for _, s in expected], atol=1e-6)
    assert (hits[0].clip_id, hits[0].start_s, hits[0].rank) == ("clip3", 1.0, 1)


def test_more_asked_than_there_is():
    assert len(make_gallery(4).nearest(np.ones(8), 10)) == 2
    assert Gallery(np.zeros((0, 8), np.float32), ()).nearest(np.ones(8), 3) == []


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_comes_last(poison):
    """The order of the other clips is that of a gallery without the poisoned one."""
    gallery = make_gallery()
    query = gallery.embeddings[7]
    rows = gallery.embeddings.copy()
    rows[6:8] = poison
    others = [at for at in range(50) if at not in (6, 7)]
    without = Gallery(gallery.embeddings[others], tuple(gallery.entries[at] for at in others)).nearest(query, 24)
    hits = Gallery(rows, gallery.entries).nearest(query, 25)
    assert [(h.clip_id, h.score) for h in hits[:-1]] == [(h.clip_id, pytest.approx(h.score)) for h in without]
    assert (hits[-1].clip_id, hits[-1].score) == ("clip3", -1.0)
    assert {h.score for h in Gallery(rows, gallery.entries).nearest(np.full(8, poison), 25)} == {-1.0}


def poisoned_first_clip(model):
    """Let the model give numbers that are not finite for the first motion of every batch."""
    plain = model.encode_motion

    def encode(pixels):
        rows = plain(pixels).clone()
        rows[0, 3] = float("nan")
        return rows

    model.encode_motion = encode


def test_clips_with_an_embedding_that_is_not_finite_are_named_and_left_out(tiny_model, small_library, tmp_path):
    library = run(open_library(small_library))
    poisoned_first_clip(tiny_model)
    found = run(update_gallery(tiny_model, library, tmp_path))
    first = min(library.clips, key=lambda clip: clip.duration_s).id
    assert len(found.clip_rows[1]) == 11 and first not in found.clip_rows[1] and np.isfinite(found.embeddings).all()
    assert len(found.skipped) == 1 and found.skipped[0].startswith(f"{first}: ") and "not finite" in found.skipped[0]
    with pytest.raises(StudioError, match=r"000003.*not finite"):
        run(moments_of(tiny_model, library.load("000003")))
    with pytest.raises(StudioError, match=r"000003.*not finite"):
        Retriever(tiny_model, found).search_motion(library.load("000003"), 3)


def test_a_sentence_whose_embedding_is_not_finite_is_refused(tiny_model):
    tiny_model.text_head.fc.weight.data[:] = float("nan")
    with pytest.raises(StudioError, match="a person walks.*not finite"):
        Retriever(tiny_model, make_gallery(dim=256)).search_terms("a person walks", None, 3)


def test_round_trip_and_broken_file(tmp_path):
    path = tmp_path / "g.npz"
    save_gallery(make_gallery(), path)
    again = load_gallery(path)
    assert again.entries == make_gallery().entries and again.fingerprint == "abc"
    np.testing.assert_allclose(again.embeddings, make_gallery().embeddings, atol=2e-3)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(FileProblem, match="built again"):
        load_gallery(path)


def count_encoded(model):
    calls = []
    plain = model.encode_motion
    model.encode_motion = lambda x: (calls.append(len(x)), plain(x))[1]
    return calls


def test_only_new_and_changed_clips_are_encoded_again(tiny_model, small_library, tmp_path):
    calls = count_encoded(tiny_model)
    first = run(update_gallery(tiny_model, run(open_library(small_library)), tmp_path))
    assert sum(calls) == len(first.entries) > 12 == len(first.clip_rows[1])
    calls.clear()
    run(update_gallery(tiny_model, run(open_library(small_library)), tmp_path))
    assert sum(calls) == 0
    file = small_library / "new_joints" / "000004.npy"
    np.save(file, np.load(file)[:-3])
    np.save(small_library / "new_joints" / "000099.npy", np.load(file))
    (small_library / "new_joints" / "000005.npy").unlink()
    third = run(update_gallery(tiny_model, run(open_library(small_library)), tmp_path))
    new = [e for e in third.entries if e.clip_id in ("000004", "000099")]
    assert sum(calls) == len(new) and {e.clip_id for e in third.entries} == {f"{i:06d}" for i in (*range(5), *range(6, 12), 99)}


def test_cancelling_keeps_what_is_done(tiny_model, small_library, tmp_path, monkeypatch):
    monkeypatch.setattr("motionpatches.core.search.indexing.BATCH", 4)
    library = run(open_library(small_library))
    with pytest.raises(Cancelled):
        run(update_gallery(tiny_model, library, tmp_path), lambda p: None, iter([False, False, True]).__next__)
    kept = find_gallery(tiny_model, library, tmp_path)
    assert kept is not None and 0 < len(kept.clip_rows[1]) < 12


def test_a_motion_finds_itself_and_long_takes_have_windows(tiny_model, small_library, tmp_path):
    long = np.concatenate([np.load(f) for f in sorted((small_library / "new_joints").glob("*.npy"))])
    np.save(small_library / "new_joints" / "000050.npy", long)
    library = run(open_library(small_library))
    gallery = run(update_gallery(tiny_model, library, tmp_path))
    windows = [e for e in gallery.entries if e.clip_id == "000050"]
    assert len(windows) > 2 and abs(windows[-1].end_s - len(long) / 20) < 0.06
    assert Retriever(tiny_model, gallery).search_motion(library.load("000003"), 1)[0].clip_id == "000003"


def test_a_skeleton_without_five_parts_is_left_out_and_reported(tmp_path):
    """A folder that holds a prop beside bodies: the prop is shown, not searched, and the rest is indexed."""
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import build_gallery
    from tests.skeletons import BODIES, write_bvh

    write_bvh(tmp_path / "walk.bvh", BODIES["LAFAN1"])
    (tmp_path / "prop.bvh").write_text(
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\n"
        "JOINT b\n{\nOFFSET 0 1 0\nCHANNELS 0\n}\n}\nMOTION\nFrames: 2\nFrame Time: 0.05\n0 0 0\n0 1 0\n"
    )
    gallery = run(build_gallery(load_model(paths.starter_model()), run(open_library(tmp_path))))
    assert [e.clip_id for e in gallery.entries] == ["walk"]
    assert len(gallery.skipped) == 1 and "prop" in gallery.skipped[0] and "Check Import" in gallery.skipped[0]


def test_the_first_window_is_encoded_alone(tiny_model, smpl_motion, monkeypatch):
    """A take of three windows: the vector of the first, with one image made."""
    from motionpatches.core.search import encode

    frames = np.concatenate([smpl_motion.positions] * 8)
    take = replace(smpl_motion, positions=frames)
    pixels, spans = encode.windows_of(tiny_model, take)
    assert len(spans) >= 3
    expected = encode.encode_windows(tiny_model, pixels)[0]
    made = []
    to_patches = encode.to_patches
    monkeypatch.setattr(encode, "to_patches", lambda *a, **k: made.append(1) or to_patches(*a, **k))
    np.testing.assert_allclose(encode.encode_first_window(tiny_model, take), expected, atol=1e-5)
    assert len(made) == 1
