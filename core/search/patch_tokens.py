"""Patch tokens of a library beside its gallery: the second stage of a search by a model with late interaction.

One file per gallery, of safetensors' format, which is mapped into memory: rows of patches one after another, in half precision or
in 4 bits. A window of 224 frames has up to 70 rows; shorter windows have none of their own, since a word finds the best patch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.models.device import one_thread
from motionpatches.core.regular_file import open_regular
from motionpatches.core.search.gallery import DamagedGallery, Entry, OtherVersion

FORMAT = 1
BITS = (16, 4)
LONGEST_HEADER = 1 << 28
# The arrays of a file, by the number of bits: name, type as safetensors writes it, type.
_STARTS = ("starts", "I64", np.dtype("<i8"))
ARRAYS: dict[int, tuple[tuple[str, str, np.dtype[Any]], ...]] = {
    16: (_STARTS, ("rows", "F16", np.dtype("<f2"))),
    4: (_STARTS, ("rows", "U8", np.dtype("u1")), ("scales", "F16", np.dtype("<f2"))),
}


@dataclass(frozen=True, eq=False)
class PatchTokens:
    """The patches of the windows of a library for one model.

    Attributes:
        entries: a clip and a window for each range of rows.
        starts: (N + 1,) where the rows of each entry begin.
        rows: (P, D) float16 unit rows; with `scales` (P, ceil(D / 2)) uint8, numbers j and j + ceil(D / 2) in one byte.
        dim: D.
        fingerprint: names the model that made them.
        scales: (P,) float16 of 4-bit rows, else None.
    """

    entries: tuple[Entry, ...]
    starts: np.ndarray
    rows: np.ndarray
    dim: int
    fingerprint: str = ""
    scales: np.ndarray | None = None

    @property
    def bits(self) -> int:
        return 16 if self.scales is None else 4

    @cached_property
    def of_clip(self) -> dict[str, list[int]]:
        """The entries of each clip, by its id."""
        found: dict[str, list[int]] = {}
        for at, entry in enumerate(self.entries):
            found.setdefault(entry.clip_id, []).append(at)
        return found

    def scores(self, words: np.ndarray, clip_ids: Sequence[str]) -> np.ndarray:
        """Return the MaxSim (C,) of clips, of the best of their windows; -inf for a clip without tokens.

        Args:
            words: (L, D) unit rows of the words of a sentence.
            clip_ids: the clips.
        """
        entries = [(place, at) for place, clip_id in enumerate(clip_ids) for at in self.of_clip.get(clip_id, ())]
        found = np.full(len(clip_ids), -np.inf, np.float32)
        if not entries or not len(words):
            return found
        lengths = np.array([self.starts[at + 1] - self.starts[at] for _, at in entries])
        with one_thread():
            cosines = self._cosines(torch.from_numpy(words.astype(np.float32)), [at for _, at in entries])
        best = np.maximum.reduceat(cosines, np.cumsum(lengths) - lengths, axis=0).mean(axis=1)
        np.maximum.at(found, [place for place, _ in entries], np.where(np.isfinite(best), best, -np.inf))
        return found

    def _cosines(self, words: torch.Tensor, entries: Sequence[int]) -> np.ndarray:
        """Return the cosines (P', L) of the rows of some entries with words (L, D)."""
        ranges = [slice(int(self.starts[at]), int(self.starts[at + 1])) for at in entries]
        rows = torch.from_numpy(np.concatenate([self.rows[part] for part in ranges]))
        if self.scales is None:
            return (rows.float() @ words.T).numpy()
        half = rows.shape[1]
        low, high = words[:, :half], torch.nn.functional.pad(words[:, half:], (0, 2 * half - self.dim))
        products = (rows & 15).float() @ low.T + (rows >> 4).float() @ high.T - 8 * words.sum(dim=1)
        scales = np.concatenate([self.scales[part] for part in ranges]).astype(np.float32)
        return products.numpy() * scales[:, None]


def pack(entries: Sequence[Entry], patches: Sequence[np.ndarray], dim: int, fingerprint: str, bits: int = 16) -> PatchTokens:
    """Make tokens of the patches (P_i, D) of each entry."""
    starts = np.concatenate([[0], np.cumsum([len(rows) for rows in patches], dtype=np.int64)]).astype(np.int64)
    rows = np.concatenate([np.zeros((0, dim), np.float16), *patches]).astype(np.float16)
    if bits == 16:
        return PatchTokens(tuple(entries), starts, rows, dim, fingerprint)
    codes, scales = four_bits(rows)
    return PatchTokens(tuple(entries), starts, codes, dim, fingerprint, scales)


def four_bits(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (P, D) as whole numbers from -7 to 7, two in a byte, and what to multiply each row with (P,) float16."""
    scales = np.maximum(np.abs(rows).max(axis=1, initial=0) / 7, 1e-4).astype(np.float16)
    whole = (np.rint(rows.astype(np.float32) / scales[:, None].astype(np.float32)).clip(-7, 7) + 8).astype(np.uint8)
    whole = np.pad(whole, ((0, 0), (0, rows.shape[1] % 2)), constant_values=8)
    half = whole.shape[1] // 2
    return whole[:, :half] | (whole[:, half:] << 4), scales


def join(parts: Sequence[PatchTokens]) -> PatchTokens:
    """Join tokens of one model and of as many bits."""
    first = parts[0]
    lengths = np.concatenate([np.diff(part.starts) for part in parts])
    scales = None if first.scales is None else np.concatenate([part.scales for part in parts if part.scales is not None])
    return PatchTokens(
        tuple(entry for part in parts for entry in part.entries),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([part.rows for part in parts]),
        first.dim,
        first.fingerprint,
        scales,
    )


def taken(tokens: PatchTokens, entries: Sequence[int], bits: int) -> PatchTokens:
    """Return some entries alone, with half precision in 4 bits where that is asked for."""
    ranges = [slice(int(tokens.starts[at]), int(tokens.starts[at + 1])) for at in entries]
    kept = tuple(tokens.entries[at] for at in entries)
    if tokens.scales is None:
        return pack(kept, [np.asarray(tokens.rows[part]) for part in ranges], tokens.dim, tokens.fingerprint, bits)
    starts = np.concatenate([[0], np.cumsum([part.stop - part.start for part in ranges])]).astype(np.int64)
    rows = np.concatenate([tokens.rows[:0], *(tokens.rows[part] for part in ranges)])
    scales = np.concatenate([tokens.scales[:0], *(tokens.scales[part] for part in ranges)])
    return PatchTokens(kept, starts, rows, tokens.dim, tokens.fingerprint, scales)


def save_tokens(tokens: PatchTokens, file: Path) -> None:
    """Write tokens whole or not at all. Raises FileProblem; the old file is kept then."""
    about = {
        "format": FORMAT,
        "fingerprint": tokens.fingerprint,
        "dim": tokens.dim,
        "bits": tokens.bits,
        "entries": [list(asdict(entry).values()) for entry in tokens.entries],
    }
    header: dict[str, Any] = {"__metadata__": {"tokens": json.dumps(about)}}
    arrays = [np.ascontiguousarray(getattr(tokens, name), kind) for name, _, kind in ARRAYS[tokens.bits]]
    at = 0
    for (name, stated, _), array in zip(ARRAYS[tokens.bits], arrays, strict=True):
        header[name] = {"dtype": stated, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with replacing(file) as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for array in arrays:
            stream.write(array.data)


def load_tokens(file: Path) -> PatchTokens:
    """Map tokens into memory.

    Raises:
        DamagedGallery: the file holds none.
        FileProblem: it is one of another version, or the system refuses to read it.
    """
    try:
        with open_regular(file) as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= LONGEST_HEADER:
                raise ValueError("its header has no length")
            header = json.loads(stream.read(length))
            size = os.fstat(stream.fileno()).st_size - 8 - length
        about = json.loads(header["__metadata__"]["tokens"])
        if isinstance(about["format"], int) and about["format"] != FORMAT:
            raise OtherVersion(file, "it holds patch tokens of another version", "They will be made again")
        kinds, dim = ARRAYS[about["bits"]], about["dim"]
        arrays, at = {}, 0
        for name, stated, kind in kinds:
            shape = tuple(header[name]["shape"])
            begin, end = header[name]["data_offsets"]
            count = int(np.prod(shape, dtype=np.int64))
            fits = min(shape, default=-1) >= 0 and (begin, end) == (at, at + count * kind.itemsize) and end <= size
            if not fits or header[name]["dtype"] != stated:
                raise ValueError(f"its {name} do not fit")
            arrays[name] = _mapped(file, kind, 8 + length + begin, shape)
            at = end
        starts, rows, scales = np.array(arrays["starts"]), arrays["rows"], arrays.get("scales")
        entries = tuple(_entry(*values) for values in about["entries"])
        width = dim if about["bits"] == 16 else -(-dim // 2)
        whole = at == size and starts.ndim == 1 and len(starts) == len(entries) + 1 and rows.shape == (starts[-1], width)
        if not whole or starts[0] != 0 or (np.diff(starts) < 1).any() or not isinstance(about["fingerprint"], str):
            raise ValueError("its parts do not fit together")
        if scales is not None and scales.shape != (len(rows),):
            raise ValueError("its scales do not fit")
        return PatchTokens(entries, starts, rows, dim, about["fingerprint"], scales)
    except OSError as error:
        raise os_problem(file, error) from error
    except FileProblem:
        raise
    except Exception as error:  # whatever a broken file leads to
        said = str(error)[:120]
        raise DamagedGallery(file, f"it holds no patch tokens of this version ({said})", "They will be made again") from None


def _mapped(file: Path, kind: np.dtype[Any], offset: int, shape: tuple[int, ...]) -> np.ndarray:
    """An array of a file; in memory where there is nothing to map, and on Windows, where a mapped file cannot be replaced."""
    if 0 in shape:
        return np.zeros(shape, kind)
    found = np.memmap(file, kind, "r", offset, shape)
    return np.array(found) if os.name == "nt" else found


def _entry(clip_id: str, key: str, start_s: float, end_s: float) -> Entry:
    if not isinstance(clip_id, str) or not isinstance(key, str):
        raise TypeError("no entry")
    return Entry(clip_id, key, float(start_s), float(end_s))
