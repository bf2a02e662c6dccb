"""Measure models by the captions written for captured takes: `python -m motionpatches.packaging.starter.measure.actions DATA`.

DATA holds `cmu` and `accad`; the captions and their actions are those of packaging/starter/captured. Captions are searched for
among the whole takes of their source; a take is right that shows the action of the caption somewhere. Every action counts alike.
Settings of the training are chosen by this measure, each source answered by a model that did not see it
[--cmu MODEL] [--accad MODEL].
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.packaging.starter.captured.takes import SOURCES, rows
from motionpatches.packaging.starter.measure.captured import Source, open_source

# Captions of an action that are searched for, at most.
CAPTIONS, FIRST = 14, 5


def captions(source: str, seed: int = 0) -> dict[str, list[str]]:
    """Return some captions of each action of a source."""
    draw = np.random.default_rng(seed)
    every = defaultdict(set)
    for row in rows(source):
        every[row.action].update(row.captions)
    return {action: draw.permutation(sorted(said))[:CAPTIONS].tolist() for action, said in sorted(every.items())}


def shown(source: str) -> dict[str, frozenset[str]]:
    """Return the actions that each take of a source shows."""
    found = defaultdict(set)
    for row in rows(source):
        found[row.take].add(row.action)
    return {take: frozenset(actions) for take, actions in found.items()}


def measure(source: Source) -> dict[str, tuple[float, float]]:
    """Return for each action the share of its captions with a right take first, and with one among the first five."""
    right = shown(source.name)
    found = {}
    for action, said in captions(source.name).items():
        hits = [[action in right.get(take, ()) for take in source.takes(caption, FIRST)] for caption in said]
        found[action] = float(np.mean([hit[0] for hit in hits])), float(np.mean([any(hit) for hit in hits]))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    for name in SOURCES:
        parser.add_argument(f"--{name}", type=Path, default=paths.starter_model(), help=f"model that answers the takes of {name}")
    parser.add_argument("--show", action="store_true", help="print each action")
    told = parser.parse_args()
    for name in SOURCES:
        figures = measure(open_source(told.data, name, getattr(told, name)))
        if told.show:
            for action, (first, among) in figures.items():
                print(f"   {action:28} {100 * first:5.1f} {100 * among:5.1f}")
        first, among = 100 * np.mean(list(figures.values()), axis=0)
        print(f"{name}: {len(figures)} actions: a right take first {first:.1f} %, among the first five {among:.1f} %")
