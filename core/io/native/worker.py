"""The child process in which compiled libraries read files, and long files are read that may be cancelled.

Started by `python -m motionpatches.core.io.native.worker`, or by a frozen program with its CHILD flag.

First it names its folder. Then a line of JSON comes in for each file (format, reader, path, seconds), and one goes out: {}
where the takes are in TAKES in that folder, else the parts of a FileProblem. `last`: the child has read enough and ends. It
ends, too, when its input closes.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from motionpatches.core import plug_ins
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.formats import Format, Reader
from motionpatches.core.io.takes_file import write_takes

TAKES = "takes"
# In the place of a module: the format of a plug-in follows.
PLUG_IN = "plug-in"
# Memory for a file, over what the child has when it is ready; and what libraries may keep before it is time for a new child.
MEMORY = 4 << 30
KEPT = 512 << 20
FILES = 200
# The system ends a child that is this many seconds over its time, for where there is no parent left to do it.
GRACE_S = 10
ADDRESSES, RESIDENT = 0, 1
_WRITING = threading.Lock()


def native_formats() -> tuple[Format, ...]:
    """Every format that a compiled library reads."""
    from motionpatches.core.io.native.c3d import C3D
    from motionpatches.core.io.native.fbx import FBX
    from motionpatches.core.io.native.usd import USD

    return FBX, C3D, USD


def main() -> None:
    serve({form.name: form.read for form in native_formats()})


def serve(readers: Mapping[str, Reader], memory: int = MEMORY, files: int = FILES) -> None:
    """Read what standard input asks for until it closes, by `readers` or the function that a request names. Never returns:
    libraries may crash in their own cleaning up."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    _limit_memory(memory_of("self", ADDRESSES) + memory)
    start = memory_of("self")
    requests: queue.Queue[str] = queue.Queue()
    folder = Path(tempfile.mkdtemp(prefix="motionpatches-"))
    # It is named before the input is listened to, whose end ends this process, with the folder.
    with contextlib.suppress(OSError):
        print(json.dumps({"folder": str(folder)}), file=answers, flush=True)
    threading.Thread(target=_listen, args=(requests, folder), daemon=True).start()
    for number in range(1, files + 1):
        request = json.loads(requests.get())
        _alarm(int(request["seconds"]) + GRACE_S)
        answer = _answer(readers, request, folder / TAKES)
        _alarm(0)
        last = number == files or memory_of("self") > start + KEPT
        with contextlib.suppress(OSError):  # nobody listens: _listen ends the process
            print(json.dumps({**answer, "last": last}), file=answers, flush=True)
        if last:
            break
    os._exit(0)


def _listen(requests: queue.Queue[str], folder: Path) -> None:
    """Pass requests on; end the process with the input."""
    with open(0, encoding="utf-8", closefd=False) as stream:
        for line in stream:
            requests.put(line)
    with _WRITING:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


def _answer(readers: Mapping[str, Reader], request: dict[str, Any], out: Path) -> dict[str, str]:
    path = Path(request["path"])
    try:
        takes = (readers.get(request["format"]) or _reader_of(request["reader"], request["format"]))(path)
        with _WRITING, open(out, "wb") as stream:
            write_takes(stream, takes)
        return {}
    except FileProblem as problem:
        return {"problem": problem.problem, "advice": problem.advice, "where": problem.where}
    except MemoryError:
        return {"problem": "it needs more memory than a file may take", "advice": "Export a shorter take, or only the skeleton"}
    except OSError as error:
        refused = os_problem(path, error)
        return {"problem": refused.problem, "advice": refused.advice}
    except Exception as error:  # whatever a library raises on broken bytes
        traceback.print_exc()
        return {"problem": f"it could not be read ({type(error).__name__}: {str(error)[:60]})", "advice": "Export it again"}


def _reader_of(name: str, asked: str) -> Reader:
    """The function `module:name` of this package's readers, or a plug-in's: with rotations where `asked` is not its name."""
    module, _, function = name.partition(":")
    if module == PLUG_IN:
        kind = next(one for one in plug_ins.loaded("readers", Format, lambda *_: "").values() if one.name == function)
        return kind.read if asked == kind.name or kind.turned is None else kind.turned
    if not module.startswith("motionpatches.core.io."):
        raise ValueError("no reader of this program")
    found: Reader = getattr(importlib.import_module(module), function)
    return found


def memory_of(process: int | str, kind: int = RESIDENT) -> int:
    """Bytes of memory in use or of address space of a process, 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError, AttributeError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[kind]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _limit_memory(limit: int) -> None:
    if sys.platform.startswith("linux"):  # macOS takes the call and does not keep to it
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: int) -> None:
    """End this process after so many seconds, also in the midst of native code; 0: do not."""
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)


if __name__ == "__main__":
    main()
