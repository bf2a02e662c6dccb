"""What the subcommands share: opening library and model with progress on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library, skipped_sentence
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import Job, Progress, run


def show_progress(progress: Progress) -> None:
    end = "\n" if progress.done >= progress.total else "\r"
    if sys.stderr.isatty() or end == "\n":
        print(f"{progress}\x1b[K" if sys.stderr.isatty() else str(progress), end=end, file=sys.stderr, flush=True)


def drive(job: Job) -> Any:
    return run(job, show_progress)


def open_path(path: Path | None, layout: str = "") -> Library:
    """The library at a path (the demo library without one); what was left out is told."""
    library = drive(open_library(path or paths.demo_library(), layout=layout))
    if library.skipped:
        print(skipped_sentence(library.skipped), file=sys.stderr)
    return library


def load(options: argparse.Namespace) -> Any:
    """The model that the options name, the starter model without one."""
    from motionpatches.core.models.checkpoint import load_model
    from motionpatches.core.models.device import pick_device

    return load_model(options.model or paths.starter_model(), pick_device(options.device))


def model_field(text: str) -> tuple[str, object]:
    """'name=value' with the value as JSON where it is JSON, else as text."""
    name, sign, value = text.partition("=")
    if not sign:
        raise StudioError(f"--set takes NAME=VALUE, not {text!r}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
