"""Motions as arrays and tables: .npy, .npz, .csv."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.atomic import replacing
from motionpatches.core.motion.motion import Motion


def write_npy(motion: Motion, path: Path) -> None:
    """(frames, joints, 3) float32 metres, Y up."""
    with replacing(path) as stream:
        np.save(stream, motion.positions)


def write_npz(motion: Motion, path: Path) -> None:
    """`joints` (frames, joints, 3) metres, `fps`, `joint_names`, `parents`: what the studio reads back whole."""
    with replacing(path) as stream:
        np.savez_compressed(
            stream,
            joints=motion.positions,
            fps=np.float64(motion.fps),
            joint_names=np.array(motion.skeleton.joint_names),
            parents=np.array(motion.skeleton.parents),
        )


def write_csv(motion: Motion, path: Path) -> None:
    """A row a frame: frame, time in seconds, and x, y, z of each joint in metres."""
    names = [f"{n} {axis}".replace(",", " ") for n in motion.skeleton.joint_names for axis in "xyz"]
    frames = np.arange(motion.frame_count)[:, None]
    rows = np.concatenate([frames, frames / motion.fps, motion.positions.reshape(motion.frame_count, -1)], axis=1)
    with replacing(path) as stream:
        stream.write((",".join(["frame", "time_s", *names]) + "\n").encode())
        np.savetxt(stream, rows, delimiter=",", fmt=["%d", "%.4f"] + ["%.5f"] * (rows.shape[1] - 2))
