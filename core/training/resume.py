"""Save and restore the state of a run, so that it resumes exactly.

Random numbers are not part of it: each step draws its own from (seed, step), so that a step repeats exactly.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from motionpatches.core.atomic import replacing
from motionpatches.core.errors import FileProblem, os_problem
from motionpatches.core.models.weights import check_finite, load_plain
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.ema import WeightAverage

FILE = "state.pt"
FORMAT = 1
# The stream of dropout and stochastic depth; the others are named where they are drawn.
DROPOUT_STREAM = 3


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        step: optimizer steps done.
        losses: of the epoch under way.
        best_score, best_epoch, best_metrics: the latest of the epochs with the highest validation score.
        improved_epoch: the first of them, from which patience counts.
        wall_s: seconds spent without pauses.
        chunk: where memory forced a smaller one than the configuration's; 0 where it did not.
        precision: 'bf16' or 'fp32', settled at the start of the run.
    """

    step: int = 0
    losses: list[float] = field(default_factory=list)
    best_score: float = -1.0
    best_epoch: int = 0
    best_metrics: dict[str, Any] = field(default_factory=dict)
    improved_epoch: int = 0
    wall_s: float = 0.0
    chunk: int = 0
    precision: str = ""


def save_state(
    run: Path,
    config: TrainingConfig,
    progress: Progress,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: WeightAverage,
) -> None:
    """Write the state atomically. Raises FileProblem if the disk refuses; the last state is kept then."""
    file = run / FILE
    values = {
        "format": FORMAT,
        "config": asdict(config),
        "progress": asdict(progress),
        "weights": _trained(model),
        "optimizer": optimizer.state_dict(),
        "average": average.values,
    }
    try:
        with replacing(file) as stream:
            torch.save(values, stream)
    except RuntimeError as error:  # torch reports a full disk so
        raise os_problem(file, OSError(str(error))) from error


def load_state(
    run: Path, config: TrainingConfig, model: nn.Module, optimizer: torch.optim.Optimizer, average: WeightAverage, device: str
) -> Progress:
    """Restore the state. Raises FileProblem if it is broken or belongs to another configuration."""
    file = run / FILE
    try:
        values = load_plain(file, device)
        # A field that an older version did not know had the value that it has by default now.
        known, progress = {**asdict(TrainingConfig()), **values["config"]}, _progress(values["progress"])
        changed = [
            f"{name} {known.get(name)!r}, now {value!r}"
            for name, value in asdict(config).items()
            if known.get(name) != value and name not in ("device", "library", "save_every_s", "workers")
        ]
        if changed:
            raise FileProblem(
                file,
                f"the run was begun with another configuration ({'; '.join(changed)})",
                "Change it back, or train into another folder",
            )
        own = _trained(model)
        if {name: t.shape for name, t in own.items()} != {name: t.shape for name, t in values["weights"].items()}:
            raise KeyError("other tensors")
        check_finite(file, values["weights"])
        with torch.no_grad():
            for name, tensor in own.items():
                tensor.copy_(values["weights"][name])
            for mine, kept in zip(average.values, values["average"], strict=True):
                mine.copy_(kept)
        _check_moments(values["optimizer"]["state"], optimizer)
        optimizer.load_state_dict(values["optimizer"])
    except FileProblem:
        raise
    except OSError as error:
        raise os_problem(file, error) from error
    except Exception as error:  # torch raises anything over broken bytes
        said = f"the state of the run cannot be read ({str(error)[:200]})"
        raise FileProblem(file, said, "Delete it to begin the run anew") from None
    return progress


def has_state(run: Path) -> bool:
    return (run / FILE).is_file()


def remove_state(run: Path) -> None:
    (run / FILE).unlink(missing_ok=True)


def _check_moments(state: dict[int, dict[str, Any]], optimizer: torch.optim.Optimizer) -> None:
    """Raise ValueError for what an optimizer keeps of parameters of another shape, or that is not finite."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for place, moments in state.items():
        for value in moments.values():
            fits = not isinstance(value, Tensor) or value.shape in (parameters[place].shape, torch.Size([]))
            if not fits or not bool(torch.isfinite(torch.as_tensor(value)).all()):
                raise ValueError("the moments of the optimizer do not fit")


def _progress(values: Any) -> Progress:
    """Raises TypeError or ValueError for what is no progress."""
    found, usual = Progress(**values), Progress()
    for field_of in fields(Progress):
        value, example = getattr(found, field_of.name), getattr(usual, field_of.name)
        if isinstance(value, bool) or not isinstance(value, (int, float) if isinstance(example, float) else type(example)):
            raise TypeError(f"{field_of.name} is {type(value).__name__}")
    if min(found.step, found.best_epoch, found.chunk) < 0 or not np.isfinite([*found.losses, found.best_score]).all():
        raise ValueError("its numbers are impossible")
    return found


def _trained(model: nn.Module) -> dict[str, Tensor]:
    return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}


def seeded(*numbers: int) -> np.random.Generator:
    """Return the random generator for a position of a run."""
    return np.random.default_rng(numbers)


def seed_step(seed: int, step: int, rank: int) -> None:
    """Seed what torch draws in a step beside core/models/item_dropout.py: numbers that some encoders draw for a whole batch."""
    sequence = np.random.SeedSequence((seed, DROPOUT_STREAM, step, rank))
    torch.manual_seed(int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1)))
