"""Text of any encoding, and numbers that must all be numbers."""

import os
import warnings

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem
from motionpatches.core.io.text import bad_number, decode, head_text, parse_numbers, read_text, to_float

WORDS = "HIERARCHY\nROOT {}\n{{\nOFFSET 0 1 2\n"


@pytest.mark.parametrize(
    ("name", "encodings"),
    [
        ("Hips", "ascii utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 cp932 cp1252"),
        ("左足", "utf-8 utf-16 utf-16-be cp932"),
        ("センター", "utf-8 cp932"),
        ("右ひざ 上半身2 首", "utf-8 cp932 utf-16-le"),
        ("頭 右腕 左ひじ 全ての親", "cp932"),
        ("Hüfte", "utf-8 cp1252 latin-1 utf-16"),
        ("tête épaule œil", "utf-8 cp1252"),
        ("Größe ñandú", "cp1252 latin-1"),
        ("骨盆", "utf-8 utf-16"),
        ("‘quoted’ – dash", "utf-8 cp1252"),
    ],
)
def test_encodings(name, encodings):
    for encoding in encodings.split():
        assert decode(WORDS.format(name).encode(encoding)) == WORDS.format(name), encoding


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends(ends):
    assert decode(f"a{ends}b{ends}{ends}".encode()) == "a\nb\n\n"


def test_any_bytes_become_text():
    rng = np.random.default_rng(0)
    for _ in range(500):
        assert isinstance(decode(rng.bytes(rng.integers(0, 60))), str)


@pytest.mark.parametrize(
    "text", ["1 2 x 3", "oops", "1 2 3 4e", "1 2,5", "1 --2", "1 2 0x10", "1 2 é", "1\0 2", "1 2 1.#IND", "1_0"]
)
def test_a_word_among_numbers_is_never_passed_over(text):
    """Also where numpy only warns of it, as version 1.26 does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="."):
            parse_numbers(f"{text} 5 6")


def test_numbers():
    np.testing.assert_array_equal(parse_numbers(" 1 -2.5e1\n\t.5\n\n+7 "), [1, -25, 0.5, 7])
    assert len(parse_numbers("")) == len(parse_numbers(" \n")) == 0
    assert np.isnan(parse_numbers("nan")[0]) and np.isinf(parse_numbers("1e999")[0])
    assert to_float("0,5") == to_float("0.5") == 0.5 and to_float("x") is to_float("inf") is to_float("") is None
    assert bad_number("1 2\n3 x 4\n") == (1, "x")


def test_what_is_no_file_is_refused(tmp_path):
    pipe = [("pipe.bvh", "pipe")] if hasattr(os, "mkfifo") else []
    if pipe:
        os.mkfifo(tmp_path / "pipe.bvh")
    for name, says in (*pipe, ("none.bvh", "not exist"), (".", "folder")):
        with pytest.raises(FileProblem, match=says):
            read_text(tmp_path / name)
        assert head_text(tmp_path / name) == ""
    (tmp_path / "long.txt").write_bytes(b"1\n2" * 100)
    with pytest.raises(FileProblem, match="longer than"):
        read_text(tmp_path / "long.txt", 50)
    assert head_text(tmp_path / "long.txt", 4) == "1\n"
