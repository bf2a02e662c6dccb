"""Measure search by the same words in the forms that people type: `python -m motionpatches.packaging.starter.measure.forms`.

The first phrase of each action and side of the generator, searched for in the demo library [--model M]: in a sentence, without
subject, as gerund, and with a typing error; how many find a clip of the action and side first, and among five. Two more:

- *negated*: "X, not Y" for two actions drawn together; right if the first clip shows X, and how many show Y first;
- *counted*: phrases with a number of times; right if the first clip of the action has a caption with this number. A guess is the
  share of its clips that have.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.demo.library import ACTIONS, TIMES
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search.retriever import Retriever
from motionpatches.packaging.starter.action_phrases import Phrase, filled
from motionpatches.packaging.starter.measure.sentences import Answer, demo_retriever, five_best, share
from motionpatches.packaging.starter.wordnet import gerund, third_person


def infinitive(verb: str) -> str:
    """Return the verb whose third person is given: 'carries' -> 'carry', 'punches' -> 'punch', 'moves' -> 'move'."""
    candidates = [f"{verb[:-3]}y", verb[:-2], verb[:-1]]
    return next((c for c in candidates if len(c) > 1 and third_person(c) == verb), verb)


def doing(phrase: str) -> str:
    """Return a phrase in the third person as gerund: 'waves the hand' -> 'waving the hand'."""
    verb, _, rest = phrase.partition(" ")
    return f"{gerund(infinitive(verb))} {rest}".strip()


def mistyped(text: str, draw: random.Random) -> str:
    """Exchange two neighbouring letters inside the longest word."""
    word = max(text.split(), key=len)
    swaps = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    if not swaps:
        return text
    at = draw.choice(swaps)
    return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def asked(seed: int = 6) -> list[tuple[str, str]]:
    """Return the first phrase of each action and side, and the name of clips that show it."""
    found = []
    for action in ACTIONS:
        for side in action.sides:
            text = action.phrases_both[0] if side == "both" and action.phrases_both else action.phrases[0]
            found.append((filled(Phrase(text, action, (side,)), side), f"{action.name} {side}".strip()))
    random.Random(seed).shuffle(found)
    return found


def in_forms(retriever: Retriever) -> dict[str, list[Answer]]:
    """Search for every phrase in every form."""
    draw = random.Random(7)
    forms = {
        "in a sentence": lambda phrase: f"a person {phrase}",
        "without subject": str,
        "gerund": doing,
        "mistyped": lambda phrase: mistyped(f"a person {phrase}", draw),
    }
    return {
        name: [Answer(form(phrase), frozenset({shown}), five_best(retriever, form(phrase))) for phrase, shown in asked()]
        for name, form in forms.items()
    }


def negated(retriever: Retriever) -> tuple[float, float]:
    """Return in percent how many of "X, not Y" show X first, and how many show Y."""
    phrases = asked()
    pairs = [(one, other) for one, other in zip(phrases[::2], phrases[1::2], strict=False) if one[1] != other[1]]
    first = [five_best(retriever, f"a person {one[0]}, not {doing(other[0])}")[0] for one, other in pairs]
    return tuple(
        100 * sum(pair[side][1] in names for pair, names in zip(pairs, first, strict=True)) / len(pairs) for side in (0, 1)
    )


def counted(retriever: Retriever) -> tuple[float, float, int]:
    """Return in percent how many phrases with a number of times find a clip with this number first among clips of the action,
    how many a guess would, and the number of phrases."""
    single = [(clip, clip.id.split(" ", 1)[1]) for clip in run(open_library(paths.demo_library())).clips if "+" not in clip.id]
    right, guess, count = 0.0, 0.0, 0
    for action in ACTIONS:
        phrase = next((p for p in action.phrases if "{times}" in p), None)
        names = {f"{action.name} {side}".strip() for side in action.sides}
        clips = {clip.id: " ".join(clip.captions) for clip, shown in single if shown in names}
        for number in action.counts if phrase else ():
            words = TIMES[number]
            having = {clip for clip, said in clips.items() if any(word in said for word in words)}
            if having and len(having) < len(clips):
                sentence = f"a person {' '.join(phrase.format(side=action.sides[0], other='', times=words[0]).split())}"
                right += retriever.search_terms(sentence, None, 1, frozenset(clips))[0].clip_id in having
                guess += len(having) / len(clips)
                count += 1
    return 100 * right / count, 100 * guess / count, count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    retriever = demo_retriever(parser.parse_args().model)
    for name, answers in in_forms(retriever).items():
        print(f"{len(answers)} phrases {name}: top-1 {share(answers, 1):.1f} %, top-5 {share(answers, 5):.1f} %")
    print("negated: {:.1f} % show what is wanted first, {:.1f} % what is not".format(*negated(retriever)))
    print("counted: {:.1f} % right, a guess {:.1f} %, of {} phrases".format(*counted(retriever)))
