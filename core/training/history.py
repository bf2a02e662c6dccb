"""What a run has reported so far: the curves, and how it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motionpatches.core.training.events import TrainingEvent


@dataclass(eq=False)
class History:
    """`steps` and `epochs` by their number, so that what a resumed run repeats takes the place of what it was. `start`: the
    event of the (last) start, `before`: what was measured before the first step."""

    start: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    steps: dict[int, dict[str, Any]] = field(default_factory=dict)
    epochs: dict[int, dict[str, Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    end: dict[str, Any] | None = None
    error: str = ""
    paused: bool = False
    preparing: str = ""

    @classmethod
    def read(cls, file: Path) -> History:
        """From events.jsonl; a line that was not written to its end is passed by."""
        history = cls()
        if file.is_file():
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                try:
                    values = json.loads(line)
                    history.add(TrainingEvent(values.pop("event"), values))
                except (ValueError, KeyError, AttributeError):
                    continue
        return history

    def add(self, event: TrainingEvent) -> None:
        values = event.values
        if event.kind == "start":
            self.start, self.end, self.error, self.preparing = values, None, "", ""
            self.before = values.get("before") or self.before
            at = values.get("resumed_at") or 0
            self.steps = {n: v for n, v in self.steps.items() if n <= at}
            self.epochs = {n: v for n, v in self.epochs.items() if n * values.get("steps_an_epoch", 1) <= at}
        elif event.kind == "prepare":
            self.preparing = f"{values['what']}: {values['done']:,} of {values['total']:,}"
        elif event.kind == "step":
            self.steps[values["step"]] = values
        elif event.kind == "epoch":
            self.epochs[values["epoch"]] = values
        elif event.kind == "warning":
            self.warnings.append(values["message"])
        elif event.kind in ("paused", "resumed"):
            self.paused = event.kind == "paused"
        elif event.kind == "end":
            self.end = values
        elif event.kind == "error":
            self.error = values["message"]

    def loss(self) -> tuple[list[int], list[float]]:
        """Steps and the loss of each."""
        return list(self.steps), [v["loss"] for v in self.steps.values()]

    def rates(self, part: str) -> tuple[list[int], list[float]]:
        """Steps and the learning rate of 'text', 'motion' or 'heads' where that part is trained."""
        known = [(n, v["lr"][part]) for n, v in self.steps.items() if part in v.get("lr", {})]
        return [n for n, _ in known], [rate for _, rate in known]

    def recall(self, way: str, name: str) -> tuple[list[int], list[float]]:
        """Epochs (0: before the first step) and a validation figure of each, exact-caption: recall('t2m', 'R@1')."""
        measured = {0: self.before, **self.epochs} if self.before else self.epochs
        return list(measured), [v["val"]["exact_caption"][way][name] for v in measured.values()]

    @property
    def found(self) -> dict[str, Any]:
        """What the watched sentences find now: {epoch, sentences}."""
        if self.epochs:
            last = max(self.epochs)
            return {"epoch": last, "sentences": self.epochs[last].get("sentences", [])}
        return {"epoch": 0, "sentences": self.before.get("sentences", [])}
