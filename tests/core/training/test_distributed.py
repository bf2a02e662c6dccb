"""One process that a launcher starts shares a group with itself: what several processes do runs on a single device."""

import socket

import pytest
import torch
from torch import distributed

from motionpatches.core.training.distributed import LAUNCHER, World


@pytest.fixture
def launched(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    assert told.keys() == LAUNCHER
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_one_launched_process_has_a_group(launched):
    world = World.join("cpu")
    try:
        assert distributed.is_initialized() and distributed.get_backend() == "gloo"
        assert (world.rank, world.size, world.is_main) == (0, 1, True)
        rows = torch.randn(3, 2, requires_grad=True)
        gathered = world.gather(rows)
        (gathered * torch.arange(6.0).view(3, 2)).sum().backward()
        torch.testing.assert_close(gathered, rows)
        torch.testing.assert_close(rows.grad, torch.arange(6.0).view(3, 2))
        world.add_gradients([rows])
        torch.testing.assert_close(rows.grad, torch.arange(6.0).view(3, 2))
        assert world.all_max(7) == 7
        world.barrier()
    finally:
        world.destroy()
    assert not distributed.is_initialized()


def test_without_a_launcher_there_is_no_group(launched):
    launched.delenv("MASTER_PORT")
    world = World.join("cpu")
    assert not distributed.is_initialized() and not world.grouped and world.all_max(3) == 3
    world.barrier()
    world.destroy()
