"""Motions as arrays and tables: .npy, .npz, .csv; metres, Y up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionpatches.core.atomic import replacing
from motionpatches.core.export.choices import Prepared


def write_npy(prepared: Prepared, path: Path) -> None:
    """(frames, joints, 3) float32 metres, Y up."""
    with replacing(path) as stream:
        np.save(stream, prepared.motion.positions)


def write_npz(prepared: Prepared, path: Path) -> None:
    """`joints` (frames, joints, 3) metres, `fps`, `joint_names`, `parents`: what the studio reads back whole."""
    motion = prepared.motion
    with replacing(path) as stream:
        np.savez_compressed(
            stream,
            joints=motion.positions,
            fps=np.float64(motion.fps),
            joint_names=np.array(motion.skeleton.joint_names),
            parents=np.array(motion.skeleton.parents),
        )


def write_csv(prepared: Prepared, path: Path) -> None:
    """A row a frame: frame, time in seconds, and x, y, z of each joint in metres."""
    motion = prepared.motion
    names = [f"{n} {axis}".replace(",", " ") for n in motion.skeleton.joint_names for axis in "xyz"]
    frames = np.arange(motion.frame_count)[:, None]
    rows = np.concatenate([frames, frames / motion.fps, motion.positions.reshape(motion.frame_count, -1)], axis=1)
    with replacing(path) as stream:
        stream.write((",".join(["frame", "time_s", *names]) + "\n").encode())
        np.savetxt(stream, rows, delimiter=",", fmt=["%d", "%.4f"] + ["%.5f"] * (rows.shape[1] - 2))
