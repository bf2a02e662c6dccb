"""Files of the program's own, in whose place something else stands."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from motionpatches.core import notices, paths
from motionpatches.core.errors import FileProblem
from motionpatches.core.library import index, marks
from motionpatches.core.library.cache import take_cache
from motionpatches.core.own_file import read_own
from motionpatches.core.recognition import corrections
from motionpatches.core.regular_file import open_regular, read_regular

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
ROOT = Path("/somewhere/library")
PIPES = []


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    yield
    notices.untold()
    PIPES.clear()


def within(work, seconds=10.0):
    """What `work` returns or raises; an AssertionError where it waits."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        try:
            return done.result(seconds)
        except TimeoutError:
            release()
            raise AssertionError("it hangs") from None


def release():
    """Let go whoever waits for a writer of a pipe."""
    for file in PIPES:
        with suppress(OSError):
            os.close(os.open(file, os.O_WRONLY | os.O_NONBLOCK))


def pipe(file):
    file.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(file)
    PIPES.append(file)
    return file


def test_a_regular_file_is_opened_and_nothing_else(tmp_path):
    (tmp_path / "a").write_bytes(b"text")
    (tmp_path / "link").symlink_to("a")
    assert read_regular(tmp_path / "a") == read_regular(tmp_path / "link") == b"text"
    pipe(tmp_path / "pipe")
    (tmp_path / "link to pipe").symlink_to("pipe")
    for name in ("pipe", "link to pipe"):
        with pytest.raises(FileProblem, match="no regular file"):
            within(lambda name=name: open_regular(tmp_path / name))
    for name, kind in ((tmp_path, IsADirectoryError), (tmp_path / "none", FileNotFoundError)):
        with pytest.raises(kind):
            open_regular(name)
    with pytest.raises(FileProblem, match="no regular file"):
        open_regular(Path(os.devnull))


def test_a_pipe_in_the_place_of_a_file_is_put_aside_and_said(tmp_path):
    file = pipe(tmp_path / "own.json")
    assert within(lambda: read_own(file, "your captions", dict)) is None
    assert not file.exists() and (tmp_path / "own.json.damaged").is_fifo()
    assert "Your captions could not be read" in notices.untold()[0]
    file.write_text(json.dumps({"a": 1}))
    assert read_own(file, "your captions", dict) == {"a": 1}


@pytest.mark.parametrize(
    ("place", "read", "found"),
    (
        (lambda: index.index_file(ROOT), lambda: index.load(ROOT), None),
        (lambda: index.index_file(ROOT), lambda: index.load_files(ROOT), {}),
        (lambda: index.index_file(ROOT), lambda: index.search(ROOT, "walk"), None),
        (lambda: take_cache().store._file("ab"), lambda: take_cache().store.load("ab"), None),
        (paths.corrections, corrections.listed, ()),
        (lambda: marks.marks_file(ROOT), lambda: marks.read_marks(ROOT), {}),
    ),
    ids=("index", "files of an index", "words of an index", "cached takes", "corrections", "marks"),
)
def test_every_file_of_the_program_may_be_a_pipe(place, read, found):
    pipe(place())
    assert within(read) == found
