"""Captions to a table and back: nothing is lost, and an import says what it will change."""

import csv

import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.library import caption_store
from motionpatches.core.library.caption_exchange import Plan, current_lines, export_csv, plan, read_table
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.open import open_library
from motionpatches.core.library.takes import with_lines
from motionpatches.core.progress import run

WHOLE, PART = CaptionLine("walks, quickly"), CaptionLine("stops", 0.5, 1.25)


def lines(*texts):
    return tuple(CaptionLine(text) for text in texts)


def test_a_table_goes_out_and_comes_back(small_library, tmp_path):
    library = with_lines(run(open_library(small_library)), {"000005": (WHOLE, PART), "000006": ()})
    table = tmp_path / "t.csv"
    table.write_text(export_csv(library))
    found = read_table(library, table)
    assert not found.unknown and found.lines["000005"] == (WHOLE, PART) and found.lines["000006"] == ()
    for mode in ("add", "replace", "skip"):
        planned = plan(current_lines(library, found.lines), found.lines, mode)
        assert not planned.after and len(planned.same) == 12
    table.write_text("file,caption\n000007.npy,by name\n000008,by take\nnobody.npy,lost\nnone,\n")
    found = read_table(library, table)
    assert found.lines == {"000007": lines("by name"), "000008": lines("by take")} and found.unknown == ("nobody.npy", "none")
    table.write_text("a,b\n1,2\n")
    with pytest.raises(FileProblem, match="columns file and caption"):
        read_table(library, table)


def test_no_exported_cell_is_a_formula_and_captions_come_back(small_library, tmp_path):
    said = lines("=HYPERLINK(1)", "@SUM(A1)", "'=x", "+1", "-walks", 'says "stop", waits', "é", "two  blanks")
    library = with_lines(run(open_library(small_library)), {"000005": said})
    table = tmp_path / "t.csv"
    table.write_text(export_csv(library), encoding="utf-8")
    with open(table, newline="", encoding="utf-8") as stream:
        assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert read_table(library, table).lines["000005"] == said


NOW = {"a": lines("walks", "goes"), "b": (), "c": lines("runs")}
TABLE = {"a": lines("strolls", "walks", "strolls"), "b": lines("new"), "c": lines("runs")}


@pytest.mark.parametrize(
    ("mode", "after", "same", "skipped", "added", "removed"),
    [
        ("add", {"a": lines("walks", "goes", "strolls"), "b": lines("new")}, ("c",), (), 2, 0),
        ("replace", {"a": lines("strolls", "walks", "strolls"), "b": lines("new")}, ("c",), (), 3, 1),
        ("skip", {"b": lines("new")}, ("c",), ("a",), 1, 0),
    ],
)
def test_what_an_import_changes(mode, after, same, skipped, added, removed):
    found = plan(NOW, TABLE, mode)
    assert found == Plan({take: NOW[take] for take in after}, after, same, skipped)
    assert (found.added, found.removed) == (added, removed)


def test_an_empty_caption_removes_only_where_captions_are_replaced():
    assert plan(NOW, {"a": ()}, "replace").removed == 2
    assert not plan(NOW, {"a": ()}, "add").after and not plan(NOW, {"a": ()}, "skip").after


def test_a_range_behind_the_end_of_its_take_is_named_and_left_out(small_library, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("file,caption,start,end\n000001,late,900,901\n000002,late,900,901\n000002,in time,0.5,1\n")
    found = read_table(run(open_library(small_library)), table)
    assert found.lines == {"000002": (CaptionLine("in time", 0.5, 1.0),)}
    assert len(found.late) == 2 and "'late' begins at 900 s" in found.late[0]


def test_nothing_is_written_by_reading_a_table(small_library, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("file,caption\n000001,new\n")
    before = {path: path.read_bytes() for path in small_library.rglob("*.txt")}
    read_table(run(open_library(small_library)), table)
    assert before == {path: path.read_bytes() for path in small_library.rglob("*.txt")}
    assert not caption_store.sidecar_file(small_library).exists()
