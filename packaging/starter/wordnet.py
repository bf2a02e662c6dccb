"""Sentences about people's actions from WordNet, as training data of the starter's text encoder.

WordNet's database files (Princeton University; any use is allowed with its notice) list senses by lexicographers' files:
verbs of the body, of motion, of contact and so on, nouns of acts, adverbs. Verbs stand with a person before them, with
where or how, or with a thing; explanations and examples as they are. Scenes are what one may ask for in a few words: who does
it ("a carpenter sawing the board"), with what, where, like whom.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

SUBJECTS = ("a person", "someone", "the man", "a woman", "he", "she", "the figure", "a man", "the actor", "somebody")
# Numbers of lexicographers' files (lexnames of WordNet): body, competition, consumption, contact, creation, motion; all verbs but
# those of weather; nouns of acts, artefacts, parts of bodies.
BODILY = frozenset({29, 33, 34, 35, 36, 38})
VERBS = frozenset(range(29, 43))
ACT, ANIMAL, ARTIFACT, BODY, EVENT, FEELING, PERSON = 4, 5, 6, 8, 11, 12, 18
# Files whose names are read unchanged: the same, and attributes, ideas, communication, groups, places, states, times.
NAMED = frozenset({4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 18, 26, 28})
HOW = (
    "slowly",
    "quickly",
    "again",
    "twice",
    "to the left",
    "to the right",
    "forward",
    "with both hands",
    "with the left hand",
    "with the right foot",
    "and then stops",
    "on the spot",
    "carefully",
    "hard",
)
MOVES = ("walks", "moves", "runs", "turns", "stands", "dances", "steps", "sits")
DOES = ("does", "performs", "is doing", "makes")
ODD = {"have": "has", "be": "is", "do": "does", "go": "goes"}


def sentences(folder: Path, seed: int = 0) -> list[str]:
    """Make sentences from the verbs, nouns and adverbs of WordNet; `folder` holds data.verb, data.noun, data.adv, index.sense."""
    draw = random.Random(seed)
    found: set[str] = set()
    bodily: list[str] = []

    def say(text: str) -> None:
        found.add(re.sub(r"\s+", " ", text).strip())

    def who() -> str:
        return draw.choice(SUBJECTS)

    seen: set[str] = set()
    for kind, words, gloss, examples in senses(folder / "data.verb"):
        if kind not in VERBS:
            continue
        for word in words:
            if word in seen:
                continue
            seen.add(word)
            say(f"{who()} {third_person(word)}")
            if kind in BODILY:
                say(f"{who()} {third_person(word)} {draw.choice(HOW)}")
                bodily.append(word)
        if kind in BODILY:
            say(f"{who()} {third_person(gloss.split(';')[0].strip())}")
            say(draw.choice(words))
            for example in examples:
                say(example)
    for kind, words, gloss, _ in senses(folder / "data.noun"):
        if kind == ACT:
            for word in words[:3]:
                say(f"{who()} {draw.choice(DOES)} {article(word)}")
            say(f"{who()} does {gloss.split(';')[0].strip()}")
    for _, words, _, _ in senses(folder / "data.adv"):
        say(f"{who()} {draw.choice(MOVES)} {words[0]}")
    things, parts = frequent(folder, ARTIFACT), frequent(folder, BODY)
    for _ in range(4000):
        say(f"{who()} {third_person(draw.choice(bodily))} {draw.choice(('a', 'the'))} {draw.choice(things)}")
    for _ in range(2500):
        owner = draw.choice(("their", "his", "her", "the left", "the right", "both"))
        say(f"{who()} {third_person(draw.choice(bodily))} {owner} {draw.choice(parts)}")
    return sorted(text for text in found if 4 < len(text) < 140)


def scenes(folder: Path, count: int, seed: int = 0) -> list[str]:
    """Draw `count` random sentences about people and what they do; few make sense, all use common words."""
    draw = random.Random(seed)
    verbs = [(words, gloss) for kind, words, gloss, _ in senses(folder / "data.verb") if kind in BODILY]
    nouns = list(senses(folder / "data.noun"))
    acts = [(words, gloss) for kind, words, gloss, _ in nouns if kind == ACT]
    events = [words[0] for kind, words, _, _ in nouns if kind == EVENT]
    people, things, parts, feelings, animals = (
        frequent(folder, kind, least) for kind, least in ((PERSON, 1), (ARTIFACT, 1), (BODY, 2), (FEELING, 1), (ANIMAL, 1))
    )

    def doing() -> str:
        words, gloss = draw.choice(verbs)
        return gerund(draw.choice(words) if draw.random() < 0.6 else first_part(gloss))

    def act() -> str:
        words, gloss = draw.choice(acts)
        return draw.choice(words) if draw.random() < 0.6 else first_part(gloss)

    def thing() -> str:
        return f"{draw.choice(('a', 'the', 'the', 'with a', 'with the', 'on the', 'in the', 'at the'))} {draw.choice(things)}"

    forms = (
        lambda: doing(),
        lambda: f"{doing()} {thing()}",
        lambda: f"{article(draw.choice(people))} {doing()} {thing()}",
        lambda: f"{article(draw.choice(people))} {doing()}",
        lambda: f"{article(draw.choice(people))} at {act()}",
        lambda: f"{doing()} {draw.choice(('the left', 'the right', 'one', 'both'))} {draw.choice(parts)}",
        lambda: f"{doing()} like {article(draw.choice((draw.choice(people), draw.choice(animals))))}",
        lambda: f"{doing()} {draw.choice(('at', 'during', 'after', 'before'))} {article(draw.choice(events))}",
        lambda: f"{article(draw.choice(people))}, {doing()}, out of {draw.choice(feelings)}",
        lambda: act(),
        lambda: f"{act()} {thing()}",
        lambda: f"{act()} of {article(draw.choice(people))}",
    )
    found: set[str] = set()
    while len(found) < count:
        text = draw.choice(forms)()
        if 4 < len(text) < 100:
            found.add(text)
    return sorted(found)


def nouns(folder: Path) -> list[str]:
    """Return nouns of at most three words for what people are, do, make, feel and take part in."""
    return sorted(
        {
            word
            for kind, words, _, _ in senses(folder / "data.noun")
            if kind in NAMED
            for word in words
            if len(word.split()) <= 3 and len(word) > 2
        }
    )


def senses(file: Path) -> Iterator[tuple[int, list[str], str, list[str]]]:
    """Yield lexicographers' file, words, explanation and examples of each sense."""
    for head, text in lines(file):
        gloss = re.sub(r"\([^)]*\)", "", re.sub(r'"[^"]*"', "", text)).strip(" ;,")
        yield int(head[1]), words_of(head), gloss, re.findall(r'"([^"]+)"', text)


def lines(file: Path) -> Iterator[tuple[list[str], str]]:
    """Yield for each sense the fields of its line (wndb(5WN): offset, file, type, words, pointers), and its text."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("  "):
            head, _, text = line.partition(" | ")
            yield head.split(), text


def marks(folder: Path) -> Iterator[list[str]]:
    """Yield the lines of index.sense: key, offset, number of the sense, count in WordNet's texts (senseidx(5WN))."""
    for line in (folder / "index.sense").read_text(encoding="utf-8").splitlines():
        yield line.split()


def words_of(head: list[str]) -> list[str]:
    """Return the words of a sense from the fields of its line."""
    return [re.sub(r"\(.*\)", "", word).replace("_", " ") for word in head[4 : 4 + 2 * int(head[3], 16) : 2]]


def first_part(gloss: str) -> str:
    """Cut an explanation to its first part: 'to hop, or to leap on one foot; ...' -> 'hop'."""
    return re.sub(r"\s+", " ", re.split(r"[;,]", gloss)[0].removeprefix("to ")).strip()


def frequent(folder: Path, kind: int, least: int = 3) -> list[str]:
    """Return the nouns of a lexicographers' file with a count of at least `least` in WordNet's texts."""
    found = set()
    for key, _, _, count in marks(folder):
        lemma, _, sense = key.partition("%")
        if sense.split(":")[:2] == ["1", f"{kind:02d}"] and int(count) >= least:
            found.add(lemma.replace("_", " "))
    return sorted(found)


def third_person(verb: str) -> str:
    """Inflect a verb: 'keel over' -> 'keels over'."""
    first, _, rest = verb.partition(" ")
    if first in ODD:
        first = ODD[first]
    elif re.search(r"[^aeiou]y$", first):
        first = f"{first[:-1]}ies"
    elif re.search(r"(s|x|z|ch|sh|o)$", first):
        first += "es"
    else:
        first += "s"
    return f"{first} {rest}".strip()


def gerund(verb: str) -> str:
    """Inflect a verb: 'make a hole' -> 'making a hole', 'run up' -> 'running up'."""
    first, _, rest = verb.partition(" ")
    if re.search(r"ie$", first):
        first = f"{first[:-2]}y"
    elif re.search(r"[^eoy]e$", first):
        first = first[:-1]
    elif re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", first):
        first += first[-1]
    return f"{first}ing {rest}".strip()


def article(noun: str) -> str:
    """Return a noun after its indefinite article."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
