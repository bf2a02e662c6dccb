"""Cells of tables that people open in a spreadsheet: no cell is run as a formula."""

from __future__ import annotations

# What spreadsheets take for the start of a formula, in full width too; some leave out what stands before it.
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")
BEFORE = "' \n\u00a0"


def safe_cell(value: object) -> object:
    """The value of a cell, with an apostrophe before a text that a spreadsheet would take for a formula (OWASP, CSV injection).

    A text that begins so already gets another apostrophe: `plain_cell` gives every text back. Numbers stay numbers.
    """
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def plain_cell(text: str) -> str:
    """The text that `safe_cell` was given."""
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.lstrip(BEFORE).startswith(FORMULA_STARTS)
