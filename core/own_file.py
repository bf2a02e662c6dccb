"""JSON files of the program's own: a damaged one is put aside and said once, and never stops anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from motionpatches.core import notices
from motionpatches.core.atomic import locked, put_aside
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.regular_file import open_regular

T = TypeVar("T")
MOST = 256 * 2**20


def read_own(file: Path, what: str, parse: Callable[[Any], T], held: bool = False) -> T | None:
    """The content of a file; None where there is none, or where it is damaged and was put aside.

    Args:
        file: a JSON file.
        what: its content in words, as "your captions".
        parse: makes the content of its values. Raises any exception where they are none.
        held: the caller holds the lock of the file.

    Raises:
        FileProblem: the system refuses to read it.
    """
    try:
        return _parsed(file, parse)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:  # whatever the values are
        if not held:  # another process may put it right meanwhile
            with locked(file):
                return read_own(file, what, parse, held=True)
        kept = put_aside(file)
        if kept is None:
            raise FileProblem(file, f"{what} cannot be read", "Remove the file or bring back a copy") from error
        notices.tell(f"{what[:1].upper()}{what[1:]} could not be read. The damaged file was put aside as {kept}.")
        return None


def _parsed(file: Path, parse: Callable[[Any], T]) -> T:
    with open_regular(file) as stream:
        content = stream.read(MOST + 1)
    if len(content) > MOST:
        raise ValueError("too long")
    return parse(json.loads(content))
