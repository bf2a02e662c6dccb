"""What is left of a crash, in a process that really ends badly."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from motionpatches.app import crash
from motionpatches.core import notices, paths
from motionpatches.core.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
DIES = """
from pathlib import Path
from motionpatches.app import crash
watch = crash.Watch()
watch.begin()
watch.opened([Path("/home/ada/secret takes/dance.bvh")])
crash.log.info("open: folder, 3 motions; model starter")
{end}
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    return tmp_path


def die(end, home):
    return subprocess.run(
        [sys.executable, "-c", DIES.format(end=end)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, paths.HOME_VARIABLE: str(home)},
    )


def test_a_segmentation_fault_leaves_a_report_and_what_was_open(home):
    assert die("import ctypes; ctypes.string_at(0)", home).returncode != 0
    last = crash.Watch().last_time()
    assert last.paths == (Path("/home/ada/secret takes/dance.bvh"),)
    assert VERSION in last.report and "Segmentation fault" in last.report and "system: " in last.report
    assert "open: folder, 3 motions" in last.report
    assert "secret" not in last.report and "dance" not in last.report


def test_a_kill_leaves_what_was_open(home):
    die("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", home)
    assert crash.Watch().last_time() == crash.Unfinished((Path("/home/ada/secret takes/dance.bvh"),), "")


def test_what_is_open_already_is_not_offered_again(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    a, b, gone = tmp_path / "a", tmp_path / "b", tmp_path / "gone"
    assert crash.Unfinished((a, b, gone), "").to_offer([b, a]) == []
    assert crash.Unfinished((a, b, gone), "").to_offer([a]) == [a, b]
    assert crash.Unfinished((gone,), "").to_offer([]) == []


def test_a_good_end_leaves_nothing(home):
    assert die("watch.end()", home).returncode == 0
    assert crash.Watch().last_time() is None


def test_a_running_studio_is_no_crash(home):
    (home / "reports").mkdir()
    (home / "reports" / crash.SESSION).write_text(json.dumps({"pid": os.getppid(), "paths": []}))
    assert crash.Watch().last_time() is None


def test_what_nobody_caught_is_reported_from_any_thread(home, capsys):
    reports = []
    watch = crash.Watch(reports.append)
    watch.begin()
    try:
        thread = threading.Thread(target=lambda: Path("/home/ada/secret takes/dance.bvh").read_bytes())
        thread.start()
        thread.join()
    finally:
        watch.end()
    assert len(reports) == 1 and "FileNotFoundError" in reports[0] and f"version: {VERSION}" in reports[0]
    assert "secret" not in reports[0]
    assert str(ROOT) not in reports[0] and "test_crash.py" in reports[0]
    capsys.readouterr()


def test_paths_are_left_out():
    text = (
        'File "/home/ada/x/core/io/bvh.py", line 3: C:\\Users\\ada\\a.bvh and /tmp/one/two.npy, 3/4 of it, '
        "not '/my own/a b.npy'"
    )
    assert crash.without_names(text) == "File \"…/bvh.py\", line 3: … and …, 3/4 of it, not '…'"


@pytest.mark.parametrize(
    "session",
    [
        '{"pid": 99999999999999999999, "paths": []}',
        '{"pid": 0, "paths": []}',
        '{"pid": -1, "paths": []}',
        '{"pid": true, "paths": []}',
        '{"pid": 1e400, "paths": []}',
        '{"pid": 2147483648, "paths": []}',
        '{"pid": 99999, "paths": "abc"}',
        '{"pid": 99999, "paths": [5]}',
        '{"pid": 99999, "paths": ["a\\u0000b"]}',
        "[" * 100_000,
        "{",
        "null",
        "",
    ],
    ids=lambda text: text[:40],
)
def test_a_damaged_session_is_put_aside_and_the_studio_starts(home, session):
    (home / "reports").mkdir()
    file = home / "reports" / crash.SESSION
    file.write_text(session)
    notices.untold()
    watch = crash.Watch()
    assert watch.last_time() is None
    (notice,) = notices.untold()
    kept = file.with_name(crash.SESSION + ".damaged")
    assert str(kept) in notice and kept.read_text() == session
    watch.begin()
    watch.end()
    assert crash.Watch().last_time() is None and not notices.untold()


def test_links_among_the_reports_are_not_written_through(home):
    (home / "reports").mkdir()
    victim = home / "victim"
    victim.write_text("mine")
    for name in (crash.LOG, crash.FAULT, crash.SESSION, crash.SESSION + ".writing"):
        (home / "reports" / name).symlink_to(victim)
    watch = crash.Watch()
    watch.begin()
    watch.opened([home])
    watch.end()
    assert victim.read_text() == "mine" and "started" in (home / "reports" / crash.LOG).read_text()


def test_without_a_folder_for_reports_the_watch_goes_on(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for place in (str(tmp_path / "file"), "/dev/null"):
        monkeypatch.setenv(paths.HOME_VARIABLE, place)
        watch = crash.Watch()
        assert watch.last_time() is None
        watch.begin()
        watch.end()
