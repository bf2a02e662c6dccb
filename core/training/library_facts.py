"""What a library would teach a model: its captioned takes, their phrases, and words that the model does not know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from motionpatches.core import paths
from motionpatches.core.library.library import Library
from motionpatches.core.library.open import open_library
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.progress import Job, Progress
from motionpatches.core.training.holdout import as_phrase
from motionpatches.core.training.vocabulary import WORD, in_pieces, learned_words, unknown_words, words_of

# Phrases to compare before and after, and characters of the longest of them.
COMPARED, LONGEST = 3, 120


@dataclass(frozen=True)
class LibraryFacts:
    """`takes`: clips with captions; `bare`: clips without; `phrases`: different captions; `unknown`: words, the most frequent
    first; `compared`: a few phrases that differ from each other, those with unknown words first."""

    takes: int
    bare: int
    phrases: int
    unknown: tuple[str, ...]
    compared: tuple[str, ...]


def library_facts(library: Library, model: MotionTextModel) -> Job[LibraryFacts]:
    """Count what the captions of a library hold that is new to a model."""
    yield Progress("Reading the captions", 0, 2)
    takes = [clip for clip in library.clips if clip.captions]
    counted = Counter(caption for clip in takes for caption in clip.captions)
    encoder, learned = model.text_encoder, learned_words(model.provenance)
    if in_pieces(counted, encoder) and _learned_the_demo(model):
        demo = yield from open_library(paths.demo_library())
        learned += words_of(caption for clip in demo.clips for caption in clip.captions)
    yield Progress("Reading the captions", 1, 2)
    unknown = unknown_words(counted, encoder, learned)
    yield Progress("Reading the captions", 2, 2)
    phrases = {as_phrase(caption) for caption in counted}
    return LibraryFacts(
        len(takes), len(library.clips) - len(takes), len(phrases), tuple(unknown), compared(counted, set(unknown))
    )


def _learned_the_demo(model: MotionTextModel) -> bool:
    """Tell whether a model is the starter or began from it: the starter has learned what the demo library's captions say."""
    return model.provenance.get("preset") == "starter" and bool(model.provenance.get("start_from"))


def compared(captions: Counter[str], unknown: set[str]) -> tuple[str, ...]:
    """Choose captions that share at most half of their words with those before: first those with unknown words, then the most
    frequent."""

    def order(caption: str) -> tuple[int, int]:
        return -len(unknown & _words(caption)), -captions[caption]

    found: list[str] = []
    for caption in sorted((c for c in captions if len(c) <= LONGEST), key=order):
        words = _words(caption)
        if all(2 * len(words & _words(other)) <= len(words) for other in found):
            found.append(caption)
        if len(found) == COMPARED:
            break
    return tuple(found)


def _words(caption: str) -> set[str]:
    return set(WORD.findall(caption.lower()))
