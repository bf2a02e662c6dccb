"""`python -m core.training RUN_DIR`: reads RUN_DIR/config.json, writes one JSON line an event to stdout.

The end of standard input, when it is a pipe, asks the run to stop: it then saves and ends.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

from core.errors import StudioError
from core.training import config as training_config
from core.training.events import TrainingEvent


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m core.training RUN_DIR", file=sys.stderr)
        return 2
    run = Path(arguments[0])
    stop = threading.Event()
    if sys.stdin is not None and stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    try:
        config = training_config.read(run / "config.json")
        from core.training.trainer import train

        for event in train(config, run, stop.is_set):
            print(event.to_line(), flush=True)
    except StudioError as error:
        print(TrainingEvent("error", {"message": str(error)}).to_line(), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
