"""Batches of the next steps, made by a thread or by several processes while a step is taken."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from motionpatches.core.errors import StudioError
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.training.batches import Batch, make_batch, one_ahead
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.dataset import PreparedClips, load_prepared
from motionpatches.core.training.distributed import World
from motionpatches.core.training.resume import seeded

# Most processes that are started without being asked for; batches of each that are made before they are needed.
MOST, AHEAD = 8, 2
BROKEN = "A process that made batches ended, perhaps for lack of memory. Resume the run with workers=0, which takes none."


@dataclass(frozen=True, eq=False)
class BatchMaker:
    """Makes the batch of any step of a run: the order of the clips is drawn for each epoch."""

    clips: PreparedClips
    statistics: PatchStatistics
    config: TrainingConfig
    world: World

    @property
    def steps_an_epoch(self) -> int:
        """Return the number of whole batches of the clips, at least 1."""
        return max(len(self.clips) // self.config.batch, 1)

    def __call__(self, step: int) -> Batch:
        """Make the batch of a step from 0, with the motions of this process's part."""
        epoch, place = divmod(step, self.steps_an_epoch)
        order = seeded(self.config.seed, 0, epoch).permutation(len(self.clips))
        rows = order[place * self.config.batch : (place + 1) * self.config.batch]
        return make_batch(self.clips, rows, self.statistics, self.config, step, self.world.shard(len(rows)))


def worker_count(config: TrainingConfig, world: World) -> int:
    """Return how many processes make batches; without being asked, several for a GPU that varied motions would keep waiting."""
    if config.workers >= 0:
        return config.workers
    if not world.device.startswith("cuda") or config.augment <= 0 or getattr(sys, "frozen", False):
        return 0
    return max(min((os.cpu_count() or 1) // world.size - 2, MOST), 0)


def batches_of(make: BatchMaker, run: Path, steps: Iterable[int], workers: int) -> Generator[Batch, None, None]:
    """Yield the batches of steps in order, the same whoever makes them.

    Args:
        make: Makes them.
        run: The run folder, from which processes read the prepared clips.
        steps: The steps.
        workers: Number of processes; 0 for a thread of this one.

    Raises:
        StudioError: where a process ends.
    """
    if workers:
        yield from _by_processes(make, run, steps, workers)
    else:
        yield from one_ahead(make, steps)


def _by_processes(make: BatchMaker, run: Path, steps: Iterable[int], workers: int) -> Generator[Batch, None, None]:
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _begin, (run, make.statistics, make.config, make.world)
    )
    waiting: deque[Future[Batch]] = deque()
    try:
        for step in steps:
            waiting.append(pool.submit(_make, step))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise StudioError(BROKEN) from None
    finally:
        pool.shutdown(cancel_futures=True)


# What a process makes batches with, from its start on.
_made_with: list[BatchMaker] = []


def _begin(run: Path, statistics: PatchStatistics, config: TrainingConfig, world: World) -> None:
    _made_with[:] = [BatchMaker(load_prepared(run).train, statistics, config, world)]


def _make(step: int) -> Batch:
    return _made_with[0](step)
