"""Train a candidate for the next starter.

    python -m motionpatches.packaging.starter.train WORK --teacher FOLDER --captured DATA [--start-from MODEL]

Needs the extra `train`. Steps:

1. generate a library of every action and, where no model is given to start from, train a first one on it, with the published
   all-MiniLM-L6-v2 and a new motion encoder (--start-from names a model, of 0.2-7 for instance, that takes its place);
2. mix generated clips with varied captured ones (captured/build.py) and train the motion encoder on them;
3. distil the text encoder (teach_text.py describes teacher, WordNet and thesaurus); it does not depend on step 2;
4. fit the head of 2 to the words of 3 (fit_head.py).

Finished steps are not repeated. With --sources, captured clips of those sources alone: what a figure is reported on is left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from motionpatches.packaging.starter.captured.takes import SOURCES

ROOT = Path(__file__).resolve().parents[2]
MEASURE = Path(__file__).parent / "measure"
# Clips and seed of the generated library, of the mixed one the captured clips too.
FIRST, FIRST_SEED = 40_000, 8000
GENERATED, CAPTURED, MIXED_SEED = 20_000, 9_000, 8200
# A new model: neither encoder starts from the shipped one.
NEW = {"motion_weights": "", "text_weights": "hub", "head": "text_space", "dropout": 0, "temperature": 0.05}
# Epochs and options of the two trainings, in addition to SHARED.
Phase = tuple[int, dict[str, object]]
BEFORE: Phase = (14, {"lr_motion": 5e-4, "lr_heads": 1e-3, "seed": 31})
MIXED: Phase = (4, {"lr_motion": 4e-4, "lr_heads": 5e-4, "seed": 51})
# The text encoder and its head are frozen: trained on captions alone, they forget words that no caption uses.
SHARED = {"augment": 0.8, "align": 8, "save_every_s": 300, "lr_text": 0, "keep_text_head": "true"}


def main(told: argparse.Namespace) -> None:
    """Run all steps that are not finished in a work folder."""
    work = told.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    generated, mixed = work / "generated.npz", work / "mixed.npz"
    start = told.start_from.resolve() if told.start_from else work / "first" / "last"
    if not start.exists():
        _generate(generated, int(FIRST * told.scale))
        _train(work / "first", generated, BEFORE, _each("--set", _named(NEW)))
    if not mixed.exists():
        _module(
            "packaging.starter.captured.build",
            *(told.captured.resolve(), mixed, "--sources", *told.sources, "--seed", MIXED_SEED),
            *("--clips", int(CAPTURED * told.scale), "--generated", int(GENERATED * told.scale)),
        )
    _train(work / "motions", mixed, MIXED, ["--start-from", start])
    words, out = (told.words.resolve() if told.words else work / "words"), work / "starter"
    if not words.exists():
        _module(
            "packaging.starter.teach_text",
            *(start, words, "--teacher", told.teacher.resolve(), "--wordnet", told.wordnet, "--library", mixed),
            *("--scale", told.scale, *(["--thesaurus", told.thesaurus.resolve()] if told.thesaurus else [])),
        )
    if not out.exists():
        _module("packaging.starter.fit_head", work / "motions" / "last", out, "--words", words, "--library", mixed)
    print(f"The candidate: {out}")


def _generate(out: Path, clips: int) -> None:
    if not out.exists():
        avoid = sorted(MEASURE.glob("sentences*.csv"))
        options = {"--clips": clips, "--seed": FIRST_SEED, "--words": 0.65, "--name": "Training"}
        _module("core.demo", out, *(part for pair in options.items() for part in pair), "--avoid", *avoid, "--variety")


def _train(run: Path, library: Path, phase: Phase, start: list[object]) -> None:
    epochs, options = phase
    if not (run / "last").exists():
        chosen = _each("--option", _named({**SHARED, **options}))
        how = ("--library", library, "--preset", "starter", "--epochs", epochs, "--batch", 64)
        _run("-m", "motionpatches", "train", *how, *start, *chosen, "-o", run)


def _named(values: dict[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


def _each(flag: str, values: Iterable[object]) -> list[object]:
    return [part for value in values for part in (flag, value)]


def _module(name: str, *arguments: object) -> None:
    _run("-m", f"motionpatches.{name}", *arguments)


def _run(*arguments: object) -> None:
    subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--captured", type=Path, required=True, help="folder with a folder of captured takes a source")
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--start-from", type=Path, help="model whose training is continued")
    parser.add_argument("--words", type=Path, help="finished text encoder of another run (its folder 'words')")
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--thesaurus", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of clips, phrases and steps, for a short trial")
    main(parser.parse_args())
