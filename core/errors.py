"""Errors a person can act on. Everything else that is raised is a bug."""

from __future__ import annotations

from pathlib import Path


class StudioError(Exception):
    """A problem told in one or two sentences: what was seen, and what to do about it."""


class FileProblem(StudioError):
    """A file that could not be used.

    `where` is a line, frame or key inside the file; `advice` says what the user can do.
    """

    def __init__(self, path: str | Path, problem: str, advice: str = "", where: str = ""):
        self.path = Path(path)
        self.problem = problem
        self.advice = advice
        self.where = where
        name = self.path.name if len(self.path.name) <= 255 else self.path.name[:60] + "…"  # A name in a file may be any text.
        place = f"{name}, {where}" if where else name
        super().__init__(f"{place}: {problem}." + (f" {advice}." if advice else ""))


def os_problem(path: str | Path, error: OSError) -> FileProblem:
    """The FileProblem that says in words what the operating system refused."""
    if isinstance(error, PermissionError):
        return FileProblem(path, "no permission to read or write it", "Change its permissions or choose another place")
    if isinstance(error, FileNotFoundError):
        return FileProblem(path, "it does not exist", "Check the path")
    if isinstance(error, IsADirectoryError):
        return FileProblem(path, "it is a folder, not a file", "Open it as a library instead")
    return FileProblem(path, f"the system refused it ({error.strerror or error})", "Check the disk and try again")
