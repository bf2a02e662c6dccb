"""Text readers on damaged files: a take with finite positions or a sentence, no other error, no warning, nothing slow.

`python -m tests.core.io.test_text_fuzz 10000` tries more and prints the counts.
"""

import sys
import time
import warnings
from collections import Counter

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.acclaim.amc import read_amc
from motionpatches.core.io.bvh.bvh import read_bvh
from motionpatches.core.io.points.joint_csv import JOINT_CSV, read_joint_csv
from motionpatches.core.io.points.mvnx import read_mvnx
from motionpatches.core.io.points.ntu import read_ntu
from motionpatches.core.io.points.trc import read_trc
from tests.core.io.acclaim import test_amc
from tests.core.io.bvh import test_bvh_dialects
from tests.core.io.points import test_joint_csv, test_mvnx, test_ntu, test_trc

SAMPLES = {
    "a.bvh": (
        read_bvh,
        [
            test_bvh_dialects.PLAIN,
            test_bvh_dialects.DIALECTS["decimal commas"].decode(),
            test_bvh_dialects.six_channels(test_bvh_dialects.OFFSETS),
            test_bvh_dialects.crowd([8, 7, 2]),
        ],
    ),
    "07_01.amc": (read_amc, [test_amc.HEADER + test_amc.FRAMES]),
    "07.asf": (read_amc, [test_amc.ASF]),
    "a.trc": (read_trc, [test_trc.trc(test_trc.OPENPOSE, test_trc.moving(test_trc.OPENPOSE, 8))]),
    "a.csv": (
        read_joint_csv,
        [
            test_joint_csv.LAYOUTS[name][0]
            for name in ("underscore", "motive bones", "vicon", "deeplabcut", "long", "long, person", "decimal commas")
        ],
    ),
    "a.mvnx": (read_mvnx, [test_mvnx.mvnx(test_mvnx.subject(positions=test_mvnx.MOVING[:2]))]),
    "a.skeleton": (read_ntu, [test_ntu.skeleton([(1, test_ntu.PLACES, range(4)), (2, test_ntu.PLACES, range(4))], 4)]),
}
WORDS = [
    b"nan",
    b"1e999",
    b"-1e308",
    b"999999999999",
    b"-1",
    b"0",
    b"",
    b"\0",
    b"{",
    b"}",
    b"\n",
    b"\r",
    b"\t",
    b",",
    b";",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<",
    b">",
    b"&x;",
    b'"',
    b"#",
    b":",
    b"x",
    b"1,5",
    b"\x8d\xb6",
    b"e" * 300,
    b"MOTION",
    b"Frames: 1e9",
    b"ROOT",
]


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut, with bytes changed, words exchanged, or pieces doubled, moved and taken out."""
    out = content
    for _ in range(rng.integers(1, 5)):
        a, b = sorted(int(x) for x in rng.integers(0, len(out) + 1, 2))
        b = min(b, a + int(rng.integers(1, 400)))
        kind = rng.integers(7)
        word = WORDS[rng.integers(len(WORDS))]
        if kind == 0:
            out = out[:a]
        elif kind == 1:
            out = out[:a] + bytes([rng.integers(256)]) + out[a + 1 :]
        elif kind == 2:
            out = out[:a] + word + out[a:]
        elif kind == 3:
            out = out[:a] + out[a:b] * int(rng.integers(2, 30)) + out[b:]
        elif kind == 4:
            out = out[:a] + out[b:]
        elif kind == 5:
            words = out.split(b" ")
            words[rng.integers(len(words))] = word
            out = b" ".join(words)
        else:
            lines = out.split(b"\n")
            i, j = rng.integers(len(lines), size=2)
            lines[i], lines[j] = lines[j], lines[i]
            out = b"\n".join(lines)
    return out.replace(b"\n", b"\r") if rng.random() < 0.02 else out


def try_one(folder, name: str, content: bytes) -> str:
    """What came of it. Raises whatever is no FileProblem."""
    reader = SAMPLES[name][0]
    (folder / name).write_bytes(content)
    path = folder / ("07_01.amc" if name.endswith("asf") else name)
    try:
        JOINT_CSV.fits(path)
        takes = reader(path)
    except FileProblem as problem:
        assert len(str(problem)) < 700
        return "told"
    for take in takes:
        for person in filter(None, (take, take.partner)):
            assert np.isfinite(person.positions).all() and 1 <= person.fps <= 1000 and len(person.positions)
            assert person.rest is None or np.isfinite(person.rest).all()
            assert person.positions.dtype == np.float32 and len(person.skeleton.topological_order) == person.skeleton.joint_count
    return "noted" if any(t.notes for t in takes) else "read"


def fuzz(folder, name: str, count: int, seed: int = 0) -> tuple[Counter, float]:
    """Counts of what came of damaged files, and the slowest in seconds."""
    rng = np.random.default_rng(seed)
    (folder / "07.asf").write_text(test_amc.ASF)
    (folder / "07_01.amc").write_text(SAMPLES["07_01.amc"][1][0])
    seen: Counter = Counter()
    slowest = 0.0
    for _ in range(count):
        samples = SAMPLES[name][1]
        content = damaged(samples[rng.integers(len(samples))].encode(), rng)
        start = time.process_time()
        seen[try_one(folder, name, content)] += 1
        slowest = max(slowest, time.process_time() - start)
    return seen, slowest


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files(name, tmp_path):
    seen, slowest = fuzz(tmp_path, name, 60)
    assert seen["told"] and sum(seen.values()) == 60 and slowest < 2


if __name__ == "__main__":
    import resource
    import tempfile
    from pathlib import Path

    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    for sample in sys.argv[2:] or SAMPLES:
        with tempfile.TemporaryDirectory() as scratch:
            outcome, worst = fuzz(Path(scratch), sample, int(sys.argv[1]))
        print(sample, dict(outcome), f"slowest {worst:.2f} s, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
