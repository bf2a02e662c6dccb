"""Pack varied captured clips: `python -m motionpatches.packaging.starter.captured.build DATA OUT.npz --clips N --seed S`.

With --sources, those sources alone: what a figure is reported on is left out. With --generated N, N generated clips too (as
`core.demo --variety` makes them), in mixed order, so that one library is trained on. One recording in fifteen validates.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from motionpatches.core.demo.__main__ import entry, words_kept_for
from motionpatches.core.demo.library import generate
from motionpatches.core.library.library import skipped_sentence
from motionpatches.core.library.packed import write_packed
from motionpatches.core.motion.motion import Motion
from motionpatches.packaging.starter.action_phrases import test_sentences
from motionpatches.packaging.starter.captured.takes import SOURCES, CapturedClip, read_clips
from motionpatches.packaging.starter.captured.vary import variation

MEASURE = Path(__file__).resolve().parents[1] / "measure"
VALIDATE = 15
# Share of the generated phrases that are paraphrases, as in train.py.
WORDS = 0.65


def drawn(clips: Sequence[CapturedClip], count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` indices of clips: an action of n clips has a share like the square root of n, its clips alike."""
    actions = Counter(clip.row.action for clip in clips)
    weights = np.array([actions[clip.row.action] ** -0.5 for clip in clips])
    return rng.choice(len(clips), count, p=weights / weights.sum())


def validating(clips: Sequence[CapturedClip], rng: np.random.Generator) -> frozenset[str]:
    """Return the recordings whose clips validate, all of a recording or none."""
    recordings = sorted({clip.recording for clip in clips})
    return frozenset(recordings[i] for i in rng.permutation(len(recordings))[: len(recordings) // VALIDATE])


def varied(clips: Sequence[CapturedClip], count: int, seed: int) -> tuple[list[Motion], list[dict[str, Any]]]:
    """Return `count` variations with their entries for a packed library."""
    motions, entries, numbers = [], [], Counter[int]()
    held_out = validating(clips, np.random.default_rng((seed, 11)))
    for place, index in enumerate(drawn(clips, count, np.random.default_rng((seed, 12))).tolist()):
        motion, captions = variation(clips[index], index, numbers[index], seed)
        numbers[index] += 1
        split = "val" if clips[index].recording in held_out else "train"
        motions.append(motion)
        entries.append({"id": f"c{place:05d} {clips[index].row.name}", "captions": captions, "split": split})
    return motions, entries


def main(data: Path, out: Path, sources: Sequence[str], clips: int, generated: int, seed: int) -> None:
    avoid = words_kept_for("\n".join(file.read_text() for file in sorted(MEASURE.glob("sentences*.csv"))))
    captured = read_clips(data, sources, test_sentences())
    print(f"{len(captured.clips)} captured clips. {skipped_sentence(captured.skipped)}")
    motions, entries = varied(captured.clips, clips, seed)
    rng = np.random.default_rng((seed, 7))
    for number, made in enumerate(generate(seed, generated, words=WORDS, avoid=avoid, variety=True)):
        motions.append(made.motion)
        entries.append(entry(number, made, "val" if rng.random() < 1 / VALIDATE else "train"))
    order = rng.permutation(len(motions)).tolist()
    write_packed(out, f"Captured {' and '.join(sources)}, {seed}", [motions[i] for i in order], [entries[i] for i in order])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--clips", type=int, default=20_000)
    parser.add_argument("--generated", type=int, default=0)
    parser.add_argument("--seed", type=int, default=8100)
    told = parser.parse_args()
    main(told.data.resolve(), told.out.resolve(), told.sources, told.clips, told.generated, told.seed)
