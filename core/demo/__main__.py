"""`python -m core.demo OUT.npz [--clips N] [--seed S]`: builds the demo library, the same bytes for the same seed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from core.demo.library import DemoClip, generate
from core.library.packed import write_packed


def build(path: Path, clips: int, seed: int, name: str) -> None:
    """Writes a packed library; one clip in ten is for validation, one in ten for testing."""
    made = list(generate(seed, clips))
    rng = np.random.default_rng([seed, 7])
    splits = np.array(["train"] * 8 + ["val", "test"])[rng.permutation(clips) % 10]
    entries = [entry(number, clip, str(split)) for number, (clip, split) in enumerate(zip(made, splits, strict=True))]
    write_packed(path, name, [clip.motion for clip in made], entries)


def entry(number: int, clip: DemoClip, split: str) -> dict:
    return {"id": f"{number:04d} {clip.motion.name}", "captions": clip.captions, "split": split,
            "actions": clip.actions, "sides": clip.sides, "style": clip.style}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.demo", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clips", type=int, default=720)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="Demo library")
    options = parser.parse_args(arguments)
    build(options.out, options.clips, options.seed, options.name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
