"""The studio's settings: one INI file of plain values, brought up to date from earlier versions' at the first start.

QSettings makes objects of some values (`@Variant(…)`), and those of Python by pickle, which runs code. A file with such a value
is put aside before QSettings sees it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QSettings

from motionpatches.core import notices, paths
from motionpatches.core.atomic import put_aside, write_atomically
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.regular_file import open_regular, read_regular

# 1: the platform's own store (0.1). 2: settings.ini in the program's configuration folder (0.2).
FORMAT = 2
# What belongs to a version's window and would mislead another's.
DROPPED = {1: ("layout",)}
# Caches are made again when needed; those of an earlier format are removed.
CACHES = ("galleries", "libraries")
MOST = 16 * 2**20
# A file that cannot be made, so that settings stay in memory. QSettings replaces what it writes, the device itself too.
NOWHERE = Path(os.devnull) / "settings.ini"
# An @ before it makes it text.
_OBJECT = re.compile("(?<!@)@(Variant|DateTime)")
_PIECE = re.compile(rb'\\x([0-9A-Fa-f]+)|\\([0-7]+)|\\(?:\r?\n|["abfnrtv?\'\\])|(\\.?)|([^\\]+)', re.DOTALL)


def open_settings() -> QSettings:
    """Settings of this version; those of the one before are taken over once, and its caches removed."""
    settings = plain_settings(paths.config() / "settings.ini")
    if str(settings.value("format", "")) != str(FORMAT):
        _take_over(settings, QSettings(paths.APP, paths.APP))
    return settings


def plain_settings(file: Path) -> QSettings:
    """The settings of an INI file; none where it holds anything but plain values, or cannot be read."""
    try:
        if not _is_plain(file):
            kept = put_aside(file)
            notices.tell(
                "The settings held something other than plain values, or could not be read, and begin anew. "
                + (f"The file was put aside as {kept}." if kept else f"Remove {file}.")
            )
            file = file if kept else NOWHERE
        elif file.is_symlink():
            write_atomically(file, read_regular(file))  # QSettings would write what the link points to
    except (OSError, StudioError):
        file = NOWHERE
    return QSettings(str(file), QSettings.Format.IniFormat)


def _is_plain(file: Path) -> bool:
    """Whether QSettings would make no object of any value. Raises OSError."""
    try:
        with open_regular(file) as stream:
            content = stream.read(MOST + 1)
    except FileNotFoundError:
        return True
    except FileProblem:  # a pipe or a device
        return False
    if len(content) > MOST:
        return False
    try:
        letters = "".join(_letters(content))
    except ValueError:
        return False
    return _OBJECT.search(letters) is None


def _letters(content: bytes) -> Iterator[str]:
    """The visible ASCII letters of an INI file after QSettings's escapes, without quotes, which may stand anywhere in a value.

    Raises:
        ValueError: an escape that QSettings does not write.
    """
    for hexadecimal, octal, unknown, plain in _PIECE.findall(content):
        if unknown:
            raise ValueError(unknown)
        if hexadecimal or octal:
            plain = (int(hexadecimal or octal, 16 if hexadecimal else 8) & 0xFFFF).to_bytes(2, "little").rstrip(b"\0")
        yield "".join(letter for letter in plain.decode("latin-1") if "!" <= letter <= "~" and letter != '"')


def _take_over(settings: QSettings, before: QSettings) -> None:
    """Settings of format 1, where there are any, into `settings`."""
    before.setFallbacksEnabled(False)
    file = Path(before.fileName())
    try:
        keys = before.allKeys() if not file.is_file() or _is_plain(file) else []
    except OSError:
        keys = []
    for key in keys:
        if key not in DROPPED[1] and not settings.contains(key):
            settings.setValue(key, before.value(key))
    for name in CACHES:
        shutil.rmtree(paths.cache() / name, ignore_errors=True)
    settings.setValue("format", FORMAT)
    settings.sync()
