"""Phrases for each action and side of the generator, without those that contain a word of the test sentences."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from motionpatches.core.demo.__main__ import words_kept_for
from motionpatches.core.demo.action import Action
from motionpatches.core.demo.library import ACTIONS, OTHER, words_in
from motionpatches.core.demo.paraphrases import PARAPHRASES

TESTS = Path(__file__).resolve().parent / "measure"
# Action and side of each row.
ROWS = [(action, side) for action in ACTIONS for side in action.sides]


@dataclass(frozen=True)
class Phrase:
    """A verb phrase of an action, or a phrase that needs no subject (`whole`), with {side} and {other} to be filled in.

    `sides` are the sides that it fits.
    """

    text: str
    action: Action
    sides: tuple[str, ...]
    whole: bool = False


def phrases() -> list[Phrase]:
    """Return the actions' own phrases and the listed ones that may be trained on."""
    kept = _kept()
    found = []
    for action in ACTIONS:
        found += [Phrase(p, action, action.sides if not action.phrases_both else _single(action)) for p in action.phrases]
        found += [Phrase(p, action, ("both",)) for p in action.phrases_both]
        found += [phrase for phrase in _listed(action) if not kept & words_in(phrase.text)]
    return found


def share_of(known: list[Phrase], share: float) -> list[Phrase]:
    """Return a share of the phrases of each action and its sides, at least one."""
    groups: dict[tuple[str, tuple[str, ...]], list[Phrase]] = {}
    for phrase in known:
        groups.setdefault((phrase.action.name, phrase.sides), []).append(phrase)
    return [phrase for group in groups.values() for phrase in group[: max(1, round(len(group) * share))]]


def left_out() -> list[Phrase]:
    """Return the listed phrases that may not be trained on, since they have a word of the test sentences."""
    kept = _kept()
    return [phrase for action in ACTIONS for phrase in _listed(action) if kept & words_in(phrase.text)]


def _kept() -> frozenset[str]:
    return words_kept_for("\n".join(file.read_text() for file in sorted(TESTS.glob("sentences*.csv"))))


def _single(action: Action) -> tuple[str, ...]:
    return tuple(side for side in action.sides if side != "both") or action.sides


def _listed(action: Action) -> list[Phrase]:
    return [
        Phrase(p.rstrip("."), action, _single(action) if "{side}" in p else action.sides, p.endswith("."))
        for p in PARAPHRASES.get(action.name, ())
    ]


def test_sentences() -> set[str]:
    """Return the sentences of both test lists."""
    return {row["sentence"] for file in TESTS.glob("sentences*.csv") for row in csv.DictReader(file.read_text().splitlines())}


def filled(phrase: Phrase, side: str) -> str:
    """Return the text of a phrase for one side."""
    return " ".join(phrase.text.format(side=side, other=OTHER[side], times="").split())


def meant(phrase: Phrase, side: str) -> Tensor:
    """Return which actions (A,) a phrase for a side may mean; for a phrase that names no side, those of all its sides."""
    sides = (side,) if "{" in phrase.text else phrase.sides
    return torch.tensor([float(action is phrase.action and s in sides) for action, s in ROWS])


def said(phrase: Phrase, side: str, subject: str) -> tuple[str, Tensor]:
    """Return a sentence with a phrase, and which actions (A,) it may mean."""
    return filled(phrase, side) if phrase.whole else f"{subject} {filled(phrase, side)}".strip(), meant(phrase, side)


def every_way(known: list[Phrase], subjects: tuple[str, ...]) -> tuple[list[str], Tensor]:
    """Return N sentences, each phrase after each subject and for each side that it names, and their actions (N, A)."""
    spoken, right = zip(
        *(said(p, side, subject) for p in known for side in (p.sides if "{" in p.text else p.sides[:1]) for subject in subjects),
        strict=True,
    )
    return list(spoken), torch.stack(right)
