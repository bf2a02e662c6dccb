"""Many cases of a reader in child processes; a child that dies or hangs is replaced."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.child import SHARED_MEMORY, TIMERS
from tests.fuzz.outcome import CRASH, GOOD, HANG, MEMORY

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0
# A child is replaced after so many cases, for what libraries keep of them.
BATCH = 10_000
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass
class Report:
    """Counts by kind of outcome, and the faults: number of cases, and the smallest, by what they are."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, number: int, kind: str, what: str = "", seconds: float = 0.0, size: int = 0) -> None:
        self.counts[kind] += 1
        self.slowest = max(self.slowest, (seconds, number))
        if kind not in GOOD:
            self.faults.setdefault(f"{kind}: {what}", []).append((size, number))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def campaign(name: str, seed: int, first: int, end: int, seconds: float = SECONDS, whole: bool = False) -> Report:
    """Run cases `first` to `end` (excluded) of a reader; `whole`: of recognition and view too."""
    report = Report(name)
    while first < end:
        first = _batch(report, name, seed, first, min(end, first + BATCH), seconds, whole)
    return report


def _batch(report: Report, name: str, seed: int, first: int, end: int, seconds: float, whole: bool) -> int:
    """One child's cases. Returns the number of the next case."""
    running, folder = -1, ""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", dir=SHARED_MEMORY) as answers, tempfile.TemporaryFile() as errors:
        numbers = map(str, (seed, first, end, int(whole), seconds))
        command = [sys.executable, "-m", "tests.fuzz.child", answers.name, name, *numbers]
        code = subprocess.run(command, cwd=ROOT, env=os.environ | THREADS, stdout=subprocess.DEVNULL, stderr=errors).returncode
        for line in answers:
            said = json.loads(line)
            if isinstance(said, str):
                folder = said
            elif "began" in said:
                running = said["began"]
            else:
                running = -1
                report.add(**said)
                first = said["number"] + 1
        errors.seek(max(errors.tell() - 10**6, 0))
        printed = errors.read().decode("utf-8", "replace")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    if running < 0 and (code or first < end):
        raise RuntimeError(f"The child process for {name} ended with {code} before its cases.\n{printed[-2000:]}")
    if running >= 0:
        report.add(running, *_ending(code, printed))
        first = running + 1
    return first


def _ending(code: int, printed: str) -> tuple[str, str]:
    """Kind and place of a death."""
    where = [line.strip() for line in printed.splitlines() if "File " in line and "/core/" in line]
    place = where[0].replace(str(ROOT) + "/", "") if where else printed.strip()[-100:]
    if -code in [number for number, _ in TIMERS.values()]:
        return HANG, place
    if "bad_alloc" in printed or "MemoryError" in printed:
        return MEMORY, place
    return CRASH, f"exit {code}, {place}"
