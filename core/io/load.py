"""One door for single files: load_motion(path), by the table LOADERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.errors import FileProblem
from core.io.arrays import load_npy, load_npz
from core.io.asf_amc import load_amc
from core.io.bvh import load_bvh
from core.io.interhuman import load_pkl
from core.motion.motion import Motion

LOADERS: dict[str, Callable[[Path], Motion]] = {
    ".bvh": load_bvh, ".amc": load_amc, ".npy": load_npy, ".npz": load_npz, ".pkl": load_pkl,
}


def load_motion(path: str | Path) -> Motion:
    """Reads a motion file of any format in LOADERS. Raises FileProblem with what to do."""
    path = Path(path)
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        raise FileProblem(path, f"{path.suffix or 'a file without extension'} is not a motion format read here",
                          f"Open one of {', '.join(LOADERS)}")
    if not path.exists():
        raise FileProblem(path, "it does not exist", "Check the path")
    with np.errstate(over="ignore", invalid="ignore"):
        motion = loader(path)
    people = [motion, *([motion.partner] if motion.partner else [])]
    if not all(np.isfinite(one.positions).all() for one in people):
        raise FileProblem(path, "some of its values are too large for a place in metres", "Repair or re-export the take")
    return motion
