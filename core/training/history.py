"""The events of a run so far: its curves and its state."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from motionpatches.core.io.text import read_text
from motionpatches.core.training.events import (
    Ended,
    Epoch,
    Failed,
    Measured,
    Paused,
    Preparing,
    Resumed,
    Started,
    Step,
    TrainingEvent,
    Warned,
    WatchedSentence,
    from_line,
)

MOST_EVENTS = 256 << 20


@dataclass(eq=False)
class History:
    """What a run has reported.

    `steps` and `epochs` are keyed by their number, so that the steps which a resumed run repeats replace the earlier ones.
    `start`: the latest start. `before`: scores before the first step. `preparing`: what is prepared now, '' from the start on.
    `unread`: lines of the file that held no event, such as the last one of a killed run.
    """

    start: Started | None = None
    before: Measured | None = None
    steps: dict[int, Step] = field(default_factory=dict)
    epochs: dict[int, Epoch] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    end: Ended | None = None
    error: str = ""
    paused: bool = False
    preparing: str = ""
    unread: int = 0

    @classmethod
    def read(cls, file: Path) -> History:
        """Read events.jsonl; without the file the history is empty. Raises FileProblem for one that cannot be read."""
        history = cls()
        if file.exists():
            for line in read_text(file, MOST_EVENTS).splitlines():
                try:
                    history.add(from_line(line))
                except ValueError:
                    history.unread += 1
        return history

    def add(self, event: TrainingEvent) -> None:
        """Take in the next event."""
        match event:
            case Started():
                self._started(event)
            case Preparing(what, done, total):
                self.preparing = f"{what}: {done:,} of {total:,}"
            case Step():
                self.steps[event.step] = event
            case Epoch():
                self.epochs[event.epoch] = event
            case Warned(message):
                self.warnings.append(message)
            case Paused() | Resumed():
                self.paused = isinstance(event, Paused)
            case Ended():
                self.end = event
            case Failed(message):
                self.error = message

    def _started(self, event: Started) -> None:
        """Forget the end of the earlier start, and the steps and epochs after its last saved state."""
        self.start, self.end, self.error, self.preparing, self.paused = event, None, "", "", False
        self.before = event.before or self.before
        at = event.resumed_at or 0
        self.steps = {n: step for n, step in self.steps.items() if n <= at}
        self.epochs = {n: epoch for n, epoch in self.epochs.items() if n * event.steps_an_epoch <= at}

    @property
    def finished(self) -> bool:
        """Whether the run has made its last step."""
        return self.end is not None and not self.end.stopped

    def loss(self) -> tuple[list[int], list[float]]:
        """Steps and the loss of each."""
        return list(self.steps), [step.loss for step in self.steps.values()]

    def rates(self, part: str) -> tuple[list[int], list[float]]:
        """Steps and the learning rate of 'text', 'motion' or 'heads' where that part is trained."""
        known = [(n, step.lr[part]) for n, step in self.steps.items() if part in step.lr]
        return [n for n, _ in known], [rate for _, rate in known]

    def recall(self, way: str, name: str) -> tuple[list[int], list[float]]:
        """Epochs (0: before the first step) and a validation figure of each that has it, exact-caption:
        recall('t2m', 'R@1')."""
        measured: dict[int, Measured | Epoch] = {0: self.before} if self.before else {}
        figures = {n: m.val["exact_caption"][way] for n, m in (measured | self.epochs).items()}
        known = {n: figure[name] for n, figure in figures.items() if name in figure}
        return list(known), list(known.values())

    @property
    def found(self) -> tuple[int, tuple[WatchedSentence, ...]]:
        """The latest epoch (0: before the first step) and the results of the watched sentences after it."""
        if self.epochs:
            last = max(self.epochs)
            return last, self.epochs[last].sentences or ()
        return 0, (self.before.sentences or ()) if self.before else ()
