"""Sections about exactness: the same losses on two devices, a killed run, torchrun, memory that runs out."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from motionpatches.core.models.device import free_memory
from motionpatches.core.models.motion_text_model import MotionTextModel
from motionpatches.core.models.weights import read_tensors
from motionpatches.core.training import config as training_config
from motionpatches.core.training.batches import make_batch
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.events import Step, Warned
from motionpatches.core.training.trainer import train
from tests.benchmarks.gpu.budget import Deadline, Found
from tests.benchmarks.gpu.material import Bench
from tests.benchmarks.gpu.report import Goal, Row
from tests.benchmarks.gpu.steps import step_on
from tests.benchmarks.gpu.timing import products

ROOT = Path(__file__).resolve().parents[3]
# Largest difference of a step's loss between two devices.
CLOSE = 1e-4


def curves(bench: Bench, deadline: Deadline) -> Found:
    """A model in fp32 on the CPU and on the device: the same batches, masks and rates."""
    start, data, recipe = bench.start(bench.scale.exact)
    steps, size = bench.scale.curve
    config = replace(recipe, precision="fp32", batch=size)
    found = {}
    for device in (bench.device, "cpu"):
        model = copy.deepcopy(start).to(device).train()
        losses: list[float] = []
        with products(tf32=False):
            for step in range(steps):
                rows = np.arange(step * size, (step + 1) * size) % len(data.train)
                batch = make_batch(data.train, rows, model.statistics, config, step)
                if not step:
                    work = step_on(model, config, batch, device)
                losses.append(work(batch))
                if not deadline.left():
                    break
        found["CPU" if len(found) else "device"] = losses
    count = min(map(len, found.values()))
    apart = np.abs(np.subtract(found["CPU"][:count], found["device"][:count]))
    figures: dict[str, Any] = {"steps": count, "first loss": found["CPU"][0], "last loss": found["CPU"][count - 1]}
    figures |= {"largest difference": float(apart.max()), "last difference": float(apart[-1])}
    yield Row(f"{bench.scale.exact}, batch {size}, fp32", figures)
    yield Goal(f"loss of {count} steps, CPU against {bench.device}", float(apart.max()), CLOSE, "apart", at_least=False)


def _child(folder: Path, *prefix: str, **more: str) -> subprocess.Popen[str]:
    """Start core.training on a run folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, *prefix, "-m", "motionpatches.core.training", str(folder)]
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes)


def _kill(child: subprocess.Popen[str]) -> None:
    """Kill a child with the processes that it has started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()


def _run_folder(bench: Bench, name: str, config: TrainingConfig) -> Path:
    folder = bench.folder / name
    folder.mkdir()
    training_config.write(config, folder / "config.json")
    return folder


def _short_run(bench: Bench) -> TrainingConfig:
    """A few steps, with the state saved after each."""
    size = bench.scale.curve[1]
    share = min(1.0, 4.5 * size / (0.96 * bench.scale.clips))
    return bench.config(bench.scale.exact, batch=size, train_share=share, epochs=2, precision="fp32", save_every_s=0.0)


def resumed(bench: Bench, deadline: Deadline) -> Found:
    """A run that is killed and resumed against one beside it that is not: their last weights."""
    config = _short_run(bench)
    folders = {name: _run_folder(bench, name, config) for name in ("whole", "killed")}
    whole = _child(folders["whole"])
    try:
        yield f"killed after step {_killed_in(folders['killed'], deadline)}"
        _ended(_child(folders["killed"]), deadline)
        _ended(whole, deadline)
    finally:
        _kill(whole)
        whole.communicate()
    last, other = (read_tensors(folder / "last" / "model.safetensors") for folder in folders.values())
    apart = max(float((last[name].float() - other[name].float()).abs().max()) for name in last)
    figures = {"largest difference of a weight": apart, "bit for bit": "yes" if apart == 0 else "no"}
    yield Row("resumed after a kill, against the uninterrupted run", figures)
    yield Goal("a resumed run ends with the same weights", apart, 0.0, "apart", at_least=False)


def _killed_in(folder: Path, deadline: Deadline) -> int:
    """Kill a run after its third step. Returns the step."""
    child = _child(folder)
    step, late = 0, threading.Timer(deadline.left(), _kill, (child,))
    late.start()
    try:
        for line in child.stdout or ():
            event = json.loads(line)
            step = event["step"] if event["event"] == "step" else step
            if step >= 3:
                break
    finally:
        late.cancel()
        _kill(child)
        child.communicate()
    return step


def _ended(child: subprocess.Popen[str], deadline: Deadline) -> list[dict[str, Any]]:
    """Wait for a child, and return its events. At the deadline it is killed.

    Raises:
        RuntimeError: it was killed, or it failed.
    """
    try:
        said, errors = child.communicate(timeout=deadline.left())
    except subprocess.TimeoutExpired:
        _kill(child)
        child.communicate()
        raise RuntimeError("a training process did not end within the section's time") from None
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    if child.returncode or not events or events[-1]["event"] != "end":
        last = str(events[-1]) if events else ""
        raise RuntimeError(f"a training process ended with {child.returncode}: {last[:150]} {errors.strip()[-150:]}")
    return events


def torchrun(bench: Bench, deadline: Deadline) -> Found:
    """One process under torchrun, which joins a group (NCCL on CUDA, gloo on the CPU) for all that processes share."""
    folder = _run_folder(bench, "torchrun", _short_run(bench))
    start = time.perf_counter()
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node=1")
    events = _ended(_child(folder, *launcher), deadline)
    steps = sum(event["event"] == "step" for event in events)
    backend = "NCCL" if bench.is_cuda else "gloo"
    yield Row(f"one process under torchrun, {backend}", {"steps": steps, "seconds": time.perf_counter() - start})


def memory(bench: Bench, deadline: Deadline) -> Found:
    """A batch that is too large for the memory: the trainer repeats the step by gradient caching."""
    _, _, recipe = bench.start("paper")
    size = bench.scale.batches[1]
    config = replace(recipe, batch=size, precision="bf16" if bench.is_cuda else "fp32", sentences=[])
    found: list[str] = []
    bench._started.clear()
    free_memory()
    with _too_little(bench, size), closing(train(config, bench.folder / "paper")) as events:
        for event in events:
            if isinstance(event, Warned) and "gradient caching" in event.message:
                found.append(event.message)
            if isinstance(event, Step) and (event.step == 3 or not deadline.left()):
                break
    yield from found
    yield Row(f"paper, batch {size}", {"smaller batches tried": len(found), "steps": event.step, "last loss": event.loss})
    yield Goal("out of memory is met by gradient caching", len(found), 1, "warnings, and the run continues")


@contextmanager
def _too_little(bench: Bench, size: int) -> Iterator[None]:
    """Inside, the device has memory for the model and its optimizer, not for a whole batch's graph; on a CPU, more than half of
    a batch raises the same error."""
    if bench.is_cuda:
        total = torch.cuda.get_device_properties(bench.device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, 6 * 2**30 / total), bench.device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, bench.device)
        return
    encode = MotionTextModel.encode_motion

    def small(self: MotionTextModel, pixels: torch.Tensor) -> torch.Tensor:
        if self.training and len(pixels) > size // 2:
            raise torch.OutOfMemoryError("CPU stand-in: out of memory.")
        return encode(self, pixels)

    MotionTextModel.encode_motion = small  # type: ignore[method-assign]
    try:
        yield
    finally:
        MotionTextModel.encode_motion = encode  # type: ignore[method-assign]
