"""An export in the background: its job, and the notice at its end."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from motionpatches.app.background.reveal import reveal
from motionpatches.app.export.estimate import size_text
from motionpatches.app.export.jobs import Outcome, export
from motionpatches.app.export.plan import Request
from motionpatches.app.viewmodels.notices import Action
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.library import Library
from motionpatches.core.progress import Job

if TYPE_CHECKING:
    from PySide6.QtGui import QOffscreenSurface

_numbers = count(1)


def run_export(workspace: Workspace, library: Library, request: Request, surface: QOffscreenSurface | None) -> None:
    """Write in the background, one export after the other; a notice says when it is done and shows the files."""

    def job() -> Job[Outcome]:
        return (yield from export(library, request, surface))

    def done(outcome: Outcome) -> None:
        tell(workspace, outcome, request)

    def failed(message: str) -> None:
        workspace.failed.emit(message or stopped(request))

    # A key of its own: one of the same key would take the place of an export that waits or goes on.
    workspace.jobs.run(workspace.lanes.exports, f"export {next(_numbers)}", job, done, failed)


def tell(workspace: Workspace, outcome: Outcome, request: Request) -> None:
    """Say what was written and how large it is, with a way to see it; and what was left out."""
    files = outcome.files
    total = size_text(sum(file.stat().st_size for file in files if file.exists()))
    what = f"{len(files) - 1} files in {request.path.name}" if request.way == "each" else request.path.name
    show = Action("Show in Folder", lambda: reveal(files, workspace.lanes.files, workspace.failed.emit))
    workspace.notices.say(f"Saved {what}, {total}.", show, kept=True)
    if outcome.left_out:
        workspace.failed.emit(f"{len(outcome.left_out)} of {len(request.items)} were left out. {outcome.left_out[0]}")


def stopped(request: Request) -> str:
    """Say what is left of an export that was cancelled."""
    whole = [file for file in request.files() if file.exists()] if request.way == "each" else []
    kept = f" {len(whole) - 1} whole files are in {request.path}." if len(whole) > 1 else ""
    return f"The export was stopped. What was not finished is removed.{kept}"
