"""Data sets of others are trained on and evaluated with their own splits, by the commands."""

import json

import pytest
import torch

from motionpatches.app.cli.parser import main
from motionpatches.core.training.runs import read_run
from tests.released import write_seed, write_seed_splits, write_snapmogen


@pytest.fixture(autouse=True)
def one_thread():
    """Models this small are slower with several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def seed(root):
    write_seed_splits(root, write_seed(root, 8))


@pytest.mark.parametrize(
    "written, chosen_on, items", [(seed, "validation (3 clips)", 12), (write_snapmogen, "validation (2 clips)", 2)]
)
def test_trained_and_evaluated(written, chosen_on, items, tmp_path, tiny_text_folder, capsys):
    written(tmp_path / "data")
    run = tmp_path / "run"
    fields = ("motion=test_vit", "motion_weights=", f"text={tiny_text_folder}")
    options = [part for field in fields for part in ("--set", field)]
    train = ["train", "--library", str(tmp_path / "data"), "--preset", "paper", "--epochs", "1", "--batch", "4", *options]
    assert main([*train, "-o", str(run)]) == 0, capsys.readouterr().err
    assert read_run(run).status == "finished"
    capsys.readouterr()
    evaluate = ["evaluate", str(tmp_path / "data"), "--model", str(run / "best"), "--protocol", "exact_caption", "--json"]
    assert main(evaluate) == 0, capsys.readouterr().err
    found = json.loads(capsys.readouterr().out)
    assert (found["split"], found["motions"]) == ("test", items) and found["protocols"]["exact_caption"]["t2m"]["R@1"] >= 0
    assert f"chosen on {chosen_on}" in found["training"]
