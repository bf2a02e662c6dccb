"""Watched folders: what lands is read once it is whole, what moves keeps its captions and marks, what is gone is named."""

import os
import time

import numpy as np
import pytest

from motionpatches.core.library import caption_store, kept, moves
from motionpatches.core.library import folder as folder_module
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.marks import Mark, change_marks, read_marks
from motionpatches.core.library.moves import forget, gone_sentence, read_gone
from motionpatches.core.library.open import open_library, open_paths
from motionpatches.core.library.watch import Watch
from motionpatches.core.progress import run
from tests.patience import PATIENCE

BVH = """HIERARCHY
ROOT Hips
{{
OFFSET 0 0 0
CHANNELS 3 Xposition Yposition Zposition
End Site
{{
OFFSET 0 1 0
}}
}}
MOTION
Frames: 2
Frame Time: 0.04
0 0 0
0 0 {0}
"""


def put(folder, name, number=1.0):
    file = folder / f"{name}.bvh"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(BVH.format(number))
    old = time.time() - 60
    os.utime(file, (old, old + number / 100))
    return file


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(("walk", "run", "jump"), 1):
        put(tmp_path / "takes", name, number)
    return tmp_path / "takes"


def opened(folder, **more):
    return run(open_library(folder, **more))


def ids(library):
    return [clip.id for clip in library.clips]


def test_a_file_is_read_once_it_has_stopped_growing(folder):
    watch = Watch(opened(folder), [folder])
    assert watch.step() is None and watch.step() is None
    file = put(folder, "late", 4)
    assert watch.step() is None  # it may grow yet
    with file.open("a") as stream:
        stream.write("\n")
    assert watch.step() is None  # it has grown
    change = watch.step()
    assert change is not None and change.ready == {str(file)} and not change.gone and not change.waiting
    assert watch.step() is None  # once
    assert len(opened(folder).clips) == 4


def test_what_changed_between_the_scan_and_the_first_look_is_found(folder):
    library = opened(folder)
    put(folder, "late", 4)
    put(folder, "walk", 5)
    watch = Watch(library, [folder])
    watch.step()
    assert {os.path.basename(file) for file in watch.step().ready} == {"late.bvh", "walk.bvh"}


def test_a_file_that_is_being_written_waits_while_others_are_read(folder):
    watch = Watch(opened(folder), [folder])
    watch.step()
    put(folder, "whole", 4)
    watch.step()
    growing = folder / "growing.bvh"
    growing.write_text(BVH.format(9)[:60])
    again = folder / "walk.bvh"
    again.write_text(BVH.format(9)[:80])
    change = watch.step()
    assert change.waiting == {growing, again}
    library = opened(folder, waiting=change.waiting)
    assert ids(library) == ["jump", "run", "walk", "whole"]  # walk as it was read
    assert [skipped.path for skipped in library.skipped] == [growing] and "being written" in library.skipped[0].reason
    growing.write_text(BVH.format(9))
    put(folder, "walk", 9)
    watch.step()
    assert {os.path.basename(file) for file in watch.step().ready} == {"growing.bvh", "walk.bvh"}


def test_captions_beside_are_watched_and_other_files_are_not(folder):
    watch = Watch(opened(folder), [folder])
    watch.step()
    (folder / "walk.txt").write_text("a person walks\n")
    (folder / "notes.md").write_text("x")
    (folder / ".hidden.bvh").write_text("x")
    watch.step()
    assert {os.path.basename(file) for file in watch.step().ready} == {"walk.txt"}


def test_what_is_gone_is_missed_twice_before_it_counts(folder):
    watch = Watch(opened(folder), [folder])
    watch.step()
    (folder / "run.bvh").unlink()
    assert watch.step() is None
    assert watch.step().gone == {str(folder / "run.bvh")}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions of POSIX systems, which bind no administrator")
def test_a_folder_that_cannot_be_read_for_a_while_is_not_gone(folder):
    put(folder, "day/one", 7)
    watch = Watch(opened(folder), [folder])
    watch.step()
    (folder / "day").chmod(0)
    try:
        assert watch.step() is None and watch.step() is None
        library = opened(folder)
    finally:
        (folder / "day").chmod(0o700)
    assert not library.gone


def test_a_drive_that_goes_away_takes_nothing_with_it(folder):
    watch = Watch(opened(folder), [folder])
    watch.step()
    folder.rename(folder.with_name("away"))
    assert watch.step() is None and watch.step() is None
    folder.with_name("away").rename(folder)
    assert watch.step() is None


def test_what_is_moved_keeps_captions_tags_and_favourites(folder):
    library = opened(folder)
    change_marks(library.root, {}, {"walk": Mark(True, ("good",)), "run": Mark(False, ("fast",))})
    caption_store.save(library, {"walk": (CaptionLine("anna walks"), CaptionLine("a step", 0.0, 0.03))}, own=False)
    (folder / "run.txt").write_text("someone runs home\n")
    opened(folder)
    (folder / "monday").mkdir()
    (folder / "walk.bvh").rename(folder / "monday" / "stroll.bvh")
    (folder / "run.bvh").rename(folder / "monday" / "run.bvh")
    (folder / "run.txt").unlink()
    library = opened(folder)
    assert library.moved["walk"] == "monday/stroll" and library.moved["run"] == "monday/run" and not library.gone
    assert read_marks(library.root) == {"monday/stroll": Mark(True, ("good",)), "monday/run": Mark(False, ("fast",))}
    assert library.by_id["monday/stroll"].captions == ("anna walks",)
    assert library.by_id["monday/stroll@0-0.03"].captions == ("a step",)
    assert library.by_id["monday/run"].captions == ("someone runs home",)  # the text beside it stayed behind
    assert not opened(folder).moved


@pytest.mark.parametrize("ended", ["killed", "cancelled"])
def test_a_scan_that_ends_half_way_loses_neither_what_it_read_nor_what_is_to_be_moved(folder, monkeypatch, ended):
    for number in range(5):
        put(folder, f"old/{number}", 10 + number)
    library = opened(folder)
    change_marks(library.root, {}, {"walk": Mark(True), "old/3": Mark(tags=("late",))})
    (folder / "aa").mkdir()
    (folder / "walk.bvh").rename(folder / "aa" / "stroll.bvh")
    (folder / "old" / "3.bvh").rename(folder / "zz.bvh")
    for number in range(3):
        put(folder, f"ab/{number}", 20 + number)
    monkeypatch.setattr(folder_module, "KEPT_S", 0.0 if ended == "killed" else 1e9)
    monkeypatch.setattr(folder_module, "PARTLY_SHARE", 0)
    scan = open_library(folder)
    for _ in range(4):  # the moved one, and two new ones
        next(scan)
    if ended == "cancelled":
        scan.close()
    read, real = [], folder_module.read_file
    monkeypatch.setattr(folder_module, "read_file", lambda file: read.append(file.stem) or real(file))
    library = opened(folder)
    assert set(library.moved) == {"walk", "old/3"} and not library.gone
    assert read_marks(library.root) == {"aa/stroll": Mark(True), "zz": Mark(tags=("late",))}
    assert "2" in read and not {"0", "1", "stroll", "jump"} & set(read)


def test_what_is_gone_is_named_until_it_comes_back_or_is_forgotten(folder):
    library = opened(folder)
    change_marks(library.root, {}, {"walk": Mark(True)})
    content = (folder / "walk.bvh").read_bytes()
    (folder / "walk.bvh").unlink()
    (folder / "run.bvh").unlink()
    library = opened(folder)
    assert set(library.gone) == {"walk", "run"} and ids(library) == ["jump"]
    assert set(opened(folder, use_index=True).gone) == set(opened(folder).gone) == {"walk", "run"}
    assert read_gone(library.root)[0].day == time.strftime("%Y-%m-%d")
    (folder / "back.bvh").write_bytes(content)  # days later, under another name
    library = opened(folder)
    assert library.gone == ("run",) and read_marks(library.root) == {"back": Mark(True)}
    forget(library.root)
    assert not opened(folder).gone
    assert gone_sentence(["a"]) == "1 take is gone: a." and gone_sentence("abcde") == "5 takes are gone: a, b, c and 2 more."


def test_of_two_takes_of_one_content_each_keeps_its_own(folder):
    put(folder, "a/one", 8)
    put(folder, "b/two", 8)
    library = opened(folder)
    change_marks(library.root, {}, {"a/one": Mark(tags=("first",)), "b/two": Mark(tags=("second",))})
    (folder / "a").rename(folder / "c")
    (folder / "b").rename(folder / "d")
    library = opened(folder)
    assert read_marks(library.root) == {"c/one": Mark(tags=("first",)), "d/two": Mark(tags=("second",))}


def test_a_copy_is_no_move(folder):
    library = opened(folder)
    change_marks(library.root, {}, {"walk": Mark(True)})
    (folder / "copy.bvh").write_bytes((folder / "walk.bvh").read_bytes())
    library = opened(folder)
    assert not library.moved and read_marks(library.root) == {"walk": Mark(True)}


def test_marks_of_several_open_together_move_too(folder, tmp_path):
    put(tmp_path / "others", "x", 20)
    together = run(open_paths([folder, tmp_path / "others"]))
    kept.change_marks(together, {}, {"takes/walk": Mark(True)})
    (folder / "walk.bvh").rename(folder / "stroll.bvh")
    together = run(open_paths([folder, tmp_path / "others"]))
    assert kept.marks_of(together) == {"takes/stroll": Mark(True)} and read_marks(folder) == {"stroll": Mark(True)}


def test_a_take_that_cannot_be_read_is_left_out_and_not_gone(folder):
    opened(folder)
    (folder / "walk.bvh").write_text("HIERARCHY\n")
    library = opened(folder)
    assert not library.gone and [skipped.path.name for skipped in library.skipped] == ["walk.bvh"]


def test_many_moves_are_found_at_once(monkeypatch):
    """Five thousand takes moved: the comparison stays linear."""
    from pathlib import Path

    from motionpatches.core.library.library import Clip, Library, Reader

    def clips(place):
        digests = [f"{number:032x}" for number in range(5_000)]
        return tuple(Clip(f"{place}/{n}", Path(f"/{place}/{n}.bvh"), key=f"{n}.bvh:{d}:r") for n, d in enumerate(digests))

    after = Library(Path("/"), "x", "", clips("new"), Reader(lambda clip: np.zeros(0)))
    start = time.perf_counter()
    found = moves.compare(clips("old"), after)
    assert found.names["old/77"] == "new/77" and len(found.names) == 5_000 and not found.gone
    assert time.perf_counter() - start < PATIENCE * 20
