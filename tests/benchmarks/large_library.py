"""A large library of real files, varied from generated takes and, where a folder of them is given, captured ones; its vectors.

Take number n is template n % TEMPLATES in another place, heading, size and with its own noise, in a folder of a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from motionpatches.core import paths
from motionpatches.core.export.bvh import bvh_text
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import preset
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_windows, windows_of
from motionpatches.core.search.gallery import Entry, Gallery
from motionpatches.core.search.indexing import INDEXED, add_known, gallery_fingerprint
from motionpatches.core.search.patch_tokens import pack, save_tokens
from motionpatches.core.search.token_indexing import tokens_file

T = TypeVar("T")
TEMPLATES, FOLDER_OF = 600, 1000
# Takes of a captured one, in a hundred; frames of takes: the longer ones have short windows too.
CAPTURED, FRAMES = 1, (60, 170)
HOW = ("", " slowly", " quickly", " twice", " again", " on the left", " on the right", " with care", " happily", " and stops")
WHO = ("a person", "someone", "the actor", "she", "he", "a man", "a woman")
# Standard deviation of the noise of vectors, whose length is 1; and of joints, in metres.
NOISE, JITTER_M = 0.25, 0.002


def templates(data: Path | None) -> list[tuple[Motion, str]]:
    """Pieces of takes with a caption; those of `data`, a folder of captured takes, at the end."""
    draw = np.random.default_rng(0)
    captured = run(open_library(data)) if data is not None else None
    wanted = TEMPLATES * CAPTURED // 100 if captured is not None else 0
    found: list[tuple[Motion, str]] = []
    for library in (run(open_library(paths.demo_library())), captured):
        if library is None:
            continue
        for at in draw.permutation(len(library.clips)):
            motion, clip = library.load(library.clips[at].id), library.clips[at]
            frames = int(draw.integers(*FRAMES))
            if motion.frame_count < min(frames, FRAMES[0]) or motion.partner is not None:
                continue
            start = int(draw.integers(0, max(motion.frame_count - frames, 0) + 1))
            found.append((motion.crop(start, min(start + frames, motion.frame_count)), clip.caption))
            if len(found) in (TEMPLATES - wanted, TEMPLATES):
                break
    return found


def make(root: Path, count: int, data: Path | None = None) -> None:
    """Write the files; those that are there stay."""
    pieces = templates(data)
    smpl = SMPL22.joint_names
    texts = ["" if motion.skeleton.joint_names == smpl else bvh_text(motion) for motion, _ in pieces]
    for start in range(0, count, FOLDER_OF):
        folder = root / f"shoot_{start // FOLDER_OF:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        rows = ["file,caption"]
        for number in range(start, min(start + FOLDER_OF, count)):
            (motion, caption), text = pieces[number % len(pieces)], texts[number % len(pieces)]
            file = folder / f"take_{number:06d}.{'bvh' if text else 'npy'}"
            draw = np.random.default_rng(number)
            words = caption.replace("a person", WHO[draw.integers(len(WHO))]).replace(",", "").replace('"', "").rstrip(".")
            rows.append(f"{file.name},{words}{HOW[draw.integers(len(HOW))]}")
            if not file.exists():
                if text:
                    file.write_text(varied_text(text, draw))
                else:
                    np.save(file, varied(motion.positions, draw).astype(np.float16))
        (folder / "captions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def varied(positions: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Positions (T, J, 3) of someone of another size, in another place and heading."""
    angle, size = draw.uniform(0, 2 * np.pi), draw.uniform(0.92, 1.08)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    offset = draw.normal(0, JITTER_M, (1, positions.shape[1], 3)) + [*draw.uniform(-1, 1, 1), 0, *draw.uniform(-1, 1, 1)]
    return positions @ turn.T * size + offset


def varied_text(text: str, draw: np.random.Generator) -> str:
    """BVH begun at another frame, all of it moved to the side."""
    head, _, body = text.partition("Frame Time:")
    rate, *rows = body.splitlines()
    start, aside = int(draw.integers(len(rows))), draw.uniform(-50, 50)
    moved = [(row.split(" ", 1)) for row in (*rows[start:], *rows[:start])]
    return "\n".join([f"{head}Frame Time:{rate}", *(f"{float(x) + aside:.4f} {others}" for x, others in moved)]) + "\n"


def add_vectors(library: Library, model: MotionTextModel) -> int:
    """Keep vectors of all takes: of each template the first take is encoded, with noise around it for the others.

    Returns:
        How many.
    """

    def encode(clip: Clip) -> tuple[np.ndarray, list[tuple[float, float]]]:
        pixels, spans = windows_of(model, library.load(clip.id), INDEXED)
        return encode_windows(model, pixels), spans

    rows: list[np.ndarray] = []
    entries: list[Entry] = []
    draw = np.random.default_rng(1)
    for clip, (encoded, spans) in by_template(library, encode):
        rows.append(noisy(encoded, draw))
        entries += [Entry(clip.id, clip.key, start, end) for start, end in spans]
    add_known(model, library, Gallery(np.concatenate(rows), tuple(entries), gallery_fingerprint(model)))
    return len(entries)


def interaction_model(folder: Path) -> MotionTextModel:
    """Return a model with late interaction on the encoders of the starter, with new heads; saved in a folder."""
    if not folder.exists():
        config = preset("interaction", motion_weights="starter", text_weights="starter")
        save_model(new_model(config, lambda: load_model(paths.starter_model()).statistics), folder, CheckpointInfo())
    return load_model(folder)


def add_tokens(library: Library, model: MotionTextModel) -> float:
    """Keep patch tokens of all takes in 16 bits, noise around those of the first take of each template.

    Returns:
        MB on disk.
    """

    def encode(clip: Clip) -> tuple[list[np.ndarray], list[tuple[float, float]]]:
        pixels, spans = windows_of(model, library.load(clip.id))
        with torch.inference_mode():
            found = model.encode_patches(torch.from_numpy(pixels))[1].numpy()
        return [patches[np.abs(patches).max(axis=1) > 0] for patches in found], spans

    rows: list[np.ndarray] = []
    entries: list[Entry] = []
    draw = np.random.default_rng(1)
    for clip, (encoded, spans) in by_template(library, encode):
        rows += [noisy(patches, draw).astype(np.float16) for patches in encoded]
        entries += [Entry(clip.id, clip.key, start, end) for start, end in spans]
    file = tokens_file(model, library)
    save_tokens(pack(entries, rows, model.config.token_dim, gallery_fingerprint(model)), file)
    return file.stat().st_size / 1e6


def by_template(library: Library, encode: Callable[[Clip], T]) -> Iterator[tuple[Clip, T]]:
    """Yield each clip with what the first of its template is encoded to."""
    first: dict[int, T] = {}
    for clip in library.clips:
        template = int(clip.path.stem.rpartition("_")[2]) % TEMPLATES
        if template not in first:
            first[template] = encode(clip)
        yield clip, first[template]


def noisy(rows: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Unit rows (N, D) near others."""
    found = rows + draw.standard_normal(rows.shape, dtype=np.float32) * np.float32(NOISE / np.sqrt(rows.shape[1]))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def many(rows: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Blocks of `count` unit rows in all, near given ones."""
    draw = np.random.default_rng(2)
    for start in range(0, count, 65_536):
        yield noisy(rows[draw.integers(len(rows), size=min(65_536, count - start))], draw)
