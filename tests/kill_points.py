"""Kill a writer before one of its file operations, within the test's process, since torch does not survive a fork."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


class Killed(BaseException):
    """Stands for the end of the process: no `except Exception` takes it, and no clean-up gets through."""


class Count:
    """File operations that were begun."""

    def __init__(self) -> None:
        self.operations: list[str] = []


@contextmanager
def killed_before(number: int | None) -> Iterator[Count]:
    """Raise Killed in place of the file operation of that number (from 0) and of all after it; None counts only."""
    count = Count()

    def guarded(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if name == "open" and not args[1] & os.O_CREAT:
                return real(*args, **more)
            if number is not None and len(count.operations) >= number:
                raise Killed(f"before {name} {args[0]}")
            count.operations.append(f"{name} {args[0]}")
            return real(*args, **more)

        return call

    with (
        mock.patch.multiple(
            os, **{name: guarded(name, getattr(os, name)) for name in ("open", "replace", "unlink", "mkdir", "rmdir", "fsync")}
        ),
        mock.patch.object(shutil, "rmtree", guarded("rmtree", shutil.rmtree)),
    ):
        yield count
