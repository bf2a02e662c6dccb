"""Trains a candidate for the next starter, on every action, from seeds: `python packaging/train_starter.py WORK_FOLDER` (about
two hours on two cores).

Generates the training libraries and trains the phases, each from the one before; a phase that is done is not done again. The
encoders that it begins with are those of the starter in assets/.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Name, clips and seed of the generated library, epochs, what the training is told beside SHARED; each goes on from the last.
PHASES = (
    ("A", 16_000, 5000, 2, {"lr_motion": 7e-4, "lr_heads": 1e-3}),
    ("B", 40_000, 8000, 6, {"lr_motion": 6e-4, "lr_heads": 6e-4, "align": 8, "seed": 21}),
)
# The text encoder and its head stay: moved, they lose words that no caption uses.
SHARED = {"augment": 0.5, "save_every_s": 300, "lr_text": 0, "keep_text_head": "true"}
MODEL = ("motion_weights=starter", "text_weights=starter", "head=text_space", "dim=384", "temperature=0.05", "dropout=0.0")


def main(work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    before: Path | None = None
    for name, clips, seed, epochs, told in PHASES:
        library, run = work / f"library-{seed}.npz", work / name
        if not library.exists():
            _call("-m", "core.demo", library, "--clips", clips, "--seed", seed, "--words", 0.65, "--avoid",
                  *sorted((ROOT / "tests" / "data").glob("sentences*.csv")), "--all", "--variety", "--name", f"Training {seed}")
        if not (run / "best").exists():
            start = ["--start-from", before / "best"] if before else ["--preset", "starter", *_each("--set", MODEL)]
            options = _each("--option", [f"{k}={v}" for k, v in {**SHARED, **told}.items()])
            _call("-m", "app", "train", "--library", library, "--epochs", epochs, "--batch", 64, *start, *options, "-o", run)
        before = run
    print(f"The candidate: {before / 'best'}")


def _each(flag: str, values) -> list[str]:
    return [part for value in values for part in (flag, value)]


def _call(*arguments: object) -> None:
    subprocess.run([sys.executable, *map(str, arguments)], check=True, cwd=ROOT)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve())
