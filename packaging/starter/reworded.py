"""Reword phrases: exchange words for synonyms, hypernyms, hyponyms or coordinate terms of WordNet, or for those of a thesaurus.

The results are similar to what users search for, in words that no phrase has.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from motionpatches.packaging.starter.wordnet import (
    PERSON,
    article,
    frequent,
    gerund,
    lines,
    marks,
    third_person,
    words_of,
)

VERB, NOUN, ADJECTIVE, ADVERB = FILES = ("verb", "noun", "adj", "adv")
# Types of senses in keys, and their letters in pointers.
TYPES = {1: NOUN, 2: VERB, 3: ADJECTIVE, 4: ADVERB, 5: ADJECTIVE}
OWN = {VERB: "v", NOUN: "n", ADJECTIVE: "as", ADVERB: "r"}
WIDER, NARROWER, SIMILAR = "@", "~", "&"
# What holds a phrase together, and the sides, which must not be exchanged.
KEPT = frozenset(
    (
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "in",
        "on",
        "at",
        "to",
        "up",
        "by",
        "for",
        "off",
        "out",
        "over",
        "with",
        "from",
        "into",
        "onto",
        "down",
        "like",
        "as",
        "one",
        "two",
        "both",
        "his",
        "her",
        "their",
        "its",
        "it",
        "he",
        "she",
        "who",
        "that",
        "this",
        "while",
        "then",
        "before",
        "after",
        "left",
        "right",
        "is",
        "are",
        "be",
        "being",
        "not",
        "no",
    )
)
TWO_WORDS, SPLICED, OTHER_SUBJECT, UNSEEN, TRIES = 0.45, 0.2, 0.25, 0.1, 20


@dataclass
class _Words:
    """One part of speech.

    Words of each sense, senses of each word with their counts in WordNet's texts, and the wider, narrower and similar senses of
    each sense.
    """

    senses: dict[str, list[str]] = field(default_factory=dict)
    of: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))
    related: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def other(self, word: str, draw: random.Random) -> str:
        """Draw a word of a sense related to a sense of `word`."""
        senses, often = zip(*self.of[word], strict=True)
        sense = draw.choices(senses, often)[0]
        near = self.related[sense]
        way = draw.random()
        if way < 0.2 and near[WIDER]:
            sense = draw.choice(near[WIDER])
        elif way < 0.4 and near[NARROWER]:
            sense = draw.choice(near[NARROWER])
        elif way < 0.65 and near[WIDER] and (sisters := self.related[draw.choice(near[WIDER])][NARROWER]):
            sense = draw.choice(sisters)
        elif near[SIMILAR]:
            sense = draw.choice(near[SIMILAR])
        return draw.choice(self.senses[sense])


def reworded(folder: Path, sentences: list[str], count: int, seed: int = 0, thesaurus: Path | None = None) -> list[str]:
    """Return `count` further sentences, or as many as are found.

    Args:
        folder: Holds WordNet's data.* and index.sense.
        sentences: The sentences to reword.
        count: Number of sentences.
        seed: Seed of the choices.
        thesaurus: Lines of a word and, after commas, related ones; those that WordNet has as the same part of speech are taken.
    """
    draw = random.Random(seed)
    known = _read(folder)
    listed = _listed(thesaurus, known) if thesaurus else None
    forms = _forms(known)
    people = frequent(folder, PERSON, 1)
    given, found = set(sentences), set[str]()
    for _ in range(TRIES * count):
        if len(found) == count:
            break
        words = draw.choice(sentences).split()
        if draw.random() < SPLICED:
            other = draw.choice(sentences).split()
            words = words[: draw.randint(1, len(words))] + other[draw.randrange(len(other)) :]
        places = [i for i, word in enumerate(words) if word in forms]
        for i in draw.sample(places, min(len(places), 2 if draw.random() < TWO_WORDS else 1)):
            ways, often = zip(*forms[words[i]], strict=True)
            part, lemma, inflect = draw.choices(ways, often)[0]
            words[i] = inflect(draw.choice(listed[part].get(lemma, [lemma])) if listed else known[part].other(lemma, draw))
        text = " ".join(words)
        if draw.random() < OTHER_SUBJECT and text.startswith("a person "):
            text = f"{article(draw.choice(people))} {text.removeprefix('a person ')}"
        if text not in given:
            found.add(text)
    return sorted(found)


def _listed(thesaurus: Path, known: dict[str, _Words]) -> dict[str, dict[str, list[str]]]:
    """Return the words of the thesaurus by part of speech and word; a verb may be several words ("give way")."""
    found: dict[str, dict[str, list[str]]] = {part: {} for part in FILES}
    for line in thesaurus.read_text(encoding="latin-1").splitlines():
        word, *others = line.split(",")
        for part, words in known.items():
            fitting = [o for o in others if o in words.of or part == VERB and o.split(" ")[0] in words.of]
            if word in words.of and fitting:
                found[part][word] = fitting
    return found


def _read(folder: Path) -> dict[str, _Words]:
    known = {part: _Words() for part in FILES}
    for part, result in known.items():
        for head, _ in lines(folder / f"data.{part}"):
            offset, at = head[0], 5 + 2 * int(head[3], 16)
            result.senses[offset] = words_of(head)
            result.related[offset] = {WIDER: [], NARROWER: [], SIMILAR: []}
            for symbol, other, kind in zip(head[at::4], head[at + 1 :: 4], head[at + 2 :: 4], strict=False):
                if symbol in result.related[offset] and kind in OWN[part]:
                    result.related[offset][symbol].append(other)
    for key, offset, _, count in marks(folder):
        lemma, _, sense = key.partition("%")
        known[TYPES[int(sense[0])]].of[lemma.replace("_", " ")].append((offset, int(count) + UNSEEN))
    return known


Form = tuple[str, str, Callable[[str], str]]


def _forms(known: dict[str, _Words]) -> dict[str, list[tuple[Form, float]]]:
    """Return the readings of each word with their counts: part of speech, lemma, and the function that inflects words so."""
    forms: dict[str, list[tuple[Form, float]]] = defaultdict(list)
    for part, inflections in (
        (VERB, (_same, third_person, gerund)),
        (NOUN, (_same, _plural)),
        (ADJECTIVE, (_same,)),
        (ADVERB, (_same,)),
    ):
        for lemma, senses in known[part].of.items():
            for inflect in inflections:
                form = inflect(lemma)
                if " " not in form and len(form) > 2 and form not in KEPT:
                    forms[form].append(((part, lemma, inflect), sum(often for _, often in senses)))
    return forms


def _same(word: str) -> str:
    return word


def _plural(noun: str) -> str:
    """Form the plural: 'carving knife' -> 'carving knifes', 'box' -> 'boxes'; the last word by the rule of verbs."""
    first, _, last = noun.rpartition(" ")
    return f"{first} {third_person(last)}".strip()
