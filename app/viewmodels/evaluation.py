"""Evaluation and classification of what is open, and single answers of them on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.search import Result
from motionpatches.app.viewmodels.workspace import Workspace, view_motions
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip
from motionpatches.core.motion.motion import Motion
from motionpatches.core.search.gallery import Hit


class Pair(QObject):
    """A few clips to be watched side by side, as tiles show search results."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None, key: str = "pair"):
        super().__init__(parent)
        self.workspace, self.key = workspace, key
        self.results: list[Result] = []

    def show(self, clips: Sequence[tuple[Clip, float]]) -> None:
        """Clips with a score each; what cannot be read is left out."""
        library = self.workspace.library

        def done(motions: list[Motion | str]) -> None:
            self.results = [
                Result(Hit(rank, clip.id, score, 0.0, 0.0), clip, motion)
                for rank, ((clip, score), motion) in enumerate(zip(clips, motions, strict=True), 1)
                if isinstance(motion, Motion)
            ]
            self.changed.emit()

        self.workspace.files.submit(
            self.key, lambda: view_motions(library, [c.id for c, _ in clips]), done, self.workspace.failed.emit
        )


@dataclass(frozen=True, eq=False)
class Classified:
    """Clips with their scores (N, L); `known` are the rows whose right label is known, `result` what is counted on them."""

    clips: tuple[Clip, ...]
    labels: tuple[str, ...]
    scores: Any
    known: tuple[int, ...]
    truth: tuple[frozenset[int], ...]
    result: Any

    def cell(self, row: int, column: int) -> list[tuple[Clip, float]]:
        """Clips of label `row` that were given label `column`."""
        given = self.scores.argmax(axis=1)
        return [
            (self.clips[i], float(self.scores[i, column])) for i in self.known if min(self.truth[i]) == row and given[i] == column
        ]


class Measure(QObject):
    """`changed`: an evaluation or classification is ready, or has failed with `message`; `working`: one is under way."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.pair = Pair(workspace, self)
        self.evaluation: Any = None
        self.failures: list[Any] = []
        self.classified: Classified | None = None
        self.message, self.working = "", False

    def splits(self) -> list[str]:
        """Splits of what is open with captioned motions, 'all' at the end."""
        library = self.workspace.library
        found = {c.split for c in library.clips if c.captions} if library else set()
        return [s for s in ("test", "val", "train") if s in found] + ["all"]

    def evaluate(self, split: str, seed: int) -> None:
        """All protocols on a split."""
        library, model = self.workspace.library, self.workspace.model

        def job() -> Any:
            from motionpatches.core.evaluation.evaluate import evaluate, failures

            found = yield from evaluate(model, library, "" if split == "all" else split, seed=seed)
            return found, failures(found)

        def done(answer: Any) -> None:
            self.evaluation, self.failures = answer

        self._run(job, done)

    def classify(self, labels: str, prompt: str, truth: str, split: str) -> None:
        """Each motion's nearest label; `truth` is FILE.csv:COLUMN, or '' for the data set's own labels."""
        library, model, retriever = self.workspace.library, self.workspace.model, self.workspace.retriever

        def job() -> Any:
            from motionpatches.core.evaluation.embed import embed_clips, embed_texts, from_gallery
            from motionpatches.core.evaluation.labels import prompts, read_labels, read_truth, truth_of
            from motionpatches.core.evaluation.zero_shot import classify

            names = read_labels(labels)
            sentences, table = prompts(names, prompt), read_truth(truth) if truth else None
            clips = library.in_split("" if split == "all" else split)
            embedded = retriever and from_gallery(retriever.gallery, clips)
            if not embedded:
                embedded = yield from embed_clips(model, library, clips, "auto")
            words = embed_texts(model, sentences, "auto")
            right = truth_of(embedded.clips, names, table)
            known = tuple(row for row, some in enumerate(right) if some)
            result = classify(embedded.motions[list(known)], words, [right[i] for i in known], names) if known else None
            return Classified(embedded.clips, names, embedded.motions @ words.T, known, tuple(right), result)

        def done(answer: Classified) -> None:
            self.classified = answer

        self._run(job, done)

    def _run(self, job: Callable[[], Any], take: Callable[[Any], None]) -> None:
        if self.workspace.library is None or self.workspace.model is None:
            self.message = "Wait for the library and the model to be ready."
            self.changed.emit()
            return
        self.message, self.working = "", True
        self.changed.emit()

        def done(answer: Any) -> None:
            self.working = False
            self.workspace.progressed.emit(None)
            take(answer)
            self.changed.emit()

        def failed(message: str) -> None:
            self.working, self.message = False, message or "Stopped."
            self.workspace.progressed.emit(None)
            self.changed.emit()

        self.workspace.models.submit_job("measure", job, self.workspace.progressed.emit, done, failed)

    def cancel(self) -> None:
        self.workspace.models.cancel("measure")

    def look(self, failure: Any) -> None:
        """The query's own motion beside the one that won."""
        clips = self.evaluation.clips
        self.pair.show([(clips[failure.row], failure.own_score), (clips[failure.winner], failure.winner_score)])

    def open(self, clip: Clip) -> None:
        """A clip on the stage, where it is still part of what is open."""
        if self.workspace.library is not None and clip.id in self.workspace.library.by_id:
            self.workspace.show_clip(clip)

    def report(self, suffix: str) -> str:
        """The evaluation as text in the format of a suffix. Raises StudioError before there is one."""
        from motionpatches.core.evaluation.report import FORMATS

        if self.evaluation is None:
            raise StudioError("Evaluate first.")
        return FORMATS[suffix](self.evaluation)
