"""Train a candidate for the next starter on every action, from seeds.

    python -m motionpatches.packaging.starter.train WORK_FOLDER --teacher FOLDER [--wordnet FOLDER] [--thesaurus FILE]

Takes eight hours on two cores, less with fast bf16, and needs the extra `train`. Steps: generate the libraries; train the motion
encoder from scratch with the published all-MiniLM-L6-v2; distil the text encoder (teach_text.py describes teacher, WordNet and
thesaurus); train the motion encoder further with it; fit the motion head (fit_head.py). Finished steps are not repeated.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Seeds and clips of the generated libraries.
LIBRARIES = {8000: 40_000, 9000: 20_000}
# A new model: neither encoder starts from the shipped one.
NEW = {"motion_weights": "", "text_weights": "hub", "head": "text_space", "dropout": 0, "temperature": 0.05}
# Epochs and options of the motion training, before and after the text encoder is distilled, in addition to SHARED.
BEFORE = (8000, 14, {"lr_motion": 5e-4, "lr_heads": 1e-3, "seed": 31})
AFTER = (9000, 6, {"lr_motion": 4e-4, "lr_heads": 5e-4, "seed": 41})
# The text encoder and its head are frozen: trained on captions alone, they forget words that no caption uses.
SHARED = {"augment": 0.8, "align": 8, "save_every_s": 300, "lr_text": 0, "keep_text_head": "true"}


def main(work: Path, teacher: Path, wordnet: Path, thesaurus: Path | None, scale: float) -> None:
    """Run all steps that are not finished in `work`; `scale` is a share of clips, phrases and steps."""
    work.mkdir(parents=True, exist_ok=True)
    libraries = {seed: work / f"library-{seed}.npz" for seed in LIBRARIES}
    for seed, clips in LIBRARIES.items():
        if not libraries[seed].exists():
            _call(
                "-m",
                "motionpatches.core.demo",
                libraries[seed],
                "--clips",
                int(clips * scale),
                "--seed",
                seed,
                "--words",
                0.65,
                "--avoid",
                *sorted((Path(__file__).parent / "measure").glob("sentences*.csv")),
                "--variety",
                "--name",
                f"Training {seed}",
            )
    every = _each("--library", libraries.values())
    first, words, second, out = (work / name for name in ("motions", "words", "both", "starter"))
    _train(first, libraries, BEFORE, _each("--set", _named(NEW)))
    if not words.exists():
        _call(
            "-m",
            "motionpatches.packaging.starter.teach_text",
            first / "last",
            words,
            "--teacher",
            teacher,
            "--wordnet",
            wordnet,
            "--scale",
            scale,
            *(["--thesaurus", thesaurus] if thesaurus else []),
            *every,
        )
    _train(second, libraries, AFTER, ["--start-from", words])
    if not out.exists():
        _call("-m", "motionpatches.packaging.starter.fit_head", second / "last", out, "--actions", words / "actions.npy", *every)
    print(f"The candidate: {out}")


def _train(run: Path, libraries: dict[int, Path], phase: tuple[int, int, dict[str, object]], start: list[object]) -> None:
    seed, epochs, options = phase
    if not (run / "last").exists():
        _call(
            "-m",
            "motionpatches",
            "train",
            "--library",
            libraries[seed],
            "--preset",
            "starter",
            "--epochs",
            epochs,
            "--batch",
            64,
            *start,
            *_each("--option", _named({**SHARED, **options})),
            "-o",
            run,
        )


def _named(values: dict[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


def _each(flag: str, values: Iterable[object]) -> list[object]:
    return [part for value in values for part in (flag, value)]


def _call(*arguments: object) -> None:
    subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--thesaurus", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of clips, phrases and steps, for a short trial")
    told = parser.parse_args()
    main(
        told.work.resolve(),
        told.teacher.resolve(),
        told.wordnet.resolve(),
        told.thesaurus and told.thesaurus.resolve(),
        told.scale,
    )
