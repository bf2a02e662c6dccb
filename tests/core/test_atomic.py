"""A file is there whole, or as it was."""

import pytest

from motionpatches.core.atomic import replacing, write_atomically
from motionpatches.core.errors import FileProblem


def test_text_is_written_as_utf_8_with_plain_line_ends(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "ü\nb\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xbc\nb\n"
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_an_interrupted_write_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    file = tmp_path / "a.txt"
    write_atomically(file, "old")
    with pytest.raises(KeyboardInterrupt), replacing(file) as stream:
        stream.write(b"half of the new")
        raise KeyboardInterrupt
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileProblem, match=r"a\.txt: the system refused it"):
        write_atomically(tmp_path / "file" / "a.txt", "text")
