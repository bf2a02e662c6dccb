"""Whether a model tells order and number: generated motions in pairs, each with its own sentence and the other's.

    python -m motionpatches.packaging.research.order [MODEL ...] [--pairs 100] [--seed 0]

MODEL is a model's folder (default: the shipped starter); of several, such as one recipe with several seeds, the mean is
printed. Pairs are of one body: two actions in both orders ("walks forward, then sits down …" and the reverse); a walk of fewer
and of more steps, each at its own cadence; one jump or another action repeated fewer and more times. Printed is how often the
right one of two scores higher (50 by chance; a model that has a favourite of the two gets 50, too), and how often both motions
of a pair have their own sentence (25 by chance), in percent with the standard error over pairs, or with the standard deviation
over models. Models with tokens are measured by MaxSim, too.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev

import numpy as np

from motionpatches.core import paths
from motionpatches.core.demo.body import FPS, Body, make_body
from motionpatches.core.demo.gait import WALK, straight, walk_along
from motionpatches.core.demo.library import ACTIONS, OTHER, TIMES, Choice, make_clip
from motionpatches.core.demo.solve import solve
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.search.encode import encode_texts
from motionpatches.packaging.research.order_test import LONGEST_S, rows_of

ACTION = {action.name: action for action in ACTIONS}
IN_ORDER = (
    *("walk forward", "run forward", "walk backward", "turn around", "sit and stand", "touch toes", "bow", "clap"),
    *("stretch up", "cheer", "forward roll", "take cover"),
)
JUMPS = ("jump", "star jump", "jump forward", "jump sideways")
OTHERS = ("punch", "squat", "kick", "stomp", "uppercut", "overhead press", "sword slash")
# Of the generated walk three steps are the fewest: one begins it, one closes it.
STEPS = ((3, 5), (3, 6), (4, 6), (4, 7))
NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
STEP_M, CADENCES = 0.5, (1.5, 2.1)
# What is counted as right, and its percentage by chance.
COLUMNS = {"sentence of a motion": 50, "motion of a sentence": 50, "both sentences of a pair": 25}
# Pairs that are drawn for one that is used, at most.
TRIES = 20


@dataclass(frozen=True, eq=False)
class Pair:
    """Two motions, and the sentence of each."""

    motions: tuple[Motion, Motion]
    sentences: tuple[str, str]


def in_both_orders(rng: np.random.Generator) -> Pair | None:
    """Two actions after each other, and in reverse; None where a motion leaves the room and lacks one."""
    names = [IN_ORDER[at] for at in rng.permutation(len(IN_ORDER))[:2]]
    seed = int(rng.integers(1 << 32))
    clips = [make_clip([_choice(name) for name in order], np.random.default_rng(seed)) for order in (names, names[::-1])]
    if any(len(clip.actions) < 2 for clip in clips):
        return None
    first, second = (_phrase(_choice(name)) for name in names)
    return Pair((clips[0].motion, clips[1].motion), (f"a person {first}, then {second}", f"a person {second}, then {first}"))


def repeated(names: tuple[str, ...]) -> Callable[[np.random.Generator], Pair]:
    """Make pairs of one of these actions, fewer and more times."""

    def pair(rng: np.random.Generator) -> Pair:
        action = ACTION[names[int(rng.integers(len(names)))]]
        pairs = list(combinations(action.counts, 2))
        counts = pairs[int(rng.integers(len(pairs)))]
        seed = int(rng.integers(1 << 32))
        choices = [replace(_choice(action.name), count=count) for count in counts]
        first, second = (make_clip([choice], np.random.default_rng(seed)).motion for choice in choices)
        fewer, more = (f"a person {_phrase(choice)}" for choice in choices)
        return Pair((first, second), (fewer, more))

    return pair


def stepped(rng: np.random.Generator) -> Pair:
    """A walk of fewer and of more steps; its length does not tell how many."""
    body = make_body(float(rng.uniform(1.55, 1.9)))
    counts = STEPS[int(rng.integers(len(STEPS)))]
    first, second = (walk(body, count, float(rng.uniform(*CADENCES))) for count in counts)
    fewer, more = (f"a person takes {NUMBERS[count]} steps forward" for count in counts)
    return Pair((first, second), (fewer, more))


def walk(body: Body, count: int, cadence: float) -> Motion:
    """Make a walk of `count` steps, each of STEP_M, at `cadence` steps a second."""
    seconds = count / cadence + 0.3
    path = straight(np.ceil(seconds * FPS) / FPS, STEP_M * (count - 1))
    tracks = walk_along(body, path, replace(WALK, cadence=cadence))
    return Motion(solve(tracks).astype(np.float32), FPS, SMPL22, f"{count} steps")


def _choice(name: str) -> Choice:
    action = ACTION[name]
    return Choice(action, "right" if "right" in action.sides else action.sides[0], action.counts[0])


def _phrase(choice: Choice) -> str:
    """The first phrase of an action; with its number where it is one of several."""
    action, often = choice.action, TIMES[choice.count][0]
    text = action.phrases[0]
    if len(action.counts) > 1 and "{times}" not in text:
        text += " {times}"
    return " ".join(text.format(side=choice.side, other=OTHER[choice.side], times=often).split())


KINDS: dict[str, Callable[[np.random.Generator], Pair | None]] = {
    "order of two actions": in_both_orders,
    "number of steps": stepped,
    "number of jumps": repeated(JUMPS),
    "number of other actions": repeated(OTHERS),
}


def pairs_of(kind: str, count: int, seed: int) -> list[Pair]:
    """Draw pairs of which both motions lie in one window of a model."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    found: list[Pair] = []
    for _ in range(TRIES * count):
        pair = KINDS[kind](rng)
        if pair is not None and max(motion.duration_s for motion in pair.motions) <= LONGEST_S:
            found.append(pair)
        if len(found) == count:
            break
    return found


def scores_of(model: MotionTextModel, pairs: list[Pair]) -> dict[str, np.ndarray]:
    """(P, 2, 2) scores by how they are measured: of a pair's sentences (rows) with its motions (columns)."""
    motions = rows_of(model, [motion for pair in pairs for motion in pair.motions])
    sentences = [sentence for pair in pairs for sentence in pair.sentences]
    texts = encode_texts(model, sentences).reshape(len(pairs), 2, -1)
    found = {"embeddings": np.einsum("psd,pmd->psm", texts, motions.rows.reshape(len(pairs), 2, -1))}
    if motions.patches is not None:
        late = motions.max_sim(model, sentences).reshape(len(pairs), 2, len(pairs), 2)
        found["MaxSim"] = late[np.arange(len(pairs)), :, np.arange(len(pairs))]
    return found


def right(scores: np.ndarray) -> dict[str, np.ndarray]:
    """(P,) shares of right choices of each pair; equal scores are no choice."""
    own, other = np.diagonal(scores, axis1=1, axis2=2), np.diagonal(scores[:, ::-1], axis1=1, axis2=2)
    sentence = own > other  # by motion: its sentence above the other's
    motion = own > other[:, ::-1]  # by sentence: its motion above the other's
    return dict(zip(COLUMNS, (sentence.mean(axis=1), motion.mean(axis=1), sentence.all(axis=1)), strict=True))


def table(found: dict[tuple[str, str], list[dict[str, np.ndarray]]]) -> str:
    """Write percent and standard error over the pairs of one model, or mean and standard deviation of several, in Markdown."""
    heads = " | ".join(f"{name} (chance {chance})" for name, chance in COLUMNS.items())
    lines = [f"| pairs | number | by | {heads} |", "|---|---:|---|---:|---:|---:|"]
    for (kind, how), models in found.items():
        count = len(next(iter(models[0].values())))
        cells = []
        for name in COLUMNS:
            means = [float(np.mean(shares[name])) for shares in models]
            spread = stdev(means) if len(means) > 1 else np.std(models[0][name], ddof=1) / np.sqrt(count)
            cells.append(f"{100 * mean(means):.1f} ± {100 * spread:.1f}")
        lines.append(f"| {kind} | {count} | {how} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(told: argparse.Namespace) -> None:
    """Measure models and print the table."""
    models = [load_model(folder) for folder in told.models or [paths.starter_model()]]
    found: dict[tuple[str, str], list[dict[str, np.ndarray]]] = defaultdict(list)
    for kind in KINDS:
        pairs = pairs_of(kind, told.pairs, told.seed)
        for model in models:
            for how, scores in scores_of(model, pairs).items():
                found[kind, how].append(right(scores))
    print(table(found), end="")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, help="folders of models (default: the starter)")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    main(arguments().parse_args())
