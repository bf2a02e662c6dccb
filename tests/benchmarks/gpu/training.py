"""Sections about training: presets in every precision, data against a fixed batch, variations, the compiler."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from motionpatches.core.models.device import free_memory
from motionpatches.core.training.optimizer import make_optimizer
from tests.benchmarks.gpu.budget import Deadline, Found
from tests.benchmarks.gpu.material import Bench
from tests.benchmarks.gpu.plain import curve_of, trainer_losses
from tests.benchmarks.gpu.report import Goal, Row
from tests.benchmarks.gpu.steps import row_of, step_on, texts_bucketed
from tests.benchmarks.gpu.timing import timed

ROOT = Path(__file__).resolve().parents[3]
# Tokens to whose multiples captions are rounded up, where they are read in groups.
BUCKETS = (0, 8, 16)
# Share of the speed with a fixed batch that training with data has to reach.
FED = 0.95


def precisions(bench: Bench, deadline: Deadline) -> Found:
    """Steps of `paper` and `official` on a fixed batch, the most used cases first."""
    small, large = bench.scale.batches
    for preset in ("paper", "official"):
        for size, names in ((small, ("bf16", "tf32", "fp32")), (large, ("bf16", "tf32", "fp32"))):
            for precision in names:
                if not deadline.left():
                    return
                yield row_of(bench, preset, size, precision, deadline)
                free_memory()


def fed(bench: Bench, deadline: Deadline) -> Found:
    """The whole trainer with its data against the same step on a batch that stays."""
    size, precision = bench.scale.batches[0], "bf16" if bench.is_cuda else "fp32"
    one = timed("cpu", lambda: bench.batch("paper", size), deadline, bench.scale.seconds / 3, warm_up=1).seconds
    yield Row("one thread that makes batches", {"pairs/s": size / one, "ms per step": 1000 * one})
    fixed = row_of(bench, "paper", size, precision, deadline.part(10), label=f"paper, batch {size}, {precision}, fixed batch")
    yield fixed
    free_memory()
    whole = bench.config("paper", batch=size, precision=precision)
    curve = curve_of(trainer_losses(bench, whole), size, bench.scale.steps, bench.device, deadline)
    yield _of_curve(f"paper, batch {size}, {precision}, trainer with data", curve.rate, size)
    reached = 100 * curve.rate / float(fixed.figures["pairs/s"] or 0)
    yield Goal("training with memory-mapped data against a fixed batch", reached, 100 * FED, "% of its pairs/s")


def variations(bench: Bench, deadline: Deadline) -> Found:
    """Captions in groups of like length, three kinds of AdamW, and gradient caching at a batch that is large."""
    size, precision = bench.scale.batches[0], "bf16"
    model, _, config = bench.start("paper")
    for bucket in BUCKETS:
        with texts_bucketed(model, bucket):
            label = f"captions in groups of {bucket} tokens" if bucket else "captions all together"
            yield row_of(bench, "paper", size, precision, deadline, label=label)
    for kind in ({"fused": True}, {"foreach": True}, {"foreach": False}):
        groups = make_optimizer(model, config).param_groups
        optimizer = torch.optim.AdamW([{n: g[n] for n in ("params", "lr", "weight_decay")} for g in groups], **kind)
        name = "fused" if kind.get("fused") else "for each tensor" if kind["foreach"] is False else "foreach"
        yield row_of(bench, "paper", size, precision, deadline, label=f"AdamW, {name}", optimizer=optimizer)
        del optimizer
        free_memory()
    large, chunk = bench.scale.cached
    for preset in ("paper", "official"):
        label = f"{preset}, batch {large}, gradient caching by {chunk}"
        yield row_of(bench, preset, large, precision, deadline, chunk, label)
        free_memory()


def starter(bench: Bench, deadline: Deadline) -> Found:
    """Training of the shipped model on a fixed batch, and with its data and augmentation."""
    sizes, precision = bench.scale.starter_batches, "bf16" if bench.is_cuda else "fp32"
    for size in sizes:
        yield row_of(bench, "starter", size, precision, deadline)
    free_memory()
    config = bench.config("starter", batch=sizes[0], precision=precision)
    curve = curve_of(trainer_losses(bench, config), sizes[0], 2 * bench.scale.steps, bench.device, deadline)
    yield _of_curve(f"starter, batch {sizes[0]}, {precision}, trainer with data and augmentation", curve.rate, sizes[0])


def _of_curve(what: str, rate: float, size: int) -> Row:
    return Row(what, {"pairs/s": rate, "ms per step": 1000 * size / rate})


def compiled(bench: Bench, deadline: Deadline) -> Found:
    """Eager against torch.compile, in a process of its own that is ended at the deadline."""
    for masks in ("item", "torch"):
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.gpu.training",
            bench.device,
            str(bench.folder / f"compiled-{masks}"),
            masks,
        ]
        seconds = deadline.left()
        if not seconds:
            return
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            yield f"torch.compile, masks of {masks}: not ready after {seconds:.0f} s"
            return
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no message"]
            yield f"torch.compile, masks of {masks}: failed: {last[0][:300]}"
            continue
        for line in done.stdout.splitlines():
            if line.startswith("ROW "):
                yield _row_from(line)


def _row_from(line: str) -> Row:
    import json

    what, figures = json.loads(line.removeprefix("ROW "))
    return Row(what, figures)


def _compile_here(device: str, folder: str, masks: str) -> None:
    """Print the rows of eager and compiled steps; without masks of core/models/item_dropout.py where `masks` is 'torch'."""
    import json

    from motionpatches.core.training import step as core_step
    from tests.benchmarks.gpu.material import FULL, SMALL

    scale = replace(FULL, clips=400) if device.startswith("cuda") else SMALL
    bench = Bench(device, scale, Path(folder))
    bench.folder.mkdir(parents=True, exist_ok=True)
    size, deadline = scale.batches[0], Deadline(time.perf_counter() + 600)
    if masks == "torch":
        core_step.ItemDropout = lambda keys: nullcontext()  # type: ignore[assignment, misc]
    model, _, config = bench.start("paper")
    eager = row_of(bench, "paper", size, "bf16", deadline, label=f"paper, batch {size}, bf16, eager, masks of {masks}")
    print("ROW", json.dumps([eager.what, dict(eager.figures)]), flush=True)
    # Without a GPU only the path is tried: no code is generated.
    backend = "inductor" if bench.is_cuda else "aot_eager"
    model.motion_encoder.compile(backend=backend)
    model.text_encoder.backbone.compile(backend=backend)
    batch = bench.batch("paper", size)
    start = time.perf_counter()
    step_on(model, replace(config, precision="bf16"), batch, device)()
    first = time.perf_counter() - start
    work = step_on(model, replace(config, precision="bf16"), batch, device)
    found = timed(device, work, deadline, scale.seconds)
    figures = {
        "pairs/s": size / found.seconds,
        "ms per step": 1000 * found.seconds,
        "memory, GiB": found.gib,
        "first step, s": first,
        "times eager": size / found.seconds / float(eager.figures["pairs/s"] or 0),
    }
    print("ROW", json.dumps([f"paper, batch {size}, bf16, {backend}, masks of {masks}", figures]), flush=True)


if __name__ == "__main__":
    _compile_here(*sys.argv[1:4])
