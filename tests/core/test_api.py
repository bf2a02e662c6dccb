"""`import motionpatches as mp`, against the parts below it and values worked out by hand."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import motionpatches as mp
from motionpatches.core import api
from motionpatches.core.motion.skeleton import SMPL22

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def library(small_library):
    return mp.open_library(small_library)


def test_every_public_name_is_there_and_torch_is_not_imported_by_them():
    code = (
        "import sys, motionpatches as mp; from motionpatches.core import api; "
        "missing = [name for name in api.__all__ if getattr(mp, name, None) is None]; "
        "print(missing, {'torch', 'PySide6'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[] set()", done.stdout + done.stderr


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        mp.no_such_function  # noqa: B018


@pytest.mark.parametrize("suffix", [".bvh", ".npz", ".npy", ".csv"])
def test_what_is_exported_opens_again_in_metres(smpl_motion, tmp_path, suffix):
    path = mp.export(smpl_motion, str(tmp_path / f"walk{suffix}"))
    again = mp.open_motion(path)
    assert path == tmp_path / f"walk{suffix}" and again.positions.dtype == np.float32
    order = [again.skeleton.joint_names.index(name) for name in SMPL22.joint_names]
    apart = again.positions[:, order] - smpl_motion.positions
    np.testing.assert_allclose(apart, np.broadcast_to(apart[0, 0], apart.shape), atol=1e-3)
    assert again.fps == pytest.approx(20, abs=0.01) and {a.what for a in again.assumptions} >= {"unit", "up axis"}


def test_a_take_is_opened_by_its_name(smpl_motion, tmp_path):
    takes = {"first": smpl_motion.positions, "second": smpl_motion.positions[:30]}
    np.savez(tmp_path / "two.npz", **takes)
    names = [clip.take for clip in mp.open_library(tmp_path / "two.npz").clips]
    if len(names) < 2:
        pytest.fail(f"a file of two takes opens as {names}")
    assert mp.open_motion(f"{tmp_path}/two.npz#second").frame_count == 30
    assert mp.open_motion(tmp_path / "two.npz", "second").frame_count == 30


def test_problems_are_sentences_about_the_file(tmp_path, smpl_motion):
    with pytest.raises(mp.FileProblem, match="nothing.bvh"):
        mp.open_motion(tmp_path / "nothing.bvh")
    with pytest.raises(mp.StudioError, match=r"\.xyz"):
        mp.export(smpl_motion, tmp_path / "walk.xyz")


def test_a_library_holds_clips_captions_and_splits(library):
    assert len(library.clips) == 12 and [c.split for c in library.clips].count("test") == 2
    assert all(clip.captions for clip in library.clips) and library.skipped == ()
    assert library.load(library.clips[0].id).skeleton.chains


def test_patches_of_a_motion_alone_are_its_own_z_scores(smpl_motion):
    made = mp.patches(smpl_motion)
    assert made.pixels.shape == (3, 224, 80) and made.pixels.dtype == np.float32 and made.frames == 60
    assert not made.pixels[:, 60:].any()
    np.testing.assert_allclose(made.pixels[:, :60].mean(axis=1), 0, atol=1e-3)
    np.testing.assert_allclose(made.pixels[:, :60].std(axis=1), 1, atol=1e-3)
    # The last column of a limb is its last joint.
    hand = smpl_motion.positions[:, SMPL22.chains[4][-1]].astype(float)
    np.testing.assert_allclose(made.pixels[:, :60, 79].T, (hand - hand.mean(0)) / hand.std(0), atol=1e-3)


def test_patches_for_a_model_are_prepared_as_the_model_reads_them(tiny_model, smpl_motion):
    made = mp.patches(replace(smpl_motion, positions=smpl_motion.positions + np.float32([5, 2, -3])), tiny_model)
    recipe = tiny_model.config.patches
    assert made.pixels.shape == (3, 224, 80) and recipe.canonical
    # The statistics of the tiny model are 0 and 1: pixels are metres; the body stands on the floor.
    assert made.pixels[1, : made.frames].min() == pytest.approx(0, abs=0.05)


def test_sentences_become_unit_rows(tiny_model):
    rows = mp.encode_text(tiny_model, ["a person walks", "a person waves"])
    assert rows.dtype == np.float32 and len(rows) == 2
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(mp.encode_text(tiny_model, "a person waves"), rows[1:])
    with pytest.raises(mp.StudioError, match="at least one sentence"):
        mp.encode_text(tiny_model, [])


def test_motions_become_a_unit_row_a_window(tiny_model, smpl_motion):
    long = replace(smpl_motion, positions=np.tile(smpl_motion.positions, (10, 1, 1)))
    rows, one = mp.encode_motion(tiny_model, long), mp.encode_motion(tiny_model, smpl_motion)
    assert len(one) == 1 and len(rows) > 3 and rows.shape[1] == one.shape[1]
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_search_ranks_by_the_cosine_of_text_and_motion(tiny_model, library):
    """Of the best window of each clip."""
    from motionpatches.core.search.encode import INDEXED, encode_windows, windows_of

    query = "a person waves"
    hits = mp.search(library, query, tiny_model, k=5, words=False)
    row = mp.encode_text(tiny_model, query)[0]
    windows = [windows_of(tiny_model, library.load(clip.id), INDEXED)[0] for clip in library.clips]
    scores = np.array([(encode_windows(tiny_model, some) @ row).max() for some in windows])
    best = np.sort(scores)[::-1][:5]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    np.testing.assert_allclose([hit.score for hit in hits], best, atol=1e-4)
    by_id = {clip.id: score for clip, score in zip(library.clips, scores, strict=True)}
    np.testing.assert_allclose([by_id[hit.clip_id] for hit in hits], best, atol=1e-4)


def test_search_finds_exact_words_first(tiny_model, library):
    wanted = library.clips[7]
    hits = mp.search(library, wanted.caption, tiny_model, k=4)
    assert wanted.id in {hit.clip_id for hit in hits if hit.strength == "exact"} and hits[0].strength == "exact"
    assert mp.search(library, f"{wanted.id} split:{wanted.split}", tiny_model, k=4)[0].clip_id == wanted.id


def test_tags_and_fields_of_several_libraries_filter_a_search(tiny_model, small_library):
    import shutil

    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    both = mp.open_library(small_library, other)
    both = mp.edit(both, "other/000004", True, ["Keep"], fields={"status": "select"}, add_captions=["quokka hop"])
    for query in ("walks tag:keep", "walks status:select", "walks is:favourite", "quokka hop"):
        assert mp.search(both, query, tiny_model, k=3)[0].clip_id == "other/000004", query
    alone = mp.open_library(other)
    assert [hit.clip_id for hit in mp.search(alone, "walks tag:keep", tiny_model)] == ["000004"]
    with pytest.raises(mp.StudioError, match="no clip"):
        mp.edit(both, "000004", True)


def test_a_motion_is_nearest_to_itself(tiny_model, library):
    for clip in library.clips[:3]:
        hit = mp.search(library, library.load(clip.id), tiny_model, k=1)[0]
        assert hit.score == pytest.approx(1, abs=1e-4) and len(mp.search(library, library.load(clip.id), tiny_model, k=2)) == 2


def test_evaluation_agrees_with_ranks_counted_by_hand(tiny_model, library):
    found = mp.evaluate(library, tiny_model, split="all")
    captions = [clip.caption for clip in library.clips]
    texts = mp.encode_text(tiny_model, captions)
    motions = np.concatenate([mp.encode_motion(tiny_model, library.load(clip.id))[:1] for clip in library.clips])
    right = []
    for caption, row in zip(captions, texts, strict=True):
        scores = motions @ row
        best_right = max(score for score, other in zip(scores, captions, strict=True) if other == caption)
        right.append(sum(score > best_right for score in scores) == 0)
    assert found.motions == 12 and found.split == "all"
    assert found.figures["exact_caption"]["t2m"]["R@1"] == pytest.approx(100 * np.mean(right), abs=0.01)
    assert mp.evaluate(library, tiny_model).motions == 2


def test_an_unknown_split_is_refused(tiny_model, library):
    with pytest.raises(mp.StudioError, match="train, val, test or all"):
        mp.evaluate(library, tiny_model, split="dev")


def test_a_model_folder_loads_as_it_was_saved(tiny_model, tmp_path):
    from motionpatches.core.models.checkpoint import CheckpointInfo, save_model

    save_model(tiny_model, tmp_path / "model", CheckpointInfo())
    again = mp.load_model(tmp_path / "model", device="cpu")
    np.testing.assert_allclose(mp.encode_text(again, "a person walks"), mp.encode_text(tiny_model, "a person walks"), atol=1e-5)


def test_every_public_name_is_listed():
    assert set(api.__all__) <= set(dir(mp)) and all(getattr(mp, name) is getattr(api, name) for name in api.__all__)
