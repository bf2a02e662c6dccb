"""Compare the demo library with captured motion: `python -m motionpatches.packaging.starter.measure.realism [BANDAI2]`.

Bone lengths, feet, floor and joint limits of every clip of the demo library; and, where a folder with bandai2 is given, speed,
jerk and the share of quick movement of wrists, ankles and pelvis for contents that both have.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import PatchRecipe, prepare
from motionpatches.core.progress import run

FPS = 20.0
RECIPE = PatchRecipe(canonical=True, height_m=1.7)
PAIRS = {
    "walk": "walk forward",
    "run": "run forward",
    "walk-turn-left": "walk and turn left",
    "wave-right-hand": "wave right",
    "raise-up-both-hands": "raise hand both",
}


def rigidity(p: np.ndarray) -> float:
    """Return the largest change of a bone's length in metres, for positions (T, 22, 3)."""
    bones = np.linalg.norm(p[:, SMPL22.bones[:, 1]] - p[:, SMPL22.bones[:, 0]], axis=2)
    return float(np.ptp(bones, axis=0).max())


def slides(p: np.ndarray) -> list[float]:
    """Return by how many metres the ball of a foot moves in each stance: four frames or more at floor height."""
    found = []
    for foot in (10, 11):
        low = np.flatnonzero(p[:, foot, 1] < 0.0205)
        for stance in np.split(low, np.flatnonzero(np.diff(low) > 1) + 1):
            if len(stance) >= 4:
                found.append(float(np.linalg.norm(np.ptp(p[stance[1:-1], foot][:, [0, 2]], axis=0))))
    return found


def angles(p: np.ndarray, root: int, joint: int, end: int) -> np.ndarray:
    """Return the angle (T,) between the two bones of a joint in degrees; 180 is straight."""
    a, b = p[:, root] - p[:, joint], p[:, end] - p[:, joint]
    return np.degrees(np.arccos(np.clip((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1), -1, 1)))


def liveliness(motions: Iterable[Motion]) -> dict[str, np.ndarray]:
    """Measure how wrists, ankles and pelvis move; medians over motions.

    Returns:
        For each: median and 95th percentile of the speed (m/s), root mean square of the jerk (m/s^3), and the share of the energy
        of the speed above 3 Hz (%).
    """
    rows: dict[str, list[list[float]]] = {"wrists": [], "ankles": [], "pelvis": []}
    for motion in motions:
        motion = prepare(motion, RECIPE)
        chains, p = motion.skeleton.chains, motion.positions
        for name, joints in (
            ("wrists", (chains[3][-1], chains[4][-1])),
            ("ankles", (chains[0][3], chains[1][3])),
            ("pelvis", (chains[2][0],)),
        ):
            v = np.diff(p[:, joints], axis=0) * FPS
            jerk = np.diff(v, 2, axis=0) * FPS**2
            spectrum = np.abs(np.fft.rfft(v - v.mean(axis=0), axis=0)) ** 2
            high = np.fft.rfftfreq(len(v), 1 / FPS) > 3
            speed = np.linalg.norm(v, axis=2)
            rows[name].append(
                [
                    np.median(speed),
                    np.percentile(speed, 95),
                    np.sqrt((jerk**2).sum(2).mean()),
                    100 * spectrum[high].sum() / max(spectrum.sum(), 1e-9),
                ]
            )
    return {name: np.median(np.array(values), axis=0) for name, values in rows.items() if values}


def body_table(library: Library) -> None:
    """Print bone lengths, floor, sliding feet and joint limits of a library of SMPL's 22 joints."""
    rigid, floor, slid, knees, elbows = [], [], [], [], []
    for clip in library.clips:
        p = library.load(clip.id).positions.astype(float)
        rigid.append(rigidity(p))
        floor.append(-min(float(p[..., 1].min()), 0.0))
        slid += slides(p)
        knees.append(min(angles(p, h, k, a).min() for h, k, a in ((1, 4, 7), (2, 5, 8))))
        elbows.append(min(angles(p, s, e, w).min() for s, e, w in ((16, 18, 20), (17, 19, 21))))
    stances = 1000 * np.array(slid)
    print(f"{library.name}: {len(library.clips)} clips, {sum(c.duration_s for c in library.clips) / 60:.0f} min")
    print(f"bones change by at most {1000 * max(rigid):.1f} mm (stored in steps of 0.5 mm)")
    print(f"deepest joint below the floor: {1000 * max(floor):.1f} mm")
    print(
        f"slide of {len(slid):,} stances: median {np.median(stances):.1f} mm, "
        f"99th percentile {np.percentile(stances, 99):.1f} mm, over 20 mm: {100 * (stances > 20).mean():.2f} %"
    )
    print(f"sharpest bend: knee {min(knees):.0f} degrees, elbow {min(elbows):.0f} degrees (180 is straight)")


def beside(library: Library, folder: Path) -> None:
    """Print how generated and captured motions of the same contents move."""
    captured = run(open_library(folder))
    with open(folder / "index.csv") as file:
        rows = list(csv.DictReader(file))
    print(f"\n{'':40s}{'median m/s':>12s}{'p95 m/s':>10s}{'jerk m/s^3':>12s}{'over 3 Hz':>11s}")
    for content, action in PAIRS.items():
        theirs = [r["id"] for r in rows if r["content"] == content and r["style"] in ("normal", "active", "exhausted")][:40]
        ours = [c.id for c in library.clips if c.id.split(" ", 1)[1] == action]
        if ours:
            for where, source, ids in (("captured", captured, theirs), ("generated", library, ours)):
                for part, values in liveliness(source.load(i) for i in ids).items():
                    print(
                        f"{content:22s}{where:11s}{part:7s}{values[0]:12.2f}{values[1]:10.2f}{values[2]:12.0f}{values[3]:10.1f}%"
                    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bandai2", type=Path, nargs="?", help="folder of Bandai-Namco's dataset 2, to compare with")
    options = parser.parse_args()
    demo = run(open_library(paths.demo_library()))
    body_table(demo)
    if options.bandai2:
        beside(demo, options.bandai2)
