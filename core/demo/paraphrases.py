"""More words for actions: what only training captions say, so that a model hears a thing called by many names.

The captions of the demo library do not use them. They stand in paraphrases.txt: after a line `# action`, a phrase a line;
{side} and {other} are filled in. A line with a full stop is no verb phrase: it teaches words alone (teach_text.py).
"""

from __future__ import annotations

from pathlib import Path


def read_paraphrases(file: Path) -> dict[str, tuple[str, ...]]:
    """The phrases of each action's name."""
    sections = file.read_text(encoding="utf-8").split("# ")[1:]
    return {name: tuple(phrases) for name, *phrases in (filter(None, section.splitlines()) for section in sections)}


PARAPHRASES = read_paraphrases(Path(__file__).with_suffix(".txt"))
