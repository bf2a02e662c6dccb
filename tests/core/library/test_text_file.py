"""Encodings: found out, and the bytes come back."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core.errors import FileProblem
from motionpatches.core.library.text_file import Splice, read_text, read_text_file, spliced, text_file

PATH = Path("a.txt")
FRENCH = "file,caption\na.npy,il se lève à côté du café\n"
ENCODED = {
    "utf-8": FRENCH.encode(),
    "utf-8 with mark": FRENCH.encode("utf-8-sig"),
    "utf-16 little": b"\xff\xfe" + FRENCH.encode("utf-16-le"),
    "utf-16 big": b"\xfe\xff" + FRENCH.encode("utf-16-be"),
    "utf-16 without mark": FRENCH.encode("utf-16-le"),
    "latin-1": FRENCH.encode("latin-1"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_text_is_read_in_its_encoding_and_comes_back(tmp_path, name):
    file = tmp_path / "captions.csv"
    file.write_bytes(ENCODED[name])
    found = read_text_file(file)
    assert found.text == read_text(file) == FRENCH and found.exact
    assert found.encoded(found.text) == ENCODED[name]
    assert found.encoded(FRENCH.replace("café", "thé")) == ENCODED[name].replace(
        "café".encode(found.encoding), "thé".encode(found.encoding)
    )


def test_windows_quotes_are_read_as_such():
    assert text_file(PATH, b"he says \x93walk\x94 \x85").text == "he says “walk” …"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_come_back_or_are_not_written(data):
    found = text_file(PATH, data)
    if found.exact:
        assert found.encoded(found.text) == data
    else:
        with pytest.raises(FileProblem):
            found.encoded(found.text)


def test_a_letter_that_the_encoding_has_not_is_named(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes("café".encode("latin-1"))
    with pytest.raises(FileProblem, match=r"cp1252\) has no letter 'ł'"):
        read_text_file(file).encoded("łódź")


def test_pipes_and_devices_are_no_text(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to("/dev/zero")
    for name in ("a.txt", "b.txt"):
        with pytest.raises(FileProblem, match="device or a pipe"):
            read_text(tmp_path / name)


@pytest.mark.parametrize(("text", "end"), [("a\r\nb\n", "\r\n"), ("a\nb\r\n", "\n"), ("a\rb", "\r"), ("a", "\n"), ("", "\n")])
def test_the_line_end_is_that_of_the_first_line(text, end):
    assert text_file(PATH, text.encode()).line_end == end


@settings(max_examples=100)
@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.text(max_size=4)), max_size=5))
def test_splices_are_taken_back(text, pieces):
    at, splices = 0, []
    for skip, length, new in pieces:
        start = min(at + skip, len(text))
        at = min(start + length, len(text))
        splices.append(Splice(start, at, new))
    made, back = spliced(text, splices)
    assert spliced(made, back)[0] == text
