"""Files that compiled libraries read, and long ones, in a child process: its crash, endless loop or hunger is a sentence.

One child is kept warm, and a new one started after a death. Where it runs: core/io/native/worker.py.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.io.formats import Format
from motionpatches.core.io.native.worker import PLUG_IN, TAKES, memory_of
from motionpatches.core.io.takes_file import read_takes
from motionpatches.core.motion.raw import RawTake

# Seconds for a file, seconds more for each MB of it, and for the child to start.
SECONDS, SECONDS_PER_MB, START_S = 30.0, 1.0, 60.0
# Most memory of the child, in bytes, and how often it is looked at, in seconds; of its addresses worker.py limits more.
MOST_MEMORY, WATCH_S = 1_900_000_000, 0.05
# Files of as many bytes are read by the child whatever reads them: cancelling and closing then wait for none.
LONG = 64 << 20
# A frozen program has no `python -m`: it starts itself with this.
CHILD = "--read-native"


def command() -> list[str]:
    """The program and arguments of the child, from a source tree, installed, or frozen. -P: not from the current folder."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD]
    return [sys.executable, "-P", "-m", "motionpatches.core.io.native.worker"]


class NativeReader:
    """Reads files one at a time in a child process; for any thread."""

    def __init__(self, child: list[str] | None = None):
        self.child = child
        self._turn = threading.Lock()
        self._process: _Child | None = None
        self._stopped = False

    def read(self, format_name: str, path: Path, seconds: float | None = None, reader: str = "") -> list[RawTake]:
        """The takes of a file by the function `reader` ('module:name'), within `seconds` (by default 30 and 1 for each MB).

        Raises FileProblem: what the reader says of the file, or how the child ended over it.
        """
        path = Path(path)
        try:
            size = path.stat().st_size
        except OSError as error:
            raise os_problem(path, error) from error
        if not path.is_file():
            raise FileProblem(path, "it is no ordinary file", "Choose a file")
        budget = SECONDS + SECONDS_PER_MB * size / 2**20 if seconds is None else seconds
        with self._turn:
            self._stopped = False
            child = self._warm(path)
            request = {"format": format_name, "reader": reader, "path": os.path.abspath(path), "seconds": budget}
            answer = child.ask(request, budget)
            if answer is None:
                ending = "reading it was cancelled" if self._stopped else child.ending(format_name, budget)
                self._end()
                raise FileProblem(path, ending, "" if self._stopped else "Export it again, or in another format")
            if "problem" in answer:
                self._end_if(answer)
                raise FileProblem(path, answer["problem"], answer.get("advice", ""), answer.get("where", ""))
            try:
                return read_takes(child.takes, own=True)
            except (OSError, ValueError) as error:
                raise FileProblem(
                    path, f"its takes were not handed over ({error})", "Check the space in the temporary folder"
                ) from None
            finally:
                child.takes.unlink(missing_ok=True)
                self._end_if(answer)

    def cancel(self) -> None:
        """End the child in the midst of a file; the read in progress raises FileProblem. The next starts another child."""
        process = self._process
        if process is not None and self._turn.locked():
            self._stopped = True
            process.kill()

    def close(self) -> None:
        """End the child, whatever it does."""
        self.cancel()
        with self._turn:
            self._end()

    def _warm(self, path: Path) -> _Child:
        if self._process is None or not self._process.alive():
            self._end()
            try:
                self._process = _Child(self.child or command())
            except OSError as error:
                raise FileProblem(path, f"the program that reads it could not be started ({error.strerror or error})") from None
            if not self._process.begun(START_S):
                self._end()
                raise FileProblem(path, "the program that reads it did not start", "Install the studio again")
        return self._process

    def _end_if(self, answer: dict[str, Any]) -> None:
        if answer.get("last"):
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class _Child:
    """A running child, its folder for takes, and a thread that waits for its answers."""

    def __init__(self, child: list[str]):
        self.folder: Path | None = None
        self.owner = os.getpid()
        roots = [str(paths.assets().parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(roots), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            child,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self.process.stdin is not None and self.process.stdout is not None, "both are pipes"
        self.requests, self.lines = self.process.stdin, self.process.stdout
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.late, self.large = False, False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with self.lines as lines:
            for line in lines:
                self.answers.put(line)
        self.answers.put(b"")

    def begun(self, seconds: float) -> bool:
        """Whether it is ready within `seconds`."""
        said = self.answer(seconds)
        if said is not None:
            self.folder = Path(said["folder"])
        return said is not None

    @property
    def takes(self) -> Path:
        assert self.folder is not None, "it has begun"
        return self.folder / TAKES

    def alive(self) -> bool:
        """Whether it can be asked: not ended, and started by this process (not by the one that this is a fork of)."""
        return self.owner == os.getpid() and self.process.poll() is None

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """The child's answer, None where there is none."""
        try:
            self.requests.write(json.dumps(request).encode() + b"\n")
            self.requests.flush()
        except OSError:
            return None
        return self.answer(seconds)

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """The next answer, None where it ends, takes longer, or more than MOST_MEMORY."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.answers.get(timeout=max(min(WATCH_S, end - time.monotonic()), 0))
                return json.loads(line) if line else None
            except queue.Empty:
                self.large = memory_of(self.process.pid) > MOST_MEMORY
                self.late = not self.large and time.monotonic() >= end
                if self.large or self.late:
                    return None
            except ValueError:
                return None

    def ending(self, format_name: str, seconds: float) -> str:
        """How it ended without an answer, in words."""
        if self.large:
            return f"reading it took more than {MOST_MEMORY / 1e9:g} GB of memory"
        if self.late:
            return f"reading it took more than {seconds:,.0f} s"
        code = self.process.wait()
        try:
            reason = signal.Signals(-code).name
        except ValueError:
            reason = f"exit code {code}"
        return f"the {format_name} reader crashed on it ({reason})"

    def kill(self) -> None:
        """End it now, with what it wrote."""
        if self.owner != os.getpid():
            return
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.requests.close()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


_READER = NativeReader()
atexit.register(_READER.close)


def belongs_in_child(kind: Format, path: Path) -> bool:
    """Whether a file is read by the child: a compiled library may crash, and a long file takes a while. Raises OSError."""
    return kind.native or path.stat().st_size >= LONG


def read_in_child(kind: Format, path: Path, turned: bool = False) -> list[RawTake]:
    """The takes of a file, read in the one child that all share; `turned`: with the rotations of their joints."""
    read = kind.turned if turned and kind.turned else kind.read
    name = kind.name if read is kind.read else f"{kind.name} with rotations"
    function = f"{PLUG_IN}:{kind.name}" if kind.plugged else f"{read.__module__}:{read.__name__}"
    return _READER.read(name, path, reader=function)


def fbx_character(path: Path) -> Path:
    """Return the character of an FBX file as a GLB, made by the child at the first time. Raises FileProblem."""
    from motionpatches.core.io.native.fbx_character import FBX_CHARACTER, character_file

    file = character_file(path)
    if not file.is_file():
        read_in_child(FBX_CHARACTER, path)
    return file


def cancel() -> None:
    """End the read in progress; it raises FileProblem."""
    _READER.cancel()


def close() -> None:
    """End the shared child; the next read starts another."""
    _READER.close()
