"""Occlusion, words, moments and search by part, against slow twins and planted actions."""

import numpy as np
import pytest
import torch

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import prepare, to_patches
from motionpatches.core.progress import run
from motionpatches.core.search.explain import leave_words_out, occlude
from motionpatches.core.search.moments import moments_of
from motionpatches.core.search.parts import part_retriever
from motionpatches.core.search.query import terms_of
from motionpatches.core.search.retriever import sum_of

starter = pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")


def unit(rng, dim):
    row = rng.normal(size=dim).astype(np.float32)
    return row / np.linalg.norm(row)


def score(model, pixels, query):
    with torch.no_grad():
        return float(model.encode_motion(torch.from_numpy(pixels[None])).numpy()[0] @ query)


def test_each_patch_is_covered_once_as_by_hand(tiny_model, smpl_motion):
    query = unit(np.random.default_rng(0), tiny_model.config.dim)
    found = run(occlude(tiny_model, smpl_motion, query))
    pixels = to_patches(prepare(smpl_motion, tiny_model.config.patches), tiny_model.statistics).pixels
    whole = score(tiny_model, pixels, query)
    assert found.score == pytest.approx(whole, abs=1e-5) and found.falls.shape == (5, -(-smpl_motion.frame_count // 16))
    for part, at in ((0, 0), (3, 1), (4, 3)):
        covered = pixels.copy()
        covered[:, at * 16 : at * 16 + 16, part * 16 : part * 16 + 16] = 0
        alone, none = pixels.copy(), pixels.copy()
        none[:, :, part * 16 : part * 16 + 16] = 0
        alone[:, : at * 16, part * 16 : part * 16 + 16] = alone[:, at * 16 + 16 :, part * 16 : part * 16 + 16] = 0
        fall = whole - score(tiny_model, covered, query)
        rise = score(tiny_model, alone, query) - score(tiny_model, none, query)
        assert found.falls[part, at] == pytest.approx((fall + rise) / 2, abs=1e-5)
    for part in range(5):
        covered = pixels.copy()
        covered[:, :, part * 16 : part * 16 + 16] = 0
        assert found.by_part[part] == pytest.approx(whole - score(tiny_model, covered, query), abs=1e-5)
    np.testing.assert_array_equal(found.at(0.9), found.falls[:, 1])
    assert not found.at(100).any()


def test_a_later_window_begins_where_it_is_reported(tiny_model, smpl_motion):
    long = Motion(np.tile(smpl_motion.positions, (6, 1, 1)), 20.0, SMPL22, "long")
    query = unit(np.random.default_rng(1), tiny_model.config.dim)
    found = run(occlude(tiny_model, long, query, 5.0))
    alone = run(occlude(tiny_model, long.crop(100, 324), query))
    assert found.start_s == 5.0
    np.testing.assert_allclose(found.falls, alone.falls, atol=1e-4)


def test_words_are_left_out_one_by_one(tiny_model):
    row = unit(np.random.default_rng(2), tiny_model.config.dim)
    words = leave_words_out(tiny_model, "a person walks", row)
    with torch.no_grad():
        rows = tiny_model.encode_text(["a person walks", "a person"]).numpy()
    assert [w.text for w in words] == ["a", "person", "walks"]
    assert words[2].fall == pytest.approx(float((rows[0] - rows[1]) @ row), abs=1e-5)
    assert leave_words_out(tiny_model, "walks", row)[0].fall == 0


def test_terms_and_their_sums():
    assert terms_of("this + running - a slow-motion walk") == [(1, "this"), (1, "running"), (-1, "a slow-motion walk")]
    assert terms_of("a person walks") == [(1, "a person walks")]
    a, b = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(sum_of([(1, a), (-1, b)]), [np.sqrt(0.5), -np.sqrt(0.5)], atol=1e-6)
    with pytest.raises(StudioError, match="cancel"):
        sum_of([(1, a), (-1, a)])


@starter
@pytest.mark.parametrize("side, arm", [("right", 3), ("left", 4)])
def test_the_arm_that_waves_counts_most(side, arm):
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.search.encode import encode_text

    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    clips = [c for c in library.clips if c.id.split(" ", 1)[1] in (f"wave {side}", f"walk and wave {side}")]
    assert len(clips) > 2
    for clip in clips:
        found = run(occlude(model, library.load(clip.id), encode_text(model, f"a person waves with the {side} hand")))
        assert found.by_part.argmax() == arm and found.by_part[arm] > 0.3, clip.id
        assert found.falls.max(axis=1).argmax() == arm, clip.id


@starter
def test_an_action_planted_in_a_long_take_is_found():
    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.search.encode import encode_text

    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    wave = next(c for c in library.clips if c.id.endswith("wave right"))
    walk = next(library.load(c.id).positions for c in library.clips if c.id.endswith("walk forward"))
    parts = [walk, walk, library.load(wave.id).positions, walk, walk]
    start = sum(map(len, parts[:2])) / 20
    take = Motion(np.concatenate(parts), 20.0, SMPL22, "take")
    found = run(moments_of(model, take))
    best = found.best(encode_text(model, "a person waves with the right hand"), 3)
    middle = start + len(parts[2]) / 40
    assert best[0][0] <= middle <= best[0][1]
    assert all(abs(a[0] - b[0]) > found.long_s / 2 for a in best for b in best if a is not b)


def test_only_the_part_counts(tiny_model, small_library, tmp_path, monkeypatch):
    from motionpatches.core.library.open import open_library

    library = run(open_library(small_library))
    found = run(part_retriever(tiny_model, library, 4))
    assert found.gallery.fingerprint == "tinyw80p4"
    np.testing.assert_allclose(np.linalg.norm(found.gallery.embeddings, axis=1), 1, atol=1e-5)
    clip = library.clips[3]
    motion = library.load(clip.id)
    changed = motion.positions.copy()
    legs = [j for p in (0, 1) for j in motion.skeleton.chains[p][1:]]
    changed[:, legs, 2] += 0.01
    moved = Motion(changed, motion.fps, motion.skeleton, "legs differ")
    hits = found.search_motion(moved, 3)
    assert hits[0].clip_id == clip.id and hits[0].score > 0.999
    arm = motion.positions.copy()
    arm[:, list(motion.skeleton.chains[4][1:])] += np.random.default_rng(0).normal(0, 0.3, (len(arm), 4, 3)).astype(np.float32)
    assert found.search_motion(Motion(arm, motion.fps, motion.skeleton, "arm differs"), 1)[0].score < 0.999
