"""Distil a large text encoder, and the action of each phrase, into a small one.

    python -m motionpatches.packaging.starter.teach_text STUDENT OUT --teacher FOLDER --wordnet FOLDER --library FILE

STUDENT is a model folder whose text encoder is trained (the starter); OUT is that model with the trained text encoder and,
in actions.npy, the text embedding of each action. The teacher is a sentence encoder in a
folder (all-mpnet-base-v2: mean pooling, Apache-2.0). The sentences are those of wordnet.py, of reworded.py (by
WordNet and, if given, by the Moby Thesaurus, public domain: lines of words and commas) and of in_context.py, and
14,000 captions of the libraries. It takes about two and a half hours on one core with fast bf16; what the teacher said
stays beside OUT until the end, for a run that is begun again.

The teacher is first tuned to classify the action of a phrase (action_phrases.py, large_teacher.py); its embedding of a
sentence is drawn toward the meanings of the nearest phrases. The student has four targets: the teacher's embedding; the softmax
of the cosines among similar sentences (relational distillation); the teacher's action probabilities of each sentence; and the
known action of each phrase, bare and in context. Sentences near an action are sampled more often. Finally the phrases become its
memory (core/models/text_memory.py).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from motionpatches.core.atomic import replacing
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, read_config, save_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.text_memory import TextMemory
from motionpatches.packaging.starter.action_phrases import (
    Phrase,
    every_way,
    phrases,
    share_of,
    test_sentences,
)
from motionpatches.packaging.starter.in_context import Speaker, Speech, in_context
from motionpatches.packaging.starter.large_teacher import Teacher
from motionpatches.packaging.starter.reworded import reworded
from motionpatches.packaging.starter.text_teacher import TEMPERATURE, missed, quick, recalled, rows_of, turned
from motionpatches.packaging.starter.wordnet import nouns, scenes, sentences

CAPTIONS, SCENES, REWORDED, LISTED, IN_CONTEXT, HELD_OUT = 14_000, 80_000, 90_000, 60_000, 45_000, 1500
STEPS, RATE, ROW_RATE, WARM_UP, AVERAGE, AGAIN = 7000, 2e-4, 1e-3, 0.03, 0.995, 0.3
ROWS_FILE = "actions.npy"
# Phrases and sentences in a batch; most words of a sentence. Sentences are drawn with weight exp(cosine with the nearest action /
# NEARNESS).
SPOKEN, WRITTEN, WORDS, NEARNESS = 56, 136, 20, 0.08


def main(
    student: Path,
    out: Path,
    teacher: Path,
    wordnet: Path,
    thesaurus: Path | None,
    libraries: list[Path],
    scale: float,
    again: bool = False,
) -> None:
    """Distil the text encoder and save the model.

    Args:
        student: Folder of the model.
        out: Folder of the taught model.
        teacher: Folder of the sentence encoder.
        wordnet: Folder of WordNet.
        thesaurus: File of the thesaurus, if any.
        libraries: Packed libraries whose captions are sentences too.
        scale: Share of phrases, sentences and steps.
        again: The student was taught before, and learns the phrases of new actions: the share AGAIN of sentences and steps.
    """
    share = scale * AGAIN if again else scale
    known = phrases() if scale == 1 else share_of(phrases(), scale)
    spoken, right = every_way(known, ("a person", ""))
    everything = [
        *sentences(wordnet),
        *scenes(wordnet, SCENES),
        *nouns(wordnet),
        *reworded(wordnet, spoken, REWORDED),
        *(reworded(wordnet, spoken, LISTED, 1, thesaurus) if thesaurus else ()),
        *in_context(wordnet, known, IN_CONTEXT),
        *captions(libraries),
    ]
    texts = sorted({text for text in everything if len(text.split()) <= WORDS} - test_sentences())
    draw = random.Random(4)
    draw.shuffle(texts)
    texts = texts[: int(len(texts) * share)]
    torch.manual_seed(0)
    model = load_model(student).eval()
    model.text_memory = None

    def of_teacher() -> list[Tensor]:
        large = Teacher(teacher, model.encode_text)
        large.learn(spoken, right, scale)
        taught, heard = large.rows(texts), large.rows(spoken)
        every = turned(taught, rows_of(model.encode_text, texts), torch.cat([taught, heard, large.actions]))
        return [part.clone() for part in every.split([len(texts), len(spoken), len(large.actions)])]

    kept = out.with_name(f"{out.name}-teacher.pt")
    target, heard, actions = once(kept, [model.fingerprint, teacher.name, str(scale), *spoken, *texts], of_teacher)
    torch.manual_seed(1)  # the same whether or not the teacher was asked now
    actions = learn(
        model, texts, recalled(target, heard, right, actions), Speaker(known, Speech(wordnet), draw), actions, int(STEPS * share)
    )
    model.remember(memory_of(model, known, actions))
    save_model(model, out, CheckpointInfo({}, {**read_config(student)["provenance"], "words": f"taught by {teacher.name}"}))
    np.save(out / ROWS_FILE, actions.numpy())
    kept.unlink()


def once(file: Path, made_of: list[str], make: Callable[[], list[Tensor]]) -> list[Tensor]:
    """Return what `make` returns, from a file that an earlier run left, where that was made of the same texts.

    The teacher takes longer than the student, so a run that is ended does not ask it again.
    """
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    if file.exists():
        found = torch.load(file, weights_only=True)
        if found["made_of"] == digest:
            return list(found["rows"])
    rows = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as stream:
        torch.save({"made_of": digest, "rows": rows}, stream)
    return rows


@torch.no_grad()
def memory_of(model: MotionTextModel, known: list[Phrase], actions: Tensor) -> TextMemory:
    """Make the phrase memory of a model: embeddings of the phrases, each with the mean row of the actions (A, D) it may mean."""
    spoken, right = every_way(known, ("a person",))
    return TextMemory.of(rows_of(model.encode_text, spoken), right @ actions / right.sum(1, keepdim=True))


def captions(libraries: list[Path]) -> list[str]:
    """Choose captions of packed libraries at random, with a fixed seed."""
    found: set[str] = set()
    for file in libraries:
        with np.load(file) as packed:
            for clip in json.loads(str(packed["index"]))["clips"]:
                found.update(clip["captions"])
    return random.Random(3).sample(sorted(found), min(CAPTIONS, len(found)))


def learn(model: MotionTextModel, texts: list[str], target: Tensor, speaker: Speaker, actions: Tensor, steps: int) -> Tensor:
    """Train the text encoder and its head; the final weights are their moving average.

    Prints the mean cosine with the teacher of sentences that were not trained on.

    Args:
        model: The student.
        texts: N sentences.
        target: (N, D) rows of the teacher.
        speaker: Draws phrases with their known actions.
        actions: (A, D) rows of the actions by the teacher.
        steps: Steps of the optimizer.

    Returns:
        The student's own rows (A, D) of the actions, which start at the teacher's.
    """
    order, aside = torch.randperm(len(texts)), min(HELD_OUT, len(texts) // 10)
    held, fit = order[:aside], order[aside:]
    choices = torch.softmax(target @ actions.T / TEMPERATURE, dim=1)
    odds = torch.exp((target[fit] @ actions.T).max(dim=1).values / NEARNESS)
    mine = torch.nn.Parameter(actions.clone())
    trained = [*model.text_encoder.parameters(), *model.text_head.parameters()]
    everything = [*trained, mine]
    average = [p.detach().clone() for p in everything]
    optimizer = torch.optim.AdamW(
        [{"params": trained, "rate": RATE}, {"params": [mine], "rate": ROW_RATE}], weight_decay=0.01, fused=True
    )
    for step in range(steps):
        done = (step + 1) / steps
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * min(1, done / WARM_UP) * (1 + math.cos(math.pi * done)) / 2
        spoken, right = speaker.say(SPOKEN)
        rows = fit[torch.multinomial(odds, WRITTEN)]
        with quick():
            read = [model.encode_text(part) for part in ([texts[i] for i in rows], spoken)]
        found, heard = (part.float() for part in read)
        own = functional.normalize(mine, dim=1)
        loss = missed(heard, own, right) + difference(found, target[rows], own, choices[rows])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        torch._foreach_lerp_(average, [p.detach() for p in everything], 1 - min(AVERAGE, (step + 2) / (step + 11)))
        if step % 100 == 0:
            print(f"step {step}: {loss:.3f}", flush=True)
    for parameter, mean in zip(everything, average, strict=True):
        parameter.data.copy_(mean)
    found = rows_of(model.encode_text, [texts[i] for i in held])
    print(f"held out: cosine {(found * target[held]).sum(1).mean():.4f}")
    return functional.normalize(average[-1], dim=1)


def difference(found: Tensor, target: Tensor, actions: Tensor, meant: Tensor) -> Tensor:
    """Return the loss: 1 - cosine, and the relative entropies of similarities within the batch and of actions (B, A)."""
    own = torch.eye(len(found), dtype=torch.bool)
    mine, theirs = ((rows @ rows.T / TEMPERATURE).masked_fill(own, -1e4) for rows in (found, target))
    relation = functional.kl_div(mine.log_softmax(1), theirs.softmax(1), reduction="batchmean")
    action = functional.kl_div((found @ actions.T / TEMPERATURE).log_softmax(1), meant, reduction="batchmean")
    return 6 * (1 - (found * target).sum(1)).mean() + relation + 2 * action


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("student", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet"))
    parser.add_argument("--thesaurus", type=Path)
    parser.add_argument("--library", type=Path, action="append", default=[])
    parser.add_argument("--scale", type=float, default=1.0, help="share of phrases, sentences and steps, for a short trial")
    parser.add_argument("--again", action="store_true", help="the student was taught before: fewer sentences and steps")
    told = parser.parse_args()
    main(told.student, told.out, told.teacher, told.wordnet, told.thesaurus, told.library, told.scale, told.again)
