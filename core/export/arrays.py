"""Motions as arrays and tables: .npy, .npz, .csv."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from motionpatches.core.errors import os_problem
from motionpatches.core.motion.motion import Motion


def write_npy(motion: Motion, path: Path) -> None:
    """(frames, joints, 3) float32 metres, Y up."""
    _write(path, lambda stream: np.save(stream, motion.positions))


def write_npz(motion: Motion, path: Path) -> None:
    """`joints` (frames, joints, 3) metres, `fps`, `joint_names`, `parents`: what the studio reads back whole."""
    _write(
        path,
        lambda stream: np.savez_compressed(
            stream,
            joints=motion.positions,
            fps=np.float64(motion.fps),
            joint_names=np.array(motion.skeleton.joint_names),
            parents=np.array(motion.skeleton.parents),
        ),
    )


def write_csv(motion: Motion, path: Path) -> None:
    """A row a frame: frame, time in seconds, and x, y, z of each joint in metres."""
    names = [f"{n} {axis}".replace(",", " ") for n in motion.skeleton.joint_names for axis in "xyz"]
    frames = np.arange(motion.frame_count)[:, None]
    rows = np.concatenate([frames, frames / motion.fps, motion.positions.reshape(motion.frame_count, -1)], axis=1)

    def write(stream) -> None:
        stream.write((",".join(["frame", "time_s", *names]) + "\n").encode())
        np.savetxt(stream, rows, delimiter=",", fmt=["%d", "%.4f"] + ["%.5f"] * (rows.shape[1] - 2))

    _write(path, write)


def _write(path: Path, write) -> None:
    """Beside and renamed. Raises FileProblem."""
    temporary = path.with_name(path.name + ".writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as stream:
            write(stream)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise os_problem(path, error) from error
