"""Favourites and tags on disk: no window loses another's, and a damaged file is kept."""

import json

import pytest

from motionpatches.core import notices
from motionpatches.core.library.marks import NONE, Mark, change_marks, marks_file, read_marks, tags_of

ONE = Mark(True, ("reviewed",))


def test_marks_are_kept_by_library_and_clip(tmp_path):
    change_marks(tmp_path, {}, {"a": ONE})
    change_marks(tmp_path, {}, {"b": Mark(False, ("hard take",))})
    assert read_marks(tmp_path) == {"a": ONE, "b": Mark(False, ("hard take",))} and read_marks(tmp_path / "other") == {}
    assert change_marks(tmp_path, {"a": ONE}, {"a": NONE}).marks == {"b": Mark(False, ("hard take",))}
    assert tags_of(" Walk, reviewed,,walk ") == ("walk", "reviewed")


def test_two_windows_keep_each_other_s_marks(tmp_path):
    """Both opened the library while it had no marks."""
    change_marks(tmp_path, {}, {"t000": Mark(tags=("mine",))})
    change_marks(tmp_path, {}, {"t001": Mark(True)})
    change_marks(tmp_path, {}, {"t000": Mark(tags=("yours",))})
    assert read_marks(tmp_path) == {"t000": Mark(tags=("mine", "yours")), "t001": Mark(True)}
    change_marks(tmp_path, {"t000": Mark(tags=("yours",))}, {"t000": Mark(True)})
    assert read_marks(tmp_path)["t000"] == Mark(True, ("mine",))


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{", b"\xff", b'{"clips": {"a": {}}}', b'{"clips": {"a": {"favourite": 1, "tags": "abc"}}}', b"[" * 100_000],
    ids=lambda damage: str(damage[:20]),
)
def test_a_damaged_file_is_put_aside_before_the_next_star(tmp_path, damage):
    for at in range(3):
        change_marks(tmp_path, {}, {f"t{at}": ONE})
    file = marks_file(tmp_path)
    file.write_bytes(damage)
    notices.untold()
    change_marks(tmp_path, {}, {"new": ONE})
    (notice,) = notices.untold()
    kept = file.with_name(file.name + ".damaged")
    assert kept.read_bytes() == damage and str(kept) in notice and "favourites" in notice
    assert read_marks(tmp_path) == {"new": ONE} and not notices.untold()


def test_a_damaged_file_is_reported_once_where_it_is_only_read(tmp_path):
    change_marks(tmp_path, {}, {"a": ONE})
    marks_file(tmp_path).write_bytes(b"{")
    notices.untold()
    assert read_marks(tmp_path) == {} and len(notices.untold()) == 1
    assert read_marks(tmp_path) == {} and not notices.untold()


def test_ids_of_any_letters_are_kept(tmp_path):
    change_marks(tmp_path, {}, {"walk\udce9\ud83d": ONE})
    assert read_marks(tmp_path) == {"walk\udce9\ud83d": ONE}
    assert json.loads(marks_file(tmp_path).read_bytes())


def test_a_change_is_taken_back_byte_for_byte(tmp_path):
    """The order of the clips too, and a file of another program's spacing; the file goes where there was none."""
    marks_file(tmp_path).parent.mkdir(parents=True, exist_ok=True)
    old = b'{"clips": {"b": {"favourite": true, "tags": []}, "a": {"favourite": true, "tags": ["x"]}}}\n'
    for before in (old, None):
        if before is not None:
            marks_file(tmp_path).write_bytes(before)
        change = change_marks(tmp_path, {"b": Mark(True)}, {"b": NONE, "a": ONE})
        done = marks_file(tmp_path).read_bytes()
        back = change_marks(tmp_path, {"b": NONE, "a": ONE}, {"b": Mark(True)}, change.back)
        assert (marks_file(tmp_path).read_bytes() if marks_file(tmp_path).exists() else None) == before and not back.others
        change_marks(tmp_path, {}, {}, back.back)
        assert marks_file(tmp_path).read_bytes() == done
        marks_file(tmp_path).unlink()


def test_a_change_is_taken_back_around_what_another_window_wrote(tmp_path):
    change = change_marks(tmp_path, {}, {"a": Mark(tags=("mine",)), "b": Mark(True)})
    change_marks(tmp_path, {}, {"a": Mark(tags=("yours",)), "c": Mark(True)})
    undone = change_marks(tmp_path, {"a": Mark(tags=("mine",)), "b": Mark(True)}, {"a": NONE, "b": NONE}, change.back)
    assert undone.others and undone.marks == {"a": Mark(tags=("yours",)), "c": Mark(True)} == read_marks(tmp_path)
