"""`index` in several processes or on several machines: the options, and what they do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from motionpatches.app.cli.console import UsageError, drive, index_library, show_progress, tell
from motionpatches.app.cli.options import count
from motionpatches.core import notices
from motionpatches.core.library.library import Library
from motionpatches.core.progress import run

if TYPE_CHECKING:
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.search.gallery import Gallery


def add_shards(parser: argparse.ArgumentParser) -> None:
    """Add --workers, --shard, --merge and --shards."""
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="processes that share the work (default: 1)")
    parser.add_argument(
        "--shard", metavar="I/N", help="encode only part I of N into a file of its own; auto: as Slurm or torchrun say"
    )
    parser.add_argument("--merge", action="store_true", help="join the parts, and encode what none of them has")
    parser.add_argument(
        "--shards",
        type=Path,
        metavar="FOLDER",
        help="where parts are kept, on several machines one that all see (default: the cache)",
    )
    parser.add_argument("--progress", action="store_true", help=argparse.SUPPRESS)


def indexed(options: argparse.Namespace, library: Library, model: MotionTextModel) -> Gallery:
    """Index a library, or part of it, in one process or several."""
    from motionpatches.core.search import shards

    several = options.workers > 1 or options.merge
    if (options.shard and several) or (options.workers > 1 and options.merge):
        raise UsageError("Choose one of --workers, --shard and --merge.")
    if not 1 <= options.workers <= shards.MOST_WORKERS:
        raise UsageError(f"--workers is a number from 1 to {shards.MOST_WORKERS}.")
    folder = options.shards or shards.shards_folder(library)
    if options.shard:
        job = shards.index_shard(model, library, shards.shard_of(options.shard), folder)
        gallery = run(job, shards.tell_progress if options.progress else show_progress)
    elif several:
        if options.workers > 1:
            _work(options, library, folder)
        gallery = drive(shards.merge(model, library, folder))
    else:
        return index_library(model, library)
    for sentence in notices.untold():
        tell(sentence)
    return gallery


def _work(options: argparse.Namespace, library: Library, folder: Path) -> None:
    from motionpatches.core.search import shards

    arguments = ["index", *map(str, options.library), "--shards", str(folder), "--device", options.device]
    arguments += ["--model", str(options.model)] if options.model else []
    arguments += ["--layout", options.layout] if options.layout else []
    workers = shards.Workers(shards.command_of(arguments), options.workers)
    said = shards.ended_early(drive(workers.run(library.name)), workers.last_words)
    if said:
        tell(said)
