"""Evaluation and classification of what is open, and single answers of them on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from motionpatches.app.viewmodels.classified import Classified, Labelled
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library.items import RANGES, choose_items
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.progress import Job, counted

if TYPE_CHECKING:
    from motionpatches.core.evaluation.evaluate import Evaluation as Report
    from motionpatches.core.evaluation.evaluate import Failure
    from motionpatches.core.models.motion_text_model import MotionTextModel

T = TypeVar("T")


class Evaluation(QObject):
    """`changed`: a report or classification is ready, or has failed with `message`; `working`: one is under way,
    of the library `library_name`."""

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace = workspace
        self.tiles = Tiles(workspace, "evaluation tiles", self)
        self.report: Report | None = None
        self.failures: list[Failure] = []
        self.classified: Classified | None = None
        self.message, self.working, self.library_name = "", False, ""

    def splits(self) -> list[str]:
        """The splits of the open library that have captioned motions, and 'all'."""
        library = self.workspace.library
        found = {c.split for c in library.clips if c.captions} if library else set()
        return [s for s in ("test", "val", "train") if s in found] + ["all"]

    def count(self, split: str, items: str) -> int:
        """Return how many test items `evaluate` would measure."""
        library = self.workspace.library
        return len(choose_items(library.in_split("" if split == "all" else split), items)) if library else 0

    def evaluate(self, split: str, seed: int, items: str = RANGES) -> None:
        """Run all protocols on a split.

        Args:
            split: One of `splits`.
            seed: Of the small batches.
            items: A choice of test items, a key of ITEMS.
        """

        def job(library: Library, model: MotionTextModel) -> Job[tuple[Report, list[Failure]]]:
            from motionpatches.core.evaluation.evaluate import evaluate, failures

            found = yield from evaluate(model, library, "" if split == "all" else split, seed=seed, items=items)
            return found, failures(found)

        def done(found: tuple[Report, list[Failure]]) -> None:
            self.report, self.failures = found

        self._run(job, done)

    def classify(self, labels: str, prompt: str, truth: str, split: str) -> None:
        """Give each motion its nearest label.

        Args:
            labels: As motionpatches.core.evaluation.labels.read_labels takes them.
            prompt: A sentence with {label} in it.
            truth: FILE.csv:COLUMN, or '' for the data set's own labels; where it has none, the captions are read for them.
            split: One of `splits`.
        """
        retriever = self.workspace.retriever

        def job(library: Library, model: MotionTextModel) -> Job[Classified]:
            from motionpatches.core.evaluation.embed import embed_clips, embed_texts, from_gallery
            from motionpatches.core.evaluation.labels import prompts, read_labels, read_truth, truth_in_captions, truth_of
            from motionpatches.core.evaluation.zero_shot import classify

            names = read_labels(labels)
            sentences, table = prompts(names, prompt), read_truth(truth) if truth else None
            clips = library.in_split("" if split == "all" else split)
            embedded = from_gallery(retriever.gallery, clips) if retriever else None
            if embedded is None:
                embedded = yield from embed_clips(model, library, clips, "auto")
            words = embed_texts(model, sentences, "auto")
            right, source = truth_of(embedded.clips, names, table), "the table" if table else "the data set"
            if table is None and not any(clip.labels for clip in embedded.clips):
                right, source = truth_in_captions(embedded.clips, names), "the captions that name one label alone"
            known = tuple(row for row, some in enumerate(right) if some)
            result = classify(embedded.motions[list(known)], words, [right[i] for i in known], names) if known else None
            return Classified(embedded.clips, names, embedded.motions @ words.T, known, tuple(right), result, source)

        def done(found: Classified) -> None:
            self.classified = found

        self._run(job, done)

    def _run(self, job: Callable[[Library, MotionTextModel], Job[T]], take: Callable[[T], None]) -> None:
        workspace = self.workspace
        library, model = workspace.library, workspace.model
        if library is None or model is None:
            self._rest("Wait for the library and the model to be ready.")
            return

        def done(found: T) -> None:
            take(found)
            self._rest("")

        self.message, self.working, self.library_name = "", True, library.name
        self.changed.emit()
        workspace.jobs.run(
            workspace.lanes.long,
            "evaluation",
            lambda: job(library, model),
            done,
            lambda message: self._rest(message or "Stopped."),
        )

    def _rest(self, message: str) -> None:
        self.message, self.working = message, False
        self.changed.emit()

    def cancel(self) -> None:
        """Ask it to stop."""
        self.workspace.jobs.stop("evaluation")

    def look(self, failure: Failure) -> None:
        """Show the query's own motion beside the one that won."""
        if self.report is not None:
            clips = self.report.clips
            pair = [(clips[failure.row], failure.own_score), (clips[failure.winner], failure.winner_score)]
            self.tiles.show(pair, (failure.rank, 1))

    def open(self, clip: Clip) -> None:
        """Put a clip on the stage, where it is still part of what is open."""
        if self.workspace.library is not None and clip.id in self.workspace.library.by_id:
            self.workspace.show_clip(clip)

    def tag(self, rows: Sequence[Labelled], marks: Marks) -> None:
        """Give clips their labels as tags, in one step that can be undone."""
        library = self.workspace.library
        here = {one.clip.id: one.label for one in rows if library is not None and one.clip.id in library.by_id}
        marks.add_tags(here)
        said = "has its label" if len(here) == 1 else "have their labels"
        self.workspace.said.emit(f"{counted(len(here), 'motion')} {said} as a tag.")

    def text(self, suffix: str) -> str:
        """The report in the format of a suffix. Raises StudioError before there is one."""
        from motionpatches.core.evaluation.report import FORMATS

        if self.report is None:
            raise StudioError("Evaluate first.")
        return FORMATS[suffix](self.report)
