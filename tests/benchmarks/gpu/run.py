"""`python -m tests.benchmarks gpu [--device D] [--seconds S] [--out FILE.json] [--only NAME …]`: all that is measured on a GPU.

Sections come in the order of their importance. Each has a time budget; when that of the whole is spent, those left are skipped
and named. On a CPU the same sections run at small sizes, to try them. Models have random weights or are the shipped one; nothing
is downloaded.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.gpu.budget import Deadline, Section, run_sections
from tests.benchmarks.gpu.report import Result, facts, text_of, write_json


def sections() -> tuple[Section, ...]:
    """Return the sections, the most important first; the last are left out where those before take all of their time."""
    from tests.benchmarks.gpu import exactness, galleries, plain, training

    return (
        Section("plain", "Training against a plain loop", 35, plain.against_plain),
        Section("precisions", "Training on a fixed batch", 50, training.precisions),
        Section("fed", "Training with data", 15, training.fed),
        Section("starter", "Training of the starter", 15, training.starter),
        Section("query", "Text to hits", 15, galleries.query),
        Section("encoding", "Encoding of motions", 15, galleries.encoding),
        Section("gallery", "A large gallery", 20, galleries.gallery_by_all_cores),
        Section("curves", "Losses on two devices", 20, exactness.curves),
        Section("memory", "Memory that runs out", 10, exactness.memory),
        Section("resume", "Resume after a kill", 40, exactness.resumed),
        Section("torchrun", "torchrun", 20, exactness.torchrun),
        Section("variations", "Variations of a step", 20, training.variations),
        Section("compile", "torch.compile", 60, training.compiled),
    )


def main(arguments: Sequence[str]) -> int:
    names = [section.name for section in sections()]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks gpu", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="auto", help="auto, cuda, cuda:1 or cpu")
    parser.add_argument("--seconds", type=float, default=240.0, help="of all sections together, imports and data included")
    parser.add_argument("--out", type=Path, help="JSON file of all figures, with device, driver, versions and date")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    told = parser.parse_args(arguments)
    total = Deadline(time.perf_counter() + told.seconds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("MOTIONPATCHES_HOME", str(Path(folder) / "home"))
        results = _measure(told, total, Path(folder))
        gc.collect()  # closes the memory-mapped files
    return int(any(result.state == "failed" for result in results))


def _measure(told: argparse.Namespace, total: Deadline, folder: Path) -> list[Result]:
    from motionpatches.core.models.device import free_memory, pick_device
    from motionpatches.core.models.torchvision_shim import prepare_imports

    prepare_imports()
    from tests.benchmarks.gpu.material import FULL, SMALL, Bench

    device = pick_device(told.device)
    bench = Bench(device, FULL if device.startswith("cuda") else SMALL, folder)
    known = facts(device)
    gc.freeze()  # what was imported is not looked at again when memory is released
    print(*(f"{name}: {value}" for name, value in known.items()), sep="\n", flush=True)
    if not bench.is_cuda:
        print("note: small sizes, to try the sections; these figures say nothing about a GPU")

    def tell(result: Result, results: list[Result]) -> None:
        print(f"\n{text_of(result)}", end="", flush=True)
        free_memory()
        if told.out is not None:
            write_json(told.out, known, results)

    chosen = [s for s in sections() if not told.only or s.name in told.only]
    return run_sections(chosen, bench, total, tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
