"""Teaches a small text encoder what a large one makes of sentences:
`PYTHONPATH=. python packaging/teach_text.py STUDENT OUT --teacher FOLDER --wordnet FOLDER --library FILE [--library FILE]`.

STUDENT is a model folder whose text encoder learns (the starter's); OUT is that model with the text side taught, the rest as it
was. The teacher is a sentence encoder in a folder (all-mpnet-base-v2: mean pooling, Apache-2.0), the sentences are those of
packaging/dictionary.py and 14,000 captions of the libraries. Two hours on one core.

The teacher's rows are turned into the student's space: their leading directions, as many as the student has, then the rotation
that brings them nearest to where the student's rows are (orthogonal Procrustes). The student learns the rows, and, of sentences
that are alike, which are more alike (relational distillation by the softmax of their cosines).
"""

from __future__ import annotations

import argparse
import json
import math
import random
from pathlib import Path

import numpy as np
import torch
from dictionary import sentences
from torch import Tensor
from torch.nn import functional

from core.models.checkpoint import CheckpointInfo, load_model, save_model
from core.models.config import ModelConfig
from core.models.motion_text_model import MotionTextModel
from core.models.text_encoder import TextEncoder

CAPTIONS, HELD_OUT = 14_000, 1500
STEPS, RATE, TEMPERATURE, AVERAGE = 1600, 2e-4, 0.05, 0.995
# A batch is so many sentences, each with some of its nearest.
FIRST, WITH_EACH, NEAREST = 24, 4, 20


def main(student: Path, out: Path, teacher: Path, wordnet: Path, libraries: list[Path]) -> None:
    texts = sentences(wordnet) + captions(libraries)
    random.Random(4).shuffle(texts)
    torch.manual_seed(0)
    model = load_model(student).eval()
    encoder = TextEncoder.pretrained(ModelConfig(text=str(teacher), text_pooling="mean")).eval()
    taught = rows_of(lambda part: functional.normalize(encoder(*encoder.tokenize(part)), dim=1), texts)
    mine = rows_of(model.encode_text, texts)
    target = turned(taught, mine)
    learn(model, texts, target, mine)
    save_model(model, out, CheckpointInfo({}, {"text": f"taught by {teacher.name}"}))


def captions(libraries: list[Path]) -> list[str]:
    """Of packed libraries, a seeded choice."""
    found: set[str] = set()
    for file in libraries:
        with np.load(file) as packed:
            for clip in json.loads(str(packed["index"]))["clips"]:
                found.update(clip["captions"])
    return random.Random(3).sample(sorted(found), min(CAPTIONS, len(found)))


@torch.inference_mode()
def rows_of(encode, texts: list[str], batch: int = 64) -> Tensor:
    """(N, D) rows of N sentences, read together with those of their length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [encode([texts[i] for i in order[at:at + batch]]) for at in range(0, len(order), batch)]
    rows = torch.empty(len(texts), parts[0].shape[1])
    rows[order] = torch.cat(parts)
    return rows


def turned(teacher: Tensor, student: Tensor) -> Tensor:
    """(N, D) rows of the teacher in the student's D dimensions, where they are nearest to the student's rows."""
    _, _, directions = torch.linalg.svd(teacher.T @ teacher)
    kept = functional.normalize(teacher @ directions[: student.shape[1]].T, dim=1)
    left, _, right = torch.linalg.svd(kept.T @ student)
    return kept @ (left @ right)


def learn(model: MotionTextModel, texts: list[str], target: Tensor, before: Tensor) -> None:
    """Trains the text encoder and its head; the weights at the end are their moving average. Prints how well sentences that
    are not trained on lie where the teacher puts them."""
    order = torch.randperm(len(texts))
    held, fit = order[:HELD_OUT], order[HELD_OUT:]
    head = torch.linalg.solve(before[fit].T @ before[fit] + 3 * torch.eye(before.shape[1]), before[fit].T @ target[fit])
    model.text_head.change.weight.data = head.T - torch.eye(len(head))
    near = torch.cat([(part @ target[fit].T).topk(NEAREST + 1, dim=1).indices[:, 1:] for part in target[fit].split(2000)])
    ids, mask = model.text_encoder.tokenize(texts)
    trained = [*model.text_encoder.parameters(), *model.text_head.parameters()]
    average = [p.detach().clone() for p in trained]
    optimizer = torch.optim.AdamW(trained, RATE, weight_decay=0.01)
    for step in range(STEPS):
        done = step / STEPS
        optimizer.param_groups[0]["lr"] = RATE * min(1, done / 0.03) * (1 + math.cos(math.pi * done)) / 2
        first = torch.randint(len(fit), (FIRST,))
        company = near[first[:, None], torch.randint(NEAREST, (FIRST, WITH_EACH))].flatten()
        rows = fit[torch.unique(torch.cat([first, company]))]
        rows = rows[mask[rows].sum(1).argsort()]
        long = int(mask[rows].sum(1).max())
        loss = difference(model.encode_tokens(ids[rows, :long], mask[rows, :long]), target[rows])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        torch._foreach_lerp_(average, [p.detach() for p in trained], 1 - min(AVERAGE, (step + 2) / (step + 11)))
        if step % 100 == 0:
            print(f"step {step}: {loss:.3f}", flush=True)
    for parameter, mean in zip(trained, average, strict=True):
        parameter.data.copy_(mean)
    found = rows_of(model.encode_text, [texts[i] for i in held])
    after, then = ((rows * target[held]).sum(1).mean() for rows in (found, before[held]))
    print(f"held out: cosine {after:.4f}, before {then:.4f}")


def difference(found: Tensor, target: Tensor) -> Tensor:
    """Ten times the mean of 1 - cosine, and the relative entropy of who is whose neighbour."""
    own = torch.eye(len(found), dtype=torch.bool)
    mine, theirs = ((rows @ rows.T / TEMPERATURE).masked_fill(own, -1e4) for rows in (found, target))
    relation = functional.kl_div(mine.log_softmax(1), theirs.softmax(1), reduction="batchmean")
    return 10 * (1 - (found * target).sum(1)).mean() + relation


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--library", type=Path, action="append", default=[])
    told = parser.parse_args()
    main(told.student, told.out, told.teacher, told.wordnet, told.library)
