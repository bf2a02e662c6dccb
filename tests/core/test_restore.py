"""Files taken back byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core import restore

CONTENTS = st.one_of(st.none(), st.binary(max_size=6).map(lambda part: b"ab" + part + b"ba"), st.binary(max_size=4))


@settings(max_examples=100, deadline=None)
@given(CONTENTS, CONTENTS)
def test_a_write_is_taken_back_and_done_again(tmp_path_factory, old, new):
    file = tmp_path_factory.mktemp("f") / "a.txt"
    if old is not None:
        file.write_bytes(old)
    before = restore.write(file, new, old)
    assert restore.content_of(file) == new
    for wanted in (old, new, old):
        before = restore.take_back(before)
        assert before is not None and restore.content_of(file) == wanted


@pytest.mark.parametrize("since", [b"theirs", b"", None])
def test_a_file_that_was_changed_since_is_left_alone(tmp_path, since):
    file = tmp_path / "a.txt"
    file.write_bytes(b"before")
    before = restore.write(file, b"after", b"before")
    file.unlink() if since is None else file.write_bytes(since)
    assert restore.take_back(before) is None and restore.content_of(file) == since


def test_little_of_a_long_file_is_kept(tmp_path):
    file, old = tmp_path / "a.csv", b"row\n" * 100_000
    before = restore.write(file, old[:4000] + b"x" + old[4000:], old)
    assert len(before.old) < 8 and restore.take_back(before) and file.read_bytes() == old
