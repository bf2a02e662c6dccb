"""Measure models on captured motion of two sources, each source by the model that was not trained on it.

    python -m motionpatches.packaging.starter.measure.captured DATA [--cmu MODEL] [--accad MODEL]

DATA holds `cmu`, `accad` and `queries.csv`: free sentences, each with a regular expression of the captions that count. Prints
exact-caption retrieval within each source, and for the sentences, over the takes of both sources together, how often a right
take is first or among the first five, and which share of the first five is right.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core import paths
from motionpatches.core.evaluation.evaluate import evaluate
from motionpatches.core.library.library import Library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.core.search.gallery import Gallery, Hit
from motionpatches.core.search.indexing import update_gallery
from motionpatches.core.search.retriever import Retriever
from motionpatches.packaging.starter.captured import takes
from motionpatches.packaging.starter.captured.takes import SOURCES

FIRST = 5


@dataclass(frozen=True, eq=False)
class Source:
    """One source's takes, and the model that answers them."""

    name: str
    library: Library
    model: MotionTextModel
    gallery: Gallery

    def nearest(self, sentence: str, k: int) -> list[tuple[float, str]]:
        """Return the scores and captions of the k nearest takes, the nearest first."""
        captions = {clip.id: clip.caption for clip in self.library.clips}
        return [(hit.score, captions[hit.clip_id]) for hit in self._hits(sentence, k)]

    def takes(self, sentence: str, k: int) -> list[str]:
        """Return the ids of the k nearest takes, the nearest first."""
        return [hit.clip_id for hit in self._hits(sentence, k)]

    def _hits(self, sentence: str, k: int) -> list[Hit]:
        return Retriever(self.model, self.gallery).search_terms(sentence, None, k)


@dataclass(frozen=True)
class Answer:
    """A sentence, and whether each of the first takes found is right."""

    sentence: str
    right: tuple[bool, ...]
    captions: tuple[str, ...]


def open_source(data: Path, name: str, folder: Path) -> Source:
    """Open a source and encode its takes with the model of a folder. Raises StudioError where its folder is not there."""
    library, model = takes.open_source(data, name), load_model(folder)
    return Source(name, library, model, run(update_gallery(model, library)))


def ask(sources: Sequence[Source], sentence: str, pattern: str, k: int = FIRST) -> Answer:
    """Search all sources for a sentence; their takes are ranked together by score."""
    found = sorted((hit for source in sources for hit in source.nearest(sentence, k)), key=lambda hit: -hit[0])[:k]
    captions = tuple(caption for _, caption in found)
    return Answer(sentence, tuple(bool(re.search(pattern, caption, re.IGNORECASE)) for caption in captions), captions)


def ask_all(sources: Sequence[Source], queries: Path) -> list[Answer]:
    with open(queries, newline="", encoding="utf-8") as file:
        return [ask(sources, row["query"], row["captions"]) for row in csv.DictReader(file)]


def summary(answers: Sequence[Answer]) -> tuple[float, float, float]:
    """Return the percent of sentences with a right take first, with one among the first five, and of takes among the first five
    that are right."""
    count = len(answers)
    first = sum(answer.right[0] for answer in answers)
    among = sum(any(answer.right) for answer in answers)
    share = sum(sum(answer.right) for answer in answers) / FIRST
    return 100 * first / count, 100 * among / count, 100 * share / count


def measure(data: Path, models: dict[str, Path]) -> tuple[dict[str, dict[str, dict[str, float]]], list[Answer]]:
    """Answer each source by its model: the figures of exact-caption retrieval by source and way, and the answers to the
    sentences."""
    sources = [open_source(data, name, models[name]) for name in SOURCES]
    figures = {}
    for source in sources:
        found = run(evaluate(source.model, source.library, split="", protocols=("exact_caption",)))
        figures[source.name] = found.figures["exact_caption"]
    return figures, ask_all(sources, data / "queries.csv")


def main(data: Path, models: dict[str, Path], show: bool) -> None:
    figures, answers = measure(data, models)
    for name, ways in figures.items():
        for way in ("t2m", "m2t"):
            print(f"{name}: exact caption, {way}: {ways[way]}")
    if show:
        for answer in answers:
            print(
                f"{''.join('x' if right else '.' for right in answer.right)}  {answer.sentence}  ->  {'; '.join(answer.captions)}"
            )
    print(
        "{} sentences: first right {:.1f} %, one of the first five {:.1f} %, of the first five {:.1f} %".format(
            len(answers), *summary(answers)
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    for source in SOURCES:
        parser.add_argument(
            f"--{source}", type=Path, default=paths.starter_model(), help=f"model that answers the takes of {source}"
        )
    parser.add_argument("--show", action="store_true", help="print each sentence with the captions found")
    told = parser.parse_args()
    main(told.data, {name: getattr(told, name) for name in SOURCES}, told.show)
