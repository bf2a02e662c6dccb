"""A small test of order and of counting, made of a library's own clips: two clips in a row, and a clip once to three times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from motionpatches.core.library.library import Clip, Library
from motionpatches.core.models import device
from motionpatches.core.models.late_interaction import max_sim
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import Skeleton
from motionpatches.core.search.encode import BATCH, encode_texts, encode_windows, first_window_of

PAIRS, SEED = 100, 0
TIMES = ("once", "twice", "three times")
# What two or three clips in a row may last, so that they lie in one window.
LONGEST_S = 11.2


@dataclass(frozen=True, eq=False)
class Rows:
    """`rows` (N, D) of motions, and `patches` (N, 70, token_dim) for a model with tokens."""

    rows: np.ndarray
    patches: torch.Tensor | None

    @torch.inference_mode()
    def max_sim(self, model: MotionTextModel, sentences: Sequence[str]) -> np.ndarray:
        """(T, N) MaxSim with sentences."""
        assert self.patches is not None
        found = []
        for at in range(0, len(sentences), BATCH):
            ids, mask = model.text_encoder.tokenize(list(sentences[at : at + BATCH]))
            _, words = model.encode_words(ids.to(model.device), mask.to(model.device))
            parts = self.patches.split(BATCH)
            found.append(torch.cat([max_sim(words, part.to(model.device)) for part in parts], dim=1).cpu())
        return torch.cat(found).numpy()


@torch.inference_mode()
def rows_of(model: MotionTextModel, motions: Sequence[Motion]) -> Rows:
    """Encode the first windows of motions."""
    rows, patches = [], []
    for at in range(0, len(motions), BATCH):
        pixels = np.stack([first_window_of(model, motion) for motion in motions[at : at + BATCH]])
        if model.token_heads is None:
            rows.append(encode_windows(model, pixels))
            continue
        with device.autocast(str(model.device)):
            found, tokens = model.encode_patches(torch.from_numpy(pixels).to(model.device))
        rows.append(found.float().cpu().numpy())
        patches.append(tokens.cpu())
    return Rows(np.concatenate(rows), torch.cat(patches) if patches else None)


def right_choices(model: MotionTextModel, library: Library, clips: Sequence[Clip]) -> dict[str, dict[str, float]]:
    """Percent of motions whose own sentence scores higher than the wrong ones: {'embeddings' or 'MaxSim': {'order', 'count'}}."""
    result: dict[str, dict[str, float]] = {"embeddings": {}, "MaxSim": {}}
    for name, made in (("order", ordered(library, clips)), ("count", counted(library, clips))):
        if not made:
            result["embeddings"][name] = result["MaxSim"][name] = float("nan")
            continue
        motions = rows_of(model, [motion for motion, _ in made])
        sentences = [sentence for _, choice in made for sentence in choice]
        wide = len(made[0][1])
        own = np.arange(len(made))
        texts = encode_texts(model, sentences).reshape(len(made), wide, -1)
        result["embeddings"][name] = _right(np.einsum("nwd,nd->nw", texts, motions.rows))
        if motions.patches is not None:
            scores = motions.max_sim(model, sentences).reshape(len(made), wide, -1)
            result["MaxSim"][name] = _right(scores[own, :, own])
    return result


def _right(scores: np.ndarray) -> float:
    """Percent of rows whose first score is above all others."""
    return float(100 * (scores[:, 0] > scores[:, 1:].max(axis=1)).mean())


def ordered(library: Library, clips: Sequence[Clip]) -> list[tuple[Motion, tuple[str, ...]]]:
    """Two clips of unlike captions and of one skeleton in a row, with the right sentence and that of the other order."""
    rng, made = np.random.default_rng(SEED), []
    short = [clip for clip in clips if clip.duration_s <= LONGEST_S / 2]
    rig = {clip.id: _rig(library.load(clip.id)) for clip in short}
    for _ in range(PAIRS if short else 0):
        one = short[rng.integers(len(short))]
        others = [clip for clip in short if clip.caption != one.caption and rig[clip.id] == rig[one.id]]
        if not others:
            continue
        other = others[rng.integers(len(others))]
        first, second = _bare(one.caption), _bare(other.caption)
        motion = in_a_row([library.load(one.id), library.load(other.id)])
        made.append((motion, (f"{first}, then {second}", f"{second}, then {first}")))
    return made


def counted(library: Library, clips: Sequence[Clip]) -> list[tuple[Motion, tuple[str, ...]]]:
    """A clip once, twice or three times in a row, with the right number first."""
    rng = np.random.default_rng(SEED)
    made: list[tuple[Motion, tuple[str, ...]]] = []
    short = [clip for clip in clips if clip.duration_s <= LONGEST_S / len(TIMES)]
    for at in range(PAIRS if short else 0):
        clip, times = short[rng.integers(len(short))], at % len(TIMES)
        sentences = [f"{_bare(clip.caption)} {often}" for often in (TIMES[times], *TIMES[:times], *TIMES[times + 1 :])]
        made.append((in_a_row([library.load(clip.id)] * (times + 1)), tuple(sentences)))
    return made


def _rig(motion: Motion) -> tuple[Skeleton, float]:
    return motion.skeleton, motion.fps


def _bare(caption: str) -> str:
    return caption.strip().rstrip(".")


def in_a_row(motions: Sequence[Motion]) -> Motion:
    """Join motions of one skeleton and rate: each begins over the place where the one before has ended."""
    parts, root = [motions[0].positions], motions[0].skeleton.root
    for motion in motions[1:]:
        step = parts[-1][-1, root] - motion.positions[0, root]
        parts.append(motion.positions + np.array([step[0], 0, step[2]], np.float32))
    return replace(motions[0], positions=np.concatenate(parts))
