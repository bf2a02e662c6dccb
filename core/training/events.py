"""Events of a training run: one dataclass per kind, written and read as one JSON line each.

The line is an object: `event` holds the kind (KINDS), the other keys are the fields of the dataclass. A field in OMITTED is left
out of the line where it is None. A reader ignores unknown keys, and takes defaults for keys that an older version did not write.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import MISSING, asdict, dataclass, field, fields
from math import isfinite
from typing import Any, ClassVar, TypeVar

from motionpatches.core.evaluation.metrics import Figures, Ways

T = TypeVar("T")

OMITTED = ("before", "sentences", "test")


@dataclass(frozen=True)
class Event:
    """What every event can do; TrainingEvent is the union of all of them."""

    kind: ClassVar[str]

    def to_line(self) -> str:
        """Write the event as a JSON object in one line, without the line's end."""
        return json.dumps({"event": self.kind, **asdict(self, dict_factory=_without_omitted)})


@dataclass(frozen=True)
class FoundClip:
    """A clip among the top results of a watched sentence. `score`: cosine."""

    id: str
    caption: str
    score: float


@dataclass(frozen=True)
class WatchedSentence:
    """A sentence of `TrainingConfig.sentences` and the watched clips that it finds, best first."""

    text: str
    hits: tuple[FoundClip, ...]


@dataclass(frozen=True)
class Measured:
    """Scores on the validation clips, and the results of the watched sentences (None: the run watches none)."""

    val: Figures
    sentences: tuple[WatchedSentence, ...] | None = None


@dataclass(frozen=True)
class Preparing(Event):
    """Progress before the first step: `done` of `total` units of `what`. Not kept in events.jsonl."""

    kind: ClassVar[str] = "prepare"
    what: str
    done: int
    total: int


@dataclass(frozen=True)
class Started(Event):
    """The data are prepared and the first step follows.

    `train`, `val`: numbers of clips; `skipped`: clips that could not be used, with the reasons of the first three;
    `resumed_at`: the last step of the earlier start, None for a new run; `before`: scores before the first step of a new run;
    `precision`: 'bf16' or 'fp32', '' in runs of version 0.2 and earlier. `phrases`: different captions that validate, 0 there.
    """

    kind: ClassVar[str] = "start"
    device: str
    train: int
    val: int
    steps: int
    epochs: int
    processes: int = 1
    steps_an_epoch: int = 1
    skipped: int = 0
    skipped_first: tuple[str, ...] = ()
    resumed_at: int | None = None
    before: Measured | None = None
    precision: str = ""
    phrases: int = 0


@dataclass(frozen=True)
class Step(Event):
    """An optimizer step. `step` and `epoch` count from 1; `lr`: learning rate by parameter group."""

    kind: ClassVar[str] = "step"
    step: int
    epoch: int
    loss: float
    motions_per_s: float
    remaining_s: float
    lr: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Epoch(Event):
    """The end of an epoch: mean loss, validation scores, and whether they are the best so far. `wall_s`: seconds since the
    first start, without pauses."""

    kind: ClassVar[str] = "epoch"
    epoch: int
    loss: float
    val: Figures
    best: bool
    wall_s: float
    sentences: tuple[WatchedSentence, ...] | None = None


@dataclass(frozen=True)
class Paused(Event):
    """The run has saved its state after `step` and waits."""

    kind: ClassVar[str] = "paused"
    step: int


@dataclass(frozen=True)
class Resumed(Event):
    """A paused run continues after `step`."""

    kind: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True)
class Warned(Event):
    """Something failed that does not end the run."""

    kind: ClassVar[str] = "warning"
    message: str


@dataclass(frozen=True)
class Ended(Event):
    """The run has ended. `stopped`: before its last step, on request, so that it can be resumed. `epoch`, `val`: the best epoch
    (0: none) and its scores; `test`: scores of the best model on the test split, where there is one; `early`: finished before
    the configuration's last epoch, since `patience` ran out."""

    kind: ClassVar[str] = "end"
    val: Figures
    epoch: int
    stopped: bool
    wall_s: float
    step: int = 0
    test: Figures | None = None
    early: bool = False


@dataclass(frozen=True)
class Failed(Event):
    """An error ended the run."""

    kind: ClassVar[str] = "error"
    message: str


TrainingEvent = Preparing | Started | Step | Epoch | Paused | Resumed | Warned | Ended | Failed
# A part of a run: yields its events and returns a value.
Steps = Generator[TrainingEvent, None, T]

KINDS: dict[str, type[TrainingEvent]] = {
    c.kind: c for c in (Preparing, Started, Step, Epoch, Paused, Resumed, Warned, Ended, Failed)
}


def from_line(line: str) -> TrainingEvent:
    """Read an event.

    Raises:
        ValueError: the line is no JSON object, names an unknown kind, lacks a field, or has one of another type.
    """
    try:
        values = json.loads(line)
    except RecursionError:
        raise ValueError("the line is nested too deep") from None
    if not isinstance(values, dict) or not isinstance(values.get("event"), str) or values["event"] not in KINDS:
        raise ValueError("the line is no event of a training run")
    made = _made(KINDS[values["event"]], values)
    assert isinstance(made, TrainingEvent)
    return made


def _without_omitted(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in items if value is not None or name not in OMITTED}


def _made(kind: type[Any], values: object) -> object:
    """Make a dataclass from a JSON object. Raises ValueError for another value and for missing fields."""
    if not isinstance(values, dict):
        raise ValueError(f"{values!r} is no object")
    missing = [f.name for f in fields(kind) if f.name not in values and f.default is MISSING and f.default_factory is MISSING]
    if missing:
        raise ValueError(f"the event lacks {', '.join(missing)}")
    found = {f.name: _value(f.name, f.type, values[f.name]) for f in fields(kind) if f.name in values}
    if kind in (Epoch, Measured) and not all("R@1" in _ways(found["val"]).get(way, {}) for way in ("t2m", "m2t")):
        raise ValueError("the event has no scores")
    return kind(**found)


def _ways(figures: Figures) -> Ways:
    return figures.get("exact_caption", {})


def _value(name: str, kind: Any, value: Any) -> Any:
    """The value of a field: objects and lists of JSON as the dataclasses and tuples that the field holds."""
    parts = {"sentences": WatchedSentence, "hits": FoundClip}
    if name == "before" and isinstance(value, dict):
        return _made(Measured, value) if value else None
    if name in parts and isinstance(value, list):
        return tuple(_made(parts[name], item) for item in value)
    if not FITS[str(kind).removesuffix(" | None")](value) and not (value is None and str(kind).endswith(" | None")):
        raise ValueError(f"{name} is no {kind}")
    return tuple(value) if isinstance(value, list) else value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53


def _is_number(value: Any) -> bool:
    return _is_whole(value) or isinstance(value, float) and isfinite(value)


def _is_table(value: Any, depth: int = 1) -> bool:
    """Whether a value is a table of numbers, or one of tables `depth` deep."""
    inner: Callable[[Any], bool] = _is_number if depth == 1 else lambda item: _is_table(item, depth - 1)
    return isinstance(value, dict) and all(map(inner, value.values()))


# Whether a value of JSON fits the type of a field.
FITS: dict[str, Callable[[Any], bool]] = {
    "int": _is_whole,
    "float": _is_number,
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "dict[str, float]": _is_table,
    "Figures": lambda value: _is_table(value, 3),
    "tuple[str, ...]": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "Measured": lambda value: False,
    "tuple[WatchedSentence, ...]": lambda value: False,
    "tuple[FoundClip, ...]": lambda value: False,
}
