"""Write a library to train on whose sentences tell order and number: generated motions in pairs, as order.py measures them.

    python -m motionpatches.packaging.research.order_library OUT.npz [--pairs 150] [--seed 1]

As many pairs of each kind as --pairs says, each motion a clip with its own sentence. Both motions of a pair are in one split: of
ten pairs one is for validation, one for testing. With another seed than order.py has, bodies and motions are others than those
that a model is measured with; the sentences are the same.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from motionpatches.core.library.packed import write_packed
from motionpatches.packaging.research.order import KINDS, pairs_of

SPLITS = (*["train"] * 8, "val", "test")


def write(path: Path, count: int, seed: int) -> None:
    """Write the clips of `count` pairs of each kind. Raises FileProblem where the file cannot be written."""
    motions, clips = [], []
    for kind in KINDS:
        for number, pair in enumerate(pairs_of(kind, count, seed)):
            for motion, sentence, half in zip(pair.motions, pair.sentences, "ab", strict=True):
                motions.append(motion)
                clips.append(
                    {
                        "id": f"{kind} {number:03d}{half}",
                        "captions": [sentence],
                        "split": SPLITS[number % len(SPLITS)],
                    }
                )
    write_packed(path, "order and number", motions, clips)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the .npz file")
    parser.add_argument("--pairs", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    told = arguments().parse_args()
    write(told.out, told.pairs, told.seed)
