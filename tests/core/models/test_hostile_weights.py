"""Weights and statistics of other tools, in files that somebody else wrote: nothing runs, and a sentence says why."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from motionpatches.core.errors import FileProblem
from motionpatches.core.models.config import preset
from motionpatches.core.models.motion_encoder import make_vit
from motionpatches.core.models.published_statistics import dataset_statistics
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.models.weights import read_tensors
from tests.memory import peak_kb


class Evil:
    def __init__(self, victim: Path):
        self.victim = victim

    def __reduce__(self):
        return os.mkdir, (str(self.victim),)


def test_weights_of_other_tools_run_nothing_whatever_timm_does(tmp_path, monkeypatch):
    """timm 1.0.20 loads a file of weights with its pickled code; here it is given tensors, never a file."""
    prepare_imports()
    import timm

    torch.save({"state_dict": Evil(tmp_path / "ran")}, tmp_path / "evil.pt")
    with pytest.raises(FileProblem, match="state dict of tensors"):
        make_vit(preset("paper", motion="test_vit", motion_weights=str(tmp_path / "evil.pt")), True)
    assert not (tmp_path / "ran").exists()
    given, create = [], timm.create_model
    monkeypatch.setattr(timm, "create_model", lambda *a, **more: given.append(more) or create(*a, **more))
    source = create("test_vit", img_size=(224, 80), num_classes=0)
    torch.save({"model": {f"module.{name}": t for name, t in source.state_dict().items()}}, tmp_path / "good.pt")
    vit = make_vit(preset("paper", motion="test_vit", motion_weights=str(tmp_path / "good.pt"), motion_pooling="token"), True)
    assert torch.equal(vit.state_dict()["blocks.0.attn.qkv.weight"], source.state_dict()["blocks.0.attn.qkv.weight"])
    assert "file" not in given[0]["pretrained_cfg_overlay"]


def views(size: int) -> torch.Tensor:
    """Very many numbers that are one."""
    return torch.zeros(1).expand(size, size)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"a": torch.tensor([float("nan")])}, "NaN"),
        ({"a": views(10**6)}, "larger than the file"),
        ({"a": torch.zeros(2).to_sparse()}, "no plain tensor"),
        ({"a": 1}, "by name alone"),
        ([1], "by name alone"),
        ({}, "by name alone"),
        (b"", "not a state dict"),
        (b"\x80\x02.", "not a state dict"),
        (b"\x80\x02h\xff.", "not a state dict"),
        (struct.pack("<I", 7) * 50, "not a state dict"),
        (b"PK\x03\x04 cut", "not a state dict"),
    ],
    ids=range(11),
)
def test_files_of_weights_are_tensors_or_a_sentence(content, says, tmp_path):
    if isinstance(content, bytes):
        (tmp_path / "a.pt").write_bytes(content)
    else:
        torch.save(content, tmp_path / "a.pt")
    before = peak_kb()
    with pytest.raises(FileProblem, match=says) as caught:
        read_tensors(tmp_path / "a.pt")
    assert len(str(caught.value)) < 400 and peak_kb() - before < 200_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (",
        b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000000, 3), }".ljust(80) + b"\n",
        np.zeros((2, 3)).tobytes(),
    ],
    ids=range(4),
)
def test_a_mean_that_is_no_array_is_told(content, tmp_path):
    np.save(tmp_path / "Std_raw.npy", np.ones((22, 3)))
    (tmp_path / "Mean_raw.npy").write_bytes(content)
    with pytest.raises(FileProblem):
        dataset_statistics(tmp_path)


@pytest.mark.parametrize("values", [np.full((22, 3), np.nan), np.array([["a"] * 3]), np.zeros((3,)), np.zeros((2000, 3))])
def test_a_mean_that_cannot_be_used_is_told(values, tmp_path):
    for name in ("Mean_raw.npy", "Std_raw.npy"):
        np.save(tmp_path / name, values)
    with pytest.raises(FileProblem):
        dataset_statistics(tmp_path)


def test_a_message_holds_no_control_characters():
    problem = FileProblem("a\nb.pt", "it holds \x00 and \udce9", "Copy it again", "line\t3")
    assert str(problem) == "a\ufffdb.pt, line\ufffd3: it holds \ufffd and \ufffd. Copy it again."
    assert len(str(FileProblem("a" * 10_000, "b" * 10_000, "c" * 10_000, "d" * 10_000))) < 1200
