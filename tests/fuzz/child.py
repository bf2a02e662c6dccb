"""Reads cases of one format one after the other within limits, and writes a line of JSON before and after each.

`python -m tests.fuzz.child ANSWERS READER SEED FIRST END WHOLE SECONDS`: to the file ANSWERS, since a pipe would wake its reader
twice a case. A case of more than SECONDS of processor, or of six times as many in all, ends the process by a signal, its stack
on stderr.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

from tests.fuzz.cases import format_named, make_case, samples_of
from tests.fuzz.outcome import outcome_of

# Timers of signals, since a watching thread would be begun and ended for each case.
TIMERS = {signal.ITIMER_PROF: (signal.SIGPROF, 1.0), signal.ITIMER_REAL: (signal.SIGALRM, 6.0)}
MEMORY = int(2.5 * 2**30)
SHARED_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


def main(answers: str, name: str, seed: int, first: int, end: int, whole: int, seconds: float) -> None:
    kind = format_named(name)
    samples_of(kind)
    with open(answers, "w", encoding="utf-8") as out, tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        print(json.dumps(folder), file=out, flush=True)
        faulthandler.enable()
        for number, _ in TIMERS.values():
            faulthandler.register(number, chain=True)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in range(first, end):
            case = make_case(kind, seed, number)
            path = case.write(Path(folder))
            print(json.dumps({"began": number}), file=out, flush=True)
            _limit(seconds)
            outcome = outcome_of(kind, path, bool(whole))
            _limit(0)
            print(json.dumps({"number": number, "size": case.size, **outcome.as_dict()}), file=out, flush=True)


def _limit(seconds: float) -> None:
    for timer, (_, times) in TIMERS.items():
        signal.setitimer(timer, seconds * times)


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:7]), float(sys.argv[7]))
