"""Ways to break bytes and text. Each takes a random generator and whole content, and gives broken content."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "NaN",
    "1e308",
    "-1e308",
    "1e999",
    "1e39",
    "1e-320",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "3",
    "255",
    "65535",
    "1.5",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "9223372036854775808",
    "9" * 30,
    "1" + "0" * 12,
    "1000000",
    "1,5",
    "0x10",
    "1_000",
    "٣",
    "½",
    "--1",
    "1e",
    ".",
    "+",
    "",
    "true",
)
TOKENS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\r\n",
    b"\n\n\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"&",
    b"'",
    b'"',
    b",",
    b";",
    b":",
    b"#",
    b"\t",
    b"%s%n",
    b"../../x",
    b"\xe2\x80\xa8",
    b"\xed\xa0\x80",
    b"\xe5\xb7\xa6\xe8\xb6\xb3",
    b"<!--",
    b"]]>",
    b"/*",
    b"<!DOCTYPE a [<!ENTITY b '&c;&c;'>]>",
    b"null",
    b"End Site",
    b"MOTION",
    b"JOINT",
    b"ROOT",
    b"Frames:",
    b":root",
    b"begin",
)
EXTREMES = {
    "b": (0, 1, 127, -1, -128),
    "h": (0, 1, -1, 32767, -32768),
    "i": (0, 1, -1, 2**31 - 1, -(2**31), 2**20, 2**28),
    "q": (0, -1, 2**63 - 1, -(2**63), 2**40, 2**32),
    "f": (float("nan"), float("inf"), 3e38, -1.0, 0.0, 1e-40),
    "d": (float("nan"), float("inf"), 1e308, -1.0, 0.0, 1e-310),
}


def place(rng: random.Random, length: int) -> int:
    """Anywhere, or (half the time) near the start, where headers lie."""
    return int(length * (rng.random() ** (1 if rng.random() < 0.5 else 5)))


def flip_bits(rng: random.Random, content: bytes) -> bytes:
    out = bytearray(content or b"\0")
    for _ in range(rng.choice((1, 1, 1, 4, 16))):
        out[place(rng, len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def change_bytes(rng: random.Random, content: bytes) -> bytes:
    out = bytearray(content)
    at, length = place(rng, len(out)), rng.choice((1, 2, 4, 8, 64))
    out[at : at + length] = rng.choice((rng.randbytes(length), b"\0" * length, b"\xff" * length))
    return bytes(out)


def extreme_number(rng: random.Random, content: bytes) -> bytes:
    """A binary number of extreme value, at a place of its alignment."""
    kind = rng.choice(list(EXTREMES))
    value = struct.pack(rng.choice("<>") + kind, rng.choice(EXTREMES[kind]))
    at = place(rng, len(content)) // len(value) * len(value)
    return content[:at] + value + content[at + len(value) :]


def cut(rng: random.Random, content: bytes) -> bytes:
    if rng.random() < 0.3:
        return content[: -rng.randint(1, 64)]
    return content[: rng.randrange(len(content) + 1)]


def remove(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, len(content))
    return content[:at] + content[at + rng.choice((1, 2, 4, 16, 256, 4096)) :]


def double(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, len(content))
    piece = content[at : at + rng.choice((1, 4, 16, 256, 4096))]
    return content[:at] + piece * rng.choice((2, 2, 3, 100)) + content[at + len(piece) :]


def move(rng: random.Random, content: bytes) -> bytes:
    """A piece copied over another place."""
    at, to, length = place(rng, len(content)), place(rng, len(content)), rng.choice((4, 16, 256))
    return content[:to] + content[at : at + length] + content[to + length :]


def put_in(rng: random.Random, content: bytes) -> bytes:
    at = place(rng, len(content))
    return content[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 1, 2000)) + content[at:]


BYTES: tuple[Mutation, ...] = (flip_bits, change_bytes, extreme_number, extreme_number, cut, remove, double, move, put_in)

_NUMBER = re.compile(rb"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"\S+")


def other_number(rng: random.Random, content: bytes) -> bytes:
    return _replaced(rng, content, _NUMBER, rng.choice(NUMBERS).encode())


def other_word(rng: random.Random, content: bytes) -> bytes:
    words = _WORD.findall(content[:20_000])
    new = rng.choice(words) if words and rng.random() < 0.6 else rng.choice((*TOKENS, rng.choice(NUMBERS).encode()))
    return _replaced(rng, content, _WORD, new)


def long_word(rng: random.Random, content: bytes) -> bytes:
    return _replaced(
        rng, content, _WORD, rng.choice((b"9", b"a", b"\xe5\xb7\xa6", b"-", b"(", b"[", b"{ ")) * rng.choice((300, 100_000))
    )


def lines(rng: random.Random, content: bytes) -> bytes:
    """A line or block of lines removed, doubled, swapped, repeated or put elsewhere."""
    found = content.splitlines(keepends=True) or [b""]
    at, length = place(rng, len(found)), rng.choice((1, 1, 1, 2, 5, 20))
    block, rest = found[at : at + length], found[:at] + found[at + length :]
    kind = rng.randrange(5)
    if kind == 0:
        found = rest
    elif kind == 1:
        found[at:at] = block
    elif kind == 2:
        to = place(rng, len(rest) + 1)
        found = rest[:to] + block + rest[to:]
    elif kind == 3:
        found[at:at] = block * rng.choice((10, 1000))
    else:
        found[at : at + length] = block[::-1]
    return b"".join(found)


def other_encoding(rng: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    name = rng.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "utf-7", "cp500"))
    return text.encode(name, "replace")


def other_line_ends(rng: random.Random, content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(
        b"\n", rng.choice((b"\r", b"\r\n", b" ", b"\x0b", b"\n\n", b"\xe2\x80\xa9", b""))
    )


TEXT: tuple[Mutation, ...] = (
    other_number,
    other_number,
    other_number,
    other_word,
    other_word,
    long_word,
    lines,
    lines,
    lines,
    other_encoding,
    other_line_ends,
    put_in,
    cut,
)


def _replaced(rng: random.Random, content: bytes, what: re.Pattern[bytes], new: bytes) -> bytes:
    at = place(rng, len(content))
    found = what.search(content, at) or what.search(content)
    return content[: found.start()] + new + content[found.end() :] if found else content + new
