"""Measure what fewer bits of patch tokens cost: recall in two stages, and how many first answers stay the same.

    python -m motionpatches.packaging.research.token_bits MODEL LIBRARY [--split test]

MODEL has tokens (preset `interaction`). Each caption of the library is a query to all of its captioned clips; answers of 32 bits
are what those of 16 and 4 bits are compared with.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.metrics import best_ranks, equal_captions, similarity, summarise
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.core.search.gallery import Entry
from motionpatches.core.search.patch_tokens import pack
from motionpatches.core.search.word_patches import sentence_rows
from motionpatches.packaging.research.order_test import rows_of
from motionpatches.packaging.research.two_stages import in_two_stages

COLUMNS = ("R@1", "R@5", "R@10")


def measure(model: MotionTextModel, library: Library, clips: Sequence[Clip]) -> dict[int, dict[str, float]]:
    """Return, for 32, 16 and 4 bits, recall, KB a motion, and the share of first clips and of the first ten that stay the same.

    Raises:
        StudioError: The model has no tokens.
    """
    motions = rows_of(model, [library.load(clip.id) for clip in clips])
    if motions.patches is None:
        raise StudioError("The model has no tokens: train one with the preset `interaction`.")
    captions = [clip.caption for clip in clips]
    texts = {caption: sentence_rows(model, caption) for caption in dict.fromkeys(captions)}
    cosines = similarity(np.stack([texts[caption][0] for caption in captions]), motions.rows)
    patches = [found.float().numpy() for found in motions.patches]
    entries, ids = [Entry(clip.id, "", 0.0, clip.duration_s) for clip in clips], [clip.id for clip in clips]
    exact = np.array([[float((p @ words.T).max(axis=0).mean()) for p in patches] for _, words in texts.values()])
    found = {32: (exact, 4 * patches[0].size / 1000)}
    for bits in (16, 4):
        tokens = pack(entries, patches, patches[0].shape[1], "", bits)
        scores = np.array([tokens.scores(words, ids) for _, words in texts.values()])
        kept = (tokens.rows, *([] if tokens.scales is None else [tokens.scales]))
        found[bits] = scores, sum(part.nbytes for part in kept) / 1000 / len(clips)
    number = {caption: at for at, caption in enumerate(texts)}
    own, equal = [number[caption] for caption in captions], equal_captions(captions)
    result = {}
    for bits, (scores, kilobytes) in found.items():
        ranks = best_ranks(in_two_stages(cosines, scores[own]), equal)
        result[bits] = {**summarise(ranks), "KB": kilobytes, **_same(scores, exact)}
    return result


def _same(scores: np.ndarray, exact: np.ndarray) -> dict[str, float]:
    pairs = list(zip(np.argsort(-scores, axis=1), np.argsort(-exact, axis=1), strict=True))
    first = [one[0] == other[0] for one, other in pairs]
    ten = [len(set(one[:10]) & set(other[:10])) / len(one[:10]) for one, other in pairs]
    return {"first": 100 * float(np.mean(first)), "ten": 100 * float(np.mean(ten))}


def table(found: Mapping[int, Mapping[str, float]]) -> str:
    """Write the figures in Markdown."""
    heads = ("bits", "KB a motion", *COLUMNS, "same first", "of the first ten")
    lines = [f"| {' | '.join(heads)} |", "|" + "---:|" * len(heads)]
    for bits, row in found.items():
        cells = [f"{row['KB']:.1f}", *(f"{row[name]:.1f}" for name in (*COLUMNS, "first", "ten"))]
        lines.append(f"| {bits} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(told: argparse.Namespace) -> None:
    """Measure, and print the table."""
    library = run(open_library(told.library))
    clips = [clip for clip in (library.in_split(told.split) if told.split else library.clips) if clip.captions]
    print(f"{len(clips)} clips, {len({clip.caption for clip in clips})} captions")
    print(table(measure(load_model(told.model), library, clips)), end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--split", default="", help="train, val or test; all clips without it")
    main(parser.parse_args())
