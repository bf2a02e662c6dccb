"""Opening files for reading: a pipe or a device in the place of a file is refused, never waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from motionpatches.core.errors import FileProblem


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raises FileProblem for anything else, and OSError."""
    if os.path.isdir(path):
        raise IsADirectoryError(path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return open(descriptor, "rb")
    os.close(descriptor)
    raise FileProblem(path, "it is a device or a pipe, no regular file", "Copy its content into a file")


def read_regular(path: Path) -> bytes:
    """The content of a regular file. Raises FileProblem for anything else, and OSError."""
    with open_regular(path) as stream:
        return stream.read()
