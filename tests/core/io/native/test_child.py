"""The child process of compiled readers: what it hands over, and every way in which it can end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.native.child import NativeReader, command
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[4]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX systems")
# Readers whose behaviour is the file's text.
SCRIPT = """
import os, signal, sys, time
import numpy as np
from dataclasses import replace
from motionpatches.core.errors import FileProblem
from motionpatches.core.io.native.worker import serve
from motionpatches.core.motion.raw import RawTake
from motionpatches.core.motion.stated import Stated
from motionpatches.core.motion.motion import Assumption
from motionpatches.core.motion.skeleton import Skeleton

def read(path):
    what = path.read_text()
    if what == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "leave":
        os._exit(3)
    if what == "loop":
        while True: pass
    if what == "sleep":
        time.sleep(60)
    if what == "hunger":
        held = []
        while True: held.append(bytearray(50_000_000))
    if what == "swell":
        held = bytearray(300_000_000)
        time.sleep(60)
    if what == "problem":
        raise FileProblem(path, "it is odd", "Mend it", "line 3")
    if what == "odd error":
        raise RuntimeError("x" * 500)
    os.write(1, b"a library talks\\n{}\\n")
    names = tuple(sorted(m.split(".")[0] for m in sys.modules if m.startswith(("torch", "PySide"))))
    take = RawTake(np.arange(18, dtype=np.float32).reshape(2, 3, 3), 30.0, Skeleton(("a", "b", "\\u5de6"), (-1, 0, 1)),
                   Assumption("rate", "30 fps", "said", 1.0), str(os.getpid()), names, np.ones((3, 3), np.float32),
                   Stated(0.01, "cm"), Stated("Z", "said", 0.9), notes=(Assumption("gaps", "2", "filled", 0.9),))
    return [replace(take, partner=replace(take, positions=take.positions + 1))]

serve({"Test": read}, memory=400_000_000, files=%d)
"""


@pytest.fixture
def reader():
    reader = NativeReader([sys.executable, "-P", "-c", SCRIPT % 200])
    yield reader
    reader.close()


@pytest.fixture
def file(tmp_path):
    def make(text: str) -> Path:
        path = tmp_path / (text.replace(" ", "_") + ".test")
        path.write_text(text)
        return path

    return make


def pid_of(reader, file) -> int:
    return int(reader.read("Test", file("fine"))[0].name)


def test_a_take_is_handed_over_whole(reader, file):
    (take,) = reader.read("Test", file("fine"))
    np.testing.assert_array_equal(take.positions, np.arange(18).reshape(2, 3, 3))
    np.testing.assert_array_equal(take.partner.positions, np.arange(18).reshape(2, 3, 3) + 1)
    assert take.skeleton.joint_names == ("a", "b", "左") and take.unit.value == 0.01 and take.up.confidence == 0.9
    assert take.notes[0].what == "gaps" and take.rest.shape == (3, 3)
    assert take.positions.flags.writeable, "its file goes away"


def test_the_child_is_warm_and_ends_with_close(reader, file):
    pid = pid_of(reader, file)
    assert pid == pid_of(reader, file) != os.getpid()
    reader.close()
    assert not alive(pid)
    assert pid_of(reader, file) != pid
    reader.close()
    reader.close()


@POSIX
@pytest.mark.parametrize(
    "what, said",
    [
        ("crash", "crashed on it (SIGSEGV)"),
        ("leave", "exit code 3"),
        ("loop", "more than 1 s"),
        ("sleep", "more than 1 s"),
        ("hunger", "more memory"),
    ],
)
def test_an_end_is_a_sentence_about_that_file_and_the_next_is_read(reader, file, what, said):
    pid_of(reader, file)
    start = time.monotonic()
    with pytest.raises(FileProblem) as told:
        reader.read("Test", file(what), seconds=1.0 if what in ("loop", "sleep") else 30.0)
    assert said in str(told.value) and f"{what}.test" in str(told.value)
    assert time.monotonic() - start < PATIENCE * 10
    assert pid_of(reader, file) != os.getpid()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell the memory of a process")
def test_a_file_that_takes_too_much_memory_ends_the_child(reader, file, monkeypatch):
    """The library takes 300 MB, less than the limit of its addresses, and goes on."""
    monkeypatch.setattr("motionpatches.core.io.native.child.MOST_MEMORY", 250_000_000)
    pid, start = pid_of(reader, file), time.monotonic()
    with pytest.raises(FileProblem, match=r"swell\.test: reading it took more than 0\.25 GB of memory"):
        reader.read("Test", file("swell"))
    assert time.monotonic() - start < PATIENCE * 10 and not alive(pid)
    assert pid_of(reader, file) != pid


def test_problems_come_through(reader, file, tmp_path):
    with pytest.raises(FileProblem) as told:
        reader.read("Test", file("problem"))
    assert (told.value.problem, told.value.advice, told.value.where) == ("it is odd", "Mend it", "line 3")
    with pytest.raises(FileProblem, match="RuntimeError: x") as told:
        reader.read("Test", file("odd error"))
    assert len(str(told.value)) < 200
    with pytest.raises(FileProblem, match="does not exist"):
        reader.read("Test", tmp_path / "none.test")
    with pytest.raises(FileProblem, match="no ordinary file"):
        reader.read("Test", tmp_path)


def test_a_child_that_cannot_start_is_reported(file):
    for child in ([str(ROOT / "no such program")], [sys.executable, "-c", "raise SystemExit(1)"]):
        with pytest.raises(FileProblem, match="program that reads it"):
            NativeReader(child).read("Test", file("fine"))


def test_a_child_ends_after_its_number_of_files(file):
    reader = NativeReader([sys.executable, "-P", "-c", SCRIPT % 2])
    pids = [pid_of(reader, file) for _ in range(5)]
    reader.close()
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def test_cancel_ends_the_read_in_progress(reader, file):
    pid = pid_of(reader, file)
    reader.cancel()
    assert pid_of(reader, file) == pid, "nothing to cancel, nothing ended"
    threading.Timer(0.3, reader.cancel).start()
    start = time.monotonic()
    with pytest.raises(FileProblem, match="cancelled"):
        reader.read("Test", file("sleep"))
    assert time.monotonic() - start < PATIENCE * 5 and not alive(pid)
    assert pid_of(reader, file) != pid


@POSIX
def test_threads_share_the_child(reader, file):
    paths = [file(what) for what in ("fine", "crash", "problem", "fine")]
    got = [None] * 12

    def read(place: int) -> None:
        try:
            got[place] = reader.read("Test", paths[place % 4])[0].positions.shape
        except FileProblem as problem:
            got[place] = problem.problem[:10]

    threads = [threading.Thread(target=read, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [(2, 3, 3), "the Test r", "it is odd", (2, 3, 3)] * 3


@POSIX
@pytest.mark.parametrize("what", ["fine", "loop"])
def test_the_child_does_not_outlive_a_killed_parent(file, what):
    program = (
        f"import sys, threading, time\nfrom motionpatches.core.io.native.child import NativeReader\n"
        f"reader = NativeReader([sys.executable, '-P', '-c', {SCRIPT % 200!r}])\n"
        f"take = reader.read('Test', {str(file('fine'))!r})[0]\n"
        f"print(take.name, reader._process.folder, flush=True)\n"
        f"reader.read('Test', {str(file(what))!r})\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid, folder = parent.stdout.readline().split()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 10
    while alive(int(pid)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(int(pid)) and not Path(folder).exists()


def test_the_child_ends_with_the_parent(file):
    program = (
        f"import sys\nfrom motionpatches.core.io.native.child import NativeReader\nimport atexit\n"
        f"reader = NativeReader([sys.executable, '-P', '-c', {SCRIPT % 200!r}])\n"
        f"print(reader.read('Test', {str(file('fine'))!r})[0].name, flush=True)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    time.sleep(0.5)
    assert not alive(int(done.stdout)) and not done.stderr


def test_the_real_child_loads_neither_torch_nor_qt_and_nothing_of_the_current_folder(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    code = (
        "import sys; import motionpatches.core.io.native.worker as w; w.native_formats(); "
        "print([m for m in sys.modules if m.split('.')[0] in ('torch', 'PySide6', 'scipy')])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
    done = subprocess.run(command(), cwd=tmp_path, env=environment, input="", capture_output=True, text=True, timeout=60)
    assert '"folder"' in done.stdout and done.returncode == 0, done.stderr


def test_a_frozen_program_starts_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    entry = (ROOT / "packaging" / "entry.py").read_text()
    assert command() == [sys.executable, "--read-native"] and '"--read-native"' in entry


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@POSIX
def test_a_long_file_of_any_format_is_read_by_the_child_and_can_be_cancelled(tmp_path, monkeypatch):
    from motionpatches.core.io import load
    from motionpatches.core.io.native import child

    path = tmp_path / "a.npy"
    np.save(path, np.random.default_rng(0).normal(size=(8, 22, 3)).astype(np.float32))
    expected = load.read_takes_of(path)
    monkeypatch.setattr(child, "LONG", 100)
    (found,) = load.read_takes_of(path)
    np.testing.assert_array_equal(found.positions, expected[0].positions)
    assert found.notes == expected[0].notes and found.skeleton == expected[0].skeleton
    assert child._READER._process is not None
    os.kill(child._READER._process.process.pid, signal.SIGSTOP)  # reads for ever
    told: list[str] = []

    def read() -> None:
        try:
            load.read_takes_of(path)
        except FileProblem as problem:
            told.append(str(problem))

    reading = threading.Thread(target=read)
    reading.start()
    time.sleep(0.3)
    start = time.perf_counter()
    child.cancel()
    reading.join(20)
    assert told == ["a.npy: reading it was cancelled."] and time.perf_counter() - start < PATIENCE * 10
    child.close()


def test_every_reader_can_be_named_to_the_child():
    from motionpatches.core.io.load import FORMATS
    from motionpatches.core.io.native.worker import _reader_of

    for kind in FORMATS:
        assert _reader_of(f"{kind.read.__module__}:{kind.read.__name__}", kind.name) is kind.read
    with pytest.raises(ValueError):
        _reader_of("os:system", "BVH")
