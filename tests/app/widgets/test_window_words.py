"""The window says the words of its glossary: each is the title of a command, a panel or a page."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split("## A window's word")[1]
WORDS = [word.strip() for row in re.findall(r"^\| ([^|]+) \|", TABLE, re.MULTILINE)[2:] for word in row.split(",")]


def titles() -> set[str]:
    """Texts of the widgets, without marks of keys and dots."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "app" / "widgets").rglob("*.py")]
    texts = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text.replace("&", "").rstrip("…") for text in texts if isinstance(text, str)}


def test_every_word_of_the_table_is_in_the_window():
    assert len(WORDS) > 20 and "Explain Result" in WORDS, "the table is read"
    assert [word for word in WORDS if word not in titles()] == []
