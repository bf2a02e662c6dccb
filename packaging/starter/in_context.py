"""Phrases in context: with a person, in other forms of the verb, with where, when or why.

Queries often mention more than the motion. The student needs training data with context; the large teacher does not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from motionpatches.core.demo.library import SUBJECTS
from motionpatches.packaging.starter.action_phrases import Phrase, filled, meant, said
from motionpatches.packaging.starter.wordnet import (
    ARTIFACT,
    EVENT,
    FEELING,
    PERSON,
    article,
    frequent,
    gerund,
    marks,
    third_person,
)

WHERE = (
    "in the kitchen",
    "at the station",
    "in the garden",
    "on the stage",
    "in front of the mirror",
    "at the gym",
    "on the beach",
    "in the office",
    "by the river",
    "in the middle of the street",
    "at the party",
    "in the classroom",
    "on the roof",
    "behind the house",
    "at the market",
    "in the dark",
    "in the living room",
    "on the playground",
    "in the forest",
    "at the festival",
    "outside the shop",
    "before the crowd",
    "in the hallway",
    "near the fence",
    "on the field",
    "at home",
)
WHEN = (
    "after the match",
    "before breakfast",
    "at the end of the day",
    "once more",
    "for a moment",
    "all of a sudden",
    "for the third time",
    "in the middle of the night",
    "when the music starts",
    "as the others watch",
    "while waiting for a friend",
    "before leaving",
    "during the break",
    "at last",
    "again and again",
    "for a while",
    "without a word",
    "on a cold morning",
    "just in time",
    "as soon as the bell rings",
    "every morning",
    "on purpose",
    "by mistake",
)
WHY = (
    "to impress the neighbours",
    "because it is so hot",
    "because nobody is looking",
    "to make the child laugh",
    "to win the bet",
    "as the coach told them",
    "to get some exercise",
    "just for fun",
    "to show how it is done",
    "out of habit",
    "because of the noise",
    "in a bad mood",
    "with a smile",
    "with great care",
    "with all their strength",
    "like in a film",
    "as if nothing had happened",
    "for the camera",
)
WHO = (
    "the man in the hat",
    "a girl with a ponytail",
    "my brother",
    "her sister",
    "the old lady",
    "the boy",
    "our teacher",
    "the kid next door",
    "a tall guy",
    "the youngest one",
    "the performer",
    "one of the players",
    "the actress",
    "the character",
    "a passer-by",
    "my neighbour",
    "the other one",
    "he",
    "she",
    "someone",
    "somebody",
    "the person",
    "a figure",
    "the dancer",
    "the athlete",
    "Anna",
    "Tom",
    "Maria",
    "Ben",
    "Lucy",
    "Omar",
    "Peter",
    "Julia",
    "Kim",
    "Grandma",
    "Father",
)
# The same with a noun of WordNet, of a thing, an event, a person, a feeling, and how often one of these is said.
AROUND = {
    ARTIFACT: (
        "in the {}",
        "beside the {}",
        "on the {}",
        "behind the {}",
        "next to a {}",
        "not far from the {}",
        "on the way to the {}",
        "between the {} and the wall",
    ),
    EVENT: ("during the {}", "after the {}", "before the {}", "because of the {}", "as in a {}"),
    PERSON: ("for the {}", "in front of the {}", "like a {}", "as the {} told them", "together with the {}", "to annoy the {}"),
    FEELING: ("full of {}", "out of {}", "with some {}", "without any {}"),
}
DRAWN = 0.5
# {who}, {does} and {do}, {doing} of the phrase's verb, {rest} of the phrase, {when} or where or why; how often each is said.
FORMS = {
    "{doing} {rest}": 25,
    "{who} {doing} {rest}": 15,
    "{doing} {rest} {when}": 12,
    "{who} {does} {rest} {when}": 20,
    "{who} {does} {rest}": 10,
    "{when}, {who} {does} {rest}": 8,
    "{who} is {doing} {rest}": 10,
    "{who} is {doing} {rest} {when}": 8,
    "{who} starts {doing} {rest}": 3,
    "{who} begins to {do} {rest}": 3,
    "{who} has to {do} {rest} {when}": 3,
    "{who} can be seen {doing} {rest}": 3,
    "watch how {who} {does} {rest}": 3,
    "{do} {rest}!": 4,
    "to {do} {rest}": 3,
}
# Of phrases that need no subject: {all} of it.
WHOLE = {"{all}, {when}": 40, "{who}: {all}": 20, "{when}, {all}": 40}
TRIES = 20
# What tells a second verb from a noun that looks like one.
AFTER_A_VERB = r"(a|an|the|up|down|on|out|off|over|back|it|to|in|into|at|with|away|again|his|her|its|by|from|for)\b"
# Of the phrases that a speaker says, how many are in context and how many after a subject.
SPOKEN_IN_CONTEXT, WITH_SUBJECT = 0.6, 0.25


class Speech:
    """Put phrases into sentences as people speak; `folder` holds WordNet's index.sense."""

    def __init__(self, folder: Path):
        self.people, self.described = frequent(folder, PERSON), _frequent_adjectives(folder)
        self.around = {kind: nouns for kind in AROUND if (nouns := frequent(folder, kind))}
        self.verbs = {third_person(key.partition("%")[0]): key.partition("%")[0] for key, *_ in marks(folder) if "%2:" in key}

    def knows(self, phrase: Phrase) -> bool:
        """Return whether the phrase can be put in context: it needs no subject, or begins with a known verb."""
        return phrase.whole or phrase.text.partition(" ")[0] in self.verbs

    def of(self, phrase: Phrase, side: str, draw: random.Random) -> str:
        """Return a sentence with a known phrase for one of its sides."""
        text = filled(phrase, side)
        does, _, rest = text.partition(" ")
        do = "" if phrase.whole else self.verbs[does]
        forms = WHOLE if phrase.whole else FORMS
        form = draw.choices(list(forms), list(forms.values()))[0]
        if "{does}" not in form:
            rest = self._second(rest, gerund if "{doing}" in form else str)
        said = form.format(who=self._who(draw), does=does, do=do, doing=gerund(do), rest=rest, all=text, when=self._when(draw))
        return " ".join(said.split())

    def _second(self, rest: str, inflect: Callable[[str], str]) -> str:
        """Inflect a second verb: 'down and gets up' -> 'down and getting up'; 'the arms and legs' stay."""
        return re.sub(
            rf"\band (\w+) (?={AFTER_A_VERB})",
            lambda found: f"and {inflect(self.verbs[found[1]])} " if found[1] in self.verbs else found[0],
            rest,
        )

    def _who(self, draw: random.Random) -> str:
        person = draw.choice(self.people)
        if draw.random() < 0.25:
            person = f"{draw.choice(self.described)} {person}"
        return draw.choice(WHO) if draw.random() < 0.45 else draw.choice((article(person), f"the {person}"))

    def _when(self, draw: random.Random) -> str:
        if not self.around or draw.random() >= DRAWN:
            return draw.choice(draw.choice((WHERE, WHEN, WHY)))
        kind = draw.choice(list(self.around))
        return draw.choice(AROUND[kind]).format(draw.choice(self.around[kind]))


class Speaker:
    """Draw phrases at random, in context or not."""

    def __init__(self, known: list[Phrase], speech: Speech, draw: random.Random):
        self.known, self.speech, self.draw = known, speech, draw

    def say(self, count: int) -> tuple[list[str], Tensor]:
        """Return `count` sentences, one for each phrase drawn, and which actions each may mean (count, A)."""
        spoken, right = zip(*map(self._one, self.draw.sample(self.known, count)), strict=True)
        return list(spoken), torch.stack(right)

    def _one(self, phrase: Phrase) -> tuple[str, Tensor]:
        side, way = self.draw.choice(phrase.sides), self.draw.random()
        if way < SPOKEN_IN_CONTEXT and self.speech.knows(phrase):
            return self.speech.of(phrase, side, self.draw), meant(phrase, side)
        return said(phrase, side, self.draw.choice(SUBJECTS) if way < SPOKEN_IN_CONTEXT + WITH_SUBJECT else "")


def in_context(folder: Path, known: list[Phrase], count: int, seed: int = 0) -> list[str]:
    """Return `count` different sentences, or as many as are found; `folder` holds WordNet's index.sense."""
    draw, speech = random.Random(seed), Speech(folder)
    fit = [phrase for phrase in known if speech.knows(phrase)]
    found: set[str] = set()
    for _ in range(TRIES * count if fit else 0):
        if len(found) == count:
            break
        phrase = draw.choice(fit)
        found.add(speech.of(phrase, draw.choice(phrase.sides), draw))
    return sorted(found)


def _frequent_adjectives(folder: Path, least: int = 6) -> list[str]:
    keys = (key.partition("%") for key, _, _, count in marks(folder) if int(count) >= least)
    return sorted({word for word, _, sense in keys if sense[0] in "35" and word.isalpha()})
