"""Digests of what files hold."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path


def content_digest(path: Path) -> str:
    """First 16 hex digits of the SHA-256 of a regular file. Raises OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def place_digest(place: Path | str, digits: int = 16) -> str:
    """First hex digits of the SHA-256 of a path, of any bytes: what files that belong to a place are named by."""
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:digits]
