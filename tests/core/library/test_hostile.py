"""One broken file beside good ones: it is named, and the rest opens."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.progress import run
from tests.skeletons import BODIES, write_bvh


@pytest.mark.parametrize("parents", [(1, 0), (-1, 2, 1), (-1, 5), (-2, 0), (0,)])
def test_parents_that_are_no_tree_are_refused(parents):
    with pytest.raises(ValueError):
        Skeleton(tuple(f"joint {j}" for j in range(len(parents))), parents)


def test_chains_name_joints_that_are_there():
    with pytest.raises(ValueError):
        Skeleton(("a", "b"), (-1, 0), ((0, 1), (0, 1), (0, 1), (0, 1), (0, 2)))


def test_a_described_skeleton_that_is_none_is_told(tmp_path, smpl_motion):
    (tmp_path / "new_joints").mkdir()
    np.save(tmp_path / "new_joints" / "a.npy", smpl_motion.positions)
    names = list(smpl_motion.skeleton.joint_names)
    (tmp_path / "skeleton.json").write_text(json.dumps({"joint_names": names, "parents": [99, *range(21)], "fps": 20}))
    with pytest.raises(FileProblem, match="does not describe a skeleton"):
        run(open_library(tmp_path))


def test_a_table_of_captions_that_breaks_off_is_named_and_the_motions_open(tmp_path, smpl_motion):
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    (tmp_path / "captions.csv").write_text('file,caption\na.npy,"never closed\n' + "x," * 100_000)
    library = run(open_library(tmp_path))
    assert [c.id for c in library.clips] == ["a"]
    assert len(library.skipped) == 1 and "captions.csv" in library.skipped[0].reason


def test_a_table_with_a_byte_order_mark_is_read(tmp_path, smpl_motion):
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    (tmp_path / "captions.csv").write_bytes("file,caption\na.npy,walks\n".encode("utf-8-sig"))
    assert run(open_library(tmp_path)).clips[0].captions == ("walks",)


def test_a_name_that_no_file_can_have_is_counted(tmp_path):
    entry = {"feat_p": "KIT/" + "x" * 5000 + "/a.npz", "dur": 1.0, "seq_ann": {"labels": [{"raw_label": "walk"}]}}
    (tmp_path / "train.json").write_text(json.dumps({"1": entry}))
    with pytest.raises(FileProblem, match="none of its sequences"):
        run(open_library(tmp_path))


def test_one_broken_file_does_not_stop_a_folder(tmp_path, smpl_motion, monkeypatch):
    from motionpatches.core.library import folder

    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
    read = folder.read_file
    monkeypatch.setattr(folder, "read_file", lambda file: 1 / 0 if file.stem == "b" else read(file))
    library = run(open_library(tmp_path))
    assert [c.id for c in library.clips] == ["a", "c"] and "ZeroDivisionError" in library.skipped[0].reason


def permission(monkeypatch, folder):
    """The superuser may enter every folder, so that the system's answer is given here."""
    scandir = os.scandir

    def refused(path):
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)


def test_a_subfolder_without_permission_is_named_and_the_rest_opens(tmp_path, smpl_motion, monkeypatch):
    (tmp_path / "closed").mkdir()
    for name in ("a", "closed/b"):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
    permission(monkeypatch, tmp_path / "closed")
    library = run(open_library(tmp_path))
    assert [c.id for c in library.clips] == ["a"]
    assert [s.path.name for s in library.skipped] == ["closed"] and "no permission" in library.skipped[0].reason
    (tmp_path / "a.npy").unlink()
    with pytest.raises(FileProblem, match="no permission"):
        run(open_library(tmp_path))
    permission(monkeypatch, tmp_path)
    with pytest.raises(FileProblem, match="no permission"):
        run(open_library(tmp_path))


def test_the_motions_of_a_data_set_without_permission_are_no_empty_folder(small_library, monkeypatch):
    permission(monkeypatch, small_library / "new_joints")
    with pytest.raises(FileProblem, match="new_joints: no permission"):
        run(open_library(small_library))


def test_texts_without_permission_are_named_and_the_rest_opens(small_library, monkeypatch):
    exists = Path.exists

    def refused(path):
        if path.name == "000003.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return exists(path)

    monkeypatch.setattr(Path, "exists", refused)
    library = run(open_library(small_library))
    assert len(library.clips) == 11 and [s.path.stem for s in library.skipped] == ["000003"]
    assert "ermission" in library.skipped[0].reason


def test_links_to_folders_and_pipes_are_not_entered(tmp_path, smpl_motion):
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, root / ".hidden", outside):
        folder.mkdir()
        np.save(folder / "a.npy", smpl_motion.positions)
    (root / "link").symlink_to(outside)
    (root / "round").symlink_to(root)
    (root / "b.npy").symlink_to(outside / "a.npy")
    os.mkfifo(root / "pipe.npy")
    (root / "dangling.npy").symlink_to(root / "nowhere")
    assert [c.id for c in run(open_library(root)).clips] == ["a", "b"]


def test_two_formats_of_one_take_are_two(tmp_path, smpl_motion):
    write_bvh(tmp_path / "walk.bvh", BODIES["LAFAN1"])
    np.save(tmp_path / "walk.npy", smpl_motion.positions)
    library = run(open_library(tmp_path))
    assert sorted(library.by_id) == ["walk.bvh", "walk.npy"]
    assert (library.load("walk.bvh").fps, library.load("walk.npy").fps) == (30, 20)
    assert run(open_library(tmp_path, use_index=True)).same_content(library)


def test_a_file_named_as_a_range_of_another_is_a_clip_of_its_own(tmp_path, smpl_motion):
    for name, frames in (("a", 60), ("a@0.5-1", 40)):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions[:frames])
    (tmp_path / "a.txt").write_text("walks#x#0.5#1.0\n")
    library = run(open_library(tmp_path))
    assert {c.id: library.load(c.id).frame_count for c in library.clips} == {"a": 60, "a@0.5-1": 10, "a@0.5-1 (2)": 40}


def test_a_clip_that_cannot_be_made_does_not_stop_a_folder(tmp_path, smpl_motion, monkeypatch):
    from motionpatches.core.library import folder

    for name in ("a", "b", "c"):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
    made = folder.clips_by_range
    monkeypatch.setattr(folder, "clips_by_range", lambda whole, *_, **__: 1 / 0 if whole.id == "b" else made(whole, (), True))
    library = run(open_library(tmp_path))
    assert [c.id for c in library.clips] == ["a", "c"] and "ZeroDivisionError" in library.skipped[0].reason


@pytest.mark.parametrize("times", ["0.0#1e308", "1e308#1.5e308", "nan#inf", "-5#2", "x#y"])
def test_a_range_of_any_numbers_opens_and_the_rest_loads(tmp_path, smpl_motion, times):
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
    (tmp_path / "a.txt").write_text(f"walks#x#{times}\n")
    library = run(open_library(tmp_path))
    for clip in library.clips:
        assert library.load(clip.id).frame_count == round(clip.duration_s * 20)
    assert {c.id.partition("@")[0] for c in library.clips} == {"a", "b"}
