"""A model and a gallery together: text or motion in, hits out; and the building of galleries."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.models import device
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.patches import MAX_FRAMES, prepare, to_patches, window_starts
from motionpatches.core.progress import Job, Meter
from motionpatches.core.search.gallery import (
    Entry,
    Gallery,
    Hit,
    concatenate,
    entries_by_key,
    gallery_name,
    load_gallery,
    save_gallery,
)

BATCH = 64


@dataclass(frozen=True, eq=False)
class Retriever:
    """Searches one gallery with one model."""

    model: MotionTextModel
    gallery: Gallery
    known_captions: dict[str, np.ndarray] = field(default_factory=dict, repr=False)

    def search_text(self, text: str, k: int) -> list[Hit]:
        """The k clips nearest to a sentence."""
        return self.gallery.nearest(encode_text(self.model, text), k)

    def search_motion(self, motion: Motion, k: int, only: Container[str] | None = None) -> list[Hit]:
        """The k clips nearest to (the first window of) a motion."""
        return self.gallery.nearest(encode_windows(self.model, windows_of(self.model, motion)[0][:1])[0], k, only)

    def search_terms(self, query: str, shown: Motion | None, k: int, only: Container[str] | None = None) -> list[Hit]:
        """The k clips nearest to a sentence, or to a signed sum of terms between blanks, 'this + running - walking', where
        `this` is the shown motion. Motions lie nearer to motions than to words: each term counts by how far it tells the
        library's clips apart (one over the spread of its scores). Raises StudioError."""
        rows = []
        for weight, term in terms_of(query):
            if term.lower() == "this":
                if shown is None:
                    raise StudioError("Show the motion that 'this' means first.")
                rows.append((weight, encode_windows(self.model, windows_of(self.model, shown)[0][:1])[0]))
            else:
                rows.append((weight, encode_text(self.model, term)))
        if not rows:
            raise StudioError("Type what the motion should show.")
        if len(rows) > 1:
            rows = [(weight / max(float(self.gallery.scores(row).std()), 1e-6), row) for weight, row in rows]
        return self.gallery.nearest(sum_of(rows), k, only)

    def captions_near(self, motion: Motion, library: Library, k: int) -> Job[list[tuple[str, float]]]:
        """The k captions of a library nearest to (the first window of) a motion, with their cosines. Captions are encoded the
        first time, the short ones first."""
        captions = list(dict.fromkeys(caption for clip in library.clips for caption in clip.captions))
        new = sorted((c for c in captions if c not in self.known_captions), key=len)
        meter = Meter("Reading captions", len(new))
        for at in range(0, len(new), BATCH):
            yield meter.at(at)
            part = new[at : at + BATCH]
            with torch.inference_mode(), device.autocast(str(self.model.device)):
                self.known_captions.update(zip(part, self.model.encode_text(part).cpu().numpy(), strict=True))
        if not captions:
            return []
        rows = np.stack([self.known_captions[c] for c in captions])
        scores = rows @ encode_windows(self.model, windows_of(self.model, motion)[0][:1])[0]
        return [(captions[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


_TERM = re.compile(r"\s+([+-])\s+")


def terms_of(query: str) -> list[tuple[float, str]]:
    """'this + running - walking' -> [(1, 'this'), (1, 'running'), (-1, 'walking')]: signs stand between blanks."""
    parts = _TERM.split(query.strip())
    signs = ["+", *parts[1::2]]
    return [(1.0 if sign == "+" else -1.0, term.strip()) for sign, term in zip(signs, parts[::2], strict=True) if term.strip()]


def sum_of(rows: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """The unit vector of a signed sum of unit rows. Raises StudioError where they cancel each other."""
    total = sum(weight * row for weight, row in rows)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise StudioError("These terms cancel each other. Leave one out.")
    return (total / length).astype(np.float32)


@torch.inference_mode()
def encode_text(model: MotionTextModel, text: str) -> np.ndarray:
    """(D,) unit row. Raises StudioError for an empty sentence."""
    if not text.strip():
        raise StudioError("Type what the motion should show.")
    with device.one_thread():
        return model.encode_text([text.strip()])[0].cpu().numpy()


def windows_of(model: MotionTextModel, motion: Motion) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """(W, 3, 224, C) patch images of the overlapping windows of a motion, and their start and end in seconds; for a model
    of two people (W, 2, 3, 224, C). Raises StudioError for a single person then."""
    if model.config.people == 1:
        return _windows(model, motion)
    people = people_of(motion)
    both = [_windows(model, person) for person in people]
    return np.stack([pixels for pixels, _ in both], axis=1), both[0][1]


def people_of(motion: Motion) -> tuple[Motion, ...]:
    """Both people of a pair, each by itself."""
    if motion.partner is None:
        raise StudioError(f"{motion.name} shows one person; this model reads two.")
    return motion.people


def _windows(model: MotionTextModel, motion: Motion) -> tuple[np.ndarray, list[tuple[float, float]]]:
    recipe = model.config.patches
    prepared = prepare(motion, recipe)
    fps = recipe.fps
    pixels, spans = [], []
    for start in window_starts(prepared.frame_count):
        spans.append((round(start / fps, 3), round(min((start + MAX_FRAMES) / fps, motion.duration_s), 3)))
        window = prepared.crop(start, start + MAX_FRAMES)
        if start:
            window = prepare(window, recipe)
        pixels.append(to_patches(window, model.statistics, recipe=recipe).pixels)
    return np.stack(pixels), spans


@torch.inference_mode()
def encode_windows(model: MotionTextModel, pixels: np.ndarray, precision: str = "auto") -> np.ndarray:
    """What windows_of gives -> (W, D) unit rows."""
    with device.autocast(str(model.device), precision):
        return model.encode_motion(torch.from_numpy(pixels).to(model.device)).cpu().numpy()


def build_gallery(model: MotionTextModel, library: Library, known: Gallery | None = None) -> Job[Gallery]:
    """Encodes the clips that `known` (of the same model) does not hold yet; the rest is taken over.

    Clips are taken shortest first, so that a batch holds motions of like length. Closing the job raises inside; the
    caller that wants to keep what is done uses `update_gallery`.
    """
    state = _Build(model, library, known)
    yield from state.run()
    return state.gallery()


def update_gallery(model: MotionTextModel, library: Library, folder: Path | None = None) -> Job[Gallery]:
    """The gallery of a library under a model, from disk where it lies, brought up to date and saved. A cancelled
    job saves what it has encoded."""
    name = gallery_name(model.fingerprint, library.root)
    file = (folder or paths.user_galleries()) / name
    known = find_gallery(model, library, folder)
    state = _Build(model, library, known)
    if not state.todo and known is not None and len(known.entries) == len(state.kept_rows):
        return known
    try:
        yield from state.run()
    finally:
        save_gallery(state.gallery(), file)
    return state.gallery()


def find_gallery(model: MotionTextModel, library: Library, folder: Path | None = None) -> Gallery | None:
    """A gallery of this model that lies on disk: the user's own, or the shipped one of the demo library."""
    name = gallery_name(model.fingerprint, library.root)
    shipped = paths.shipped_galleries() / f"{model.fingerprint}-{library.root.stem}.npz"
    for file in ((folder or paths.user_galleries()) / name, shipped):
        if file.exists():
            try:
                return load_gallery(file)
            except StudioError:
                continue
    return None


class _Build:
    """The state of one build: what is kept, what is to do, what is done."""

    def __init__(self, model: MotionTextModel, library: Library, known: Gallery | None):
        self.model, self.library, self.known = model, library, known
        usable = known is not None and known.fingerprint == model.fingerprint
        rows = entries_by_key(known) if usable and known else {}
        self.kept_rows: list[int] = []
        self.todo: list[Clip] = []
        for clip in library.clips:
            found = rows.get((clip.id, clip.key))
            if found:
                self.kept_rows += found
            else:
                self.todo.append(clip)
        self.todo.sort(key=lambda c: c.duration_s)
        self.done: list[tuple[list[Entry], np.ndarray]] = []
        self.skipped: list[str] = []

    def run(self) -> Job[None]:
        meter = Meter(f"Indexing {self.library.name}", len(self.todo))
        entries: list[Entry] = []
        windows: list[np.ndarray] = []
        yield meter.at(0)
        for count, clip in enumerate(self.todo, 1):
            try:
                motion = self.library.load(clip.id)
                pixels, spans = windows_of(self.model, motion)
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
        self.done.append((list(entries), encode_windows(self.model, np.concatenate(windows))))

    def gallery(self) -> Gallery:
        parts = list(self.done)
        if self.known is not None and self.kept_rows:
            parts.insert(0, ([self.known.entries[r] for r in self.kept_rows], self.known.embeddings[self.kept_rows]))
        entries, embeddings = concatenate(parts, self.model.config.dim)
        return Gallery(embeddings, entries, self.model.fingerprint, tuple(self.skipped))
