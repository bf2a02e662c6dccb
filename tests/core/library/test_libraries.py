"""Readers of folders: layouts, captions, ranges, and files that are wrong."""

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.caption_text import read_captions_txt
from motionpatches.core.library.captions import mirror_caption
from motionpatches.core.library.open import open_library, open_paths
from motionpatches.core.library.packed import open_packed, write_packed
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run


def test_humanml3d_layout(small_library):
    library = run(open_library(small_library))
    assert library.layout == "HumanML3D folder" and len(library.clips) == 12
    assert [c.split for c in library.clips].count("train") == 8
    motion = library.load("000003")
    np.testing.assert_array_equal(motion.positions, np.load(small_library / "new_joints" / "000003.npy"))
    assert motion.skeleton.chains == SMPL22.chains and motion.fps == 20


def test_a_time_range_makes_a_clip_of_its_own(small_library):
    text = small_library / "texts" / "000000.txt"
    text.write_text("all of it#x#0.0#0.0\nthe start#x#0.5#1.5\nodd#x#nan#nan\n")
    library = run(open_library(small_library))
    whole, part = library.by_id["000000"], library.by_id["000000@0.5-1.5"]
    assert whole.captions == ("all of it", "odd") and part.captions == ("the start",)
    full = np.load(small_library / "new_joints" / "000000.npy")
    np.testing.assert_array_equal(library.load(part.id).positions, full[10:30])


def test_the_joint_count_does_not_tell_the_skeleton(shared):
    library = run(open_library(shared / "bandai2"))
    assert len(library.clips) == 2902 and not library.skipped
    assert [sum(c.split == s for c in library.clips) for s in ("train", "val", "test")] == [2338, 134, 430]
    names = [library.load("000000").skeleton.joint_names[c[-1]] for c in library.load("000000").skeleton.chains]
    assert names == ["Toes_R", "Toes_L", "Head", "Hand_R", "Hand_L"]


def test_real_array_without_a_skeleton_is_recognised(shared):
    from motionpatches.core.io.load import load_motion

    motion = load_motion(shared / "bandai2" / "new_joints" / "000007.npy")
    assert motion.skeleton.joint_names[motion.skeleton.chains[0][-1]] == "Toes_R"


def test_bad_files_are_counted_and_named_and_the_rest_opens(small_library, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    good = np.load(small_library / "new_joints" / "000001.npy")
    np.save(folder / "good.npy", good)
    np.save(folder / "strings.npy", np.array(["a", "b"]))
    np.save(folder / "pickle.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    nan = good.copy()
    nan[7, 3] = np.nan
    np.save(folder / "nan.npy", nan)
    (folder / "short.npy").write_bytes((folder / "good.npy").read_bytes()[:400])
    (folder / "cut.bvh").write_text("HIERARCHY\nROOT a\n{\n")
    library = run(open_library(folder))
    assert [c.id for c in library.clips] == ["good"]
    reasons = {s.path.name: s.reason for s in library.skipped}
    assert set(reasons) == {"strings.npy", "pickle.npy", "nan.npy", "short.npy", "cut.bvh"}
    assert "frame 7" in reasons["nan.npy"] and "pickle" in reasons["pickle.npy"]
    assert all(name in reason for name, reason in reasons.items())


def test_broken_member_of_a_dataset_is_left_out(small_library):
    (small_library / "new_joints" / "000002.npy").write_bytes(b"nonsense")
    library = run(open_library(small_library))
    assert len(library.clips) == 11 and "000002.npy" in library.skipped[0].reason


def test_empty_folder_and_missing_path(tmp_path):
    with pytest.raises(FileProblem, match="no motion file"):
        run(open_library(tmp_path))
    with pytest.raises(FileProblem, match="does not exist"):
        run(open_library(tmp_path / "nowhere"))


def test_captions_from_table_sidecar_and_name(shared, small_library, tmp_path):
    folder = tmp_path / "named"
    folder.mkdir()
    source = small_library / "new_joints" / "000001.npy"
    for name in ("table", "beside", "Jump_Turn-left_02"):
        (folder / f"{name}.npy").write_bytes(source.read_bytes())
    (folder / "captions.csv").write_text('file,caption\ntable.npy,"from, the table"\n')
    (folder / "beside.txt").write_text("from the file beside\n")
    captions = {c.id: c.caption for c in run(open_paths([folder])).clips}
    assert captions == {"table": "from, the table", "beside": "from the file beside", "Jump_Turn-left_02": "jump turn left"}


def test_packed_library_round_trip(smpl_motion, tmp_path):
    path = tmp_path / "x.npz"
    write_packed(path, "x", [smpl_motion], [{"id": "a", "captions": ["walks"], "split": "train"}])
    library = run(open_packed(path))
    np.testing.assert_allclose(library.load("a").positions, smpl_motion.positions, atol=0.0003)
    assert library.load("a").skeleton == SMPL22


@pytest.mark.parametrize(
    ("text", "mirrored"),
    [
        ("waves the left hand.", "waves the right hand."),
        ("Left, then right", "Right, then left"),
        ("she left the room", "she left the room"),
        ("is left standing", "is left standing"),
        ("stops right away", "stops right away"),
        ("walks clockwise", "walks counterclockwise"),
        ("a bright light", "a bright light"),
        ("with his left and right arm", "with his right and left arm"),
    ],
)
def test_mirrored_captions(text, mirrored):
    assert mirror_caption(text) == mirrored


def test_caption_lines_without_fields(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("plain words\n\nwith tokens#a b#1.0#2.5\n")
    lines = read_captions_txt(path)
    assert [(x.text, x.start_s, x.end_s) for x in lines] == [("plain words", 0, 0), ("with tokens", 1.0, 2.5)]
