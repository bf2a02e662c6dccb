"""Short names of groups of clips: the words by which the captions of a group differ from all others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from motionpatches.core.library.words import ARTICLES, words_of

# Endings that do not make another word, the longest first, and the least that is left of a word without one.
ENDINGS, STEM = ("ing", "es", "ed", "s"), 3
# English words that say nothing about a motion by themselves.
_PLAIN = (
    "and as at by for from he her his if in is it its of on one or out own she so some someone something that their them then "
    "they this to two was while with person people man woman figure human actor"
)
PLAIN = ARTICLES | frozenset(_PLAIN.split())
# Share of a group's texts that hold a word of its name at least, and how much larger it is than that of the others; words of a
# name.
LEAST, LIFT, WORDS = 0.15, 1.3, 2


def group_names(texts: Sequence[str], groups: np.ndarray, words: int = WORDS) -> list[str]:
    """Name groups.

    A word counts by the share p of the group's texts that hold it, times log(p / q), where q is its share of the other texts:
    the share of the information (Kullback and Leibler, 1951) that it gives about the group.

    Args:
        texts: The captions of each clip, in one text.
        groups: The group (N,) of each, from 0.
        words: Most words of a name.

    Returns:
        A name for each group, its best word first; 'group 3' where no word tells it apart.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    stems = []
    for text in texts:
        found = [word for word in words_of(text) if word not in PLAIN and not word.isdigit() and len(word) > 1]
        for word in found:
            forms[_stem(word)][word] += 1
        stems.append({_stem(word) for word in found})
    everywhere = Counter(stem for one in stems for stem in one)
    names: list[str] = []
    for group in range(int(groups.max(initial=-1)) + 1):
        members = np.flatnonzero(groups == group)
        inside = Counter(stem for i in members for stem in stems[i])
        best = _telling(inside, everywhere, len(members), len(texts))
        chosen = [forms[stem].most_common(1)[0][0] for stem in best]
        # Of two groups with the same words the second has one more.
        name = next((", ".join(chosen[:n]) for n in range(words, len(chosen) + 1) if ", ".join(chosen[:n]) not in names), "")
        names.append(name or ", ".join(chosen[:words]) or f"group {group + 1}")
    return names


def _telling(inside: Counter[str], everywhere: Counter[str], members: int, total: int) -> list[str]:
    """Return the stems that tell a group apart, the best first."""
    scores = {}
    for stem, count in inside.items():
        share, other = count / members, (everywhere[stem] - count + 0.5) / (total - members + 1)
        if share >= LEAST and share > LIFT * other:
            scores[stem] = share * np.log(share / other)
    return sorted(scores, key=lambda stem: (-scores[stem], stem))


def _stem(word: str) -> str:
    """Return a word without its ending: 'walk' of 'walks', 'walking' and 'walked'."""
    ending = next((end for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= STEM), "")
    return word[: len(word) - len(ending)]
