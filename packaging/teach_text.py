"""Teaches a small text encoder what a large one makes of sentences:
`PYTHONPATH=. python packaging/teach_text.py STUDENT OUT --teacher FOLDER --wordnet FOLDER --library FILE [--library FILE]`.

STUDENT is a model folder whose text encoder learns (the starter's); OUT is that model with the text side taught, the rest as it
was. The teacher is a sentence encoder in a folder (all-mpnet-base-v2: mean pooling, Apache-2.0), the sentences are those of
packaging/dictionary.py and 14,000 captions of the libraries. Two hours on one core.

The teacher's rows are turned into the student's space: their leading directions, as many as the student has, then the rotation
that brings them nearest to where the student's rows are (orthogonal Procrustes). The student learns the rows; of sentences that
are alike, which are more alike (relational distillation by the softmax of their cosines); and of which action of the generator a
sentence speaks. Sentences near to an action are drawn more often. The weights that are kept stand three quarters of the way from
the old to the new: words that the dictionary does not teach stay nearer to where they were.
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

from core.demo.__main__ import COMMON
from core.demo.library import ACTIONS, ALL_PARAPHRASES, words_in
from core.models.checkpoint import CheckpointInfo, load_model, save_model
from core.models.config import ModelConfig
from core.models.motion_text_model import MotionTextModel
from core.models.text_encoder import TextEncoder

TESTS = Path(__file__).resolve().parents[1] / "tests" / "data"
CAPTIONS, HELD_OUT = 14_000, 1500
STEPS, RATE, TEMPERATURE, AVERAGE, KEPT = 1500, 2e-4, 0.05, 0.995, 0.75
# A batch is so many sentences, the first of them each with some of its nearest. Drawn are those of so many words at most, by
# e to the power of their cosine with the nearest action over NEARNESS.
ALONE, IN_COMPANY, WITH_EACH, NEAREST, WORDS, NEARNESS = 40, 24, 2, 20, 16, 0.1


def main(student: Path, out: Path, teacher: Path, wordnet: Path, libraries: list[Path], scale: float) -> None:
    texts = sentences(wordnet) + captions(libraries)
    random.Random(4).shuffle(texts)
    texts = texts[: int(len(texts) * scale)]
    torch.manual_seed(0)
    model = load_model(student).eval()
    encoder = TextEncoder.pretrained(ModelConfig(text=str(teacher), text_pooling="mean")).eval()

    def teach(part: list[str]) -> Tensor:
        return functional.normalize(encoder(*encoder.tokenize(part)), dim=1)

    taught, mine = rows_of(teach, texts), rows_of(model.encode_text, texts)
    kinds = torch.stack([functional.normalize(rows_of(teach, phrases).mean(0), dim=0) for phrases in phrases_of_actions()])
    target = turned(taught, mine, torch.cat([taught, kinds]))
    before = [p.detach().clone() for p in model.parameters()]
    learn(model, texts, target[: len(texts)], mine, target[len(texts):], int(STEPS * scale))
    for parameter, old in zip(model.parameters(), before, strict=True):
        parameter.data.lerp_(old, 1 - KEPT)
    save_model(model, out, CheckpointInfo({}, {"text": f"taught by {teacher.name}"}))


def phrases_of_actions() -> list[list[str]]:
    """Sentences for each side of each action, without the words that are kept for the tests."""
    plain = frozenset().union(*(words_in(p) for a in ACTIONS for p in (*a.phrases, *a.phrases_both)))
    kept = "\n".join(file.read_text() for file in sorted(TESTS.glob("sentences*.csv")))
    avoided = words_in(kept) - plain - COMMON
    found = []
    for action in ACTIONS:
        more = [p for p in ALL_PARAPHRASES.get(action.name, ()) if not avoided & words_in(p)]
        for side in action.sides:
            both = side == "both" and action.phrases_both
            phrases = [*(action.phrases_both if both else action.phrases), *(p for p in more if not both or "{side}" not in p)]
            other = {"left": "right", "right": "left"}.get(side, side)
            found.append([f"a person {' '.join(p.format(side=side, other=other, times='').split())}" for p in phrases])
    return found


def captions(libraries: list[Path]) -> list[str]:
    """Of packed libraries, a seeded choice."""
    found: set[str] = set()
    for file in libraries:
        with np.load(file) as packed:
            for clip in json.loads(str(packed["index"]))["clips"]:
                found.update(clip["captions"])
    return random.Random(3).sample(sorted(found), min(CAPTIONS, len(found)))


@torch.no_grad()
def rows_of(encode, texts: list[str], batch: int = 64) -> Tensor:
    """(N, D) rows of N sentences, read together with those of their length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [encode([texts[i] for i in order[at:at + batch]]) for at in range(0, len(order), batch)]
    rows = torch.empty(len(texts), parts[0].shape[1])
    rows[order] = torch.cat(parts)
    return rows


def turned(teacher: Tensor, student: Tensor, rows: Tensor) -> Tensor:
    """(M, D) `rows` of the teacher in the student's D dimensions, turned as the (N, .) rows of both for the same sentences are
    nearest to each other."""
    _, _, directions = torch.linalg.svd(teacher.T @ teacher)
    kept, all_kept = (functional.normalize(part @ directions[: student.shape[1]].T, dim=1) for part in (teacher, rows))
    left, _, right = torch.linalg.svd(kept.T @ student)
    return all_kept @ (left @ right)


def learn(model: MotionTextModel, texts: list[str], target: Tensor, before: Tensor, kinds: Tensor,
          steps: int) -> None:
    """Trains the text encoder and its head; the weights at the end are their moving average. Prints how well sentences that
    are not trained on lie where the teacher puts them. `kinds`: the teacher's rows of the actions."""
    order, aside = torch.randperm(len(texts)), min(HELD_OUT, len(texts) // 10)
    held, fit = order[:aside], order[aside:]
    head = torch.linalg.solve(before[fit].T @ before[fit] + 3 * torch.eye(before.shape[1]), before[fit].T @ target[fit])
    model.text_head.change.weight.data = head.T - torch.eye(len(head))
    near = torch.cat([(part @ target[fit].T).topk(NEAREST + 1, dim=1).indices[:, 1:] for part in target[fit].split(2000)])
    short = torch.tensor([len(text.split()) <= WORDS for text in texts])[fit]
    odds = torch.exp((target[fit] @ kinds.T).max(dim=1).values / NEARNESS) * short
    ids, mask = model.text_encoder.tokenize(texts)
    trained = [*model.text_encoder.parameters(), *model.text_head.parameters()]
    average = [p.detach().clone() for p in trained]
    optimizer = torch.optim.AdamW(trained, RATE, weight_decay=0.01)
    for step in range(steps):
        done = step / steps
        optimizer.param_groups[0]["lr"] = RATE * min(1, done / 0.03) * (1 + math.cos(math.pi * done)) / 2
        first = torch.multinomial(odds, IN_COMPANY + ALONE)
        company = near[first[:IN_COMPANY, None], torch.randint(NEAREST, (IN_COMPANY, WITH_EACH))].flatten()
        rows = fit[torch.unique(torch.cat([first, company[short[company]]]))]
        rows = rows[mask[rows].sum(1).argsort()]
        long = int(mask[rows].sum(1).max())
        loss = difference(model.encode_tokens(ids[rows, :long], mask[rows, :long]), target[rows], kinds)
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


def difference(found: Tensor, target: Tensor, kinds: Tensor) -> Tensor:
    """1 - cosine, the relative entropy of who is whose neighbour, and that of which action is meant."""
    own = torch.eye(len(found), dtype=torch.bool)
    mine, theirs = ((rows @ rows.T / TEMPERATURE).masked_fill(own, -1e4) for rows in (found, target))
    meant, said = (rows @ kinds.T / TEMPERATURE for rows in (found, target))
    relation, action = (functional.kl_div(a.log_softmax(1), b.softmax(1), reduction="batchmean")
                        for a, b in ((mine, theirs), (meant, said)))
    return 6 * (1 - (found * target).sum(1)).mean() + relation + 2 * action


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--library", type=Path, action="append", default=[])
    parser.add_argument("--scale", type=float, default=1.0, help="a share of sentences and steps, to try the command")
    told = parser.parse_args()
    main(told.student, told.out, told.teacher, told.wordnet, told.library, told.scale)
