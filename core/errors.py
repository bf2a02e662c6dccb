"""Errors a person can act on. Everything else that is raised is a bug."""

from __future__ import annotations

import errno
from pathlib import Path

# Characters of what is wrong with a file; of what to do, half of them.
LONGEST = 600


class StudioError(Exception):
    """A problem told in one or two sentences: what was seen, and what to do about it."""


class FileProblem(StudioError):
    """A file that could not be used.

    `where` is a line, frame or key inside the file; `advice` says what the user can do. Control characters, which a file may hold
    anywhere, are replaced, and what is longer than a message may be is cut.
    """

    def __init__(self, path: str | Path, problem: str, advice: str = "", where: str = ""):
        self.path = Path(path)
        self.problem = _plain(problem, LONGEST)
        self.advice = _plain(advice, LONGEST // 2)
        self.where = _plain(where, LONGEST // 4)
        name = self.path.name if len(self.path.name) <= 255 else self.path.name[:60] + "…"  # A name in a file may be any text.
        place = f"{_plain(name)}, {self.where}" if where else _plain(name)
        super().__init__(f"{place}: {self.problem}." + (f" {self.advice}." if advice else ""))


def _plain(text: str, most: int = LONGEST) -> str:
    """The text on one line of `most` characters, without control characters and halves of characters."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def os_problem(path: str | Path, error: OSError) -> FileProblem:
    """The FileProblem that says in words what the operating system refused."""
    if isinstance(error, PermissionError):
        return FileProblem(path, "no permission to read or write it", "Change its permissions or choose another place")
    if isinstance(error, FileNotFoundError):
        return FileProblem(path, "it does not exist", "Check the path")
    if isinstance(error, IsADirectoryError):
        return FileProblem(path, "it is a folder, not a file", "Open it as a library instead")
    if error.errno == errno.ENOSPC:
        return FileProblem(path, "the disk is full", "Free some space or choose another place")
    if error.errno == errno.EROFS:
        return FileProblem(path, "the disk can only be read", "Choose another place")
    return FileProblem(path, f"the system refused it ({error.strerror or error})", "Check the disk and try again")
