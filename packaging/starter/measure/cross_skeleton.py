"""Measure the starter model on captured motion of other skeletons, zero-shot.

`python -m motionpatches.packaging.starter.measure.cross_skeleton DATA [--model M]`, DATA holding bandai2/ and bvh/
(see the folder's own README): zero-shot accuracy on bandai2's ten contents and seven styles, the ranks of the CMU
takes for their own captions, and the cosine of the same takes opened from BVH and from joint arrays.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core import paths
from motionpatches.core.demo.library import ACTIONS, OTHER
from motionpatches.core.evaluation.metrics import retrieval
from motionpatches.core.evaluation.zero_shot import Classification, classify
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.indexing import update_gallery

CONTENTS = {
    "raise-up-both-hands": "a person raises both hands",
    "raise-up-left-hand": "a person raises the left hand",
    "raise-up-right-hand": "a person raises the right hand",
    "run": "a person runs",
    "walk": "a person walks",
    "walk-turn-left": "a person walks and turns left",
    "walk-turn-right": "a person walks and turns right",
    "wave-both-hands": "a person waves both hands",
    "wave-left-hand": "a person waves the left hand",
    "wave-right-hand": "a person waves the right hand",
}
# The generator's action that each content is; its plain phrases together make a second prompt (their mean).
ACTION = {
    "raise-up-both-hands": ("raise hand", "both"),
    "raise-up-left-hand": ("raise hand", "left"),
    "raise-up-right-hand": ("raise hand", "right"),
    "run": ("run forward", ""),
    "walk": ("walk forward", ""),
    "walk-turn-left": ("walk and turn", "left"),
    "walk-turn-right": ("walk and turn", "right"),
    "wave-both-hands": ("wave", "both"),
    "wave-left-hand": ("wave", "left"),
    "wave-right-hand": ("wave", "right"),
}
STYLES = {
    "active": "energetically",
    "elderly": "like an elderly person",
    "exhausted": "as if exhausted",
    "feminine": "in a feminine way",
    "masculine": "in a masculine way",
    "normal": "",
    "youthful": "like a child",
}


def embeddings(model: MotionTextModel, library: Library) -> dict[str, np.ndarray]:
    """Return the embedding (D,) of the first window of every clip, by clip id."""
    gallery = run(update_gallery(model, library))
    found: dict[str, np.ndarray] = {}
    for entry, row in zip(gallery.entries, gallery.embeddings, strict=True):
        found.setdefault(entry.clip_id, row)
    return found


def sentences(model: MotionTextModel, texts: list[str]) -> np.ndarray:
    """Return the unit rows (N, D) of N sentences."""
    return np.stack([encode_text(model, text) for text in texts])


def phrases(content: str) -> list[str]:
    """Return sentences for a content in the plain phrases of the generator's captions."""
    name, side = ACTION[content]
    action = next(a for a in ACTIONS if a.name == name)
    texts = action.phrases_both if side == "both" and action.phrases_both else action.phrases
    return ["a person " + " ".join(t.format(side=side, other=OTHER[side], times="").split()) for t in texts]


def mean_prompts(model: MotionTextModel) -> np.ndarray:
    """Return for each content the unit mean (10, D) of its phrases."""
    found = np.stack([sentences(model, phrases(content)).mean(axis=0) for content in CONTENTS])
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def index_of(data: Path) -> dict[str, dict[str, str]]:
    """Return the rows of bandai2's index.csv by id."""
    with open(data / "bandai2" / "index.csv", encoding="utf-8") as file:
        return {r["id"]: r for r in csv.DictReader(file)}


def zero_shot(model: MotionTextModel, rows: dict[str, np.ndarray], table: dict[str, dict[str, str]]) -> dict[str, Classification]:
    """Classify bandai2's motions by content, with one sentence and with the generator's phrases, and by style."""
    ids = [i for i in table if i in rows]
    stacked = np.stack([rows[i] for i in ids])
    style = sentences(model, [f"a person moves {v}".strip() for v in STYLES.values()])
    found = {}
    for name, column, labels, prompts in (
        ("10 contents, one sentence each", "content", list(CONTENTS), sentences(model, list(CONTENTS.values()))),
        ("10 contents, the generator's phrases", "content", list(CONTENTS), mean_prompts(model)),
        ("7 styles", "style", list(STYLES), style),
    ):
        truth = [frozenset({labels.index(table[i][column])}) for i in ids]
        found[name] = classify(stacked, prompts, truth, labels)
    return found


def exact_caption(model: MotionTextModel, library: Library, rows: dict[str, np.ndarray]) -> tuple[int, dict[str, Any]]:
    """Return the number of bandai2's test motions, and their exact-caption retrieval both ways."""
    test = [c for c in library.in_split("test") if c.id in rows]
    captions = [c.caption for c in test]
    figures = retrieval(sentences(model, captions), np.stack([rows[c.id] for c in test]), captions)["exact_caption"]
    return len(test), dict(figures)


def main() -> None:
    """Print all figures; the card's are stored by record.py."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    options = parser.parse_args()
    model = load_model(options.model)
    library = run(open_library(options.data / "bandai2"))
    rows, table = embeddings(model, library), index_of(options.data)
    for name, found in zero_shot(model, rows, table).items():
        print(f"{name}: top-1 {found.top1:.1f} %, top-5 {found.top5:.1f} %, balanced top-1 {found.balanced1:.1f} %")
        for label, counts in zip(found.labels, found.confusion, strict=True):
            print(f"   {label:20s} {' '.join(f'{c:4d}' for c in counts)}")
    count, exact = exact_caption(model, library, rows)
    print(f"exact-caption retrieval on {count} test motions: t2m {exact['t2m']}  m2t {exact['m2t']}")
    takes = run(open_library(options.data / "bvh" / "cmu_cc"))
    motions = embeddings(model, takes)
    texts = [c.caption for c in takes.clips]
    score = sentences(model, texts) @ np.stack([motions[c.id] for c in takes.clips]).T
    for i, text in enumerate(texts):
        print(f"CMU {text!r}: its own take is number {1 + int((score[i] > score[i, i]).sum())} of {len(texts)}")
    by_source = {r["source"]: i for i, r in table.items()}
    other = embeddings(model, run(open_library(options.data / "bvh" / "bandai")))
    cosines = np.array([row @ rows[by_source[i]] for i, row in other.items() if i in by_source])
    print(
        f"the same {len(cosines)} takes from BVH and from arrays: cosine median {np.median(cosines):.4f}, least "
        f"{cosines.min():.4f}"
    )


if __name__ == "__main__":
    main()
