"""Names from files as plain text in Markdown and LaTeX: they stay on their line and carry no markup."""

from __future__ import annotations

import re

_LATEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': "''",
    "|": r"\textbar{}",
    "→": r"$\to$",
    "±": r"\textpm{}",
    "†": r"\textdagger{}",
    **{sign: "\\" + sign for sign in "&%$#_{}"},
}
# Signs that start or end markup in Markdown; at the start of a line, those of headings and lists too.
_SIGNS = re.compile(r"([\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|^[#+=-])")
# Signs that not every reader of Markdown takes with a backslash, as HTML has them.
_ENTITIES = {"<": "&lt;", ">": "&gt;", "|": "&#124;", "~": "&#126;"}
_ENTITY = re.compile(r"&(?=#?\w+;)")


def one_line(text: str) -> str:
    """White space and control characters as single blanks."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def latex_text(text: str) -> str:
    """Text that LaTeX prints as it is. No character is left that could start a command, a comment or a new line."""
    return "".join(_LATEX.get(char, char) for char in one_line(text))


def markdown_line(text: str) -> str:
    """Text that Markdown prints as it is, in a paragraph, an item of a list or a cell of a table."""
    escaped = _SIGNS.sub(r"\\\1", _ENTITY.sub("&amp;", one_line(text)))
    return "".join(_ENTITIES.get(char, char) for char in escaped)
