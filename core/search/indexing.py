"""Make the galleries of libraries: build, update, find on disk."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patches import SHORT_FRAMES
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.background import OFF_TOPIC
from motionpatches.core.search.encode import BATCH, INDEXED, encode_texts, encode_windows, not_finite, only_part, windows_of
from motionpatches.core.search.gallery import (
    Entry,
    Gallery,
    concatenate,
    content_of,
    entries_by_key,
    gallery_name,
    load_gallery,
)
from motionpatches.core.search.kept_gallery import KeptGallery

# Seconds after which a build gives out what is encoded so far; that takes at most one part in ten of the time.
PARTLY_S = 1.5
PARTLY_SHARE = 10


def gallery_fingerprint(model: MotionTextModel, part: int | None = None) -> str:
    """Name what a gallery's vectors depend on: the model, how it places motions (version 0.2 left those of `paper` and
    `official` where they lie, and placed each of a pair alone), the short windows beside those of 224 frames, and the body part
    that it sees where that is one alone."""
    placed = "f" if model.config.patches.keep_placed or model.config.people == 2 else ""
    return f"{model.fingerprint}{placed}w{SHORT_FRAMES}" + ("" if part is None else f"p{part}")


def build_gallery(
    model: MotionTextModel, library: Library, known: Gallery | None = None, part: int | None = None
) -> Job[Gallery]:
    """Encode a library, shortest clips first, so that a batch holds motions of similar length.

    Args:
        model: The model.
        library: The library.
        known: A gallery of the same model, whose entries are taken over.
        part: A body part; all others are set to the mean. None for the whole body.

    Closing the job loses what was encoded; `update_gallery` keeps it.
    """
    state = _Build(model, library, known, part)
    yield from state.run()
    return state.calibrated()


def chance_in(model: MotionTextModel, gallery: Gallery) -> np.ndarray:
    """Return the best score (M,) of each sentence about nothing in a gallery; 0 for one whose embedding is not finite."""
    return gallery.best_scores(_off_topic(model))


def _off_topic(model: MotionTextModel) -> np.ndarray:
    rows = encode_texts(model, OFF_TOPIC)
    rows[~np.isfinite(rows).all(axis=1)] = 0
    return rows


def update_gallery(model: MotionTextModel, library: Library, folder: Path | None = None, part: int | None = None) -> Job[Gallery]:
    """Return the gallery of a library for a model, from disk where there is one, updated and saved.

    Progress is saved at intervals and when the job is cancelled; where it cannot be saved, the gallery is in memory only. Now and
    then `found` of the progress is the gallery of what is encoded so far.
    """
    kept = _kept(model, library, folder, part)
    known = _known(kept, model, library, folder, part)
    state = _Build(model, library, known, part)
    if (
        not state.todo
        and known is not None
        and len(known.entries) == len(state.kept_rows)
        and not state.moved
        and not (library.parts and known.chance is None)
    ):
        return known
    try:
        for progress in state.run():
            yield replace(progress, found=state.partial()) if state.is_due() else progress
            if kept.is_due():
                kept.save(state.gallery(), library.clips)
        made = state.calibrated()
    except BaseException:
        kept.save(state.gallery(), library.clips)
        raise
    kept.save(made, library.clips)
    return made


def add_known(model: MotionTextModel, library: Library, gallery: Gallery) -> None:
    """Keep rows that were encoded elsewhere beside those of a library's gallery. Rows that are there stay."""
    kept = _kept(model, library, None, None)
    known = kept.load() or _shipped(model, library, None)
    if known is not None and known.fingerprint == gallery.fingerprint and known.embeddings.shape[1] == model.config.dim:
        there = entries_by_key(known)
        rows = [row for row, entry in enumerate(gallery.entries) if (entry.clip_id, entry.key) not in there]
        parts = [(list(known.entries), known.embeddings), ([gallery.entries[row] for row in rows], gallery.embeddings[rows])]
        gallery = Gallery(
            concatenate(parts, model.config.dim)[1], (*known.entries, *parts[1][0]), known.fingerprint, known.skipped
        )
    kept.save(replace(gallery, chance=gallery.best_scores(_off_topic(model))), library.clips)


def known_gallery(model: MotionTextModel, library: Library, folder: Path | None = None) -> Gallery | None:
    """Return the gallery of those clips of a library that were encoded before, alone or with others; None where none was."""
    state = _Build(model, library, _known(_kept(model, library, folder, None), model, library, folder, None), None)
    return state.partial() if state.kept_rows else None


def find_gallery(model: MotionTextModel, library: Library, folder: Path | None = None, part: int | None = None) -> Gallery | None:
    """Return a gallery of this model from disk: the user's own, or the shipped one of the demo library; None without."""
    return _kept(model, library, folder, part).load() or _shipped(model, library, part)


def _kept(model: MotionTextModel, library: Library, folder: Path | None, part: int | None) -> KeptGallery:
    return KeptGallery((folder or paths.user_galleries()) / gallery_name(gallery_fingerprint(model, part), library.root))


def _known(kept: KeptGallery, model: MotionTextModel, library: Library, folder: Path | None, part: int | None) -> Gallery | None:
    """Return what is known of the clips of a library: its own gallery, the shipped one, or those of its parts."""
    return kept.load() or _shipped(model, library, part) or _of_parts(model, library, folder, part)


def _shipped(model: MotionTextModel, library: Library, part: int | None) -> Gallery | None:
    file = paths.shipped_galleries() / f"{gallery_fingerprint(model, part)}-{library.root.stem}.npz"
    try:
        return load_gallery(file) if os.path.exists(file) else None  # Path.exists raises for a name too long
    except StudioError:
        return None


def _of_parts(model: MotionTextModel, library: Library, folder: Path | None, part: int | None) -> Gallery | None:
    """Return what is known of libraries that are open together, each from its own gallery."""
    found: list[tuple[list[Entry], np.ndarray]] = []
    for prefix, one in library.parts:
        gallery = find_gallery(model, one, folder, part)
        if gallery is not None and gallery.embeddings.shape[1] == model.config.dim:
            found.append(([replace(entry, clip_id=prefix + entry.clip_id) for entry in gallery.entries], gallery.embeddings))
    if not found:
        return None
    entries, embeddings = concatenate(found, model.config.dim)
    return Gallery(embeddings, entries, gallery_fingerprint(model, part))


def _by_content(entries: Sequence[Entry], library: Library) -> dict[str, list[int]]:
    """Rows of one clip of each content that the library no longer has at its place: those of files that were moved or renamed."""
    found: dict[str, list[int]] = {}
    clips: dict[str, str] = {}
    for row, entry in enumerate(entries):
        clip = library.by_id.get(entry.clip_id)
        content = "" if clip is not None and clip.key == entry.key else content_of(entry.key)
        if content and clips.setdefault(content, entry.clip_id) == entry.clip_id:
            found.setdefault(content, []).append(row)
    return found


class _Build:
    """The state of one build: what is kept, what is to do, what is done."""

    def __init__(self, model: MotionTextModel, library: Library, known: Gallery | None, part: int | None):
        self.model, self.library, self.known, self.part = model, library, known, part
        self.fingerprint = gallery_fingerprint(model, part)
        usable = known is not None and known.fingerprint == self.fingerprint and known.embeddings.shape[1] == model.config.dim
        rows = entries_by_key(known) if usable and known else {}
        moved = _by_content(known.entries, library) if usable and known else {}
        self.moved: dict[int, Entry] = {}
        self.kept_rows: list[int] = []
        self.todo: list[Clip] = []
        for clip in library.clips:
            found = rows.get((clip.id, clip.key))
            if found:
                self.kept_rows += found
            elif elsewhere := moved.get(content_of(clip.key)):
                for row in elsewhere:
                    if known is not None:
                        self.moved[len(self.kept_rows)] = replace(known.entries[row], clip_id=clip.id, key=clip.key)
                    self.kept_rows.append(row)
            else:
                self.todo.append(clip)
        self.todo.sort(key=lambda c: c.duration_s)
        self.done: list[tuple[list[Entry], np.ndarray]] = []
        self.skipped: list[str] = []
        self._due = time.monotonic() + (0.0 if self.kept_rows else PARTLY_S)

    def run(self) -> Job[None]:
        of_part = f" by the {PART_NAMES[self.part]} alone, once" if self.part is not None else ""
        meter = Meter(f"Indexing {self.library.name}{of_part}", len(self.todo))
        entries: list[Entry] = []
        windows: list[np.ndarray] = []
        yield meter.at(0)
        for count, clip in enumerate(self.todo, 1):
            try:
                motion = self.library.load(clip.id)
                pixels, spans = windows_of(self.model, motion, INDEXED)
            except StudioError as error:
                self.skipped.append(str(error))
                continue
            except Exception as error:  # a fault with one take must not end the index
                self.skipped.append(f"{clip.id}: it could not be indexed ({type(error).__name__}: {str(error)[:120]}).")
                continue
            for start_s, end_s in spans:
                entries.append(Entry(clip.id, clip.key, start_s, end_s))
            windows.append(pixels)
            if sum(map(len, windows)) >= BATCH and count < len(self.todo):
                self._encode(entries, windows)
                entries, windows = [], []
                yield meter.at(count)
        if windows:
            self._encode(entries, windows)
        yield meter.at(len(self.todo))

    def _encode(self, entries: list[Entry], windows: list[np.ndarray]) -> None:
        """Clips with an embedding that is not finite are left out and named."""
        rows = encode_windows(self.model, only_part(self.model, np.concatenate(windows), self.part))
        wrong = {entry.clip_id for entry, finite in zip(entries, np.isfinite(rows).all(axis=1), strict=True) if not finite}
        self.skipped += [str(not_finite(self.model, clip_id)) for clip_id in sorted(wrong)]
        kept = [at for at, entry in enumerate(entries) if entry.clip_id not in wrong]
        self.done.append(([entries[at] for at in kept], rows[kept]))

    def gallery(self) -> Gallery:
        parts = list(self.done)
        if self.known is not None and self.kept_rows:
            kept = [self.moved.get(at) or self.known.entries[row] for at, row in enumerate(self.kept_rows)]
            parts.insert(0, (kept, self.known.embeddings[self.kept_rows]))
        entries, embeddings = concatenate(parts, self.model.config.dim)
        return Gallery(embeddings, entries, self.fingerprint, tuple(self.skipped))

    def is_due(self) -> bool:
        """Whether it is time to give out what is encoded so far."""
        return self.part is None and bool(self.done or self.kept_rows) and time.monotonic() >= self._due

    def partial(self) -> Gallery:
        """Return the gallery of what is encoded so far, with its scores by chance."""
        start = time.monotonic()
        made = self.calibrated()
        self._due = time.monotonic() + max(PARTLY_S, PARTLY_SHARE * (time.monotonic() - start))
        return made

    def calibrated(self) -> Gallery:
        """Return the gallery with its scores by chance; no sentence is compared with one body part alone."""
        gallery = self.gallery()
        return gallery if self.part is not None else replace(gallery, chance=gallery.best_scores(self._sentences))

    @cached_property
    def _sentences(self) -> np.ndarray:
        """Return the rows of the sentences about nothing."""
        return _off_topic(self.model)
