"""SnapMoGen, written here as it is released: captions of ranges in JSON, lists of splits and BVH files."""

import json
import shutil

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.facts import facts_of
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.training.assemble import split_clips
from tests.released import SNAP, write_snap, write_snapmogen


@pytest.fixture
def snap(tmp_path):
    write_snapmogen(tmp_path / "snap", 6)
    return tmp_path / "snap"


def test_a_folder_opens_as_it_was_unpacked(snap):
    library = run(open_library(snap))
    assert library.layout == "SnapMoGen folder" and not library.skipped and len(library.clips) == 12
    one = library.clips[0]
    assert one.id.startswith("gp_00000@") and len(one.captions) == 6
    assert one.captions[:3] == ("the person walks off.", "the person walks off, arms swinging.", "the person walks off in way 0.")
    assert [len(library.in_split(split)) for split in ("train", "val", "test")] == [8, 2, 2]
    train, val = split_clips(library, 0)
    assert {clip.split for clip in train} == {"train"} and {clip.split for clip in val} == {"val"}
    assert library.notes[:2] == (
        "licence: that of SnapMoGen, huggingface.co/datasets/Ericguo5513/SnapMoGen",
        "6 motions, 12 clips of them",
    )


def test_ranges_are_those_of_the_features(snap, tmp_path):
    """The authors' features lack the first frame of a file: 25#59 are its frames 26 to 59."""
    library = run(open_library(snap))
    places = write_snap(tmp_path / "same.bvh", amount=0.3) / 100
    first, second = (library.load(clip.id) for clip in library.clips[:2])
    order = [[name for name, _, _ in SNAP].index(name) for name in first.skeleton.joint_names]
    np.testing.assert_allclose(first.positions, places[1:26][:, order], atol=1e-4)
    np.testing.assert_allclose(second.positions, places[26:60][:, order], atol=1e-4)
    assert {(facts.joints, facts.quality) for facts in facts_of(library)} == {(24, "good")}
    assert first.skeleton.joint_names[first.skeleton.chains[2][-1]] == "C_head_bind_JNT"


def test_the_index_opens_it_again(snap):
    library = run(open_library(snap))
    again = run(open_library(snap, use_index=True))
    assert again.from_index and again.clips == library.clips and again.notes == library.notes
    np.testing.assert_array_equal(again.load(again.clips[3].id).positions, library.load(library.clips[3].id).positions)


def test_lists_of_the_authors_code_are_read_too(snap):
    (snap / "data_split_info").rename(snap / "data_split_info1")
    assert len(run(open_library(snap)).in_split("test")) == 2


def test_what_has_no_file_no_captions_or_no_range_is_named(snap):
    captions = json.loads((snap / "all_caption_clean.json").read_text())
    captions |= {
        "gp_99999#0#30": captions["gp_00000#0#25"],
        "gp_00000#9#3": {},
        "no range": {},
        "gp_00002#70#80": {"manual": ["late"]},
    }
    (snap / "all_caption_clean.json").write_text(json.dumps(captions))
    write_snap(snap / "renamed_bvhs/gp_77777.bvh")
    (snap / "renamed_bvhs/gp_00004.bvh").write_text("nothing")
    library = run(open_library(snap))
    told = " ".join(skipped.reason for skipped in library.skipped)
    assert len(library.clips) == 10 and len(library.skipped) == 5
    for part in ("no file in renamed_bvhs: gp_99999", "'gp_00000#9#3'", "'no range'", "'late' begins", "gp_00004.bvh"):
        assert part in told
    assert "1 motion has neither captions nor a split" in library.notes


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000])
def test_a_broken_table_is_named(snap, text):
    (snap / "all_caption_clean.json").write_text(text)
    with pytest.raises(FileProblem, match=r"all_caption_clean\.json"):
        run(open_library(snap))


def test_captions_that_are_none_are_left_out(snap):
    captions = dict.fromkeys(
        json.loads((snap / "all_caption_clean.json").read_text()), {"manual": [3, "", "a # b", "a b"], "gpt": 5}
    )
    (snap / "all_caption_clean.json").write_text(json.dumps(captions))
    assert {clip.captions for clip in run(open_library(snap)).clips} == {("a b",)}


def write_features(file, amount):
    """Features (59, 296) frame by frame from their definition, of a motion that turns; returns its places (60, 24, 3)."""
    body = write_snap(file.with_suffix(".bvh"), amount=amount)
    file.with_suffix(".bvh").unlink()
    time = np.arange(60) / 30
    heading, ground = 1.5 * time**2, np.stack([20 * np.sin(time), 0 * time, 90 * time], axis=1)
    places = np.stack([Rotation.from_euler("y", a).apply(b) + g for a, b, g in zip(heading, body, ground, strict=True)])
    rows = []
    for t in range(59):
        back = Rotation.from_euler("y", -heading[t])
        row = np.random.default_rng(t).normal(size=296)  # rotations, velocities and contacts are not read
        row[0], row[3] = heading[t] - heading[t + 1], places[t, 0, 1]
        row[1:3] = back.apply(ground[t + 1] - ground[t])[[0, 2]]
        row[148:220] = back.apply(places[t] - ground[t]).ravel()
        rows.append(row)
    np.save(file, np.array(rows, np.float32))
    return places


def test_features_are_read_where_no_bvh_is_unpacked(snap):
    (snap / "renamed_feats").mkdir()
    for file in sorted((snap / "renamed_bvhs").iterdir()):
        places = write_features(snap / f"renamed_feats/{file.stem}.npy", 0.8 if file.stem.startswith("m_") else 0.3)
        if file.stem == "gp_00000":
            expected = places / 100
    assert run(open_library(snap)).clips[0].path.suffix == ".bvh"
    shutil.rmtree(snap / "renamed_bvhs")
    library = run(open_library(snap))
    assert len(library.clips) == 12 and not library.skipped and library.clips[0].duration_s == pytest.approx(25 / 30)
    again = run(open_library(snap, use_index=True))
    for one in (library, again):
        first, second = (one.load(clip.id) for clip in one.clips[:2])
        np.testing.assert_allclose(first.positions, expected[:25], atol=1e-4)
        np.testing.assert_allclose(second.positions, expected[25:59], atol=1e-4)
        assert first.skeleton.joint_names == tuple(name for name, _, _ in SNAP) and len(first.skeleton.chains) == 5
    assert {facts.quality for facts in facts_of(library)} == {"good"}


@pytest.mark.parametrize("array", [np.zeros((9, 263), np.float32), np.zeros((0, 296), np.float32), np.full((9, 296), np.nan)])
def test_an_array_that_holds_no_features_is_named(snap, array):
    (snap / "renamed_bvhs").rename(snap / "elsewhere")
    (snap / "renamed_feats").mkdir()
    for number in (0, 2, 4):
        write_features(snap / f"renamed_feats/gp_{number:05d}.npy", 0.3)
    np.save(snap / "renamed_feats/gp_00002.npy", array)
    library = run(open_library(snap))
    assert len(library.clips) == 4 and any("gp_00002.npy" in skipped.reason for skipped in library.skipped)


def test_without_motions_it_says_what_to_unpack(snap):
    shutil.rmtree(snap / "renamed_bvhs")
    with pytest.raises(FileProblem, match=r"not unpacked.*renamed_bvhs\.zip"):
        run(open_library(snap))
