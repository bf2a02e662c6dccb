"""Measure search by sentences in other words than the captions of their action: how many find an accepted action first, and how
many among the first five. 45 of the 208 share a word with such a caption: a part of the body, a direction, or what the action is
named after (guitar, golf).

Run as `python -m motionpatches.packaging.starter.measure.sentences [--model M]` for the tables: the first list of 60,
and all 208 over all actions.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.progress import run
from motionpatches.core.search.indexing import build_gallery, find_gallery
from motionpatches.core.search.retriever import Retriever

DATA = Path(__file__).parent
FIRST, MORE, FIRST_COUNT = DATA / "sentences.csv", DATA / "sentences_more.csv", 60


@dataclass(frozen=True)
class Answer:
    """A sentence, the actions that count, and what each of the five best clips shows."""

    sentence: str
    accepted: frozenset[str]
    found: tuple[frozenset[str], ...]

    def right_within(self, k: int) -> bool:
        """Return whether one of the first k clips shows an accepted action."""
        return any(self.accepted & shown for shown in self.found[:k])


def demo_retriever(model_folder: Path) -> Retriever:
    """Return the retriever of a model over the demo library."""
    library, model = run(open_library(paths.demo_library())), load_model(model_folder)
    return Retriever(model, find_gallery(model, library) or run(build_gallery(model, library)))


def five_best(retriever: Retriever, sentence: str) -> tuple[frozenset[str], ...]:
    """Return the actions that each of the five best clips shows."""
    return tuple(frozenset(hit.clip_id.split(" ", 1)[1].split(" + ")) for hit in retriever.search_terms(sentence, None, 5))


def ask_all(model_folder: Path) -> list[Answer]:
    """Search for the sentences of both lists, the first list first."""
    retriever, answers = demo_retriever(model_folder), []
    for file in (FIRST, MORE):
        for row in csv.DictReader(file.read_text().splitlines()):
            accepted = frozenset(row["actions"].split("|"))
            answers.append(Answer(row["sentence"], accepted, five_best(retriever, row["sentence"])))
    return answers


def first_list(answers: list[Answer]) -> list[Answer]:
    """Return the answers to the first list, of those to both."""
    return answers[:FIRST_COUNT]


def share(answers: list[Answer], k: int) -> float:
    """Return the percentage of sentences with an accepted action among the first k clips."""
    return 100 * sum(a.right_within(k) for a in answers) / len(answers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    answers = ask_all(parser.parse_args().model)
    for a in answers:
        mark = "1" if a.right_within(1) else "5" if a.right_within(5) else "-"
        print(f"{mark}  {a.sentence}  ->  {'; '.join('+'.join(sorted(f)) for f in a.found[:3])}")
    for part in (first_list(answers), answers):
        print(f"{len(part)} sentences: top-1 {share(part, 1):.1f} %, top-5 {share(part, 5):.1f} %")
