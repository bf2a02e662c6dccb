"""Trains a candidate for the next starter, on every action, from seeds:
`python packaging/train_starter.py WORK_FOLDER --teacher FOLDER [--wordnet FOLDER]` (about four hours on two cores).

First the generated libraries, then the words (packaging/teach_text.py says what teacher and WordNet are), then the motions, each
phase from the one before; what is done is not done again. It begins with the encoders of the starter in assets/.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Name, clips and seed of the generated library, epochs, what the training is told beside SHARED; each goes on from the last.
PHASES = (
    ("A", 40_000, 8000, 3, {"lr_motion": 5e-4, "lr_heads": 1e-3, "seed": 31}),
    ("B", 20_000, 9000, 2, {"lr_motion": 4e-4, "lr_heads": 5e-4, "seed": 41}),
)
# The text encoder and its head stay: moved, they lose words that no caption uses.
SHARED = {"augment": 0.5, "align": 8, "save_every_s": 300, "lr_text": 0, "keep_text_head": "true"}
STARTER = ROOT / "assets" / "starter"


def main(work: Path, teacher: Path, wordnet: Path, scale: float) -> None:
    work.mkdir(parents=True, exist_ok=True)
    libraries = {seed: work / f"library-{seed}.npz" for _, _, seed, _, _ in PHASES}
    for _, clips, seed, _, _ in PHASES:
        if not libraries[seed].exists():
            _call("-m", "core.demo", libraries[seed], "--clips", int(clips * scale), "--seed", seed, "--words", 0.65, "--avoid",
                  *sorted((ROOT / "tests" / "data").glob("sentences*.csv")), "--variety", "--name", f"Training {seed}")
    before = work / "words"
    if not before.exists():
        _call("packaging/teach_text.py", STARTER, before, "--teacher", teacher, "--wordnet", wordnet, "--scale", scale,
              *_each("--library", libraries.values()))
    for name, _, seed, epochs, told in PHASES:
        run = work / name
        if not (run / "last").exists():
            options = _each("--option", [f"{k}={v}" for k, v in {**SHARED, **told}.items()])
            _call("-m", "app", "train", "--library", libraries[seed], "--epochs", epochs, "--batch", 64, "--start-from", before,
                  *options, "-o", run)
        before = run / "last"
    print(f"The candidate: {before}")


def _each(flag: str, values: Iterable[object]) -> list[object]:
    return [part for value in values for part in (flag, value)]


def _call(*arguments: object) -> None:
    subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--scale", type=float, default=1.0, help="a share of clips, sentences and steps, to try the command")
    told = parser.parse_args()
    main(told.work.resolve(), told.teacher.resolve(), told.wordnet.resolve(), told.scale)
