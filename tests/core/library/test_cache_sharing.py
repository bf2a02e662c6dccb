"""Several processes with one cache folder."""

import subprocess
import sys
from pathlib import Path

from tests.core.library.test_cache import Files

PROCESS = """
import sys; from pathlib import Path
from tests.core.library.test_cache import Files, frames
files = Files(Path(sys.argv[1]))
for turn in range(15):
    for i in range(12):
        cache = files.cache(limit=6000)
        assert frames(cache.takes(files.root / f"{i}.num")) == [i] * 40, i
        assert cache.problem == "", cache.problem
    if turn % 5 == 4:
        files.cache().clear()
"""


def test_processes_share_a_folder(tmp_path):
    files = Files(tmp_path)
    for i in range(12):
        files.write(f"{i}.num", *[i] * 40)
    root = Path(__file__).resolve().parents[3]
    processes = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(files.root)], cwd=root, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.communicate(timeout=60)[1] == "" and process.returncode == 0
    assert not list((files.root / "cache").rglob("*.writing"))
    files.cache().store.limit_to(6000)
    assert sum(f.stat().st_size for f in files.stored()) <= 6000
