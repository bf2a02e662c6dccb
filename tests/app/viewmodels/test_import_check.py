"""Check Import: corrections are shown at once, saved for a file, folder or rig, undone as one step, and listed."""

import os
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.import_check import ImportCheck, count_takes
from motionpatches.app.viewmodels.import_corrections import ImportCorrections, rig, where, words
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library import index
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import SMPL22, Skeleton
from motionpatches.core.progress import run
from motionpatches.core.recognition import corrections
from motionpatches.core.recognition.corrections import Correction
from motionpatches.core.recognition.decide import recognise
from tests.skeletons import BODIES, write_bvh


@pytest.fixture
def takes(tmp_path):
    """Three takes of one rig in two folders, and one of another rig."""
    for name in ("walks/a", "walks/b", "walks/slow/c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_bvh(tmp_path / f"{name}.bvh", BODIES["Mixamo"], scale=3.0)
    write_bvh(tmp_path / "walks" / "other.bvh", BODIES["CMU ASF"])
    return tmp_path


class Lanes:
    """A workspace that only remembers what it was told."""

    def __init__(self):
        self.reopened, self.problems = [], []
        self.library_changed = self.failed = self

    def connect(self, _):
        pass

    def emit(self, problem):
        self.problems.append(problem)

    def reopen(self, news):
        self.reopened.append(news)


@pytest.fixture
def kept():
    """The remembered corrections, on a stack of their own."""
    kept = ImportCorrections(Lanes(), History())
    yield kept
    assert kept.workspace.problems == []


def library_of(takes):
    return run(open_library(takes))


def check_of(takes, clip_id="walks/a"):
    """A check as the window makes it."""
    library = library_of(takes)
    clip = library.by_id[clip_id]
    check = ImportCheck(library.reader.raw(clip), library.reader.recognition(clip), clip.path, clip.id, library.root)
    check.set_counts(count_takes(library, check.rig))
    return check


def units(takes):
    """Metres per unit of each take, as the library reads it."""
    library = library_of(takes)
    return {clip.id: round(library.load(clip.id).source.unit_m, 6) for clip in library.clips}


def test_what_is_set_shows_at_once_and_nothing_is_kept_before(takes):
    check, heard = check_of(takes), []
    check.changed.connect(lambda: heard.append(1))
    assert check.scope == "folder" and not check.differs() and not check.can_reset
    check.set_unit(0.25)
    assert heard and np.ptp(check.preview.positions[0, :, 1]) == pytest.approx(1.57 * 3 * 0.25, rel=0.02)
    assert check.differs() and corrections.listed() == ()


def test_each_scope_changes_what_it_says_and_undo_brings_it_back(takes, kept):
    """Compared with the library as it is read again."""
    before = units(takes)
    expected = {
        "file": ["walks/a"],
        "folder": ["walks/a", "walks/b", "walks/slow/c"],
        "rig": ["walks/a", "walks/b", "walks/slow/c"],
    }
    for scope, changed in expected.items():
        check = check_of(takes)
        check.set_scope(scope)
        check.set_unit(0.25)
        assert check.count(check.level) == len(changed)
        check.apply(kept)
        assert units(takes) == {i: 0.25 if i in changed else unit for i, unit in before.items()}
        kept.history.undo()
        assert units(takes) == before and corrections.listed() == ()
        kept.history.redo()
        assert units(takes)["walks/a"] == 0.25
        kept.history.undo()
    assert kept.workspace.reopened[0] == "Unit 0.25 m for a.bvh."
    assert kept.workspace.reopened[1] == "Undone: unit 0.25 m for a.bvh."
    assert "Unit 0.25 m for 3 takes in walks." in kept.workspace.reopened
    assert "Unit 0.25 m for this rig everywhere, 3 takes here." in kept.workspace.reopened


def test_what_holds_is_reported_and_an_index_of_before_is_not_taken(takes, kept):
    library = library_of(takes)
    assert index.load(takes) is not None and not any("0.25 m" in note for note in library.notes)
    check = check_of(takes)
    check.set_unit(0.25)
    check.set_fps(60)
    check.apply(kept)
    assert index.load(takes) is None, "it reports the earlier correction"
    again = library_of(takes)
    assert any("unit 0.25 m" in note and "60 fps" in note for note in again.notes)
    assert "3 of 4 takes read as corrected in Check Import" in again.notes
    grounds = {a.what: (a.value, a.reason, a.confidence) for a in again.load("walks/b").assumptions}
    assert grounds["unit"] == ("0.25 m", "said by you for this folder", 1.0)
    assert grounds["rate"] == ("60 fps", "said by you for this folder", 1.0)
    assert {c.id: c.key for c in library.clips}["walks/b"] != {c.id: c.key for c in again.clips}["walks/b"]
    kept.history.undo()
    assert library_of(takes).notes == library.notes and library_of(takes).clips == library.clips


def test_a_folder_below_and_one_above(takes, kept):
    check = check_of(takes, "walks/slow/c")
    assert [os.path.basename(f) for f in check.folders] == ["slow", "walks", takes.name]
    assert [check.target(("folder", f)) for f in check.folders] == [
        "1 take in slow",
        "3 takes in walks",
        f"3 takes in {takes.name}",
    ]
    check.set_scope("folder", check.folders[1])
    check.set_up("Z")
    check.apply(kept)
    assert {i: library_of(takes).load(i).source.up for i in units(takes)} == {
        "walks/a": "Z",
        "walks/b": "Z",
        "walks/slow/c": "Z",
        "walks/other": "Y",
    }
    again = check_of(takes, "walks/slow/c")
    assert again.level == check.level, "the folder that holds"
    assert again.notes()["up"] == "Said by you for this folder." and again.can_reset


def test_a_new_correction_counts_more_than_an_older_one_of_smaller_scope(takes, kept):
    first = check_of(takes)
    first.set_scope("file")
    first.set_unit(0.5)
    first.set_up("X")
    first.apply(kept)
    second = check_of(takes)
    second.set_unit(0.25)
    assert second.assembled.source.unit_m == 0.25 and second.up == "X"
    second.apply(kept)
    assert units(takes)["walks/a"] == units(takes)["walks/b"] == 0.25
    assert corrections.find(second.skeleton, second.path) == Correction(unit_m=0.25, up="X")
    kept.history.undo()
    assert units(takes)["walks/a"] == 0.5 and units(takes)["walks/b"] != 0.25


def test_reset_takes_back_the_chosen_scope_alone(takes, kept):
    for scope, unit in (("rig", 1.0), ("folder", 0.5)):
        check = check_of(takes)
        check.set_scope(scope)
        check.set_unit(unit)
        check.apply(kept)
    check = check_of(takes)
    assert check.unit_m == 0.5 and check.can_reset
    check.reset()
    assert check.unit_m == 1.0 and check.news() == "Recognised again: unit for 3 takes in walks." and not check.can_reset
    check.apply(kept)
    assert units(takes)["walks/b"] == 1.0
    check = check_of(takes)
    check.reset()
    assert not check.differs(), "the folder has no correction any more"
    kept.history.undo()
    assert units(takes)["walks/b"] == 0.5


def test_axis_rate_and_chains(takes):
    check = check_of(takes)
    height = np.ptp(check.preview.positions[0], axis=0)
    check.set_up("Z")
    assert np.ptp(check.preview.positions[0], axis=0)[2] == pytest.approx(height[1], rel=0.05)
    check.set_up("Y")
    check.set_fps(60)
    names = check.skeleton.joint_names
    assert check.set_chain(4, names.index("mixamorig:Spine2"), names.index("mixamorig:LeftHandIndex2"))
    assert not check.set_chain(4, 3, 3)
    assert names[check.chains[4][-1]] == "mixamorig:LeftHandIndex2" and check.preview.fps == 60
    with pytest.raises(StudioError, match="possible"):
        check.set_fps(0)
    assert check.preview.fps == 60
    assert check.news() == "Up axis Y, rate 60 fps, body parts for 3 takes in walks."


def loose(root_offset=None, parts=True):
    """A take of a rig whose names say nothing."""
    skeleton = SMPL22 if parts else Skeleton(tuple(f"j{i}" for i in range(5)), (-1, 0, 1, 0, 3))
    rng = np.random.default_rng(0)
    positions = np.float32(rng.normal(size=(1, skeleton.joint_count, 3)) + rng.normal(0, 0.01, (30, skeleton.joint_count, 3)))
    return RawTake(
        positions,
        30.0,
        skeleton,
        Assumption("rate", "30 fps", "the header", 1.0),
        root_offset=None if root_offset is None else np.float32(root_offset),
    )


def test_the_root_offset_can_be_turned(tmp_path):
    raw = loose(root_offset=(0, 0.9, 0))
    check = ImportCheck(raw, recognise(raw), tmp_path / "a.bvh", "a")
    before = check.root_offset
    low = check.assembled.positions[..., 1].min()
    check.set_root_offset(not before)
    moved = check.assembled.positions[..., 1].min() - low
    assert moved == pytest.approx((0.9 if not before else -0.9) * check.unit_m, rel=1e-4)
    assert check.lowest_m == pytest.approx(low + moved, abs=1e-5) and "Said by you" in check.notes()["root_offset"]
    for nothing in (None, (0, 0, 0)):
        raw = loose(root_offset=nothing)
        assert ImportCheck(raw, recognise(raw), tmp_path / "a.bvh", "a").root_offset is None


def test_parts_that_were_not_found_count_once_all_five_are_chosen(tmp_path):
    raw = loose(parts=False)
    check = ImportCheck(raw, recognise(raw), tmp_path / "a.bvh", "a")
    assert check.chains == ()
    for part, (start, end) in enumerate([(0, 2), (0, 4), (0, 1), (0, 3), (2, 4)]):
        assert not check.chains and check.set_chain(part, start, end)
        assert part == 4 or check.notes()["chains"] == "Choose both ends of all five parts."
    assert check.chains == ((0, 1, 2), (0, 3, 4), (0, 1), (0, 3), (2, 1, 0, 3, 4))


def test_every_format_can_be_checked(cases):
    """Files of several formats, through the library: corrections of unit and axis apply when they are read again."""
    for name in ("20-amass-like-y-up", "25-array-layouts", "33-asf-amc", "51-fbx", "52-glb", "22-smplx-dialect-npz"):
        library = run(open_library(cases / name))
        for clip in library.clips[:2]:
            check = ImportCheck(library.reader.raw(clip), library.reader.recognition(clip), clip.path, clip.id, library.root)
            check.set_unit(0.0123)
            check.set_up("-Z")
            entry = check._changes()[1][0]
            corrections.exchange([], [entry])
            source = library.load(clip.id).source
            assert (source.unit_m, source.up) == (0.0123, "-Z"), clip.id
            corrections.forget(entry)


def test_what_is_listed_can_be_removed_and_comes_back(takes, kept):
    for scope in ("file", "folder", "rig"):
        check = check_of(takes)
        check.set_scope(scope)
        check.set_fps({"file": 10, "folder": 20, "rig": 30}[scope])
        corrections.exchange([], check._changes()[1])
    entries = kept.listed()
    assert [where(e) for e in entries] == ["Everywhere", "Folder walks", "File a.bvh"]
    assert [words(e.correction) for e in entries] == ["Rate 30 fps", "Rate 20 fps", "Rate 10 fps"]
    assert rig(entries[0]).startswith(f"{check.skeleton.joint_count} joints: Hips")
    heard = []
    kept.changed.connect(lambda: heard.append(1))
    kept.remove(entries[:2])
    assert [where(e) for e in kept.listed()] == ["File a.bvh"] and heard
    kept.remove_all()
    assert kept.listed() == []
    assert kept.history.undo_name == "Remove All Import Corrections"
    kept.history.undo()
    kept.history.undo()
    assert sorted(where(e) for e in kept.listed()) == ["Everywhere", "File a.bvh", "Folder walks"]
    assert kept.workspace.reopened[:2] == ["2 import corrections removed.", "All import corrections removed."]


def test_a_change_that_cannot_be_written_is_reported_and_leaves_the_stack(monkeypatch, tmp_path):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    paths.corrections().mkdir(parents=True)
    lanes = Lanes()
    kept = ImportCorrections(lanes, History())
    raw = loose()
    check = ImportCheck(raw, recognise(raw), tmp_path / "a.bvh", "a")
    check.set_up("Z")
    check.apply(kept)
    assert len(lanes.problems) == 1 and not lanes.reopened and kept.history.undo_name == ""
    paths.corrections().rmdir()


def test_words():
    said = Correction(unit_m=0.0254, up="Z", root_offset=False)
    assert words(said) == "Unit 0.0254 m (inches), up axis Z, root offset not added"
    assert words(Correction(unit_m=0.25, fps=29.97, root_offset=True)) == "Unit 0.25 m, rate 29.97 fps, root offset added"


def test_the_lanes_stand_for_a_workspace():
    """What the tests above call is what a workspace has."""
    assert {"library_changed", "failed", "reopen"} <= set(vars(Workspace))


def test_what_another_window_said_since_is_not_undone(takes):
    kept = ImportCorrections(Lanes(), History())
    check = check_of(takes)
    check.set_unit(0.25)
    check.apply(kept)
    (entry,) = kept.listed()
    file = paths.corrections()
    done = file.read_bytes()
    kept.history.undo()
    assert not file.exists(), "the file that the correction has made"
    kept.history.redo()
    assert file.read_bytes() == done
    corrections.exchange([], [replace(entry, correction=Correction(unit_m=3.0))])
    before = file.read_bytes()
    kept.history.undo()
    assert file.read_bytes() == before and "another window" in kept.workspace.problems[0] and not kept.history.redo_name
