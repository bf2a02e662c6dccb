"""Other forms of a caption: without stop words, and with its events in another order."""

from __future__ import annotations

import re

# Words that name no movement, and whoever moves. What tells side, direction, order, number or negation is not among them.
STOP_WORDS = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "there", "it", "its", "itself", "who", "which"),
        *("is", "are", "was", "were", "be", "been", "being", "seems", "appears", "starts", "begins", "just", "really", "very"),
        *("he", "she", "they", "him", "them", "his", "her", "hers", "their", "theirs", "himself", "herself", "themselves"),
        *("someone", "somebody", "person", "people", "man", "woman", "guy", "human", "figure", "character", "individual"),
    )
)
WORD = re.compile(r"[\w'-]+")
# What stands between two events that follow each other.
THEN = re.compile(r"(,?\s+(?:and\s+then|then|before|after\s+that|after|followed\s+by)\s+)", re.IGNORECASE)
SUBJECT = re.compile(
    r"((?:an?|the|this)\s+(?:person|man|woman|human|figure|character|individual)|someone|he|she|they)\s+", re.IGNORECASE
)


def without_stop_words(caption: str) -> str:
    """Return the words that tell the movement, in lower case and their order; the caption itself where none is left."""
    kept = [word for word in WORD.findall(caption.lower()) if word not in STOP_WORDS]
    return " ".join(kept) or caption


def swapped_events(caption: str) -> str:
    """Return the caption with its events in reverse: 'a person walks, then sits' becomes 'a person sits, then walks'.

    Returns:
        '' for a caption of one event, or whose events are the same in reverse.
    """
    body = caption.strip().rstrip(".")
    pieces = THEN.split(body)
    events, between = pieces[::2], pieces[1::2]
    if len(events) < 2 or not all(event.strip() for event in events):
        return ""
    # The subject of the first event belongs to the sentence, unless another event has its own.
    subject = SUBJECT.match(events[0])
    if subject and not any(SUBJECT.match(event) for event in events[1:]):
        events[0] = events[0][subject.end() :]
    else:
        subject = None
    turned = events[::-1]
    if [event.lower() for event in turned] == [event.lower() for event in events]:
        return ""
    joined = "".join(part for pair in zip(turned, [*between, ""], strict=True) for part in pair)
    return (subject[0] if subject else "") + joined + caption.strip()[len(body) :]
