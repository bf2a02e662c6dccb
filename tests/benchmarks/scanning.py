"""Scanning a folder of 50,000 small motion files: `python -m tests.benchmarks.scanning [COUNT] [DIFFERENT]`.

Prints seconds of processor and the largest memory: the first scan, the scan of a folder that did not change, and opening by the
index. DIFFERENT of the files are other motions of the same rig, each for itself, the rest copies of the first.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

FRAMES = 24


def make(root: Path, count: int, different: int) -> None:
    """Files in folders of a thousand."""
    from tests.skeletons import BODIES, write_bvh

    write_bvh(root / "one.bvh", BODIES["LAFAN1"], frames=FRAMES)
    head, _, body = (root / "one.bvh").read_text().partition("Frame Time:")
    time_, *rows = body.splitlines()
    (root / "one.bvh").unlink()
    for number in range(count):
        folder = root / f"{number // 1000:03d}"
        folder.mkdir(exist_ok=True)
        own = number if number < different else 0
        start = own % len(rows)
        # Begun at another frame, all of it moved to the side, in columns of the same width.
        place = head.replace("OFFSET 0.", f"OFFSET {own}.", 1)
        moved = [f"{own / 100:.4f} {row.split(' ', 1)[1]}" for row in (*rows[start:], *rows[:start])]
        (folder / f"walk_{number:05d}.bvh").write_text("\n".join([f"{place}Frame Time:{time_}", *moved]) + "\n")


def main(count: int = 50_000, different: int = 0) -> None:
    from motionpatches.core.library.open import open_library
    from motionpatches.core.progress import run

    root = Path(tempfile.mkdtemp()) / "takes"
    root.mkdir()
    make(root, count, different)
    for what, use_index in (("first scan", False), ("second scan", False), ("by the index", True)):
        start, clock = time.process_time(), time.perf_counter()
        library = run(open_library(root, use_index))
        spent, passed = time.process_time() - start, time.perf_counter() - clock
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{what:14} {len(library.clips):,} clips: {spent:.1f} s of processor, {passed:.1f} s, {memory:.2f} GB", flush=True)
        assert len(library.clips) == count


if __name__ == "__main__":
    os.environ["MOTIONPATCHES_HOME"] = tempfile.mkdtemp()
    main(*map(int, sys.argv[1:3]))
