"""The public face of the package: open motions and libraries, make patches, load a model, encode, search, evaluate, export.

    import motionpatches as mp

    motion = mp.open_motion("walk.bvh")                      # positions (T, J, 3) float32, metres, Y up
    model = mp.load_model()                                  # the starter; or mp.load_model("runs/mine/best")
    hits = mp.search(mp.open_library("takes"), "a person waves", model)

Everything here raises StudioError (FileProblem for a file) with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.core import patches as patches_of
from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MotionPatches, PatchStatistics
from motionpatches.core.progress import run
from motionpatches.core.version import VERSION as __version__

if TYPE_CHECKING:
    from motionpatches.core.evaluation.evaluate import Evaluation
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.gallery import Hit

__all__ = [
    "FileProblem",
    "Library",
    "Motion",
    "MotionPatches",
    "StudioError",
    "__version__",
    "encode_motion",
    "encode_text",
    "evaluate",
    "export",
    "load_model",
    "open_library",
    "open_motion",
    "patches",
    "search",
]


def open_motion(path: str | Path, take: str = "") -> Motion:
    """Open one take of a motion file of any format.

    Args:
        path: the file; 'file#take' names a take of a file of several.
        take: the take's name; '' for the first.

    Returns:
        Positions (T, J, 3) float32 in metres, Y up, with what was assumed on the way (`assumptions`).
    """
    from motionpatches.core.library.folder import load_take

    return load_take(Path(path), take)


def open_library(path: str | Path) -> Library:
    """Open a folder of motions, a data set in one of the known layouts, or a packed library; all of it is looked through."""
    from motionpatches.core.library.open import open_library as job

    return run(job(path))


def load_model(folder: str | Path | None = None, device: str = "auto") -> MotionTextModel:
    """Load a model folder (by default the starter) on 'cpu', 'cuda', 'mps', or 'auto': the best there is."""
    from motionpatches.core.models.checkpoint import load_model as load
    from motionpatches.core.models.device import pick_device

    return load(Path(folder) if folder else paths.starter_model(), pick_device(device))


def patches(motion: Motion, model: MotionTextModel | None = None) -> MotionPatches:
    """Make the patch image of a motion's first window.

    Args:
        motion: a motion whose body parts are known.
        model: whose preparation and statistics are used; without one the motion's own mean and deviation.

    Returns:
        `pixels` (3, 224, 80) float32, z-scored: time down, right leg, left leg, torso, right arm and left arm across.
    """
    recipe = model.config.patches if model else patches_of.PLAIN
    prepared = patches_of.prepare(motion, recipe)
    statistics: PatchStatistics = model.statistics if model else patches_of.compute_statistics([prepared], recipe)
    return patches_of.to_patches(prepared, statistics, recipe=recipe)


def encode_motion(model: MotionTextModel, motion: Motion) -> np.ndarray:
    """Encode a motion: (W, D) float32 unit rows, one for each overlapping window of 224 frames."""
    from motionpatches.core.search.retriever import encode_windows, windows_of

    return encode_windows(model, windows_of(model, motion)[0])


def encode_text(model: MotionTextModel, sentences: str | Sequence[str]) -> np.ndarray:
    """Encode sentences: (N, D) float32 unit rows; one sentence gives N = 1."""
    from motionpatches.core.search.retriever import encode_text as encode

    return np.stack([encode(model, text) for text in ([sentences] if isinstance(sentences, str) else sentences)])


def search(library: Library, query: str, model: MotionTextModel | None = None, k: int = 10) -> list[Hit]:
    """Find the k clips nearest to a query, as the window does: a sentence, or terms joined by ' + ' and ' - '.

    The library is encoded the first time and what was encoded is kept in the user's cache.
    """
    from motionpatches.core.search.retriever import Retriever, update_gallery

    model = model or load_model()
    return Retriever(model, run(update_gallery(model, library))).search_terms(query, None, k)


def evaluate(library: Library, model: MotionTextModel | None = None, split: str = "test") -> Evaluation:
    """Measure retrieval in both directions by every protocol (see docs/evaluation.md). `split`: train, val, test or '' (all)."""
    from motionpatches.core.evaluation.evaluate import evaluate as job

    return run(job(model or load_model(), library, split))


def export(motion: Motion, path: str | Path) -> Path:
    """Write a motion as .bvh, .npy, .npz or .csv. Returns the path."""
    from motionpatches.core.export.write import write_motion

    path = Path(path)
    write_motion(motion, path)
    return path
