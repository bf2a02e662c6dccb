"""Make the patch tokens of a library: what is new or changed is encoded, the rest is taken from disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from motionpatches.core import notices, paths
from motionpatches.core.atomic import locked, put_aside
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.encode import BATCH, windows_of
from motionpatches.core.search.gallery import DamagedGallery, Entry, gallery_name
from motionpatches.core.search.indexing import gallery_fingerprint
from motionpatches.core.search.kept_gallery import LOCK_S
from motionpatches.core.search.patch_tokens import PatchTokens, join, load_tokens, pack, save_tokens, taken

SUFFIX = ".patches"


def update_tokens(
    model: MotionTextModel, library: Library, folder: Path | None = None, bits: int | None = None
) -> Job[PatchTokens | None]:
    """Return the patch tokens of a library, brought up to date and saved; what was encoded is saved when the job is cancelled.

    Args:
        model: the model.
        library: the library.
        folder: of galleries; None for the user's.
        bits: 16 or 4 per number; None for what is kept, 16 where nothing is.

    Returns:
        The tokens; None for a model that has none.
    """
    if model.token_heads is None:
        return None
    file, fingerprint = tokens_file(model, library, folder), gallery_fingerprint(model)
    known = kept_tokens(file)
    if known is not None and (known.fingerprint != fingerprint or known.dim != model.config.token_dim):
        known = None
    if known is not None and known.bits == 4 and bits == 16:
        known = None  # what was rounded is encoded again
    bits = bits or (known.bits if known is not None else 16)
    wanted = {(clip.id, clip.key) for clip in library.clips}
    kept = [at for at, entry in enumerate(known.entries) if (entry.clip_id, entry.key) in wanted] if known is not None else []
    there = {(known.entries[at].clip_id, known.entries[at].key) for at in kept} if known is not None else set()
    todo = sorted((c for c in library.clips if (c.id, c.key) not in there), key=lambda clip: clip.duration_s)
    same = known is not None and len(kept) == len(known.entries) and bits == known.bits
    if same and not todo:
        return known
    parts = [taken(known, kept, bits)] if known is not None else [pack((), (), model.config.token_dim, fingerprint, bits)]
    meter, entries, windows = Meter(f"Reading patches of {library.name}", len(todo)), [], []
    try:
        for count, clip in enumerate(todo, 1):
            try:
                pixels, spans = windows_of(model, library.load(clip.id))
            except Exception:  # the gallery, which is made first, names the clips that cannot be read
                continue
            entries += [Entry(clip.id, clip.key, *span) for span in spans]
            windows.append(pixels)
            if sum(map(len, windows)) >= BATCH:
                parts.append(_packed(model, entries, np.concatenate(windows), bits))
                entries, windows = [], []
                yield meter.at(count)
        if windows:
            parts.append(_packed(model, entries, np.concatenate(windows), bits))
        yield meter.at(len(todo))
    finally:
        made = join(parts)
        if len(parts) > 1 or not same:
            _save(made, file)
    return made


def tokens_file(model: MotionTextModel, library: Library, folder: Path | None = None) -> Path:
    """The place of a library's tokens, beside its gallery."""
    name = Path(gallery_name(gallery_fingerprint(model), library.root)).with_suffix(SUFFIX)
    return (folder or paths.user_galleries()) / name


def kept_tokens(file: Path) -> PatchTokens | None:
    """The tokens of a file; None where there are none, or of another version, or damaged ones, which are put aside."""
    try:
        return load_tokens(file) if file.exists() else None
    except DamagedGallery:
        aside = put_aside(file)
        if aside is not None:
            notices.tell(f"Patch tokens could not be read and are made again. The damaged file was put aside as {aside}.")
    except (StudioError, OSError, ValueError):
        pass
    return None


def _save(tokens: PatchTokens, file: Path) -> None:
    try:
        with locked(file, LOCK_S):
            save_tokens(tokens, file)
    except FileProblem as problem:
        notices.tell(f"{problem} Patch tokens are not kept, so they are made again the next time.")


@torch.inference_mode()
def _packed(model: MotionTextModel, entries: Sequence[Entry], pixels: np.ndarray, bits: int) -> PatchTokens:
    """Encode windows; those with a number that is not finite have no tokens."""
    with device.autocast(str(model.device)):
        _, found = model.encode_patches(torch.from_numpy(pixels).to(model.device))
    rows = [patches[np.abs(patches).max(axis=1) != 0] for patches in found.float().cpu().numpy()]
    fine = [at for at, patches in enumerate(rows) if len(patches) and np.isfinite(patches).all()]
    own = [entries[at] for at in fine]
    return pack(own, [rows[at] for at in fine], model.config.token_dim, gallery_fingerprint(model), bits)
