"""Pictures on disk: found again, within a limit, and never in the way."""

import sqlite3
import threading

import pytest

from motionpatches.core.library import picture_store
from motionpatches.core.library.picture_store import PictureStore


@pytest.fixture
def file(tmp_path):
    return tmp_path / "cache" / "pictures.sqlite"


def test_what_is_saved_is_found_by_another(file):
    PictureStore(lambda: file, 1000).save("a", b"\x00one")
    other = PictureStore(lambda: file, 1000)
    assert other.load("a") == b"\x00one" and other.load("b") is None and other.size() == 4
    other.save("a", b"two")
    assert other.load("a") == b"two" and other.size() == 3


def test_those_used_longest_ago_go_first(file, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(picture_store.time, "time", lambda: clock[0])
    store = PictureStore(lambda: file, 100)
    for i in range(10):
        clock[0] += 2 * picture_store.TOUCH_S
        store.save(str(i), bytes(10))
    clock[0] += 2 * picture_store.TOUCH_S
    assert store.load("0")  # used again, the latest of all
    store.limit = 50
    store.trim()
    assert [i for i in range(10) if store.load(str(i))] == [0, 7, 8, 9]
    assert store.size() <= 50 * picture_store.LOW_WATER


def test_the_limit_holds_without_being_asked(file):
    store = PictureStore(lambda: file, 100)
    for i in range(200):
        store.save(str(i), bytes(10))
    assert store.size() <= 100 + 10 * picture_store.CHECK_EVERY


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\x00" + bytes(5000)])
def test_a_damaged_file_is_made_anew(file, damage):
    file.parent.mkdir()
    file.write_bytes(damage)
    store = PictureStore(lambda: file, 1000)
    assert store.load("a") is None
    store.save("a", b"one")
    store.save("a", b"one")
    assert store.load("a") == b"one"


def test_a_table_of_another_kind_is_made_anew(file):
    file.parent.mkdir()
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE pictures (other TEXT)")
    base.close()
    store = PictureStore(lambda: file, 1000)
    assert store.load("a") is None
    store.save("a", b"one")
    assert store.load("a") == b"one"


def test_where_nothing_can_be_written_nothing_is_stored(tmp_path):
    (tmp_path / "file").write_text("")
    store = PictureStore(lambda: tmp_path / "file" / "pictures.sqlite", 1000)
    store.save("a", b"one")
    assert store.load("a") is None and store.size() == 0


def test_threads_write_side_by_side(file):
    def write(name):
        store = PictureStore(lambda: file, 10_000)
        for i in range(20):
            store.save(f"{name}{i}", name.encode())

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = PictureStore(lambda: file, 10_000)
    assert all(store.load(f"{name}{i}") == name.encode() for name in "abc" for i in range(20))
