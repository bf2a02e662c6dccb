"""Batches that processes make: the same as those of a thread, in the same order."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.training import batch_workers
from motionpatches.core.training import config as training_config
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.batch_workers import BatchMaker, batches_of, worker_count
from motionpatches.core.training.distributed import World


@pytest.fixture
def maker(small_library, tiny_text_folder, tmp_path):
    config = training_config.recipe(
        "starter",
        library=str(small_library),
        batch=4,
        augment=0.8,
        device="cpu",
        model={"motion": "test_vit", "motion_weights": "", "text": str(tiny_text_folder), "text_weights": "hub"},
    )
    job = model_and_data(config, tmp_path, World())
    while True:
        try:
            next(job)
        except StopIteration as end:
            model, data = end.value
            return BatchMaker(data.train, model.statistics, config, World())


def test_processes_make_the_batches_of_a_thread_in_order_and_can_be_left(maker, tmp_path):
    plain = list(batches_of(maker, tmp_path, range(1, 6), 0))
    made = list(batches_of(maker, tmp_path, range(1, 6), 2))
    assert [batch.step for batch in made] == [1, 2, 3, 4, 5]
    for one, other in zip(plain, made, strict=True):
        np.testing.assert_array_equal(one.pixels, other.pixels)
        np.testing.assert_array_equal(one.targets, other.targets)
        assert one.captions == other.captions
    with closing(batches_of(maker, tmp_path, range(1000), 1)) as batches:
        assert next(batches).step == 0


def test_a_process_that_is_killed_is_reported(maker, tmp_path, monkeypatch):
    pools = []
    monkeypatch.setattr(batch_workers, "ProcessPoolExecutor", lambda *a: pools.append(ProcessPoolExecutor(*a)) or pools[0])
    batches = batches_of(maker, tmp_path, range(1000), 1)
    next(batches)
    for pid in list(pools[0]._processes):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(StudioError, match="workers=0"):
        list(batches)


def test_a_gpu_has_processes_where_motions_are_varied_and_a_cpu_has_none(maker, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    config = maker.config
    assert worker_count(config, World()) == 0
    assert worker_count(config, World(device="cuda")) == 8 and worker_count(config, World(size=4, device="cuda:1")) == 2
    assert worker_count(replace(config, augment=0.0), World(device="cuda")) == 0
    assert worker_count(replace(config, workers=3), World()) == 3
