"""The public face of the package: open motions and libraries, make patches, load a model, encode, search, evaluate, export.

    import motionpatches as mp

    motion = mp.open_motion("walk.bvh")                      # positions (T, J, 3) float32, metres, Y up
    model = mp.load_model()                                  # the starter; or mp.load_model("runs/mine/best")
    hits = mp.search(mp.open_library("takes"), "a person waves", model)

Everything here raises StudioError (FileProblem for a file) with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motionpatches.core import patches as patches_of
from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.library.splits import SPLITS
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MotionPatches, PatchStatistics
from motionpatches.core.progress import run
from motionpatches.core.version import VERSION as __version__

if TYPE_CHECKING:
    from motionpatches.core.evaluation.evaluate import Evaluation
    from motionpatches.core.export.choices import Choices
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.plug_ins import PlugIn
    from motionpatches.core.search.gallery import Hit

__all__ = [
    "FileProblem",
    "Library",
    "Motion",
    "MotionPatches",
    "StudioError",
    "__version__",
    "edit",
    "encode_motion",
    "encode_text",
    "evaluate",
    "export",
    "load_model",
    "open_library",
    "open_motion",
    "patches",
    "plug_ins",
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

    return load_take(Path(path).expanduser(), take)


def open_library(path: str | Path, *more: str | Path) -> Library:
    """Open a folder of motions, a data set in one of the known layouts, a packed library, or a single file.

    Args:
        path: the folder or file.
        more: others, open together with it as one library; the id of a clip begins with the name of its library then.

    Returns:
        `clips` with `id`, `captions` and `split`; `load(clip_id)` gives a motion; `skipped` names each file that was left out,
        with the reason.
    """
    from motionpatches.core.library.open import open_paths

    return run(open_paths([Path(one) for one in (path, *more)]))


def load_model(folder: str | Path | None = None, device: str = "auto") -> MotionTextModel:
    """Load a model.

    Args:
        folder: a model folder, as training writes it; None for the starter.
        device: 'cpu', 'cuda', 'mps', or 'auto' for the best there is.
    """
    from motionpatches.core.models.checkpoint import load_model as load
    from motionpatches.core.models.device import pick_device

    return load(Path(folder).expanduser() if folder else paths.starter_model(), pick_device(device))


@lru_cache(maxsize=1)
def _starter() -> MotionTextModel:
    """Load the starter once for all calls that name no model."""
    return load_model()


def patches(motion: Motion, model: MotionTextModel | None = None) -> MotionPatches:
    """Make the patch image of a motion's first window.

    Args:
        motion: a motion whose body parts are known.
        model: whose preparation and statistics are used; without one the motion's own mean and deviation.

    Returns:
        `pixels` (3, 224, 80) float32, z-scored: time down, right leg, left leg, torso, right arm and left arm across.
    """
    recipe = model.config.patches if model else patches_of.PLAIN
    prepared = patches_of.prepare_for(motion, recipe, model.config.people if model else 1)
    statistics: PatchStatistics = model.statistics if model else patches_of.compute_statistics([prepared], recipe)
    return patches_of.to_patches(prepared, statistics, recipe=recipe)


def encode_motion(model: MotionTextModel, motion: Motion) -> np.ndarray:
    """Encode a motion.

    Returns:
        (W, D) float32 unit rows, one for each window of 224 frames at the model's rate; windows overlap by half.
    """
    from motionpatches.core.search.encode import encode_windows, windows_of

    return encode_windows(model, windows_of(model, motion)[0])


def encode_text(model: MotionTextModel, sentences: str | Sequence[str]) -> np.ndarray:
    """Encode sentences.

    Returns:
        (N, D) float32 unit rows. The product with rows of `encode_motion` is the cosine by which `search` ranks.
    """
    from motionpatches.core.search.encode import encode_text as encode

    texts = [sentences] if isinstance(sentences, str) else list(sentences)
    if not texts:
        raise StudioError("Give at least one sentence.")
    return np.stack([encode(model, text) for text in texts])


def search(
    library: Library, query: str | Motion, model: MotionTextModel | None = None, k: int = 10, words: bool = True
) -> list[Hit]:
    """Find the clips nearest to a query, as the window does.

    The library is encoded the first time; its vectors are kept in the user's cache.

    Args:
        library: what to search.
        query: a sentence, terms joined by ' + ' and ' - ', or a motion. Words such as len>3 or -split:test filter.
        model: the model that compares them; None for the starter.
        k: the most hits.
        words: clips come first whose captions or name hold the exact words of the sentence, for at most half of the hits;
            False: hits by motion alone.

    Returns:
        Hits with `rank` from 1, `clip_id`, `score` (cosine), `strength`, `start_s` and `end_s` of the nearest window. Those of
        exact words have the strength 'exact'; the others follow by falling score.
    """
    from motionpatches.core.library.kept import marks_of, sheet_of
    from motionpatches.core.library.words import WordIndex
    from motionpatches.core.search.find import find
    from motionpatches.core.search.retriever import retriever_of

    model = model or _starter()
    retriever = run(retriever_of(model, library))
    if isinstance(query, Motion):
        return retriever.search_motion(query, k)
    index = WordIndex.of(library.clips)
    return list(
        find(
            retriever,
            index,
            query,
            k,
            marks=marks_of(library),
            sheet=sheet_of(library),
            most_exact=None if words else 0,
        ).hits
    )


def edit(
    library: Library,
    clip_id: str,
    favourite: bool | None = None,
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    add_captions: Sequence[str] = (),
    remove_captions: Sequence[str] = (),
) -> Library:
    """Keep edits of a clip where the window keeps it, each of several open libraries its own.

    Args:
        library: one library, or several that are open together.
        clip_id: the clip.
        favourite: whether it is one; None leaves it as it is.
        add_tags: tags in small letters.
        remove_tags: tags that it loses.
        fields: of the take sheet, such as {"status": "select"}; '' takes a value away.
        add_captions: captions of the whole take.
        remove_captions: captions that its take loses.

    Returns:
        The library with the captions.
    """
    from motionpatches.core.library.captions import CaptionLine
    from motionpatches.core.library.edit import Edit, edited

    lines = tuple(map(CaptionLine, add_captions))
    wanted = Edit(favourite, tuple(add_tags), tuple(remove_tags), fields or {}, lines, tuple(remove_captions))
    return edited(library, clip_id, wanted)


def evaluate(
    library: Library, model: MotionTextModel | None = None, split: str = "test", items: str = "ranges", judge: str = ""
) -> Evaluation:
    """Measure retrieval between captions and motions in both directions.

    Args:
        library: at least two captioned clips of the split.
        model: what is measured; None for the starter.
        split: 'train', 'val', 'test' or 'all'.
        items: 'ranges', every captioned range is a test item, or 'first_lines', the first line of each file alone.
        judge: the sentence encoder of the threshold protocol, by name or folder; '' for all-MiniLM-L6-v2 where it is on this
            computer, 'model' for the measured model's own, 'starter' for that of the starter.

    Returns:
        `figures[protocol]["t2m" or "m2t"]` with 'R@1' to 'R@10' in percent and 'MedR'; `missing` says why a protocol was not
        run. docs/evaluation.md explains the protocols.
    """
    from motionpatches.core.evaluation.evaluate import evaluate as job

    if split not in (*SPLITS, "all"):
        raise StudioError(f"There is no split {split!r}. Choose {', '.join(SPLITS)} or all.")
    return run(job(model or _starter(), library, "" if split == "all" else split, items=items, judge=judge))


def export(motion: Motion, path: str | Path, choices: Choices | None = None) -> Path:
    """Write a motion in the format of the path's suffix.

    Args:
        motion: what is written.
        path: a file that ends in .bvh, .fbx, .glb, .npy, .npz or .csv.
        choices: rig, unit, up axis, rate, place and T-pose; None for centimetres and the motion as it is. `PRESETS` in
            core/export/choices.py has those of the usual programs.

    Returns:
        The path. The second person of a pair is beside it, in a file whose name ends in '_2'.
    """
    from motionpatches.core.export.choices import PLAIN
    from motionpatches.core.export.write import write_motion

    path = Path(path).expanduser()
    write_motion(motion, path, choices or PLAIN)
    return path


def plug_ins() -> tuple[PlugIn, ...]:
    """Load all plug-ins that are installed (docs/plug-ins.md), and return each with its package and version, and what is wrong
    with one that was left out."""
    from motionpatches.core.evaluation.protocols import protocols
    from motionpatches.core.export.write import exporters
    from motionpatches.core.io.load import formats
    from motionpatches.core.models.config import presets
    from motionpatches.core.plug_ins import listed

    for table in (formats, exporters, presets, protocols):
        table()
    return listed()
