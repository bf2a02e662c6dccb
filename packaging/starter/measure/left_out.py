"""Measure search by held-out phrases: those with a word of the test sentences, which no text encoder was trained on.

Run as `python -m motionpatches.packaging.starter.measure.left_out [--model M] [--every N]`: in the demo library, how
many find a clip of their action and side first and in the top five; alone, and in context with people, places and reasons that
in_context.py does not use.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from motionpatches.core import paths
from motionpatches.packaging.starter.action_phrases import Phrase, filled, left_out
from motionpatches.packaging.starter.measure.sentences import Answer, demo_retriever, five_best, share

WHO = (
    "the plumber",
    "a nurse",
    "our cousin",
    "this guy",
    "a lady in red",
    "the twins' father",
    "Carlos",
    "Ingrid",
    "the boss",
    "a teenager",
    "the old man over there",
    "the tourist",
    "her uncle",
    "the guy on the left",
    "a small girl",
)
AROUND = (
    "next to the sofa",
    "under the bridge",
    "at the airport",
    "until the lights go out",
    "because it is fun",
    "since there is nothing else to do",
    "right after lunch",
    "with nobody around",
    "in the snow",
    "while the crowd cheers",
    "at a wedding",
    "to pass the time",
    "before the bus comes",
    "by the swimming pool",
    "as part of the show",
    "on a rainy afternoon",
)
FORMS = (
    "{who} {phrase} {around}",
    "{who} {phrase}",
    "{around}, {who} {phrase}",
    "I want to see how {who} {phrase}",
    "there is {who} who {phrase} {around}",
)
# Of phrases that need no subject.
WHOLE = ("{phrase} {around}", "{around}, {phrase}", "a clip of {who}: {phrase}")


def sentences(phrases: list[Phrase], seed: int = 5) -> list[tuple[str, str, frozenset[str]]]:
    """Return for each phrase: itself for one of its sides, a sentence with it in context, and the names of clips that count."""
    draw = random.Random(seed)
    found = []
    for phrase in phrases:
        side = draw.choice(phrase.sides)
        sides = (side,) if "{" in phrase.text else phrase.sides
        bare, form = filled(phrase, side), draw.choice(WHOLE if phrase.whole else FORMS)
        in_context = form.format(phrase=bare, who=draw.choice(WHO), around=draw.choice(AROUND))
        found.append((bare, in_context, frozenset(f"{phrase.action.name} {side}".strip() for side in sides)))
    return found


def ask_all(model_folder: Path, every: int = 1) -> tuple[list[Answer], list[Answer]]:
    """Search the demo library for every N-th phrase: the answers for phrases alone, and for the same in context."""
    retriever, asked = demo_retriever(model_folder), sentences(left_out())[::every]
    alone = [Answer(phrase, accepted, five_best(retriever, phrase)) for phrase, _, accepted in asked]
    return alone, [Answer(sentence, accepted, five_best(retriever, sentence)) for _, sentence, accepted in asked]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    parser.add_argument("--every", type=int, default=1, help="use every N-th phrase only, which is faster")
    options = parser.parse_args()
    for name, answers in zip(("alone", "in context"), ask_all(options.model, options.every), strict=True):
        print(f"{len(answers)} phrases {name}: top-1 {share(answers, 1):.1f} %, top-5 {share(answers, 5):.1f} %")
