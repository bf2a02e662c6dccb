"""What commands do, called in this process: exit status, stdout for results, stderr for progress."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from motionpatches.app.cli import console, train
from motionpatches.app.cli.parser import main
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import Meter

needs_starter = pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")


def answer_of(capsys, *arguments: object) -> dict:
    code = main([*map(str, arguments), "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    return json.loads(said.out)


@needs_starter
def test_search_takes_a_sum_of_terms_as_the_window_does(small_library, capsys):
    """Against the sum worked out here: each term weighs one over the spread of its scores over the windows."""
    import torch

    from motionpatches.core.library.open import open_library
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.progress import run
    from motionpatches.core.search.indexing import update_gallery

    hits = answer_of(capsys, "search", "a person waves - a person walks", "--library", small_library, "-k", 12)["hits"]
    library, model = run(open_library(small_library)), load_model(paths.starter_model(), "cpu")
    gallery = run(update_gallery(model, library))
    with torch.inference_mode():
        wave, walk = (model.encode_text([text])[0].numpy() for text in ("a person waves", "a person walks"))
    total = wave / (gallery.embeddings @ wave).std() - walk / (gallery.embeddings @ walk).std()
    expected: dict[str, float] = {}
    for entry, score in zip(gallery.entries, gallery.embeddings @ (total / np.linalg.norm(total)), strict=True):
        expected[entry.clip_id] = max(score, expected.get(entry.clip_id, -1.0))
    np.testing.assert_allclose([hit["score"] for hit in hits], [expected[hit["id"]] for hit in hits], atol=2e-3)
    assert [hit["id"] for hit in hits] == sorted(expected, key=expected.get, reverse=True)


def test_search_in_two_libraries_knows_the_tags_and_fields_of_each(small_library, tiny_model, tmp_path, capsys):
    import shutil

    from motionpatches.core.library import marks, sheet
    from motionpatches.core.models.checkpoint import CheckpointInfo, save_model

    other = small_library.with_name("other")
    shutil.copytree(small_library, other)
    save_model(tiny_model, tmp_path / "tiny", CheckpointInfo())
    marks.change_marks(other, {}, {"000007": marks.Mark(tags=("keep",))})
    sheet.change_sheet(small_library, {("000002", "status"): "select"})
    both = ("--library", small_library, "--library", other, "--model", tmp_path / "tiny", "-k", 3)
    for query, clip in (("walks tag:keep", "other/000007"), ("walks status:select", "small/000002")):
        assert [hit["id"] for hit in answer_of(capsys, "search", query, *both)["hits"]] == [clip]


@needs_starter
def test_search_finds_names_of_files_first(small_library, capsys):
    """A number says nothing to a model."""
    (small_library / "texts" / "000005.txt").write_text("castaway signals the plane#a/DET#0.0#0.0\n")
    for query in ("000005.npy", "castaway signals the plane"):
        hits = answer_of(capsys, "search", query, "--library", small_library, "-k", 4)["hits"]
        assert (hits[0]["id"], hits[0]["strength"]) == ("000005", "exact") and [h["rank"] for h in hits] == [1, 2, 3, 4]
    hits = answer_of(capsys, "search", "castaway signals the plane", "--library", small_library, "--by-motion")["hits"]
    assert "exact" not in {hit["strength"] for hit in hits}


@needs_starter
def test_terms_that_cancel_and_this_without_a_motion(small_library, capsys):
    assert main(["search", "jump - jump", "--library", str(small_library)]) == 1
    assert "cancel" in capsys.readouterr().err
    assert main(["search", "this + jump", "--library", str(small_library)]) == 2
    assert "--this MOTION" in capsys.readouterr().err
    assert main(["search", "this", "--this", "nothing.bvh", "--library", str(small_library)]) == 1
    assert "neither a clip" in capsys.readouterr().err


@needs_starter
def test_this_in_a_query_is_the_named_motion(small_library, capsys):
    by_query = answer_of(capsys, "search", "this", "--this", "000003", "--library", small_library)
    by_motion = answer_of(capsys, "similar", "000003", "--library", small_library)
    by_file = answer_of(
        capsys, "search", "this", "--this", small_library / "new_joints" / "000003.npy", "--library", small_library
    )
    assert [hit["id"] for hit in by_query["hits"]] == [hit["id"] for hit in by_motion["hits"]]
    np.testing.assert_allclose(*([hit["score"] for hit in found["hits"]] for found in (by_query, by_motion)), atol=2e-4)
    assert by_query["hits"][0]["id"] == "000003" and by_query["hits"][0]["score"] > 0.99
    assert by_file["hits"][0]["id"] == "000003"


@needs_starter
def test_export_writes_what_search_finds(small_library, tmp_path, capsys):
    query = "a person walks - a person waves"
    found = answer_of(capsys, "search", query, "--library", small_library, "-k", 3)["hits"]
    out = tmp_path / "results"
    answer_of(capsys, "export", small_library, "--query", query, "-k", 3, "--format", "npy", "-o", out)
    results = json.loads((out / "manifest.json").read_text())["results"]
    assert [(r["rank"], r["id"]) for r in results] == [(h["rank"], h["id"]) for h in found]
    # The second reads what the first kept, in half precision.
    np.testing.assert_allclose(*([hit["score"] for hit in hits] for hits in (results, found)), atol=2e-4)


def test_export_cuts_the_range_that_similar_searches_for(small_library, tmp_path, capsys):
    motion = small_library / "new_joints" / "000001.npy"
    answer_of(capsys, "export", motion, "--start", "0.5", "--end", "1.0", "-o", tmp_path / "a.npy")
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), np.load(motion)[10:20], atol=1e-6)
    assert main(["export", str(motion), "--start", "90", "-o", str(tmp_path / "b.npy")]) == 1
    assert "there is no frame" in capsys.readouterr().err and not (tmp_path / "b.npy").exists()
    assert main(["export", str(motion), "-o", str(tmp_path / "b.xyz")]) == 1
    assert ".xyz is no format" in capsys.readouterr().err


def test_a_range_has_a_frame_of_the_motion():
    motion = Motion(np.zeros((40, 22, 3), np.float32), 20.0, SMPL22, "walk")
    assert console.cut_range(motion, 0, 0) is motion
    assert console.cut_range(motion, 0.5, 0).frame_count == 30 and console.cut_range(motion, 1.5, 9).frame_count == 10
    for start_s, end_s in ((2, 0), (1, 1), (1.5, 0.5)):
        with pytest.raises(StudioError, match="no frame of walk; it lasts 2.00 s"):
            console.cut_range(motion, start_s, end_s)


def test_progress_is_on_stderr(capsys):
    console.show_progress(Meter("Indexing", 3).at(3))
    said = capsys.readouterr()
    assert said.out == "" and "Indexing: 3 of 3" in said.err


def test_control_characters_of_files_are_shown_and_not_obeyed(capsys):
    bait = "x\x1b]0;title\x07\x1b[31m\x9b\r\u202e\udce9 é 左\n\tnext"
    console.tell(bait)
    console.answer(argparse.Namespace(json=False), None, bait)
    console.show_progress(Meter(bait, 1).at(1))
    printed = capsys.readouterr()
    for text in (printed.out, printed.err):
        assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e", "\udce9"} & set(text)
        assert "x\\x1b]0;title\\x07\\x1b[31m\\x9b\\r\\u202e\\udce9 é 左\n\tnext" in text


def test_a_result_is_text_or_json(capsys):
    console.answer(argparse.Namespace(json=True), {"a": 1}, "text")
    console.answer(argparse.Namespace(json=False), {"a": 1}, "text\n")
    assert capsys.readouterr().out == '{"a": 1}\ntext\n'


def test_of_a_run_the_epochs_are_progress_and_the_end_is_the_result(capsys):
    from motionpatches.core.training.events import Ended, Epoch

    scores = {"t2m": {"R@1": 12.5}, "m2t": {"R@1": 10.0}}
    train._show(Epoch(epoch=1, loss=0.5, val={"exact_caption": scores}, best=True, wall_s=1.0), Path("run"))
    said = capsys.readouterr()
    assert said.out == "" and "R@1 text to motion 12.5" in said.err and "(best)" in said.err
    train._show(Ended(val={}, epoch=1, stopped=False, wall_s=61.0, test={"strict": scores}), Path("run"))
    said = capsys.readouterr()
    assert "the model is" in said.out and "t2m R@1 12.5; m2t R@1 10.0" in said.out and said.err == ""
    train._show(Ended(val={}, epoch=1, stopped=True, wall_s=61.0, step=7), Path("run"))
    assert "--resume run" in capsys.readouterr().out


def test_a_run_takes_the_options_over_the_file(small_library, tmp_path, monkeypatch):
    from motionpatches.app.cli.parser import parse
    from motionpatches.core.training import config, runs

    (tmp_path / "c.json").write_text(json.dumps({"library": str(small_library), "epochs": 9, "batch": 4}))
    line = ["train", str(tmp_path / "c.json"), "--epochs", "2", "--layout", "HumanML3D folder", "-o", str(tmp_path / "run")]
    folder = train._new_run(parse([*line, "--option", "augment=0.1"]))
    made = config.read(folder / runs.CONFIG)
    assert (made.epochs, made.batch, made.layout, made.augment) == (2, 4, "HumanML3D folder", 0.1)
    with pytest.raises(StudioError, match="field of the training configuration"):
        train._new_run(parse([*line, "--option", "speed=3"]))


def test_patches_of_a_model_are_prepared_as_the_model_does(small_library, tmp_path, capsys):
    if not paths.starter_model().exists():
        pytest.skip("the starter model is not built yet")
    from motionpatches.core.library.folder import load_take
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.search.encode import windows_of

    motion = small_library / "new_joints" / "000001.npy"
    values = answer_of(capsys, "patches", motion, "--model", paths.starter_model(), "-o", tmp_path / "p.npy")
    assert values["model"] == str(paths.starter_model()) and "preset" not in values
    wanted = windows_of(load_model(paths.starter_model()), load_take(motion))[0][0]
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), wanted)


def test_export_for_a_purpose_asks_before_it_replaces(small_library, tmp_path, capsys):
    motion, out = small_library / "new_joints" / "000001.npy", tmp_path / "a.fbx"
    assert answer_of(capsys, "export", motion, "--purpose", "fbx-unreal", "-o", out)["files"] == ["a.fbx"]
    content = out.read_bytes()
    assert b"upperarm_l" in content, "the bones of the program that the purpose names"
    assert main(["export", str(motion), "-o", str(out)]) == 1
    assert "a.fbx: it exists already. Choose another name, or add --overwrite." in capsys.readouterr().err
    assert out.read_bytes() == content
    answer_of(capsys, "export", motion, "-o", out, "--overwrite", "--in-place")
    assert b"upperarm_l" not in out.read_bytes()
    assert main(["export", str(motion), "--purpose", "fbx-unreal", "-o", str(tmp_path / "b.bvh")]) == 2
    assert "--purpose fbx-unreal writes .fbx, not .bvh" in capsys.readouterr().err


@needs_starter
def test_a_query_writes_one_file_where_the_format_holds_several(small_library, tmp_path, capsys):
    from motionpatches.core.io.load import load_motions

    out = tmp_path / "walks.glb"
    answer_of(capsys, "export", small_library, "--query", "a person walks", "-k", 3, "-o", out)
    found = answer_of(capsys, "search", "a person walks", "--library", small_library, "-k", 3)["hits"]
    assert [motion.name for motion in load_motions(out)] == [hit["id"] for hit in found]
    answer_of(capsys, "export", small_library, "--query", "a person walks", "-k", 1, "-o", tmp_path / "one.bvh")
    assert (tmp_path / "one.bvh").read_text().startswith("HIERARCHY")
    assert main(["export", str(small_library), "--query", "walk", "-k", "2", "-o", str(tmp_path / "two.bvh")]) == 2
    assert ".bvh holds one motion" in capsys.readouterr().err
