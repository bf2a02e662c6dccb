"""`python -m motionpatches.core.training RUN_DIR`: reads RUN_DIR/config.json, writes one JSON line an event to stdout.

A run that was interrupted goes on where it was. Lines 'pause' and 'resume' on standard input are obeyed; its end, when it is a
pipe, asks the run to stop, and so do SIGTERM and SIGINT: it then saves and ends. It obeys the words of `alone.tell` too; what was
told before it began counts with `--told` alone, as a studio begins it. Under `torchrun` the processes share every batch.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.training.alone import forget, is_held
from motionpatches.core.training.control import Control
from motionpatches.core.training.events import Failed

TOLD = "--told"


def main(arguments: list[str]) -> int:
    told, arguments = TOLD in arguments, [a for a in arguments if a != TOLD]
    if len(arguments) != 1:
        print("usage: python -m motionpatches.core.training RUN_DIR", file=sys.stderr)
        return 2
    control = Control()
    is_main = os.environ.get("RANK", "0") == "0"
    if is_main and sys.stdin is not None and stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=control.listen, args=(sys.stdin,), daemon=True).start()
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: control.stop())
    if is_main and not told and not is_held(Path(arguments[0])):
        forget(Path(arguments[0]))
    try:
        from motionpatches.core.models.known_runs import remember_run
        from motionpatches.core.training.runs import events_of

        if is_main:
            remember_run(Path(arguments[0]))
        for event in events_of(Path(arguments[0]), control, is_main):
            if is_main:
                print(event.to_line(), flush=True)
    except StudioError as error:
        if is_main:
            print(Failed(str(error)).to_line(), flush=True)
        return 1
    except BrokenPipeError:  # who read the events is gone; what was saved stands
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
