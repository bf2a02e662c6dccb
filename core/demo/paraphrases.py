"""Other phrases for the actions, used in training captions only.

The captions of the demo library do not use them. In paraphrases.txt a line `# action` precedes the phrases of an action, one per
line, with {side} and {other} to be filled in. A line with a full stop is a sentence, not a verb phrase: the text encoder alone is
trained on it (packaging/starter/teach_text.py).
"""

from __future__ import annotations

from pathlib import Path


def read_paraphrases(file: Path) -> dict[str, tuple[str, ...]]:
    """Return the phrases under the name of each action."""
    sections = file.read_text(encoding="utf-8").split("# ")[1:]
    return {name: tuple(phrases) for name, *phrases in (filter(None, section.splitlines()) for section in sections)}


PARAPHRASES = read_paraphrases(Path(__file__).with_suffix(".txt"))
