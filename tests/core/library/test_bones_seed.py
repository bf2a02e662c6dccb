"""BONES-SEED, written here as it is released: table, timelines, lists of splits and BVH files."""

import csv
import json
import shutil
import sys

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library import one_rig
from motionpatches.core.library.facts import facts_of
from motionpatches.core.library.open import open_library
from motionpatches.core.library.watch import Watch
from motionpatches.core.progress import run
from motionpatches.core.training.assemble import split_clips
from tests.released import SOMA, seed_row, write_seed, write_seed_splits, write_soma, write_table
from tests.skeletons import build


@pytest.fixture
def seed(tmp_path):
    write_seed(tmp_path / "seed", 4)
    return tmp_path / "seed"


def table(root, rows, name="seed_metadata_v004.csv"):
    for file in (root / "metadata").glob("seed_metadata_v00*[0-9].*"):
        file.unlink()
    write_table(root / "metadata" / name, rows)


def test_a_folder_opens_as_it_was_unpacked(seed):
    library = run(open_library(seed))
    assert library.layout == "BONES-SEED folder" and not library.skipped and len(library.clips) == 12
    one, starts, on = library.clips[:3]
    assert one.id == "230101/walk_ff_R_000__A500" and one.labels == ("walking",)
    assert one.captions == ("a person walkes forward", "someone walkes", "walking"), "several captions of a take, each once"
    assert (starts.captions, starts.start_s, starts.end_s) == (("A person starts to walk.",), 0.0, 0.3)
    assert (on.captions, on.start_s, on.end_s) == (("A person walkes on.",), 0.3, 0.7)
    assert library.notes[:2] == ("licence: BONES-SEED Dataset License Agreement (LICENSE.md)", "4 takes, 8 labelled ranges")


def test_motions_are_those_of_the_files(seed, tmp_path):
    library = run(open_library(seed))
    clip = library.by_id["230101/walk_ff_R_000__A500"]
    places = write_soma(tmp_path / "same.bvh", amount=0.3)
    motion, names = library.load(clip.id), build(SOMA)[0]
    assert motion.fps == pytest.approx(120, abs=0.01) and motion.skeleton.joint_count == 77
    expected = places[:, [names.index(name) for name in motion.skeleton.joint_names]] / 100
    np.testing.assert_allclose(motion.positions, expected, atol=1e-4)
    part = library.load(f"{clip.id}@0.3-0.7")
    np.testing.assert_allclose(part.positions, expected[36:84], atol=1e-4)
    chains = [[motion.skeleton.joint_names[joint] for joint in chain] for chain in motion.skeleton.chains]
    assert chains[1] == ["Hips", "LeftLeg", "LeftShin", "LeftFoot", "LeftToeBase"] and chains[2][-1] == "Head"
    assert {(facts.joints, facts.quality) for facts in facts_of(library)} == {(77, "good")}


def test_only_a_few_files_are_read(seed, monkeypatch):
    """142,220 takes are opened by their table."""
    seen = []
    read = one_rig.read_file
    monkeypatch.setattr(one_rig, "LOOKED_AT", 2)
    monkeypatch.setattr(one_rig, "read_file", lambda file: seen.append(file) or read(file))
    library = run(open_library(seed))
    assert len(seen) == 2 and {clip.path for clip in library.clips} > set(seen)
    other = next(clip for clip in library.clips if clip.path not in seen)
    assert library.load(other.id).skeleton.chains == library.load(library.clips[0].id).skeleton.chains != ()


def test_the_index_opens_it_again_without_the_table(seed):
    library = run(open_library(seed))
    shutil.rmtree(seed / "metadata/")
    (seed / "metadata").mkdir()
    (seed / "metadata/seed_metadata_v004.csv").touch()
    again = run(open_library(seed, use_index=True))
    assert again.from_index and again.clips == library.clips and again.notes == library.notes
    clip = again.clips[2].id
    np.testing.assert_array_equal(again.load(clip).positions, library.load(clip).positions)
    assert facts_of(again) == facts_of(library)


def test_splits_are_those_of_the_benchmark(tmp_path):
    ids = write_seed(tmp_path, 8)
    assert any("no splits" in note for note in run(open_library(tmp_path)).notes)
    write_seed_splits(tmp_path, ids)
    library = run(open_library(tmp_path))
    assert not any("no splits" in note for note in library.notes)
    for split, part in (("train", ids[:4]), ("test", ids[4:])):
        assert {clip.id.partition("@")[0] for clip in library.in_split(split)} == set(part)
    train, val = split_clips(library, 0)
    assert {clip.split for clip in (*train, *val)} == {"train"} and val, "the test clips choose no epoch"


def test_a_label_of_the_whole_take_is_its_caption(seed):
    line = {"filename": "walk_ff_R_000__A500", "events": [{"start_time": 0, "end_time": 0.75, "description": "A person goes."}]}
    (seed / "metadata/seed_metadata_v002_temporal_labels.jsonl").write_text(json.dumps(line))
    clips = run(open_library(seed)).clips
    assert len(clips) == 4 and clips[0].captions[-1] == "A person goes."


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1, 2]",
        '{"filename": 3, "events": []}',
        '{"filename": "walk_ff_R_000__A500", "events": [{"start_time": "x", "end_time": 1, "description": "a"}]}',
        '{"filename": "walk_ff_R_000__A500", "events": [{"start_time": 2, "end_time": 1, "description": "a"}]}',
        '{"filename": "walk_ff_R_000__A500", "events": [{"start_time": 0, "end_time": 1e999, "description": "a"}]}',
        '{"filename": "walk_ff_R_000__A500", "events": 5}',
        '{"filename": "walk_ff_R_000__A500", "events": [{"start_time": 0, "end_time": 1, "description": 7}]}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_timeline_is_named(seed, line):
    file = seed / "metadata/seed_metadata_v002_temporal_labels.jsonl"
    good = file.read_text().splitlines()[1]
    file.write_text(f"\n{line}\n{good}\n")
    library = run(open_library(seed))
    assert len(library.clips) == 6 and "line 2" in library.skipped[0].reason and len(library.skipped) == 1


def test_a_label_after_the_end_is_named(seed):
    line = {"filename": "walk_ff_R_000__A500", "events": [{"start_time": 3, "end_time": 4, "description": "late"}]}
    (seed / "metadata/seed_metadata_v002_temporal_labels.jsonl").write_text(json.dumps(line))
    library = run(open_library(seed))
    assert len(library.clips) == 4 and "'late' begins at 3 s" in library.skipped[0].reason


def test_an_unpacked_part_opens_and_the_rest_is_counted(seed):
    (seed / "soma_uniform/bvh/230101/walk_ff_R_000__A500.bvh").unlink()
    library = run(open_library(seed))
    assert len(library.clips) == 9
    assert "1 take of the table has no file in bvh: walk_ff_R_000__A500" in library.skipped[0].reason


def test_a_file_that_cannot_be_read_is_named(seed):
    (seed / "soma_uniform/bvh/230101/walk_ff_R_000__A500.bvh").write_text("nothing")
    library = run(open_library(seed))
    assert len(library.clips) == 9 and "walk_ff_R_000__A500.bvh" in library.skipped[0].reason


def test_without_motions_it_says_what_to_unpack(seed):
    shutil.rmtree(seed / "soma_uniform")
    with pytest.raises(FileProblem, match=r"not unpacked.*soma_uniform\.tar"):
        run(open_library(seed))


def test_bodies_of_performers_are_read_where_the_uniform_one_is_not_there(seed):
    (seed / "soma_uniform").rename(seed / "soma_proportional")
    library = run(open_library(seed))
    assert len(library.clips) == 12 and "soma_proportional" in str(library.clips[0].path)


def test_what_is_not_read_of_it_is_no_news_of_a_watched_folder(seed):
    shutil.copytree(seed / "soma_uniform", seed / "soma_proportional")
    watch = Watch(run(open_library(seed)), [seed])
    assert watch.step() is watch.step() is watch.step() is None
    write_soma(seed / "soma_uniform/bvh/230101/new.bvh", frames=12)
    assert watch.step() is None, "it may still be written"
    assert watch.step().ready == {str(seed / "soma_uniform/bvh/230101/new.bvh")}


def test_paths_of_the_table_stay_in_the_folder(seed, tmp_path):
    write_soma(tmp_path / "outside.bvh")
    rows = [seed_row(f"t{n}", "230101", ("a person walks", "walks")) for n in range(3)]
    inside = "soma_uniform\\bvh\\230101\\walk_ff_R_000__A500.bvh"
    for row, path in zip(rows, ("../outside.bvh", str(tmp_path / "outside.bvh"), inside), strict=True):
        row["move_soma_uniform_path"] = path
    table(seed, rows)
    library = run(open_library(seed))
    assert {clip.id for clip in library.clips} == {"230101/walk_ff_R_000__A500"}, "of three rows that with a file in the folder"
    assert "2 takes of the table have no file" in library.skipped[0].reason


def test_the_newest_table_counts_and_lengths_are_read_where_it_has_none(seed):
    rows = [seed_row("walk_ff_R_000__A500", "230101", ("a new text", "new"), frames="")]
    write_table(seed / "metadata/seed_metadata_v005.csv", rows)
    clip, *_ = run(open_library(seed)).clips
    assert clip.captions == ("a new text", "new") and clip.duration_s == pytest.approx(0.75, abs=1e-3)


def test_parquet_says_what_to_install(seed, monkeypatch):
    (seed / "metadata/seed_metadata_v004.csv").rename(seed / "metadata/seed_metadata_v004.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FileProblem, match=r"motionpatches-studio\[parquet\].*as CSV"):
        run(open_library(seed))


def test_parquet_is_as_csv(seed):
    pytest.importorskip("pyarrow", reason="Parquet is an extra")
    from_csv = run(open_library(seed)).clips
    with open(seed / "metadata/seed_metadata_v004.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    table(seed, rows, "seed_metadata_v004.parquet")
    assert run(open_library(seed)).clips == from_csv
    (seed / "metadata/seed_metadata_v004.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(FileProblem, match="no whole Parquet table"):
        run(open_library(seed))
