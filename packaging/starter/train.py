"""Train a candidate for the next starter.

    python -m motionpatches.packaging.starter.train WORK --captured DATA [--start-from MODEL] [--teacher FOLDER]

Needs the extra `train`, one of the two, and with a teacher WordNet (Debian: wordnet, wordnet-sense-index). Steps:

1. generate a library of every action; train a motion encoder on it from nothing, with the published all-MiniLM-L6-v2; distil the
   text encoder (teach_text.py describes teacher, WordNet and thesaurus); fit the motion head to it (fit_head.py). A model named
   with --start-from takes the place of these: the shipped weights start from those of 0.2-7;
2. train its motion encoder on newly generated clips;
3. teach a model that was started from, if there is a teacher, the phrases of newer actions (teach_text.py --again);
4. mix generated clips with varied captured ones (captured/build.py) and train on both.

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
# Clips and seeds of the generated libraries of steps 1 and 2; of the mixed one, the captured clips of each source beside them.
FIRST, SECOND = (40_000, 8000), (20_000, 8201)
GENERATED, CAPTURED, MIXED_SEED = 10_000, 5_000, 8301
# A new model: neither encoder starts from the shipped one.
NEW = {"motion_weights": "", "text_weights": "hub", "head": "text_space", "dropout": 0, "temperature": 0.05}
# Epochs and options of the trainings, in addition to SHARED.
Phase = tuple[int, dict[str, object]]
NOTHING: Phase = (14, {"lr_motion": 5e-4, "lr_heads": 1e-3, "seed": 31})
MORE: Phase = (4, {"lr_motion": 4e-4, "lr_heads": 5e-4, "seed": 51})
MIXED: Phase = (3, {"lr_motion": 3e-4, "lr_heads": 4e-4, "seed": 61})
# The text encoder and its head are frozen: trained on captions alone, they forget words that no caption uses.
SHARED = {"augment": 0.8, "align": 8, "save_every_s": 300, "lr_text": 0, "keep_text_head": "true"}


def main(told: argparse.Namespace) -> None:
    """Run all steps that are not finished in a work folder."""
    if not told.start_from and not told.teacher:
        raise SystemExit("Name a model to start from, a teacher to make one from nothing, or both.")
    if told.teacher and not (told.wordnet / "index.sense").is_file():
        raise SystemExit(
            f"{told.wordnet} holds no WordNet with index.sense (Debian: wordnet, wordnet-sense-index). Name its folder."
        )
    work = told.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    start = told.start_from.resolve() if told.start_from else _from_nothing(work, told)
    second, mixed = work / "generated-2.npz", work / "mixed.npz"
    _generate(second, SECOND, told.scale)
    _train(work / "more", second, MORE, ["--start-from", start])
    taught = work / "more" / "last"
    if told.start_from and told.teacher:
        taught = work / "words"
        _teach(work / "more" / "last", taught, second, told, ["--again"])
    if not mixed.exists():
        _module(
            "packaging.starter.captured.build",
            *(told.captured.resolve(), mixed, "--sources", *told.sources, "--seed", MIXED_SEED),
            *("--clips", int(CAPTURED * told.scale) * len(told.sources), "--generated", int(GENERATED * told.scale)),
        )
    _train(work / "mixed", mixed, MIXED, ["--start-from", taught])
    print(f"The candidate: {work / 'mixed' / 'last'}")


def _from_nothing(work: Path, told: argparse.Namespace) -> Path:
    library, words, out = work / "generated-1.npz", work / "first-words", work / "first-fitted"
    _generate(library, FIRST, told.scale)
    _train(work / "first", library, NOTHING, _each("--set", _named(NEW)))
    _teach(work / "first" / "last", words, library, told, [])
    if not out.exists():
        _module("packaging.starter.fit_head", words, out, "--actions", words / "actions.npy", "--library", library)
    return out


def _teach(student: Path, out: Path, library: Path, told: argparse.Namespace, options: list[str]) -> None:
    if not out.exists():
        _module(
            "packaging.starter.teach_text",
            *(student, out, "--teacher", told.teacher.resolve(), "--wordnet", told.wordnet),
            *("--library", library, "--scale", told.scale, *options),
            *(["--thesaurus", told.thesaurus.resolve()] if told.thesaurus else []),
        )


def _generate(out: Path, how: tuple[int, int], scale: float) -> None:
    if not out.exists():
        clips, seed = how
        avoid = sorted(MEASURE.glob("sentences*.csv"))
        _module(
            "core.demo",
            *(out, "--clips", int(clips * scale), "--seed", seed, "--words", 0.65, "--name", f"Training {seed}"),
            *("--avoid", *avoid, "--variety", "--first", ""),
        )


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
    ended = subprocess.run([sys.executable, *map(str, arguments)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if ended.returncode:  # the step said why
        raise SystemExit(ended.returncode)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--start-from", type=Path, help="model whose training is continued; without it, one is made from nothing")
    parser.add_argument("--teacher", type=Path, help="folder of a sentence encoder (all-mpnet-base-v2)")
    parser.add_argument("--captured", type=Path, required=True, help="folder with a folder of captured takes a source")
    parser.add_argument("--sources", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--thesaurus", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of clips, phrases and steps, for a short trial")
    main(parser.parse_args())
