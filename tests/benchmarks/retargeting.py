"""Captured takes over five rigs and back: `python -m tests.benchmarks.retargeting FOLDER [COUNT]` prints a table in Markdown.

Distances are in centimetres: of the joints of legs and arms from where they were, and of the slide of standing feet.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from motionpatches.core.errors import StudioError
from motionpatches.core.io.load import load_motion
from motionpatches.core.motion.curves import foot_contacts
from motionpatches.core.motion.skeleton import LEFT_ARM, LEFT_LEG, RIGHT_ARM, RIGHT_LEG
from motionpatches.core.retarget.from_positions import pose
from motionpatches.core.retarget.retarget import retarget, sized
from motionpatches.core.retarget.rig import PosedMotion
from motionpatches.core.retarget.roles import body_of
from motionpatches.core.retarget.targets import target_rig

FIVE = ("mixamo", "unreal", "unity", "smpl", "humanik")
LEGS, ARMS = (RIGHT_LEG, LEFT_LEG), (RIGHT_ARM, LEFT_ARM)
FRAMES = 300
HEAD = (
    "take",
    "joints",
    "frames",
    "legs max",
    "legs 99 %",
    "arms max",
    "arms median",
    "slide before",
    "slide after",
    "knees turned",
)


def slide_cm(posed: PosedMotion, standing: np.ndarray) -> float:
    """Way of the ankles on the ground per second of standing."""
    body, way, seconds = body_of(posed.rig), 0.0, 0.0
    for k, part in enumerate(LEGS):
        steps = np.linalg.norm(np.diff(posed.positions[:, body.limbs[part].end][:, [0, 2]], axis=0), axis=1)
        both = standing[1:, k] & standing[:-1, k]
        way, seconds = way + float(steps[both].sum()), seconds + both.sum() / posed.fps
    return 100 * way / seconds if seconds else 0.0


def knees(posed: PosedMotion) -> tuple[np.ndarray, np.ndarray]:
    """Bend of both knees (T, 2) in radians, and to which side (T, 2, 3) each knee is of the line from hip to ankle."""
    body = body_of(posed.rig)
    bends, sides = [], []
    for part in LEGS:
        limb = body.limbs[part]
        hip, knee, ankle = (posed.positions[:, j] for j in (limb.upper[0], limb.lower[0], limb.end))
        across = np.cross(knee - hip, ankle - knee)
        bends.append(np.arctan2(np.linalg.norm(across, axis=1), ((knee - hip) * (ankle - knee)).sum(1)))
        sides.append(np.cross(across, ankle - hip))
    return np.stack(bends, 1), np.stack(sides, 1)


def row(file: Path) -> list[str]:
    """Figures of one take."""
    motion = load_motion(file).crop(0, FRAMES)
    source = now = pose(motion)
    turned = 0
    for name in FIVE:
        now = retarget(now, sized(target_rig(name), source))
        (bend, side), (_, other) = knees(source), knees(now)
        turned += int((((side * other).sum(2) < 0) & (bend > np.deg2rad(15))).sum())
    back = retarget(now, source.rig)
    away = 100 * np.linalg.norm(back.positions - source.positions, axis=2)
    legs, arms = (away[:, [j for part in pair for j in motion.skeleton.chains[part]]] for pair in (LEGS, ARMS))
    standing = foot_contacts(motion)
    figures = (
        legs.max(),
        np.percentile(legs, 99),
        arms.max(),
        np.median(arms),
        slide_cm(source, standing),
        slide_cm(now, standing),
    )
    counts = (str(motion.skeleton.joint_count), str(motion.frame_count))
    return [file.stem, *counts, *(f"{value:.2f}" for value in figures), str(turned)]


def main(folder: Path, count: int = 50) -> None:
    """Print a row per take, of `count` spread over the BVH files of a folder."""
    files = sorted(folder.rglob("*.bvh"))
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    rows = []
    for at in np.unique(np.linspace(0, len(files) - 1, min(count, len(files))).astype(int)):
        try:
            rows.append(row(files[at]))
        except StudioError as error:
            print(f"{files[at].name}: {error}", file=sys.stderr)
            continue
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    if rows:
        values = np.array([[float(value) for value in one[1:]] for one in rows])
        print(f"| median of {len(rows)} | {' | '.join(f'{value:.2f}' for value in np.median(values, axis=0))} |")
        print(f"| worst | {' | '.join(f'{value:.2f}' for value in values.max(axis=0))} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
