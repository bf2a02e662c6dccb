"""The cache of takes: each content is read once, and whatever happens to the disk costs time only."""

import os
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import atomic
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.library import cache as cache_module
from motionpatches.core.library import content, take_store
from motionpatches.core.library.cache import TakeCache
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.skeleton import Skeleton

PAIR = Skeleton(("a", "b"), (-1, 0))
RATE = Assumption("rate", "30 fps", "stated", 1.0)


def take_of(numbers) -> RawTake:
    return RawTake(np.repeat(np.asarray(numbers, np.float32), 6).reshape(-1, 2, 3), 30.0, PAIR, RATE)


class Files:
    """A reader of files of numbers, a frame each, that counts what it reads."""

    def __init__(self, root: Path):
        self.root, self.read_paths = root, []

    def write(self, name: str, *numbers: float, age: float = 60) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(map(str, numbers)))
        os.utime(path, (time.time() - age,) * 2)
        return path

    def read(self, path: Path) -> list[RawTake]:
        self.read_paths.append(path)
        words = path.read_text().split()
        if "bad" in words:
            raise FileProblem(path, "it is bad")
        return [take_of(words)]

    def cache(self, **more) -> TakeCache:
        return TakeCache(self.read, folder=lambda: self.root / "cache", **more)

    def stored(self) -> list[Path]:
        return [f for f in (self.root / "cache").rglob("*") if f.is_file()]


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(tmp_path)


def frames(takes: list[RawTake]) -> list[float]:
    assert len(takes) == 1 and takes[0].positions.shape[1:] == (2, 3)
    assert (takes[0].positions == takes[0].positions[:, :1, :1]).all() and not takes[0].positions.flags.writeable
    return takes[0].positions[:, 0, 0].tolist()


def test_a_content_is_read_once_wherever_it_lies(files):
    one = files.write("one.num", 1, 2, 3)
    first = files.cache()
    assert frames(first.takes(one)) == frames(first.takes(one)) == [1, 2, 3]
    copy = files.write("elsewhere/copy.NUM", 1, 2, 3)
    one.rename(files.root / "moved.num")
    assert frames(files.cache().takes(copy)) == frames(files.cache().takes(files.root / "moved.num")) == [1, 2, 3]
    assert files.read_paths == [one] and len(files.stored()) == 1


def test_another_suffix_is_read_by_itself(files):
    cache = files.cache()
    for name in ("one.num", "one.other"):
        cache.takes(files.write(name, 1))
    assert len(files.read_paths) == 2


def test_a_changed_file_is_read_again(files):
    cache = files.cache()
    assert frames(cache.takes(files.write("a.num", 1, 2))) == [1, 2]
    assert frames(cache.takes(files.write("a.num", 3, 4, age=50))) == [3, 4]
    # Within one tick of the clock: size and time stay as they were.
    path = files.write("b.num", 1)
    os.utime(path, ns=(time.time_ns(),) * 2)
    when = path.stat().st_mtime_ns
    assert frames(cache.takes(path)) == [1]
    path.write_text("2")
    os.utime(path, ns=(when, when))
    assert frames(cache.takes(path)) == [2]


def test_a_stamp_of_this_moment_proves_nothing_later(files):
    path = files.write("a.num", 1)
    os.utime(path, ns=(time.time_ns(),) * 2)
    when, known = path.stat().st_mtime_ns, files.cache().content(path)
    assert frames(files.cache().takes(path, known.stamp, known.digest)) == [1] and len(files.stored()) == 1
    path.write_text("2")
    os.utime(path, ns=(when, when))
    assert frames(files.cache().takes(path, known.stamp, known.digest)) == [2]
    os.utime(path, (1, 1))
    settled = files.cache().content(path)
    assert files.cache().content(path, settled.stamp, "x" * 32).digest == "x" * 32 and not settled.stamp.endswith("?")


def test_files_it_depends_on_count(files):
    cache = files.cache(files=lambda path: [path, *path.parent.glob("*.skel")])
    path = files.write("a.num", 1)
    cache.takes(path)
    files.write("a.skel", 1)
    cache.takes(path)
    cache.takes(path)
    assert len(files.read_paths) == 2
    files.write("a.skel", 2, age=40)
    cache.takes(path)
    assert len(files.read_paths) == 3


def test_a_setting_it_depends_on_counts(files):
    setting = ["mean"]
    cache = files.cache(context=lambda path: setting[0])
    path = files.write("a.num", 1)
    cache.takes(path)
    setting[0] = "measured"
    cache.takes(path)
    assert len(files.read_paths) == 2


def test_what_an_index_knows_is_not_hashed(files, monkeypatch):
    path = files.write("a.num", 1)
    known = files.cache().content(path)
    assert known.stamp == f"{path.stat().st_size}:{path.stat().st_mtime_ns}"
    files.cache().takes(path)
    hashed = []
    whole = content._digest
    monkeypatch.setattr(content, "_digest", lambda found: hashed.append(found) or whole(found))
    assert frames(files.cache().takes(path, known.stamp, known.digest)) == [1] and hashed == []
    assert frames(files.cache().takes(path, "1:1", "0" * 32)) == [1] and hashed == [[path]]
    assert len(files.read_paths) == 1


def test_the_digest_is_the_systems(files):
    path = files.write("a.num", 1, 2)
    if not Path("/usr/bin/sha256sum").exists():
        pytest.skip("no sha256sum here")
    printed = subprocess.run(["/usr/bin/sha256sum", path], capture_output=True, text=True).stdout
    assert files.cache().content(path).digest == printed[:32]


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-70]),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(bytes(len(file.read_bytes()))),
        lambda file: file.write_bytes(file.read_bytes().replace(b"hips", b"hops").replace(np.float32(2).tobytes(), b"\0\0\0\0")),
        lambda file: (file.unlink(), file.mkdir()),
    ],
)
def test_a_damaged_file_is_read_and_replaced(files, damage):
    path = files.write("a.num", 1, 2, 3)
    files.cache().takes(path)
    (stored,) = files.stored()
    damage(stored)
    assert frames(files.cache().takes(path)) == [1, 2, 3] and len(files.read_paths) == 2
    if stored.is_file():
        assert frames(files.cache().takes(path)) == [1, 2, 3] and len(files.read_paths) == 2


def test_a_folder_that_is_a_file(files):
    (files.root / "cache").write_text("mine")
    cache = files.cache()
    path = files.write("a.num", 1)
    assert frames(cache.takes(path)) == [1] and "cannot be stored" in cache.problem and cache.problem.endswith(".")
    assert frames(cache.takes(path)) == [1] and len(files.read_paths) == 1  # Held in memory.
    assert cache.news() == cache.problem and cache.news() == ""  # Said once.
    assert (files.root / "cache").read_text() == "mine"


def test_a_full_disk_keeps_no_torn_file(files):
    resource = pytest.importorskip("resource")
    path, cache = files.write("a.num", *range(2000)), files.cache()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        assert frames(cache.takes(path)) == list(range(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be stored" in cache.problem and files.stored() == []


def test_a_folder_without_permission(files, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    cache = files.cache()
    assert frames(cache.takes(files.write("a.num", 1))) == [1] and "Permission denied" in cache.problem


def test_no_cache_at_all(files):
    cache = files.cache(limit=0)
    assert frames(cache.takes(files.write("a.num", 1))) == [1]
    assert files.stored() == [] and cache.problem == ""


def test_the_least_recently_used_goes_first(files):
    cache = files.cache(limit=10_000_000)
    paths = [files.write(f"{i}.num", i) for i in range(20)]
    stored = []
    for path in paths:
        cache.takes(path)
        stored += [f for f in files.stored() if f not in stored]
    for age, file in zip(range(20, 0, -1), stored, strict=True):
        os.utime(file, (time.time() - age * 86400,) * 2)
    size = stored[0].stat().st_size
    assert cache.store.size() == 20 * size
    files.cache().takes(paths[0])  # Used: no longer the oldest.
    again = files.cache(limit=10 * size)
    again.takes(files.write("new.num", 99))
    left = set(files.stored())
    assert len(left) == 9 and {stored[0], *stored[-7:]} <= left and again.store.size() <= 10 * size
    assert frames(files.cache().takes(paths[1])) == [1] and len(files.read_paths) == 22


def test_the_limit_holds_over_many_writes(files):
    cache = files.cache(limit=20_000)
    for i in range(100):
        cache.takes(files.write(f"{i}.num", i))
        assert cache.store.size() <= 20_000
    assert cache.store.size() > 10_000


def test_a_lower_limit_takes_effect_at_once(files):
    cache = files.cache()
    for i in range(20):
        cache.takes(files.write(f"{i}.num", i))
    half = cache.store.size() // 2
    cache.store.limit_to(half)
    assert 0 < cache.store.size() <= half
    cache.store.limit_to(0)
    assert files.stored() == []


def test_the_one_of_the_process_reads_poses_again_with_other_body_models(monkeypatch, tmp_path):
    from motionpatches.core.io.smpl.poses import BODY_MODELS
    from motionpatches.core.library.cache import take_cache

    assert take_cache() is take_cache()
    for name, differs in (("a.npz", True), ("a.bvh", False)):
        monkeypatch.delenv(BODY_MODELS, raising=False)
        without = take_cache().context(tmp_path / name)
        monkeypatch.setenv(BODY_MODELS, str(tmp_path))
        assert (take_cache().context(tmp_path / name) != without) == differs


def test_what_a_killed_writer_left_is_removed(files):
    cache = files.cache()
    cache.takes(files.write("a.num", 1))
    left = files.stored()[0].with_name(f"{atomic.PREFIX}abc{atomic.SUFFIX}")
    left.write_bytes(b"torn")
    cache.store.trim()
    assert left.exists()  # Another process may be writing it.
    os.utime(left, (time.time() - 2 * atomic.ABANDONED_S,) * 2)
    cache.store.trim()
    assert not left.exists() and len(files.stored()) == 1


def test_a_link_planted_in_the_folder_is_not_followed(files):
    path = files.write("a.num", 1)
    files.cache().takes(path)
    (stored,) = files.stored()
    victim = files.root / "victim"
    victim.write_text("precious")
    stored.unlink()
    stored.symlink_to(victim)
    assert frames(files.cache().takes(path)) == [1] and victim.read_text() == "precious" and not stored.is_symlink()


def test_errors_are_told_each_time_and_forgotten_when_the_file_changes(files):
    cache, path = files.cache(), files.write("a.num", "bad")
    for _ in range(3):
        with pytest.raises(FileProblem, match=r"a\.num: it is bad"):
            cache.takes(path)
    assert len(files.read_paths) == 1 and files.stored() == []
    with pytest.raises(FileProblem, match=r"b\.num: it is bad"):
        cache.takes(files.write("b.num", "bad"))
    assert frames(cache.takes(files.write("a.num", 1, age=30))) == [1]


def test_a_passing_error_is_not_remembered(files):
    errors = [OSError(24, "Too many open files")]

    def read(path: Path) -> list[RawTake]:
        if errors:
            try:
                raise errors.pop()
            except OSError as error:
                raise os_problem(path, error) from error
        return files.read(path)

    cache, path = TakeCache(read, folder=lambda: files.root / "cache"), files.write("a.num", 1)
    with pytest.raises(FileProblem, match="Too many open files"):
        cache.takes(path)
    assert frames(cache.takes(path)) == [1]


def test_what_is_no_file(files):
    cache = files.cache()
    os.mkfifo(files.root / "pipe.num")
    for name, says in (
        ("pipe.num", "no regular file"),
        ("none.num", "does not exist"),
        ("cache", "does not exist"),
        ("a\0b.num", "cannot be used"),
    ):
        with pytest.raises(FileProblem, match=says):
            cache.takes(files.root / name)


def test_a_file_changed_while_it_is_read_is_not_stored(files):
    path = files.write("a.num", 1)

    def read(path: Path) -> list[RawTake]:
        files.write("a.num", 2, age=10)
        return files.read(path)

    assert frames(TakeCache(read, folder=lambda: files.root / "cache").takes(path)) == [2] and files.stored() == []
    assert frames(files.cache().takes(files.write("a.num", 1, age=5))) == [1]


def test_threads_read_a_content_once_and_do_not_wait_for_others(files):
    path, other = files.write("a.num", 1), files.write("other.num", 2)
    began, go_on = threading.Event(), threading.Event()

    def read(at: Path) -> list[RawTake]:
        if at == path:
            began.set()
            assert go_on.wait(10)
        return files.read(at)

    cache = TakeCache(read, folder=lambda: files.root / "cache")
    found: list[list[float]] = []
    threads = [threading.Thread(target=lambda: found.append(frames(cache.takes(path)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert began.wait(10)
    assert frames(cache.takes(other)) == [2] and found == []
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert found == [[1]] * 8 and sorted(files.read_paths) == [path, other]


def test_a_thread_that_waited_for_an_error_reads_its_own_file(files):
    paths = [files.write(f"{i}.num", "bad") for i in range(6)]
    cache = TakeCache(lambda path: time.sleep(0.02) or files.read(path), folder=lambda: files.root / "cache")
    said: list[str] = []

    def work(path: Path) -> None:
        try:
            cache.takes(path)
        except FileProblem as error:
            said.append(str(error))

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(said) == [f"{i}.num: it is bad." for i in range(6)]


def test_memory_held_is_bounded(files, monkeypatch):
    monkeypatch.setattr(cache_module, "HELD", 5 * take_store.nbytes(take_of([1])))
    cache = files.cache(limit=0)
    for i in (*range(10), 9, 5, 4):
        cache.takes(files.write(f"{i}.num", i))
    assert len(files.read_paths) == 11 and len(cache._recent._held) == 5
