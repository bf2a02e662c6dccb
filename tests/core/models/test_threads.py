"""One thread for a few rows: no other thread of the program is left with one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
import torch

from motionpatches.core.models import device
from motionpatches.core.search.encode import encode_text, encode_texts, encode_windows


@pytest.fixture
def three(monkeypatch):
    """torch began with three threads."""
    monkeypatch.setattr(device, "_THREADS", [])
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_inside_there_is_one_and_after_it_as_many_as_before(three):
    with device.one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize("work", ["windows", "texts"])
def test_a_thread_that_first_used_torch_meanwhile_encodes_with_all(three, tiny_model, work):
    with ThreadPoolExecutor(1) as other:
        with device.one_thread():
            assert other.submit(torch.get_num_threads).result() == 1
        assert other.submit(torch.get_num_threads).result() == 1  # what torch does; without this there is nothing to fix
        if work == "windows":
            other.submit(encode_windows, tiny_model, np.zeros((1, 3, 224, 80), np.float32)).result()
        else:
            other.submit(encode_texts, tiny_model, ["a person walks"]).result()
        assert other.submit(torch.get_num_threads).result() == 3


def test_two_at_once_leave_new_threads_all(three, tiny_model):
    """The second query begins while torch has one thread, and ends last."""
    entered, may_leave = Event(), Event()

    def second():
        with device.one_thread():
            entered.set()
            may_leave.wait(10)
        return torch.get_num_threads()

    with ThreadPoolExecutor(1) as other:
        with device.one_thread():
            ended = other.submit(second)
            assert entered.wait(10)
        may_leave.set()
        assert ended.result() == 3
    with ThreadPoolExecutor(1) as new:
        assert new.submit(torch.get_num_threads).result() == 3
    encode_text(tiny_model, "a person walks")
    assert torch.get_num_threads() == 3
