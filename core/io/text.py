"""Text of any common encoding and line end, and the numbers in it."""

from __future__ import annotations

import codecs
import json
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.regular_file import open_regular

MAX_TEXT = 1 << 30
MAX_JSON = 16 << 20
PIECE = 8 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A number that no capture holds: if it is read back as the last one, everything before it was a number too.
_SENTINEL = -7.0390625e270


def read_text(path: Path, most: int = MAX_TEXT) -> str:
    """A whole file as text, every line ending in '\\n'. Raises FileProblem where it cannot be read or is too long."""
    return decode(read_bytes(path, most))


def read_bytes(path: Path, most: int = MAX_TEXT) -> bytes:
    """A whole regular file. Raises FileProblem."""
    try:
        with open_regular(path) as stream:
            size = os.fstat(stream.fileno()).st_size  # read(n) takes n bytes of memory at once
            data = stream.read(min(size, most) + 1)
    except (OSError, ValueError) as error:
        raise os_problem(path, error if isinstance(error, OSError) else OSError(str(error))) from error
    if len(data) > most:
        raise FileProblem(path, f"it is longer than {most / 2**30:.3g} GB", "Cut it into takes")
    return data


def text_pieces(path: Path, size: int = PIECE) -> Iterator[str]:
    """The text of a file in pieces of about `size` bytes that end with a line, each as `decode` has it; the whole at once where
    it is short, or of an encoding with more than one byte a letter. Raises FileProblem."""
    try:
        with open_regular(path) as stream:
            left = stream.read(size)
            if len(left) < size or b"\0" in left[:400] or left.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                left += stream.read(MAX_TEXT - len(left) + 1)
                if len(left) > MAX_TEXT:
                    raise FileProblem(path, f"it is longer than {MAX_TEXT / 2**30:.3g} GB", "Cut it into takes")
                yield decode(left)
                return
            while more := stream.read(size):
                end = max(left.rfind(b"\n"), -1) + 1 or max(left.rfind(b"\r"), left.rfind(b" "), left.rfind(b"\t")) + 1
                if end:
                    yield decode(left[:end])
                left = left[end:] + more
                if len(left) > 8 * size:
                    raise FileProblem(path, "a line of it never ends", "Copy or export it again")
            yield decode(left)
    except OSError as error:
        raise os_problem(path, error) from error


def read_json(path: Path, most: int = MAX_JSON) -> Any:
    """The value of a JSON file in any encoding. Raises FileProblem."""
    try:
        return json.loads(read_text(path, most))
    except (ValueError, RecursionError) as error:
        raise FileProblem(path, f"it is not JSON ({str(error)[:80]})", "Copy or write it again") from None


def head_text(path: Path, size: int = 16384) -> str:
    """The first bytes of a file as text, up to its last whole line; '' where it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with open(path, "rb") as stream:
            data = stream.read(size)
    except OSError:
        return ""
    text = decode(data)
    return text[: text.rfind("\n") + 1] if len(data) == size and "\n" in text else text


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 and UTF-32 with or without a mark, Shift-JIS, or Windows' Western code page."""
    text = _decoded(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip("\0\x1a") if text.endswith(("\0", "\x1a")) else text


def _decoded(data: bytes) -> str:
    mark, encoding = encoding_of(data)
    return data[len(mark) :].decode(encoding, "replace")


def encoding_of(data: bytes) -> tuple[bytes, str]:
    """The mark at the start of a text (b"" for none) and its encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding
    sample = data[:400]
    if b"\0" in sample:
        for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if sample[start::2].count(0) > 0.6 * len(sample) / 2 and sample[1 - start :: 2].count(0) < 0.1 * len(sample) / 2:
                return b"", encoding
    if data.isascii() or _decodes(data, "utf-8"):
        return b"", "utf-8"
    return b"", "cp932" if _is_shift_jis(data) and _decodes(data, "cp932") else "cp1252"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
        return True
    except UnicodeDecodeError:
        return False


def _is_shift_jis(data: bytes) -> bool:
    """Whether two-byte characters start as kana and common kanji do rather than as rare kanji, which accented Western letters
    look like. A quote, dash or Š of Windows' code page before a plain letter counts for neither."""
    pairs = re.findall(rb"([\x81-\x9f\xe0-\xfc])([\x40-\x7e\x80-\xfc])", data[: 1 << 22])
    starts = [lead[0] for lead, trail in pairs if not (trail < b"\x80" and lead in b"\x8a\x8c\x8e\x91\x92\x93\x94\x95\x96\x97")]
    common = sum(start <= 0x98 for start in starts)
    return common > len(starts) - common


def to_float(word: str) -> float | None:
    """A finite number, its decimal sign a point or a comma; None for anything else."""
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def parse_numbers(text: str) -> np.ndarray:
    """The (N,) float64 of numbers parted by white space. Raises ValueError where there is anything else."""
    try:
        values = np.fromstring(f"{text} {_SENTINEL!r}", dtype=np.float64, sep=" ")
    except DeprecationWarning as error:
        raise ValueError(str(error)) from None
    if not len(values) or values[-1] != _SENTINEL:
        raise ValueError("a word that is no number")
    return values[:-1]


def last_number_may_be_cut(text: str) -> bool:
    """Whether text ends inside its last line, where nothing tells that the last number is whole: all others of that line have
    as many decimals."""
    if not text or text[-1].isspace():
        return False
    line = text[text.rfind("\n") + 1 :]
    words = re.split(r"[\s;,]+" if "." in line else r"[\s;]+", line)
    decimals = [len(word.replace(",", ".").partition(".")[2]) for word in words]
    return len(words) <= 3 or not decimals[-1] or any(count not in (0, decimals[-1]) for count in decimals)


def bad_number(text: str) -> tuple[int, str]:
    """Line (from 0) and text of the first word that is no number; the first line where all are."""
    for number, line in enumerate(text.split("\n")):
        for word in line.split():
            try:
                float(word)
            except ValueError:
                return number, word
    return 0, ""
