"""Captioned clips held out of training to measure it, and what may be stated about so few of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionpatches.core.library.library import Clip

# Held-out clips, and different captions of them, below which no percentage is stated.
PERCENTAGE = 20
# One clip in so many at most is held out, and one in MANY of a large library.
FEW, MANY = 4, 20


def as_phrase(caption: str) -> str:
    """Return a caption without what makes no other phrase of it: blanks, case, a full stop."""
    return " ".join(caption.lower().split()).rstrip(".")


def phrase(clip: Clip) -> str:
    """Return the first caption of a clip, by which its measurement asks for it."""
    return as_phrase(clip.captions[0]) if clip.captions else ""


def held_out(clips: Sequence[Clip], seed: int) -> set[int]:
    """Choose the clips that are held out, spread over all phrases.

    Clips are put in an order in which those of one phrase follow each other, phrases and clips shuffled, and taken at equal
    distances (systematic sampling): each phrase gives its share, rounded up or down, and never all of several clips. Of phrases
    with one clip a share is held out whole.

    Args:
        clips: N captioned clips.
        seed: of the two shuffles.

    Returns:
        Indices: N / MANY, but at least PERCENTAGE, where that is no more than N / FEW; at least 2.
    """
    count = max(len(clips) // MANY, min(PERCENTAGE, len(clips) // FEW), 2)
    shuffled = np.random.default_rng(seed).permutation(len(clips)).tolist()
    phrases = list(dict.fromkeys(phrase(clips[i]) for i in shuffled))
    place = {text: number for number, text in enumerate(phrases)}
    order = sorted(shuffled, key=lambda i: place[phrase(clips[i])])
    return {order[int((n + 0.5) * len(order) / count)] for n in range(min(count, len(order)))}


def states_percentage(clips: int, phrases: int) -> bool:
    """Tell whether a percentage of held-out clips may be stated; `phrases`: different captions among them, 0 where not known."""
    return clips >= PERCENTAGE and (phrases >= PERCENTAGE or not phrases)
