"""Build the demo library: `python -m motionpatches.core.demo OUT.npz [--clips N] [--seed S]`; the same bytes for the same seed.

With --words SHARE, captions also use the paraphrases made for training; --avoid FILE… leaves out paraphrases with any
word of that text which the plain captions do not use, so that those words stay unseen. With --variety, bodies, skeletons,
beginnings and ends vary as in others' captures: for training.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.demo.library import ACTIONS, DemoClip, generate, words_in
from motionpatches.core.library.packed import write_packed

# Words without content: a paraphrase may share them with any sentence.
COMMON = words_in(
    "a an the of at in on to by his her its their with and as for from is it no all going home like "
    "that there after every again two each somebody being below between doing get give go having how keep "
    "near put she take ten"
)


def build(
    path: Path,
    clips: int,
    seed: int,
    name: str,
    words: float = 0.0,
    avoid: str = "",
    variety: bool = False,
    first: str = "",
) -> None:
    """Write a packed library; one clip in ten is for validation, one in ten for testing.

    Args:
        path: The .npz file.
        clips: Number of clips.
        seed: Seed of everything that chance decides.
        name: Name of the library.
        words: Share of phrases from paraphrases.txt instead of the actions' own.
        avoid: A text; paraphrases with a word of it that plain captions do not use are left out.
        variety: Vary bodies, skeletons, starts and ends, for training.
        first: Action and side of the clip that comes first, which is shown when the library is opened.
    """
    made = list(generate(seed, clips, words=words, avoid=words_kept_for(avoid), variety=variety))
    made.insert(0, made.pop(next((i for i, clip in enumerate(made) if clip.motion.name == first), 0)))
    rng = np.random.default_rng([seed, 7])
    splits = np.array(["train"] * 8 + ["val", "test"])[rng.permutation(clips) % 10]
    entries = [entry(number, clip, str(split)) for number, (clip, split) in enumerate(zip(made, splits, strict=True))]
    write_packed(path, name, [clip.motion for clip in made], entries)


def words_kept_for(text: str) -> frozenset[str]:
    """Return the words of a text that have content and that no phrase of an action uses."""
    plain = frozenset().union(*(words_in(p) for a in ACTIONS for p in (*a.phrases, *a.phrases_both)))
    return words_in(text) - plain - COMMON


def entry(number: int, clip: DemoClip, split: str) -> dict[str, Any]:
    """Return what the packed library holds of a clip beside its motion."""
    return {
        "id": f"{number:04d} {clip.motion.name}",
        "captions": clip.captions,
        "split": split,
        "actions": clip.actions,
        "sides": clip.sides,
        "style": clip.style,
    }


def main(arguments: list[str]) -> int:
    """Build a library by the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m motionpatches.core.demo", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clips", type=int, default=1350)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--name", default="Demo library")
    parser.add_argument("--words", type=float, default=0.0)
    parser.add_argument("--avoid", type=Path, nargs="+", default=[])
    parser.add_argument("--variety", action="store_true")
    parser.add_argument("--first", default="roundhouse kick right")
    options = parser.parse_args(arguments)
    avoid = "\n".join(path.read_text() for path in options.avoid)
    build(options.out, options.clips, options.seed, options.name, options.words, avoid, options.variety, options.first)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
