"""The demo library: actions with parameters, styles and sequences, and captions for them, from a seed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from motionpatches.core.demo.action import Action, Maker
from motionpatches.core.demo.actions.ballet import BALLET
from motionpatches.core.demo.actions.ballroom import BALLROOM
from motionpatches.core.demo.actions.basketball import BASKETBALL
from motionpatches.core.demo.actions.capoeira import CAPOEIRA
from motionpatches.core.demo.actions.classical import CLASSICAL
from motionpatches.core.demo.actions.everyday import EVERYDAY
from motionpatches.core.demo.actions.falls import FALLS
from motionpatches.core.demo.actions.fighting import FIGHTING
from motionpatches.core.demo.actions.gestures import GESTURES
from motionpatches.core.demo.actions.ground import GROUND
from motionpatches.core.demo.actions.gymnastics import FLOOR
from motionpatches.core.demo.actions.loads import LOADS, OVERHEAD
from motionpatches.core.demo.actions.locomotion import LOCOMOTION
from motionpatches.core.demo.actions.martial import MARTIAL
from motionpatches.core.demo.actions.modern import MODERN
from motionpatches.core.demo.actions.performing import PERFORMING
from motionpatches.core.demo.actions.playground import PLAYGROUND
from motionpatches.core.demo.actions.prone import PRONE
from motionpatches.core.demo.actions.sideways import SIDEWAYS
from motionpatches.core.demo.actions.sports import SPORTS
from motionpatches.core.demo.actions.standing import STANDING
from motionpatches.core.demo.actions.swordplay import SWORDPLAY
from motionpatches.core.demo.actions.transitions import TRANSITIONS
from motionpatches.core.demo.actions.travel import TRAVEL
from motionpatches.core.demo.actions.warmup import WARMUP
from motionpatches.core.demo.actions.whole_body import FULLBODY
from motionpatches.core.demo.actions.work import WORK
from motionpatches.core.demo.body import FPS, LEFT, RIGHT, Body, Tracks, make_body
from motionpatches.core.demo.curves import smooth_noise
from motionpatches.core.demo.paraphrases import PARAPHRASES
from motionpatches.core.demo.solve import lift_out_of_floor, solve, two_bones
from motionpatches.core.demo.variation import varied
from motionpatches.core.motion.canonical import rotate_y
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22

ACTIONS: tuple[Action, ...] = (
    LOCOMOTION
    + TRAVEL
    + GESTURES
    + EVERYDAY
    + WORK
    + FULLBODY
    + SPORTS
    + FIGHTING
    + PERFORMING
    + FLOOR
    + FALLS
    + BALLROOM
    + CLASSICAL
    + BALLET
    + MARTIAL
    + TRANSITIONS
    + PRONE
    + GROUND
    + STANDING
    + MODERN
    + SIDEWAYS
    + BASKETBALL
    + LOADS
    + SWORDPLAY
    + CAPOEIRA
    + PLAYGROUND
    + WARMUP
    + OVERHEAD
)
SUBJECTS = ("a person", "someone", "the person", "a man", "a woman", "a figure", "he", "she", "a human", "the actor")
TIMES = {1: ("once", "one time"), 2: ("twice", "two times"), 3: ("three times",), 4: ("four times",), 5: ("five times",)}
OTHER = {"left": "right", "right": "left", "both": "both", "": ""}
JOINERS = (", then {}", " and then {}", ", after that {}", ", followed by a moment where the person {}")


@dataclass(frozen=True)
class Style:
    """A manner of doing an action, in words and in numbers.

    Args:
        name: Name of the style.
        words: What a caption says after the verb phrase.
        pace: Factor of the speed.
        stoop: Radians by which the trunk bends forward.
        sag: Metres by which the pelvis is lower.
        noise: Factor of the small movements.
        sway, swing, bounce: Factors of the sway of the hips, the swing of the hands and the rise and fall of the pelvis.
        open_arms: How far the arms are held off the body, in arm lengths.
    """

    name: str
    words: tuple[str, ...]
    pace: float = 1.0
    stoop: float = 0.0
    sag: float = 0.0
    noise: float = 1.0
    sway: float = 1.0
    swing: float = 1.0
    bounce: float = 1.0
    open_arms: float = 0.0


STYLES = (
    Style("old", ("like an elderly person", "slowly, bent over with age", "in a frail, aged way"), 0.7, 0.4, 0.05, swing=0.6),
    Style("tired", ("in a tired way", "as if exhausted", "wearily"), 0.75, 0.25, 0.03, 1.3, 1.5, 0.8),
    Style("energetic", ("energetically", "with a lot of energy", "in a lively way"), 1.25, -0.04, 0.0, 1.8, 1.2, 1.4, 1.8),
    Style("slow", ("slowly", "at a slow pace", "taking their time"), 0.65),
    Style("fast", ("quickly", "fast", "in a hurry"), 1.4),
    Style("proud", ("proudly, chest out", "with a straight back and head high"), 1.0, -0.16),
    Style("sad", ("sadly, with a hanging head", "in low spirits", "as if very sad"), 0.8, 0.2, 0.01, 0.7, 1.0, 0.6),
    Style(
        "feminine",
        ("in a feminine way", "gracefully, like a lady", "in a womanly manner"),
        0.97,
        -0.05,
        0.0,
        0.9,
        3.2,
        0.9,
        0.9,
        -0.04,
    ),
    Style(
        "masculine", ("in a masculine way", "like a tough guy", "in a manly manner"), 1.0, 0.08, 0.015, 1.1, 1.6, 1.15, 1.1, 0.13
    ),
    Style(
        "childlike", ("like a child", "in a youthful way", "playfully, like a kid"), 1.12, -0.03, 0.0, 1.9, 1.6, 1.3, 2.2, 0.06
    ),
)
# Frames of the blend between two actions, and how high a foot is lifted in it.
BLEND, STEP_M = 12, 0.06
LEGS = tuple(
    tuple(SMPL22.joint_names.index(f"{side}_{joint}") for joint in ("hip", "knee", "ankle", "foot")) for side in ("left", "right")
)
# A clip stays within a hall of this length.
ROOM_M = 31.0
PLAIN = Style("plain", ("", "", "", "", "", "in a normal way"))


@dataclass(frozen=True, eq=False)
class DemoClip:
    """A generated motion, its captions, and what it shows (for checks): action names, sides, style."""

    motion: Motion
    captions: tuple[str, ...]
    actions: tuple[str, ...]
    sides: tuple[str, ...]
    style: str


@dataclass(frozen=True)
class Choice:
    """An action to be made: on which side ("" without sides), and how many times."""

    action: Action
    side: str
    count: int


def generate(
    seed: int, count: int, sequences: float = 0.2, words: float = 0.0, avoid: frozenset[str] = frozenset(), variety: bool = False
) -> Iterator[DemoClip]:
    """Generate clips; every action on every side comes once before chance decides.

    Args:
        seed: Seed of everything that chance decides.
        count: Number of clips.
        sequences: Share of clips with several actions in a row.
        words: Share of phrases from PARAPHRASES instead of the action's own.
        avoid: No paraphrase with one of these words is used.
        variety: Put motions on other rigs, cut them or add rest (`variation.py`), with stronger proportions.
    """
    rng = np.random.default_rng(seed)
    every = [Choice(a, s, a.counts[0]) for a in ACTIONS for s in a.sides]
    queue: list[Choice] = []
    for number in range(count):
        if not queue:
            queue = [every[i] for i in rng.permutation(len(every))]
        first = queue.pop()
        choices = [Choice(first.action, first.side, int(rng.choice(first.action.counts)))]
        if first.action.chains and number >= len(every) and rng.random() < sequences:
            for _ in range(1 + (rng.random() < 0.3)):
                follower = every[int(rng.integers(len(every)))]
                if follower.action.chains and follower.action is not choices[-1].action:
                    choices.append(follower)
        yield make_clip(choices, np.random.default_rng([seed, number]), words, avoid, variety)


def make_clip(
    choices: list[Choice],
    rng: np.random.Generator,
    words: float = 0.0,
    avoid: frozenset[str] = frozenset(),
    variety: bool = False,
) -> DemoClip:
    """Make a clip of one to three actions by one body in one style, with three captions; see `generate` for the arguments."""
    spread = 2.0 if variety else 1.0
    body = make_body(
        float(np.clip(rng.normal(1.7, 0.09), 1.5, 1.95)),
        *(float(np.clip(rng.normal(1, spread * s), 0.8, 1.25)) for s in (0.03, 0.03, 0.06, 0.06)),
    )
    style = PLAIN
    if all(c.action.styles for c in choices) and rng.random() < 0.4:
        style = STYLES[int(rng.integers(len(STYLES)))]
    # A sequence that leaves the room keeps its first action; a clip that is far from the origin is moved over it.
    parts = [_perform(c, body, style, rng, variety) for c in choices]
    positions = lift_out_of_floor(_join(parts))
    if _extent(positions).max() > ROOM_M:
        choices, positions = choices[:1], lift_out_of_floor(parts[0])
    if np.abs(positions[..., [0, 2]]).max() > ROOM_M / 2:
        positions[..., [0, 2]] -= (positions[..., [0, 2]].max(axis=(0, 1)) + positions[..., [0, 2]].min(axis=(0, 1))) / 2
    name = " + ".join(f"{c.action.name} {c.side}".strip() for c in choices)
    captions = _captions(choices, style, rng, words, avoid)
    motion = Motion(positions.astype(np.float32), FPS, SMPL22, name)
    if variety:
        motion = varied(motion, rng, all(c.action.chains for c in choices))
    return DemoClip(motion, captions, tuple(c.action.name for c in choices), tuple(c.side for c in choices), style.name)


def _extent(positions: np.ndarray) -> np.ndarray:
    """Return the extent (2,) over the ground in metres."""
    return np.ptp(positions[..., [0, 2]], axis=(0, 1))


def _perform(choice: Choice, body: Body, style: Style, rng: np.random.Generator, variety: bool) -> np.ndarray:
    pace = float(rng.uniform(*choice.action.paces)) * style.pace
    maker = Maker(body, rng, choice.side, pace, choice.count, float(rng.uniform(0.85, 1.2)), variety)
    tracks = choice.action.make(maker)
    _add_life(tracks, style, rng)
    return solve(tracks)


def _add_life(tracks: Tracks, style: Style, rng: np.random.Generator) -> None:
    """Add the posture of the style, and the small movements of a body that is never quite still."""
    noise = smooth_noise(tracks.frames, 14, rng) * style.noise
    tracks.spine[:, 0] += style.stoop
    tracks.head[:, 0] -= 0.4 * style.stoop
    tracks.pelvis[:, 1] -= style.sag
    planted = 1 - tracks.foot_free.max(axis=0)
    if style.bounce != 1:
        tracks.pelvis[:, 1] += (style.bounce - 1) * _quick(tracks.pelvis[:, 1]) * planted
    tracks.pelvis[:, 0] += 0.02 * (style.sway - 1) * np.sin(tracks.roll / 0.03) * planted * (np.abs(tracks.roll) < 0.2)
    tracks.roll = tracks.roll * np.where(np.abs(tracks.roll) < 0.2, style.sway, 1.0)
    for limb in (LEFT, RIGHT):
        moved = tracks.hand[limb] - tracks.hand[limb].mean(axis=0)
        hanging = np.clip(-tracks.hand[limb][:, 1:2] - 0.4, 0, 0.4) / 0.4
        tracks.hand[limb] += hanging * ((style.swing - 1) * moved * [0, 0, 1] + [style.open_arms, 0, 0])
    tracks.spine += 0.022 * noise[:, :3]
    tracks.head += 0.05 * noise[:, 3:6]
    tracks.pelvis[:, [0, 2]] += 0.006 * noise[:, 6:8] * planted[:, None]
    for limb in (LEFT, RIGHT):
        tracks.hand[limb] += 0.018 * noise[:, 8 + 3 * limb : 11 + 3 * limb]


def _quick(values: np.ndarray, frames: int = 15) -> np.ndarray:
    """Return values (T,) without their moving mean."""
    padded = np.pad(values, frames // 2, mode="edge")
    return values - np.convolve(padded, np.ones(frames) / frames, mode="valid")


def _join(parts: list[np.ndarray]) -> np.ndarray:
    """Join parts (T, 22, 3), each starting where and as the last one ended, with a short blend."""
    joined = parts[0]
    for part in parts[1:]:
        # Turn and move the part so that it starts where the last pose stands, and faces where that faces (left to right hip).
        across = joined[-1, 1] - joined[-1, 2]
        heading = np.arctan2(-across[2], across[0])
        turned = rotate_y(part.astype(np.float32), float(heading)).astype(float)
        turned[..., [0, 2]] += joined[-1, 0, [0, 2]] - turned[0, 0, [0, 2]]
        # Fade out what the two poses still differ by.
        gap = joined[-1] - turned[0]
        fade = 0.5 * (1 + np.cos(np.pi * np.clip(np.arange(len(turned)) / BLEND, 0, 1)))
        blended = _rigid(turned + gap * fade[:, None, None], parts[0])
        joined = np.concatenate([joined, _stepped(blended, joined[-1], turned)[1:]])
    return joined


def _stepped(blended: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return a blend from pose `before` (22, 3) into motion `after` (T, 22, 3) in which feet step, left first, not slide."""
    result = blended.copy()
    for side, (hip, knee, ankle, ball) in enumerate(LEGS):
        # The ball goes from its old to its new place in half of the blend, and is raised on the way.
        share = _eased((np.arange(len(after)) - side * BLEND / 2) / (BLEND / 2))[:, None]
        way = np.linalg.norm((after[:, ball] - before[ball])[:, [0, 2]], axis=1, keepdims=True)
        target = before[ball] * (1 - share) + after[:, ball] * share
        target[:, 1:2] += np.minimum(0.4 * way, STEP_M) * 4 * share * (1 - share)
        # The foot keeps its length, and the knee bends where the blended leg bends.
        toe = (before[ball] - before[ankle]) * (1 - share) + (after[:, ball] - after[:, ankle]) * share
        toe *= np.linalg.norm(before[ball] - before[ankle]) / np.linalg.norm(toe, axis=1, keepdims=True)
        bend = blended[:, knee] - (blended[:, hip] + blended[:, ankle]) / 2 + toe / 2
        lengths = (float(np.linalg.norm(before[b] - before[a])) for a, b in ((hip, knee), (knee, ankle)))
        moved = slice(0, BLEND + 1)
        result[moved, knee], result[moved, ankle] = (
            joint[moved] for joint in two_bones(blended[:, hip], target - toe, bend, *lengths)
        )
        result[moved, ball] = result[moved, ankle] + toe[moved]
    return result


def _eased(share: np.ndarray) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(share, 0, 1))


def _rigid(positions: np.ndarray, model: np.ndarray) -> np.ndarray:
    """Restore the lengths that bones have in `model`, since a blend of poses shortens them; directions stay."""
    result = positions.copy()
    for joint in SMPL22.topological_order[1:]:
        parent = SMPL22.parents[joint]
        bone = positions[:, joint] - positions[:, parent]
        length = np.linalg.norm(model[0, joint] - model[0, parent])
        result[:, joint] = result[:, parent] + bone * (length / np.linalg.norm(bone, axis=1, keepdims=True))
    return result


def _phrase(choice: Choice, rng: np.random.Generator, words: float, avoid: frozenset[str]) -> str:
    both = choice.side == "both" and choice.action.phrases_both
    phrases = choice.action.phrases_both if both else choice.action.phrases
    if words and rng.random() < words:
        others = [p for p in PARAPHRASES.get(choice.action.name, ()) if not p.endswith(".") and not avoid & words_in(p)]
        if choice.side == "both":
            others = [p for p in others if "{side}" not in p]
        phrases = tuple(others) or phrases
    times = TIMES[choice.count][int(rng.integers(len(TIMES[choice.count])))] if len(choice.action.counts) > 1 else ""
    text = phrases[int(rng.integers(len(phrases)))]
    return " ".join(text.format(side=choice.side, other=OTHER[choice.side], times=times).split()).replace(" ,", ",")


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text in lower case."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def _captions(
    choices: list[Choice], style: Style, rng: np.random.Generator, words: float, avoid: frozenset[str]
) -> tuple[str, ...]:
    captions: list[str] = []
    while len(captions) < 3:
        subject = SUBJECTS[int(rng.integers(len(SUBJECTS)))]
        text = _phrase(choices[0], rng, words, avoid)
        manner = style.words[int(rng.integers(len(style.words)))]
        for choice in choices[1:]:
            text += JOINERS[int(rng.integers(len(JOINERS)))].format(_phrase(choice, rng, words, avoid))
        sentence = f"{subject} {text} {manner}".strip().rstrip(",") + "."
        if sentence not in captions:
            captions.append(sentence)
    return tuple(captions)
