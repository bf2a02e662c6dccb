"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from motionpatches.core.errors import os_problem


def write_atomically(file: Path, text: str) -> None:
    """Write a text file in UTF-8. Raises FileProblem where the disk refuses; the old file is kept then."""
    with replacing(file) as stream:
        stream.write(text.encode())


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """Give a stream to a new file beside `file`, which replaces it when the block ends.

    Raises:
        FileProblem: the disk refuses; the old file is kept, as after any other exception.
    """
    temporary = file.with_name(file.name + ".writing")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except OSError as error:
        raise os_problem(file, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
