"""Galleries: the embeddings of a library, saved on disk, with exact nearest-neighbour search. No torch but for large ones."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.hashing import place_digest
from motionpatches.core.io.containers.npy_file import read_npz
from motionpatches.core.search.background import DIGEST, OFF_TOPIC
from motionpatches.core.search.mapped_rows import large_rows, release

if TYPE_CHECKING:
    from motionpatches.core.library.library import Clip
    from motionpatches.core.search.eight_bit import EightBitRows
    from motionpatches.core.search.on_device import DeviceRows

FORMAT = 2
# Rows that several queries are compared with at once; rows from which on a query reads them in a short form first.
BLOCK = 65_536
LARGE = 100_000
# Share of the clips below which their rows are read as they are.
FEW = 1 / 64
_DIGEST = re.compile(r":([0-9a-f]{32}:.*)")


@dataclass(frozen=True)
class Entry:
    """A clip or one window of it, in seconds of the clip; `key` is the clip's content key."""

    clip_id: str
    key: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Hit:
    """A result: an entry with its rank, which counts from 1, and its score, the cosine; the range in seconds of the clip.

    `strength`: 'exact', 'strong', 'likely' or 'weak' for a sentence (`core/search/strength.py`), '' for a motion or a sum. The
    score of a clip that is found by its words and is in no gallery is not a number.
    """

    rank: int
    clip_id: str
    score: float
    start_s: float
    end_s: float
    strength: str = ""


@dataclass(frozen=True, eq=False)
class Gallery:
    """The embeddings of a library for one model.

    Args:
        embeddings: (N, D) float32 unit rows, one per entry; of a large gallery mapped (`mapped_rows.py`), and read-only.
        entries: A clip and a window for each row.
        fingerprint: Names the model that made them.
        skipped: A message for each clip that was left out.
        chance: The best score (M,) of each of M sentences about nothing; None where they were not searched for.
    """

    embeddings: np.ndarray
    entries: tuple[Entry, ...]
    fingerprint: str = ""
    skipped: tuple[str, ...] = field(default=())
    chance: np.ndarray | None = None
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def clip_rows(self) -> tuple[np.ndarray, list[str]]:
        """Return the index (N,) of each entry's clip in the list of clip ids, and that list."""
        ids = list(dict.fromkeys(e.clip_id for e in self.entries))
        number = {clip_id: i for i, clip_id in enumerate(ids)}
        return np.array([number[e.clip_id] for e in self.entries], np.int64), ids

    @cached_property
    def _grouped(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows (N,) clip after clip, each in gallery order, and where each clip begins in them."""
        numbers, _ = self.clip_rows
        order = np.argsort(numbers, kind="stable")
        return order, np.flatnonzero(np.diff(numbers[order], prepend=-1))

    def scores(self, query: np.ndarray) -> np.ndarray:
        """Return the cosines (N,) with a unit query (D,)."""
        with np.errstate(invalid="ignore", over="ignore"):
            return self.embeddings @ query.astype(np.float32)

    def best_scores(self, queries: np.ndarray) -> np.ndarray:
        """Return the best score (M,) of each of M unit queries (M, D); -1 in an empty gallery."""
        best = np.full(len(queries), -1.0, np.float32)
        for at in range(0, len(self.embeddings), BLOCK):
            np.maximum(best, (queries @ self.embeddings[at : at + BLOCK].T).max(axis=1), out=best)
        return best

    def nearest(self, query: np.ndarray, k: int, only: Collection[str] | np.ndarray | None = None) -> list[Hit]:
        """Return the k best clips, each by its best window; ties in gallery order.

        Scores that are not finite come last, as -1, the lowest cosine.

        Args:
            query: Unit row (D,).
            k: Number of clips.
            only: Ids of the clips to choose from, or their numbers (C,) in `clip_rows`; None for all.
        """
        if not self.entries or k < 1:
            return []
        query = query.astype(np.float32)
        rows = self._rows_that_count(query, k, None if only is None else self._numbers(only))
        if not len(rows):
            return []
        with np.errstate(invalid="ignore", over="ignore"):
            scores = self.embeddings[rows] @ query if len(rows) < len(self.entries) else self.scores(query)[rows]
        scores[~np.isfinite(scores)] = -np.inf
        starts = np.flatnonzero(np.diff(self.clip_rows[0][rows], prepend=-1))
        ends = np.append(starts[1:], len(rows))
        hits = []
        for rank, clip in enumerate(_largest(np.maximum.reduceat(scores, starts), k), 1):
            at = starts[clip] + int(scores[starts[clip] : ends[clip]].argmax())
            entry = self.entries[rows[at]]
            hits.append(Hit(rank, entry.clip_id, max(float(scores[at]), -1.0), entry.start_s, entry.end_s))
        return hits

    def numbers_of(self, clips: Sequence[Clip]) -> np.ndarray:
        """Return the number (C,) of each clip of a library in `clip_rows`, -1 for none; kept for the next query."""
        before = self._kept.get("numbers of")
        if before is None or before[0] is not clips:
            before = clips, np.fromiter((self._number.get(clip.id, -1) for clip in clips), np.int64, len(clips))
            self._kept["numbers of"] = before
        found: np.ndarray = before[1]
        return found

    def _numbers(self, only: Collection[str] | np.ndarray) -> np.ndarray:
        """Return the numbers of some clips, in gallery order; those of a frozen set are kept for the next query."""
        if isinstance(only, np.ndarray):
            return np.sort(only)
        before = self._kept.get("numbers")
        if before is None or before[0] is not only:
            found = (self._number.get(clip_id, -1) for clip_id in only)
            numbers = np.sort(np.fromiter(found, np.int64, len(only)))
            before = only, numbers[numbers >= 0]
            if isinstance(only, frozenset):
                self._kept["numbers"] = before
        kept: np.ndarray = before[1]
        return kept

    @cached_property
    def _number(self) -> dict[str, int]:
        return {clip_id: at for at, clip_id in enumerate(self.clip_rows[1])}

    def _rows_that_count(self, query: np.ndarray, k: int, clips: np.ndarray | None) -> np.ndarray:
        """Return rows, clip after clip: those of some clips, None for all; of a large gallery what can be among the k best."""
        order, starts = self._grouped
        count = len(starts) if clips is None else len(clips)
        few = count < len(starts) * FEW or k >= count or self._bounds is None or not np.isfinite(query).all()
        near = None if few else self._rows_near(query, k, clips)
        if near is not None and len(near) <= len(order) / 8:
            return near
        return order if clips is None else self._rows_of(clips)

    def _rows_near(self, query: np.ndarray, k: int, clips: np.ndarray | None) -> np.ndarray:
        """Return the rows that can be among the k best of some clips, clip after clip.

        At least k clips reach the k-th greatest of the lower bounds of clips, so no row whose upper bound is below it counts.
        """
        assert self._bounds is not None
        _, starts = self._grouped
        rows = self._bounds.reaching(query, k, clips, *self._grouped)
        numbers = self.clip_rows[0][rows]
        if clips is not None:
            wanted = np.zeros(len(starts), bool)
            wanted[clips] = True
            rows, numbers = rows[wanted[numbers]], numbers[wanted[numbers]]
        return rows[np.argsort(numbers, kind="stable")]

    def _rows_of(self, clips: np.ndarray) -> np.ndarray:
        """Return the rows of some clips, clip after clip."""
        order, starts = self._grouped
        counts = np.diff(np.append(starts, len(order)))[clips]
        first = np.cumsum(counts) - counts
        return order[np.arange(counts.sum()) + np.repeat(starts[clips] - first, counts)]

    @cached_property
    def _bounds(self) -> EightBitRows | DeviceRows | None:
        """Return the rows of a large gallery as they are looked through first, on the CPU unless `prepare` put them elsewhere."""
        if len(self.embeddings) < LARGE:
            return None
        from motionpatches.core.search.eight_bit import EightBitRows

        return EightBitRows.of(self.embeddings)

    def prepare(self, device: str = "cpu") -> None:
        """Work out what queries need, before the first of them; a CUDA device with room holds the rows of a large gallery."""
        if not self.entries:
            return
        _ = self._grouped
        if device.startswith("cuda") and len(self.embeddings) >= LARGE:
            from motionpatches.core.search.on_device import rows_on

            self.__dict__["_bounds"] = rows_on(device, self.embeddings, *self._grouped) or self._bounds
        _ = self._bounds
        release(self.embeddings)


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k largest values, the largest first; of equal ones the first."""
    if k < len(values):
        reached = np.flatnonzero(values >= np.partition(values, len(values) - k)[len(values) - k])
    else:
        reached = np.arange(len(values))
    return reached[np.argsort(-values[reached], kind="stable")[:k]]


class DamagedGallery(FileProblem):
    """A file that holds no gallery, whatever its version."""


class OtherVersion(FileProblem):
    """A gallery of another version of the program."""


def save_gallery(gallery: Gallery, path: Path) -> None:
    """Write a gallery as one .npz. Raises FileProblem; the old one is kept then."""
    index: dict[str, Any] = {
        "format": FORMAT,
        "fingerprint": gallery.fingerprint,
        "skipped": gallery.skipped,
        "entries": [list(asdict(e).values()) for e in gallery.entries],
    }
    if gallery.chance is not None:
        index["chance"] = {"sentences": DIGEST, "scores": gallery.chance.tolist()}
    with replacing(path) as stream:
        np.savez_compressed(stream, embeddings=gallery.embeddings.astype(np.float16), index=json.dumps(index))


def load_gallery(path: Path, mapped: bool = True) -> Gallery:
    """Read a gallery.

    Args:
        path: Its file.
        mapped: Map the rows of a large one, by a file beside it.

    Raises:
        DamagedGallery: the file is none.
        FileProblem: it is one of another version, or the system refuses to read it.
    """
    try:
        embeddings = None
        with suppress(OSError, KeyError):  # which the next line meets, too
            embeddings = large_rows(path, LARGE) if mapped else None
        arrays = read_npz(path, lambda name, _: name != "embeddings" or embeddings is None)
        index = json.loads(str(arrays.pop("index")))
        if isinstance(index["format"], int) and index["format"] != FORMAT:
            raise OtherVersion(path, "it is a gallery of another version", "It will be built again")
        if embeddings is None:
            embeddings = _unit(arrays.pop("embeddings").astype(np.float32))
        if embeddings.ndim != 2 or len(index["entries"]) != len(embeddings) or not isinstance(index["fingerprint"], str):
            raise ValueError("its parts do not fit together")
        entries = tuple(_entry(*values) for values in index["entries"])
        return Gallery(embeddings, entries, index["fingerprint"], tuple(map(str, index["skipped"])), _chance(index.get("chance")))
    except OSError as error:
        raise os_problem(path, error) from error
    except OtherVersion:
        raise
    except Exception as error:  # whatever a broken file leads to
        said = str(error)[:120]
        raise DamagedGallery(path, f"it is not a gallery of this version ({said})", "It will be built again") from None


def _unit(embeddings: np.ndarray) -> np.ndarray:
    """Return rows (N, D) with a length of 1. Raises ValueError."""
    if embeddings.ndim != 2 or not np.isfinite(embeddings).all():
        raise ValueError("its embeddings are not finite rows")
    embeddings /= np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
    return embeddings


def _entry(clip_id: str, key: str, start_s: float, end_s: float) -> Entry:
    if not isinstance(clip_id, str) or not isinstance(key, str):
        raise TypeError("no entry")
    return Entry(clip_id, key, float(start_s), float(end_s))


def _chance(kept: Any) -> np.ndarray | None:
    """Return the scores of a file; None for those of another list of sentences."""
    if kept is None or kept["sentences"] != DIGEST:
        return None
    scores = np.array(kept["scores"], np.float32)
    if scores.shape != (len(OFF_TOPIC),) or not np.isfinite(scores).all():
        raise ValueError("its scores by chance are damaged")
    return scores


def gallery_name(model_fingerprint: str, library: Path | str) -> str:
    """Return the file name of the gallery of a library and a model."""
    return f"{model_fingerprint}-{place_digest(library, 12)}.npz"


def content_of(key: str) -> str:
    """Return what a clip's key says of its content and its reading, without the name of its file; '' where it has no digest."""
    found = _DIGEST.search(key)
    return found[1] if found else ""


def entries_by_key(gallery: Gallery) -> dict[tuple[str, str], list[int]]:
    """Return the rows of each (clip id, content key), which need not be encoded again."""
    rows: dict[tuple[str, str], list[int]] = {}
    for i, entry in enumerate(gallery.entries):
        rows.setdefault((entry.clip_id, entry.key), []).append(i)
    return rows


def concatenate(parts: Iterable[tuple[list[Entry], np.ndarray]], dim: int) -> tuple[tuple[Entry, ...], np.ndarray]:
    """Join the entries and embeddings of several parts."""
    entries: list[Entry] = []
    blocks = [np.zeros((0, dim), np.float32)]
    for part_entries, block in parts:
        entries += part_entries
        blocks.append(block)
    return tuple(entries), np.concatenate(blocks)
