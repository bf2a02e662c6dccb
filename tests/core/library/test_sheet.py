"""The take sheet: kept beside the library or for the user alone, by several processes at once, and through kills."""

import os
import random
import sqlite3
import subprocess
import sys
import time

import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library import sheet
from motionpatches.core.library.filters import clip_filter, is_field
from motionpatches.core.library.library import Clip, Library, Reader
from motionpatches.core.library.sheet import NAME, change_sheet, known_sheet, own_file, place_of, read_sheet
from motionpatches.core.library.sheet_exchange import export_sheet, plan_import
from motionpatches.core.search.query import parse


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "takes"
    folder.mkdir()
    return folder


def library(root, *takes):
    return Library(root, "takes", "", tuple(Clip(take, root / f"{take}.bvh") for take in takes), Reader(lambda clip: None))


def test_fields_are_kept_beside_the_library_and_taken_away(root):
    assert read_sheet(root) == {}
    before = change_sheet(root, {("a", "status"): "select", ("a", "camera"): "3", ("b", "day"): "2026-11-26"})
    assert set(before.values()) == {""} and (root / NAME).is_file()
    assert read_sheet(root) == {"a": {"status": "select", "camera": "3"}, "b": {"day": "2026-11-26"}}
    assert change_sheet(root, {("a", "status"): "", ("b", "day"): "2026-11-26"}) == {("a", "status"): "select"}
    assert read_sheet(root)["a"] == {"camera": "3"} and known_sheet(root) == read_sheet(root)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "good", "select, hold, no good"),
        ("day", "2026-02-30", "2026-11-26"),
        ("Camera", "1", "no name of a field"),
        ("", "1", "no name of a field"),
        ("notes", "x" * 10_001, "10,000"),
        ("notes", "a\0b", "text"),
    ],
)
def test_what_no_sheet_keeps_is_refused_whole(root, field, value, said):
    with pytest.raises(StudioError, match=said):
        change_sheet(root, {("a", "notes"): "kept?", ("a", field): value} if field != "notes" else {("a", field): value})
    assert read_sheet(root) == {}


def test_an_undo_leaves_what_others_wrote_since(root):
    change_sheet(root, {("a", "notes"): "mine", ("b", "notes"): "mine"})
    change_sheet(root, {("b", "notes"): "another's"})
    wanted = {("a", "notes"): "", ("b", "notes"): ""}
    written = change_sheet(root, wanted, {place: "mine" for place in wanted})
    assert written == {("a", "notes"): "mine"} and read_sheet(root) == {"b": {"notes": "another's"}}


def test_the_later_value_of_two_sheets_stands(root, monkeypatch):
    """Written for the user alone while the folder could not be written, and beside the library before and after."""
    times = iter(range(1000, 2000))
    monkeypatch.setattr(sheet.time, "time_ns", lambda: next(times))
    change_sheet(root, {("a", "notes"): "old", ("b", "notes"): "old"})
    with monkeypatch.context() as patch:
        patch.setattr(sheet, "shared_file", lambda root: None)
        change_sheet(root, {("a", "notes"): "newer", ("c", "notes"): "own"})
    change_sheet(root, {("b", "notes"): "newest"})
    assert read_sheet(root) == {"a": {"notes": "newer"}, "b": {"notes": "newest"}, "c": {"notes": "own"}}


def test_a_clock_that_is_behind_still_writes(root, monkeypatch):
    change_sheet(root, {("a", "notes"): "first"})
    monkeypatch.setattr(sheet.time, "time_ns", lambda: 5)
    change_sheet(root, {("a", "notes"): "second"})
    assert read_sheet(root)["a"]["notes"] == "second"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions of POSIX systems, which bind no administrator")
def test_a_folder_that_cannot_be_written_has_a_sheet_in_the_user_s_data(root):
    root.chmod(0o500)
    try:
        change_sheet(root, {("a", "notes"): "x"})
        assert place_of(root) == own_file(root) and not (root / NAME).exists() and read_sheet(root)["a"]["notes"] == "x"
    finally:
        root.chmod(0o700)


def test_a_library_that_is_a_file_has_a_sheet_in_the_user_s_data(tmp_path):
    file = tmp_path / "packed.npz"
    file.write_bytes(b"")
    change_sheet(file, {("a", "notes"): "x"})
    assert place_of(file) == own_file(file) and read_sheet(file) == {"a": {"notes": "x"}}


@pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_of_this_name_that_is_no_sheet_is_refused_and_left_alone(root, content):
    (root / NAME).write_bytes(content)
    for use in (lambda: read_sheet(root), lambda: change_sheet(root, {("a", "notes"): "x"})):
        with pytest.raises(FileProblem, match=NAME):
            use()
    assert (root / NAME).read_bytes() == content


def test_a_sheet_of_another_version_is_left_alone(root):
    change_sheet(root, {("a", "notes"): "x"})
    base = sqlite3.connect(root / NAME)
    base.execute("UPDATE meta SET value = '99'")
    base.commit()
    base.close()
    with pytest.raises(FileProblem, match="another version"):
        change_sheet(root, {("a", "notes"): "y"})


WRITER = """
import sys
from pathlib import Path
from motionpatches.core.library.sheet import change_sheet
root, name = Path(sys.argv[1]), sys.argv[2]
for number in range(int(sys.argv[3])):
    change_sheet(root, {(f"take{number % 7}", f"f-{name}"): str(number), (f"{name}-{number}", "notes"): "x"})
    print(number, flush=True)
"""


def start(root, name, count):
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), name, str(count)], stdout=subprocess.PIPE, text=True)


def test_processes_that_write_at_once_lose_nothing(root):
    writers = [start(root, name, 12) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    [writer.stdout.close() for writer in writers]
    found = read_sheet(root)
    assert all(f"{name}-{number}" in found for name in "abc" for number in range(12))
    assert found["take4"] == {f"f-{name}": "11" for name in "abc"}


def test_a_killed_writer_loses_nothing_that_it_acknowledged(root):
    """At 20 random moments; the next writer goes on at once, and no half of a change is kept."""
    random.seed(7)
    acknowledged = set()
    for moment in range(20):
        name = f"k{moment:02d}"
        writer = start(root, name, 10_000)
        first = writer.stdout.readline()
        time.sleep(random.random() * 0.04)
        writer.kill()
        told = [first, *writer.stdout.readlines()]
        writer.wait()
        writer.stdout.close()
        acknowledged |= {(name, int(line)) for line in told if line.endswith("\n")}
    found = read_sheet(root)
    assert len(acknowledged) >= 20 and all(f"{name}-{number}" in found for name, number in acknowledged)
    last = {}
    for take in found:
        name, _, number = take.partition("-")
        if number:
            last[name] = max(last.get(name, -1), int(number))
    for name, number in last.items():  # both fields of a change, or none
        assert found[f"take{number % 7}"][f"f-{name}"] == str(number)
    base = sqlite3.connect(root / NAME)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def test_filters_by_the_sheet(root):
    rows = {
        "a": {"status": "select", "performer": "Anna Berg", "day": "2026-11-26", "camera": "3"},
        "b": {"status": "no good", "performer": "Ben", "day": "2026-10-01"},
    }
    clips = [Clip("a", root / "a.bvh"), Clip("a@1-2", root / "a.bvh", start_s=1, end_s=2), Clip("b", root), Clip("c", root)]

    def ids(words):
        keep = clip_filter(words, {}, rows)
        return [clip.id for clip in clips if keep(clip)]

    assert ids("status:select performer:anna") == ["a", "a@1-2"] and ids("status:no-good") == ["b"]
    assert ids("day:2026-11") == ["a", "a@1-2"] and ids("day<2026-11-01") == ["b"] and ids("camera=3") == ["a", "a@1-2"]
    assert ids("-status:select") == ["b", "c"] and ids("day>=2026-11-26") == ["a", "a@1-2"]
    assert parse("someone jumps status:select camera=3").filters == ("status:select", "camera=3") and not is_field("a=")


def test_a_table_goes_out_and_comes_in_with_a_preview(root, tmp_path):
    takes = library(root, "monday/walk", "run", "=evil")
    change_sheet(root, {("monday/walk", "status"): "hold", ("run", "notes"): 'says "go", twice', ("run", "camera"): "3"})
    table = export_sheet(takes, read_sheet(root))
    assert table.splitlines()[0] == "take,status,performer,day,notes,camera" and "\n'=evil," in table
    file = tmp_path / "sheet.csv"
    file.write_text(table)
    plan = plan_import(takes, read_sheet(root), file)
    assert not plan.after and plan.same == 3 and not plan.unknown and not plan.problems
    file.write_text("file;Status;performer;day\nwalk.bvh;SELECT;Anna;\nrun;great;Ben;2026-1-1\nnobody;hold;;\n")
    plan = plan_import(takes, read_sheet(root), file)
    assert plan.after == {
        ("monday/walk", "status"): "select",
        ("monday/walk", "performer"): "Anna",
        ("run", "performer"): "Ben",
    }
    assert plan.before["monday/walk", "status"] == "hold" and plan.unknown == ("nobody",) and plan.takes == ("monday/walk", "run")
    assert len(plan.problems) == 2 and "great" in plan.problems[0] and "2026-1-1" in plan.problems[1]
    change_sheet(root, plan.after)
    assert read_sheet(root)["monday/walk"] == {"status": "select", "performer": "Anna"}


def test_a_table_that_is_none_is_refused(root, tmp_path):
    file = tmp_path / "x.csv"
    for content in ("", "take\n", 'take,notes\na,"open'):
        file.write_text(content)
        with pytest.raises(FileProblem, match="x.csv"):
            plan_import(library(root, "a"), {}, file)


def test_fields_move_with_a_take(root):
    change_sheet(root, {("old", "notes"): "x", ("old", "status"): "hold", ("new", "status"): "select"})
    sheet.carry(root, {"old": "new"})
    assert read_sheet(root) == {"new": {"notes": "x", "status": "select"}}
