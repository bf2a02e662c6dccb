"""Labels for zero-shot classification, their sentences, and which clip carries which."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from motionpatches.core.errors import FileProblem, StudioError, os_problem
from motionpatches.core.library.library import Clip

PROMPT = "A person {label}"

# The 60 most frequent action categories of BABEL (Punnakkal et al., CVPR 2021), its classification benchmark.
BABEL_60 = (
    "walk",
    "stand",
    "hand movements",
    "turn",
    "interact with/use object",
    "arm movements",
    "t pose",
    "step",
    "backwards movement",
    "raising body part",
    "look",
    "touch object",
    "leg movements",
    "forward movement",
    "circular movement",
    "stretch",
    "jump",
    "touching body part",
    "sit",
    "place something",
    "take/pick something up",
    "run",
    "bend",
    "throw",
    "foot movements",
    "a pose",
    "stand up",
    "lowering body part",
    "sideways movement",
    "move up/down incline",
    "action with ball",
    "kick",
    "gesture",
    "head movements",
    "jog",
    "grasp object",
    "waist movements",
    "lift something",
    "knee movement",
    "wave",
    "move something",
    "swing body part",
    "catch",
    "dance",
    "lean",
    "greet",
    "poses",
    "touching face",
    "sports move",
    "exercise/training",
    "clean something",
    "punch",
    "squat",
    "scratch",
    "hop",
    "play sport",
    "stumble",
    "crossing limbs",
    "perform",
    "martial art",
)


def read_labels(text: str) -> tuple[str, ...]:
    """'babel-60', or labels with commas between. Raises StudioError for fewer than two."""
    labels = (
        BABEL_60
        if text.strip().lower() == "babel-60"
        else tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    )
    if len(labels) < 2:
        raise StudioError("Name two labels or more, with commas between, or babel-60.")
    return labels


def prompts(labels: Sequence[str], prompt: str = PROMPT) -> list[str]:
    """A sentence a label: {label} (or {action}) in the prompt is replaced."""
    if "{label}" not in prompt and "{action}" not in prompt:
        raise StudioError("The prompt needs {label} where the label goes, as in 'A person {label}'.")
    return [prompt.replace("{label}", label).replace("{action}", label) for label in labels]


def truth_of(clips: Sequence[Clip], labels: Sequence[str], table: dict[str, str] | None = None) -> list[frozenset[int]]:
    """Indices of the right labels of each clip, from a table of clip id to label, else from the clip's own labels; empty where
    none of them is among the labels."""
    number = {label: i for i, label in enumerate(labels)}
    own = [(table[c.id],) if table and c.id in table else () if table else c.labels for c in clips]
    return [frozenset(number[name] for name in names if name in number) for names in own]


def truth_in_captions(clips: Sequence[Clip], labels: Sequence[str]) -> list[frozenset[int]]:
    """Index of the label that the captions of each clip name, as in 'a person is walking' for 'walk'; empty where they name none,
    or several, since several actions follow each other then."""
    forms = [[frozenset(_forms(word)) for word in label.lower().split()] for label in labels]
    found = []
    for clip in clips:
        words = {word.strip(".,;:!?\"'()") for caption in clip.captions for word in caption.lower().split()}
        named = [i for i, parts in enumerate(forms) if parts and all(words & part for part in parts)]
        found.append(frozenset(named) if len(named) == 1 else frozenset())
    return found


def _forms(word: str) -> tuple[str, ...]:
    """Return an English word with the endings of its regular forms."""
    stem = word[:-1] if word.endswith(("e", "y")) else word
    doubled = stem + stem[-1:]
    return (
        word,
        *(word + end for end in ("s", "es", "ed", "d", "ing")),
        *(stem + end for end in ("ing", "ed", "ies", "ied")),
        *(doubled + end for end in ("ing", "ed")),
    )


def read_truth(place: str) -> dict[str, str]:
    """Clip id to label from FILE.csv or FILE.csv:COLUMN; the first column named id (or file) holds the id, and without a
    COLUMN the column named label."""
    path, _, column = place.rpartition(":") if not Path(place).exists() and ":" in place else (place, "", "label")
    file = Path(path)
    try:
        with open(file, newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise os_problem(file, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(file, f"it is no table of text ({error})", "Save it as CSV in UTF-8") from error
    names = list(rows[0]) if rows else []
    key = next((n for n in ("id", "file", "clip") if n in names), None)
    if key is None or column not in names:
        raise FileProblem(
            file, f"its columns are {', '.join(map(str, names)) or 'none'}", f"It needs a column id and a column {column}"
        )
    return {str(row[key]): str(row[column]) for row in rows}
