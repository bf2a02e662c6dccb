"""What quitting would end, and what can be done about it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from motionpatches.app.background.jobs import TRAINING, Work

FINISH, QUIT, CANCEL = "Finish", "Quit Anyway", "Cancel"
GO_ON, STOP = "Go On without the Window", "Stop and Save"
# Work that is asked about, by the first word of its key, and what becomes of it.
_NAMES = {
    "export": ("An export is running", "What is not finished is not written."),
    "index": ("The library is being indexed", "What is indexed is kept; the rest follows when the library is opened again."),
    "evaluation": ("An evaluation is running", "Its result is lost."),
    "pack": ("A run is being packed", "Its file is not written."),
    "import": ("A model is being imported", "It is not kept."),
}
# An index that has run for less than this and needs no longer is not asked about: the rest is soon done again.
SHORT_S = 3.0


@dataclass(frozen=True)
class Question:
    """`choices`: the first is the default, CANCEL the last."""

    text: str
    choices: tuple[str, ...]


def waits_for(work: Work, now_s: float) -> bool:
    """Tell whether quitting would lose of a work what takes a while."""
    kind = work.key.split()[0]
    if kind == "index":
        return max(now_s - work.began_s, work.remaining_s(now_s) or 0.0) > SHORT_S and not work.stopping
    return kind in _NAMES and not work.stopping


def questions(work: Sequence[Work]) -> list[Question]:
    """Return what has to be asked before the window may close: about a run, and about all other work together."""
    now, found = time.monotonic(), []
    lost = [one for one in work if waits_for(one, now)]
    if lost:
        lines = []
        for one in lost:
            running, then = _NAMES[one.key.split()[0]]
            count = f" ({one.progress.done:,} of {one.progress.total:,})" if one.progress and one.progress.total else ""
            lines.append(f"{running}{count}. {then}")
        found.append(Question("\n".join(lines), (FINISH, QUIT, CANCEL)))
    run = next((one for one in work if one.key == TRAINING and not one.stopping), None)
    if run is not None:
        text = f"{run.text(now)}.\nIt can go on without the window; the next start shows it again."
        found.append(Question(text, (GO_ON, STOP, CANCEL)))
    return found
