"""Words of captions that a model does not know.

A word is known where the model's tokenizer has a token for it, or where captions that the model learned from hold it, in this or
in another inflection. Any other word the text encoder reads in pieces that it has never seen together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from motionpatches.core.models.text_encoder import TextEncoder

WORD = re.compile(r"[^\W\d_]+")
_ENDING = re.compile(r"(?<=...)(?:ing|ed|es|s|e)$")
# Where a model's provenance keeps words that it learned, and how many are kept.
LEARNED, MOST = "learned_words", 2000


def words_of(captions: Iterable[str]) -> Counter[str]:
    """Count the words of captions in lower case, each once for a caption."""
    return Counter(word for caption in captions for word in dict.fromkeys(WORD.findall(caption.lower())))


def in_pieces(captions: Iterable[str], encoder: TextEncoder) -> list[str]:
    """Return the words for which the tokenizer has no token of their own, the most frequent first."""
    words = [word for word, _ in words_of(captions).most_common()]
    return [word for word, count in zip(words, encoder.token_counts(words), strict=True) if count != 1]


def unknown_words(captions: Iterable[str], encoder: TextEncoder, learned: Iterable[str]) -> list[str]:
    """Return the words that are not known, the most frequent first.

    Args:
        captions: of the library.
        encoder: of the model.
        learned: words of captions that the model learned from.
    """
    known = {_stem(word) for word in learned}
    return [word for word in in_pieces(captions, encoder) if _stem(word) not in known]


def learned_words(provenance: dict[str, Any]) -> list[str]:
    """Return the words that a model's provenance names as learned."""
    kept = provenance.get(LEARNED, "")
    return kept.split() if isinstance(kept, str) else []


def with_learned(before: Sequence[str], captions: Iterable[str], encoder: TextEncoder) -> str:
    """Return what a provenance keeps: words learned before, and those of captions that the tokenizer reads in pieces."""
    return " ".join(list(dict.fromkeys([*before, *in_pieces(captions, encoder)]))[:MOST])


def _stem(word: str) -> str:
    """Return a word without the ending of an inflection and without a doubled consonant before that."""
    stem = _ENDING.sub("", word)
    return stem[:-1] if stem != word and len(stem) > 3 and stem[-1] == stem[-2] else stem
