"""Tables: read as Python's csv module reads them, with the place of each cell."""

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core.library.table import DELIMITERS, OpenQuote, guarded, quoted, rows_of, unguarded
from tests.patience import PATIENCE

PIECES = st.lists(st.sampled_from(["a", "é", '"', '""', ",", ";", "\t", "\r\n", "\n", "\r", " ", "'"]), max_size=25).map("".join)


@settings(max_examples=400, deadline=None)
@given(PIECES, st.sampled_from(DELIMITERS))
def test_as_the_csv_module_reads_it_and_every_letter_has_its_place(text, delimiter):
    try:
        rows = list(rows_of(text, delimiter))
    except OpenQuote:
        with pytest.raises(csv.Error):
            list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        return
    twin = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [[] if row.blank else [cell.value for cell in row.cells] for row in rows] == twin
    assert "".join(text[row.start : row.end] for row in rows) == text
    for cell in (cell for row in rows for cell in row.cells):
        alone = csv.reader(io.StringIO(text[cell.start : cell.end], newline=""), delimiter=delimiter)
        assert (next(alone, None) or [""]) == [cell.value]


@settings(max_examples=100, deadline=None)
@given(st.text('a"\r\n,;\té ', max_size=20), st.sampled_from(DELIMITERS), st.booleans())
def test_a_quoted_value_is_read_back(value, delimiter, always):
    line = delimiter.join(["x", quoted(value, delimiter, always)]) + "\n"
    assert list(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter)) == [["x", value]]


@given(st.text(alphabet="'=+-@\t\ra", max_size=5))
def test_no_value_begins_as_a_formula_and_every_one_comes_back(value):
    assert not guarded(value).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(value)) == value


def test_an_open_quote_names_its_line():
    with pytest.raises(OpenQuote) as told:
        list(rows_of('a,b\r\n"c\nd",e\rf,"never closed\n' + "x,\n" * 10))
    assert told.value.line == 4


def test_large_and_odd_tables_take_no_longer_than_their_length():
    start = time.process_time()
    for text in ('"' + '""' * 100_000, "," * 60_000, '"' * 100_001, '"a" ' * 40_000, "\r" * 40_000):
        try:
            list(rows_of(text))
        except OpenQuote:
            continue
    assert time.process_time() - start < PATIENCE * 2
