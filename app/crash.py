"""What is left of a crash: a report that can be read and saved, and what was open."""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import platform
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from motionpatches.core import paths as app_paths
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.own_file import read_own
from motionpatches.core.version import VERSION

LOG, FAULT, SESSION = "studio.log", "fault.txt", "session.json"
LOG_BYTES, LOG_LINES = 200_000, 40
log = logging.getLogger("studio")


@dataclass(frozen=True)
class Unfinished:
    """A session that did not end by itself: what was open, and its report ('' where it left no trace)."""

    paths: tuple[Path, ...]
    report: str

    def to_offer(self, opened: Iterable[Path]) -> list[Path]:
        """Return what can be opened again; nothing where all of it is open."""
        there = [path for path in self.paths if path.exists()]
        return [] if set(there) <= set(opened) else there


def facts() -> dict[str, str]:
    """Of the program and the machine, nothing of the user's."""
    return {
        "version": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "form": "frozen" if getattr(sys, "frozen", False) else "source",
    }


def without_names(text: str) -> str:
    """A text without paths, quoted (then with spaces too) or bare: of each only the last part where that is a file of Python."""

    def short(found: re.Match[str]) -> str:
        name = re.split(r"[\\/]", found["path"] or found["bare"])[-1]
        quote = found["quote"] or ""
        return f"{quote}…/{name}{quote}" if name.endswith(".py") else f"{quote}…{quote}"

    return _PATH.sub(short, text)


_PATH = re.compile(
    r"""(?P<quote>["'])(?P<path>[^"'\n]*[\\/][^"'\n]*)(?P=quote)"""
    r"""|(?P<bare>(?:[A-Za-z]:)?(?:[\\/][^\s"',:;\\/]+){2,})"""
)


class Watch:
    """Writes a log, notes what is open, and turns uncaught exceptions into a report. One per process.

    `happened(report)` is called for an exception in the window's thread or another; the program goes on.
    """

    def __init__(self, happened: Callable[[str], None] = lambda _: None):
        self.folder, self.happened = app_paths.reports(), happened
        self.more: dict[str, str] = {}
        self._fault: TextIO | None = None
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            if (self.folder / LOG).is_symlink():
                (self.folder / LOG).unlink()
            handler = RotatingFileHandler(self.folder / LOG, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
            log.addHandler(handler)
            log.setLevel(logging.INFO)
        log.propagate = False

    def last_time(self) -> Unfinished | None:
        """What the session before left behind, if its process is gone and it did not close."""
        with suppress(StudioError):
            session = read_own(self.folder / SESSION, "the list of what was open the last time", _session)
            if session is not None and (session[0] == os.getpid() or not _lives(session[0])):
                return Unfinished(session[1], self._report_of_fault())
        return None

    def begin(self) -> None:
        """From now on; an earlier session's traces are overwritten."""
        sys.excepthook = self._uncaught
        threading.excepthook = lambda args: self._uncaught(args.exc_type, args.exc_value, args.exc_traceback)
        with suppress(OSError):
            (self.folder / FAULT).unlink(missing_ok=True)  # a link would be written through
            stream = open(self.folder / FAULT, "x", encoding="utf-8")  # noqa: SIM115
            self._fault = stream
            faulthandler.enable(stream)
        self.opened([])
        log.info("started: %s", json.dumps(facts()))

    def opened(self, paths: list[Path]) -> None:
        """What is to be offered again, should this session not close."""
        with suppress(StudioError):
            write_atomically(self.folder / SESSION, json.dumps({"pid": os.getpid(), "paths": [str(p) for p in paths]}))

    def end(self) -> None:
        """Note that the program closes normally."""
        with suppress(OSError):
            (self.folder / SESSION).unlink(missing_ok=True)
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        if self._fault is not None:
            faulthandler.disable()
            self._fault.close()
        for handler in list(log.handlers):
            log.removeHandler(handler)
            handler.close()

    def report(self, what: str) -> str:
        """Version, machine, device, OpenGL, `what` happened, and the last lines of the log; no paths of the user's."""
        try:
            lines = (self.folder / LOG).read_text(encoding="utf-8").splitlines()[-LOG_LINES:]
        except OSError:
            lines = []
        values = {"date": f"{datetime.now():%Y-%m-%d %H:%M}", **facts(), **self.more}
        head = "\n".join(f"{name}: {value}" for name, value in values.items())
        return f"{head}\n\n{without_names(what).strip()}\n\nLast lines of the log:\n" + without_names("\n".join(lines)) + "\n"

    def _uncaught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        print(text, file=sys.stderr)
        log.error("%s", text)
        self.happened(self.report(text))

    def _report_of_fault(self) -> str:
        try:
            text = (self.folder / FAULT).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return self.report(text) if text.strip() else ""


def _session(values: Any) -> tuple[int, tuple[Path, ...]]:
    """The process and what it had opened. Raises ValueError, TypeError or KeyError where it is no session."""
    pid, names = values["pid"], values["paths"]
    if type(pid) is not int or not 0 < pid < 2**31:
        raise ValueError("no process")
    if not isinstance(names, list) or not all(isinstance(name, str) and name and "\0" not in name for name in names):
        raise ValueError("no paths")
    return pid, tuple(map(Path, names))


def _lives(pid: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
