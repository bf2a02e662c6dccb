"""Text files written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from motionpatches.core.errors import os_problem


def write_atomically(file: Path, text: str) -> None:
    """Written beside and renamed. Raises FileProblem where the disk refuses; what was there then stands."""
    temporary = file.with_name(file.name + ".writing")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise os_problem(file, error) from error
