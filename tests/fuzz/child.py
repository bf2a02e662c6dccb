"""Reads cases of one format one after the other within limits, and writes a line of JSON before and after each.

`python -m tests.fuzz.child ANSWERS READER SEED FIRST END WHOLE SECONDS`: to the file ANSWERS, since a pipe would wake its reader
twice a case. A case of more than SECONDS ends the process, its stack on stderr.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import tempfile
from pathlib import Path

from tests.fuzz.cases import format_named, make_case, samples_of
from tests.fuzz.outcome import outcome_of

MEMORY = int(2.5 * 2**30)
SHARED_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


def main(answers: str, name: str, seed: int, first: int, end: int, whole: int, seconds: float) -> None:
    kind = format_named(name)
    samples_of(kind)
    with open(answers, "w", encoding="utf-8") as out, tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder:
        print(json.dumps(folder), file=out, flush=True)
        faulthandler.enable()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in range(first, end):
            case = make_case(kind, seed, number)
            path = case.write(Path(folder))
            print(json.dumps({"began": number}), file=out, flush=True)
            faulthandler.dump_traceback_later(seconds, exit=True)
            outcome = outcome_of(kind, path, bool(whole))
            faulthandler.cancel_dump_traceback_later()
            print(json.dumps({"number": number, "size": case.size, **outcome.as_dict()}), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:7]), float(sys.argv[7]))
