"""A file is there whole, or as it was; nothing is written through a link; writers exclude each other."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from motionpatches.core import atomic
from motionpatches.core.atomic import locked, placing, put_aside, replacing, replacing_folder, whole_folder, write_atomically
from motionpatches.core.errors import FileProblem


@pytest.fixture(autouse=True)
def nothing_swept():
    atomic._swept.clear()


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_text_is_written_as_utf_8_with_plain_line_ends(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "ü\nb\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xbc\nb\n"
    assert names(tmp_path / "new") == ["a.txt"]


def test_bytes_are_written_as_they_are(tmp_path):
    write_atomically(tmp_path / "a", b"\xff\x00\r\n")
    assert (tmp_path / "a").read_bytes() == b"\xff\x00\r\n"


def test_an_interrupted_write_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    file = tmp_path / "a.txt"
    write_atomically(file, "old")
    for writer in (replacing, placing):
        with pytest.raises(KeyboardInterrupt), writer(file) as given:
            given.write(b"half of the new") if writer is replacing else given.write_bytes(b"half of the new")
            raise KeyboardInterrupt
        assert file.read_text() == "old" and names(tmp_path) == ["a.txt"]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileProblem, match=r"a\.txt: the system refused it"):
        write_atomically(tmp_path / "file" / "a.txt", "text")


def test_a_link_prepared_at_the_temporary_name_of_0_2_0_is_not_written_through(tmp_path):
    victim, file = tmp_path / "victim", tmp_path / "a.txt"
    victim.write_text("mine")
    (tmp_path / "a.txt.writing").symlink_to(victim)
    write_atomically(file, "new")
    assert victim.read_text() == "mine" and file.read_text() == "new" and not file.is_symlink()


def test_the_temporary_name_cannot_be_guessed_and_is_created_exclusively(tmp_path, monkeypatch):
    seen = set()
    for _ in range(3):
        with placing(tmp_path / "a") as path:
            seen.add(path.name)
            assert path.parent == tmp_path and stat.S_IMODE(path.stat().st_mode) & 0o022 == 0
    assert len(seen) == 3 and all(len(name) > 20 for name in seen)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda _: "known")
    (tmp_path / ".motionpatches-known.writing").symlink_to(victim)
    with pytest.raises(FileProblem):
        write_atomically(tmp_path / "a", "new")
    assert victim.read_text() == "mine"


def test_a_link_in_the_place_is_replaced_and_its_target_kept(tmp_path):
    victim, file = tmp_path / "victim", tmp_path / "a.txt"
    victim.write_text("mine")
    file.symlink_to(victim)
    write_atomically(file, "new")
    assert victim.read_text() == "mine" and file.read_text() == "new" and not file.is_symlink()


@pytest.mark.skipif(os.name == "nt", reason="modes of Unix")
def test_the_mode_of_the_old_file_is_kept_and_a_new_one_has_the_usual(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("")
    old.chmod(0o640)
    (tmp_path / "twin").write_text("")
    for writer in (write_atomically, lambda file, text: _placed(file, text)):
        writer(old, "text")
        writer(new, "text")
        assert stat.S_IMODE(old.stat().st_mode) == 0o640
        assert new.stat().st_mode == (tmp_path / "twin").stat().st_mode
        new.unlink()


def _placed(file, text):
    with placing(file) as path:
        path.unlink()  # as a library does that writes beside and renames
        path.write_text(text)
        path.chmod(0o600)


def test_what_is_no_regular_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem, match="no regular file"):
        write_atomically(tmp_path / "pipe", "text")
    with pytest.raises(FileProblem, match="it is a folder, not a file. Choose another name"):
        write_atomically(tmp_path / "folder", "text")
    assert names(tmp_path) == ["folder", "pipe"]


def test_a_file_that_the_user_made_read_only_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("mine")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the superuser may write everything
    with pytest.raises(FileProblem, match="no permission"):
        write_atomically(tmp_path / "a", "text")
    assert (tmp_path / "a").read_text() == "mine"


def test_a_long_name_can_be_written(tmp_path):
    write_atomically(tmp_path / ("x" * 255), "text")
    assert (tmp_path / ("x" * 255)).read_text() == "text"


def test_the_file_and_its_folder_are_synchronised_in_this_order(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor):
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("rename"), replace(a, b)))
    write_atomically(tmp_path / "a", "text")
    assert done == ["file", "rename", "folder"]


def test_leftovers_of_killed_writers_go_after_a_day_and_nothing_else(tmp_path):
    old, folder, young = (tmp_path / f".motionpatches-{name}.writing" for name in ("aa", "bb", "cc"))
    kept = [tmp_path / "story.writing", tmp_path / ".motionpatches-notes.txt"]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    for file in (old, young, *kept):
        file.write_text("")
    past = time.time() - 25 * 3600
    for file in (old, folder, *kept):
        os.utime(file, (past, past))
    write_atomically(tmp_path / "a", "text")
    assert names(tmp_path) == sorted(["a", "outside", young.name, *(k.name for k in kept)])
    assert (outside / "file").read_text() == "mine"


def test_a_folder_is_replaced_whole(tmp_path):
    folder = tmp_path / "best"
    for text in ("one", "two"):
        with replacing_folder(folder) as made:
            (made / "sub").mkdir()
            (made / "sub" / "a").write_text(text)
        assert (folder / "sub" / "a").read_text() == text and names(tmp_path) == ["best"]
    with pytest.raises(KeyboardInterrupt), replacing_folder(folder) as made:
        (made / "b").write_text("half")
        raise KeyboardInterrupt
    assert names(folder) == ["sub"] and names(tmp_path) == ["best"]


def test_a_folder_whose_writer_was_killed_between_the_renames_is_found(tmp_path):
    folder = tmp_path / "best"
    with replacing_folder(folder) as made:
        (made / "a").write_text("one")
    os.replace(folder, tmp_path / "best.old")
    assert (whole_folder(folder) / "a").read_text() == "one"
    with replacing_folder(folder) as made:
        (made / "a").write_text("two")
    assert whole_folder(folder) == folder and (folder / "a").read_text() == "two" and names(tmp_path) == ["best"]


def test_the_old_folder_comes_back_where_the_new_one_cannot_be_put_in_its_place(tmp_path, monkeypatch):
    folder, replace = tmp_path / "best", os.replace
    with replacing_folder(folder) as made:
        (made / "a").write_text("one")

    def refused(source, target):
        if source.name.endswith(".writing"):
            raise PermissionError(13, "no", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(FileProblem, match="best: no permission"), replacing_folder(folder) as made:
        (made / "a").write_text("two")
    assert (folder / "a").read_text() == "one" and names(tmp_path) == ["best"]


def test_links_in_the_place_of_a_folder_are_not_followed(tmp_path):
    victim, folder = tmp_path / "victim", tmp_path / "best"
    victim.mkdir()
    (victim / "a").write_text("mine")
    for name in ("best", "best.old", "best.writing"):
        (tmp_path / name).symlink_to(victim)
    with replacing_folder(folder) as made:
        (made / "a").write_text("new")
    assert (victim / "a").read_text() == "mine" and not folder.is_symlink() and (folder / "a").read_text() == "new"


def test_a_damaged_file_is_put_aside_and_an_earlier_one_kept(tmp_path):
    for text in ("one", "two"):
        (tmp_path / "a.json").write_text(text)
        assert put_aside(tmp_path / "a.json").read_text() == text
    assert len(names(tmp_path)) == 2 and all(name.endswith(".damaged") for name in names(tmp_path))
    assert put_aside(tmp_path / "a.json") is None


def test_writers_of_one_folder_exclude_each_other_and_leave_nothing_beside(tmp_path):
    with (
        locked(tmp_path / "a"),
        locked(tmp_path / "other" / "a"),
        pytest.raises(FileProblem, match="another window"),
        locked(tmp_path / "b", timeout_s=0.1),
    ):
        pass
    with locked(tmp_path / "b", timeout_s=0.1):
        pass
    assert names(tmp_path) == []


def test_without_a_place_for_locks_the_writer_goes_on(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MOTIONPATCHES_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(atomic.tempfile, "gettempdir", lambda: str(tmp_path / "file"))
    with locked(tmp_path / "a"):
        pass


def test_writers_of_one_file_at_once_are_all_served_and_no_reader_sees_half(tmp_path):
    file, torn = tmp_path / "a.txt", []
    contents = [letter * 50_000 for letter in "abc"]
    write_atomically(file, contents[0])

    def write(content):
        for _ in range(20):
            write_atomically(file, content)
            torn.extend({file.read_text()} - set(contents))

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(write, content) for content in contents]:
            done.result()
    assert not torn and names(tmp_path) == ["a.txt"]
