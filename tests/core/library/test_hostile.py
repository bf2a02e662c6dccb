"""One broken file beside good ones: it is named, and the rest opens."""

import json

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.progress import run


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
