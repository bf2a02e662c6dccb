"""Measure whether the same take on other rigs lies together: `python -m motionpatches.packaging.starter.measure.rigs DATA`.

Captured takes (DATA holds `cmu` and `accad`) are put on five rigs each: their own, three of other makers and one with joints
missing, all with other proportions, facing and place. Prints the mean cosine of a take on two rigs, of two takes of different
actions on one rig, and how often the nearest clip among all takes on the other rigs is the same take.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.demo.variation import on_rig
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.canonical import canonical
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.encode import encode_windows, first_window_of
from motionpatches.packaging.starter.captured.rigs import other_rig, random_proportions, thinned_rig
from motionpatches.packaging.starter.captured.takes import CapturedClip, read_clips
from motionpatches.packaging.starter.captured.vary import on_the_floor, placed

RIGS = 5


def on_rigs(motion: Motion, rng: np.random.Generator) -> list[Motion]:
    """Return a motion on RIGS rigs."""
    motion = canonical(motion)
    rigs = [(motion.skeleton, np.eye(motion.skeleton.joint_count)), thinned_rig(motion, rng)]
    rigs += [other_rig(motion, rng) for _ in range(RIGS - len(rigs))]
    return [
        placed(on_the_floor(on_rig(motion, skeleton, mixture @ random_proportions(motion, rng))), rng)
        for skeleton, mixture in rigs
    ]


def chosen(clips: tuple[CapturedClip, ...], count: int, rng: np.random.Generator) -> list[CapturedClip]:
    """Return clips of different actions in turn: one of each, then a second of each, and so on."""
    order = [clips[i] for i in rng.permutation(len(clips))]
    seen: dict[str, int] = {}
    ranked = []
    for clip in order:
        seen[clip.row.action] = seen.get(clip.row.action, 0) + 1
        ranked.append((seen[clip.row.action], len(ranked), clip))
    return [clip for *_, clip in sorted(ranked, key=lambda item: item[:2])[:count]]


def figures(rows: np.ndarray, actions: list[str]) -> tuple[float, float, float]:
    """Compare takes on rigs.

    Args:
        rows: (N, R, D) unit rows of N takes on R rigs.
        actions: Of each take.

    Returns:
        Mean cosine of one take on two rigs; of two takes of different actions on one rig; share of clips whose nearest clip of
        the other rigs is the same take.
    """
    count, rigs, _ = rows.shape
    cosines = np.einsum("ard,bsd->abrs", rows, rows)
    one, other = np.triu_indices(rigs, 1)
    same = cosines[np.arange(count), np.arange(count)][:, one, other].mean()
    different = np.array(actions)[:, None] != np.array(actions)
    apart = cosines[:, :, np.arange(rigs), np.arange(rigs)][different].mean()
    # Of each take a on rig r: the nearest (b, s) with s not r.
    rivals = np.where(np.eye(rigs, dtype=bool), -np.inf, cosines).max(axis=3)
    return float(same), float(apart), float((rivals.argmax(axis=1) == np.arange(count)[:, None]).mean())


def measure(model: MotionTextModel, data: Path, count: int, seed: int) -> tuple[float, float, float]:
    """Measure a model on `count` captured clips."""
    clips = chosen(read_clips(data).clips, count, np.random.default_rng(seed))
    rows = []
    for number, clip in enumerate(clips):
        motions = on_rigs(clip.motion, np.random.default_rng((seed, number)))
        rows.append(encode_windows(model, np.stack([first_window_of(model, motion) for motion in motions])))
    return figures(np.stack(rows), [clip.row.action for clip in clips])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path, default=paths.starter_model())
    parser.add_argument("--takes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    same, apart, nearest = measure(load_model(told.model), told.data, told.takes, told.seed)
    print(f"{told.takes} takes on {RIGS} rigs: cosine of a take on two rigs {same:.3f}, of two takes on one rig {apart:.3f}")
    print(f"nearest clip of the other rigs is the same take: {100 * nearest:.1f} %")
