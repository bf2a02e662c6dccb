"""Held-out phrases: those with a word of the test sentences, which no text encoder was trained on. How many find their action?

Run as `python -m motionpatches.packaging.starter.measure.left_out [--model M] [--every N]`: in the demo library, how
many find a clip of their action and side first and in the top five; bare, and with people, places and reasons around
them that in_context.py does not use.
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
    """Each phrase of one of its sides, the same in context, and what a clip that is right shows."""
    draw = random.Random(seed)
    found = []
    for phrase in phrases:
        side = draw.choice(phrase.sides)
        sides = (side,) if "{" in phrase.text else phrase.sides
        bare, form = filled(phrase, side), draw.choice(WHOLE if phrase.whole else FORMS)
        in_context = form.format(phrase=bare, who=draw.choice(WHO), around=draw.choice(AROUND))
        found.append((bare, in_context, frozenset(f"{phrase.action.name} {side}".strip() for side in sides)))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    parser.add_argument("--every", type=int, default=1, help="use every N-th phrase only, which is faster")
    told = parser.parse_args()
    retriever, asked = demo_retriever(told.model), sentences(left_out())[:: told.every]
    for name, which in (("bare", 0), ("in context", 1)):
        answers = [Answer(said[which], said[2], five_best(retriever, said[which])) for said in asked]
        print(f"{len(answers)} phrases {name}: top-1 {share(answers, 1):.1f} %, top-5 {share(answers, 5):.1f} %")
