"""Windows and a command line that write at once: what was acknowledged is on the disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.library import caption_store
from motionpatches.core.library.marks import Mark, read_marks
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.recognition import corrections

PROCESSES, TAKES, SAVES = 3, 4, 10
WRITER = """
import sys
from pathlib import Path
from motionpatches.core.library import caption_store
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.marks import Mark, change_marks
from motionpatches.core.library.open import open_library
from motionpatches.core.library.takes import clips_of, lines_of
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.progress import run
from motionpatches.core.recognition import corrections

me, root, saves = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
library = run(open_library(root))
shown = {take: lines_of(clips) for take, clips in clips_of(library, {c.id for c in library.clips}).items()}
print("open", flush=True)
sys.stdin.readline()
marks = {}
for count in range(saves):
    for take in shown:
        before = shown[take]
        shown[take] = (*before, CaptionLine(f"{me} {count}"))
        saved = caption_store.save(library, {take: shown[take]}, take != "t3", {take: before})
        assert not saved.problem, saved.problem
    after = {"t0": Mark(me == "w0", (*(marks["t0"].tags if marks else ()), f"{me} {count}"))}
    change_marks(root, marks, after)
    marks = after
    change_marks(root, {}, {f"{me} {count}": Mark(True)})
    corrections.remember("rig", Skeleton((me, str(count)), (-1, 0)), None, corrections.Correction(up="Z"))
"""


@pytest.fixture
def root(tmp_path, smpl_motion, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "home"))
    root = tmp_path / "takes"
    root.mkdir()
    for take in range(TAKES):
        np.save(root / f"t{take}.npy", smpl_motion.positions[:20])
    (root / "captions.csv").write_text("file,caption\nt0.npy,wälks\nt1.npy,runs\nother.npy,é\n", encoding="latin-1")
    run(open_library(root))
    return root


def test_no_caption_tag_favourite_or_correction_is_lost(root):
    """t0 and t1 are in the table, t2 has a text of its own, t3 goes into the user's file."""
    command = [sys.executable, "-c", WRITER]
    writers = [
        subprocess.Popen(
            [*command, f"w{n}", str(root), str(SAVES)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for n in range(PROCESSES)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "open\n", writer.stderr.read()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        assert not writer.communicate()[1] and writer.returncode == 0

    said = {f"w{n} {count}" for n in range(PROCESSES) for count in range(SAVES)}
    clips = run(open_library(root)).by_id
    for take, first in (("t0", "wälks"), ("t1", "runs"), ("t2", "t2"), ("t3", "t3")):
        assert set(clips[take].captions) == {first, *said} and len(clips[take].captions) == len(said) + 1
    assert set(caption_store.read_sidecar(root)) == {"t3"}
    assert (root / "captions.csv").read_text(encoding="latin-1").endswith("other.npy,é\n")
    marks = read_marks(root)
    assert set(marks["t0"].tags) == said and marks["t0"].favourite
    assert {name for name, mark in marks.items() if mark == Mark(True)} == said
    assert len(corrections.listed()) == len(said)
    assert sorted(f.name for f in root.iterdir()) == ["captions.csv", "t0.npy", "t1.npy", "t2.npy", "t2.txt", "t3.npy"]
