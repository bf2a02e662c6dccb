"""Statistics of a library: the values by hand, and what is left out of them."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import open_library
from motionpatches.core.library.statistics import library_statistics
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.patches import PatchRecipe, columns_of, prepare
from motionpatches.core.progress import run
from tests.layouts import kit_take

RECIPE = PatchRecipe()


def spoil(root, *names):
    for name in names:
        (root / "new_joints" / f"{name}.npy").write_bytes(b"no numbers")


def test_values_are_those_of_the_motions_that_can_be_read(small_library):
    library = run(open_library(small_library))
    kept = [c for c in library.clips if c.id not in ("000001", "000004")]
    columns = np.concatenate([columns_of(prepare(library.load(c.id), RECIPE), RECIPE) for c in kept]).astype(np.float64)
    spoil(small_library, "000001", "000004")
    found = library_statistics(library, library.clips, RECIPE)
    np.testing.assert_allclose(found.values.mean, columns.mean(0), atol=1e-5)
    np.testing.assert_allclose(found.values.std, columns.std(0), atol=1e-5)
    assert [s.path.name for s in found.skipped] == ["000001.npy", "000004.npy"]
    assert "leave out 2 of 12 motions: 000001.npy" in found.note


def test_nothing_left_out_needs_no_note(small_library):
    library = run(open_library(small_library))
    assert library_statistics(library, library.clips, RECIPE).note == ""


def test_a_library_that_cannot_be_read_names_the_first_reason(small_library):
    library = run(open_library(small_library))
    spoil(small_library, *(c.id for c in library.clips))
    with pytest.raises(StudioError, match="No motion of small can be read. 000000.npy"):
        library_statistics(library, library.clips, RECIPE)


def test_a_pair_counts_with_both_people_in_one_frame_or_not_at_all(smpl_motion, tmp_path, monkeypatch):
    """The body parts of the second person of the second clip are unknown: its first person must not count."""
    partner = replace(smpl_motion, positions=smpl_motion.positions + np.array([0, 0, 2], np.float32))
    unknown = replace(smpl_motion, skeleton=replace(smpl_motion.skeleton, chains=()))
    motions = {"a": replace(smpl_motion, partner=partner), "b": replace(smpl_motion, name="duel", partner=unknown)}
    monkeypatch.setattr(Library, "load", lambda self, clip_id: motions[clip_id])
    clips = [Clip(name, tmp_path / name, ()) for name in motions]
    recipe = PatchRecipe(canonical=True)
    found = library_statistics(Library.__new__(Library), clips, recipe)
    assert [s.path.name for s in found.skipped] == ["b"] and "duel is shown but not searched" in found.note
    first = columns_of(canonical(smpl_motion), recipe).astype(np.float64)
    both = np.concatenate([first, first + [0, 0, 2]])
    np.testing.assert_allclose(found.values.mean, both.mean(0), atol=1e-5)
    np.testing.assert_allclose(found.values.std, both.std(0), atol=1e-5)


def test_statistics_per_joint_are_of_every_file_whole_and_once(small_library):
    """Of the test split, of no split, and of a file with two captioned ranges too; one that is left out is counted."""
    (small_library / "texts/000000.txt").write_text("begins#x#0.0#1.0\nends#x#1.0#2.0\n")
    (small_library / "train.txt").write_text("000000\n000001\n")
    spoil(small_library, "000009")
    library = run(open_library(small_library))
    recipe = PatchRecipe(normalisation="joint")
    found = library_statistics(library, library.in_split("train"), recipe)
    files = sorted(f for f in (small_library / "new_joints").glob("*.npy") if f.stem != "000009")
    joints = np.concatenate([np.load(f) for f in files]).astype(np.float64)
    np.testing.assert_allclose(found.values.mean, joints.mean(0), atol=1e-5)
    np.testing.assert_allclose(found.values.std, joints.std(0), atol=1e-5)
    assert found.clips == 12 and "leave out 1 of 12 motions: 000009.npy" in found.note


def test_a_file_of_another_skeleton_is_left_out_of_statistics_per_joint_and_counted(tmp_path, smpl_motion):
    for i in range(3):
        np.save(tmp_path / f"{i}.npy", smpl_motion.positions)
    np.save(tmp_path / "9.npy", (kit_take() / 1000).astype(np.float32))
    library = run(open_library(tmp_path))
    found = library_statistics(library, library.clips, PatchRecipe(normalisation="joint"))
    assert len(found.values.mean) == 22 and "1 of 4 motions: 9 has 21 joints, the others have 22" in found.note
