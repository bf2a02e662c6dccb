"""Files that are not in a library are named, each with a reason or its kind."""

import numpy as np

from motionpatches.core.library.left_out import NAMED, other_files, report
from motionpatches.core.library.open import open_library, open_paths
from motionpatches.core.progress import run


def test_what_could_not_be_read_and_other_kinds_are_named(tmp_path, smpl_motion):
    (tmp_path / "more" / ".hidden").mkdir(parents=True)
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    (tmp_path / "more" / "cut.bvh").write_text("HIERARCHY\nROOT")
    np.save(tmp_path / "weights.npy", np.zeros(3))
    for name in ("a.txt", "captions.csv", "b.MP4", "more/c.mp4", "more/scene.blend", "README", ".x.mp4", "more/.hidden/d.mp4"):
        (tmp_path / name).write_text("file,caption\na.npy,walks\n")
    library = run(open_library(tmp_path))
    others = other_files(library)
    assert {suffix: len(files) for suffix, files in others.items()}[".mp4"] == 2 and next(iter(others)) == ".mp4"
    text = report(library, others)
    for words in ("more/cut.bvh\n    cut.bvh", ".mp4: 2 files\n    b.MP4\n    more/c.mp4", "scene.blend", "README"):
        assert words in text.replace("\\", "/"), words
    assert "weights.npy" in text and ".hidden" not in text and "captions.csv" not in text and ".x.mp4" not in text


def test_of_many_files_the_first_are_named_and_the_rest_counted(tmp_path, smpl_motion):
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    for i in range(NAMED + 5):
        (tmp_path / f"{i:03d}.mp4").touch()
    library = run(open_library(tmp_path))
    text = report(library, other_files(library))
    assert f".mp4: {NAMED + 5} files" in text and "and 5 more" in text and f"{NAMED - 1:03d}.mp4" in text


def test_where_all_is_read_there_is_nothing_to_say(small_library, tmp_path, smpl_motion):
    library = run(open_library(small_library))
    assert report(library, other_files(library)) == ""
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    one = run(open_paths([tmp_path / "a.npy"]))
    assert "a.npy" not in report(one, other_files(one))
