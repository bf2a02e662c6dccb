"""Runs that are killed at their end, that diverge, and run folders that somebody else wrote."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.training import config as training_config
from motionpatches.core.training import resume, runs
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.control import Control
from motionpatches.core.training.ema import WeightAverage
from motionpatches.core.training.events import Ended, Epoch, Step, Warned, from_line
from motionpatches.core.training.trainer import train
from tests.kill_points import Killed, killed_before

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links of POSIX systems")


@pytest.fixture
def config(small_library, tiny_text_folder):
    return training_config.recipe(
        "starter",
        library=str(small_library),
        epochs=2,
        batch=4,
        precision="fp32",
        device="cpu",
        save_every_s=1e6,
        compact=True,
        model={"motion": "test_vit", "motion_weights": "", "text_weights": "hub", "text": str(tiny_text_folder)},
    )


def same_weights(one: Path, other: Path) -> None:
    a, b = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    assert {name: t.shape for name, t in a.items()} == {name: t.shape for name, t in b.items()}
    assert all(torch.equal(tensor, b[name]) for name, tensor in a.items())


def test_killed_before_any_file_operation_of_its_end_a_run_ends_alike(config, tmp_path):
    """From the state before the last step: the last epoch with a new best model, the last model, the test scores."""
    start, control = tmp_path / "start", Control()
    for event in train(config, start, control):
        if isinstance(event, Step) and event.step == 3:
            control.stop()
    whole = Path(shutil.copytree(start, tmp_path / "whole"))
    with killed_before(None) as count:
        expected = list(train(config, whole))[-1]
    assert isinstance(expected, Ended) and len(count.operations) > 20
    # Before the best model is moved aside, before the new one takes its place, and before the state goes.
    moved = [n for n, what in enumerate(count.operations) if what.startswith("replace") and what.endswith("best")]
    gone = [n for n, what in enumerate(count.operations) if what.startswith("unlink") and what.endswith(resume.FILE)]
    every = range(len(count.operations)) if "MOTIONPATCHES_ALL_KILLS" in os.environ else ()
    assert moved and gone
    for number in every or sorted({*moved, *(n + 1 for n in moved), *gone}):
        run = Path(shutil.copytree(start, tmp_path / f"killed {number}"))
        with killed_before(number), pytest.raises(Killed):
            list(train(config, run))
        (run / runs.CONFIG).write_text(json.dumps({"library": config.library}))
        assert runs.read_run(run).best is not None, f"before {count.operations[number]} the best model was lost"
        if resume.has_state(run):
            ended = list(train(config, run))[-1]
            assert ended.test == expected.test and ended.val == expected.val, count.operations[number]
        for name in ("best", "last"):
            same_weights(run / name, whole / name)
        shutil.rmtree(run)


def test_a_run_killed_between_the_renames_of_0_2_0_is_resumed(config, tmp_path):
    """best is gone, best.old and best.writing are whole: what a kill left there before."""
    run, control = tmp_path / "run", Control()
    for event in train(config, run, control):
        if isinstance(event, Step) and event.step == 3:
            control.stop()
    shutil.copytree(run / "best", run / "best.writing")
    (run / "best").rename(run / "best.old")
    found = list(train(config, run))
    assert isinstance(found[-1], Ended) and (run / "best" / "config.json").is_file() and not (run / "best.old").exists()


def test_a_diverged_epoch_is_never_the_best(config, tmp_path, monkeypatch):
    """The weights become NaN in the last step of the second epoch, whose loss is still finite."""
    found, run, steps = [], tmp_path / "run", iter(range(1, 100))
    clip = torch.nn.utils.clip_grad_norm_

    def poisoned(parameters, norm):
        clip(parameters, norm)
        if next(steps) == 4:
            parameters[0].grad.fill_(float("nan"))

    monkeypatch.setattr("torch.nn.utils.clip_grad_norm_", poisoned)
    with pytest.raises(StudioError, match="best model, of epoch 1, is kept in run"):
        for event in train(replace(config, ema=0.0), run):
            found.append(event)
    assert [e.epoch for e in found if isinstance(e, Epoch)] == [1]
    assert json.loads((run / "best" / "config.json").read_text())["metrics"]["epoch"] == 1


def test_best_is_on_disk_before_it_is_reported(config, tmp_path):
    for event in train(config, tmp_path / "run"):
        if isinstance(event, Epoch) and event.best:
            described = json.loads((tmp_path / "run" / "best" / "config.json").read_text())
            assert described["metrics"]["epoch"] == event.epoch


def test_a_loss_of_the_first_steps_that_is_no_number_promises_no_model(config, tmp_path):
    with pytest.raises(StudioError, match="Start with a lower learning rate"):
        list(train(replace(config, lr_motion=1e30, lr_heads=1e30, warmup=0.0, epochs=1), tmp_path / "run"))
    assert not (tmp_path / "run" / "best").exists()


def good_run(root: Path, name: str = "good") -> Path:
    return runs.new_run(root, name, TrainingConfig(library="/nowhere"))


BROKEN = {
    "[1]": "config",
    "{": "config",
    '{"epochs": [3]}': "config",
    '{"unknown": 1}': "config",
    "[" * 100_000: "config",
    '{"model": {"motion": "hf-hub:attacker/x", "motion": 3}}': "config",
    '{"lr_text": "x"}': "config",
    '{"epochs": NaN}': "config",
}


@pytest.mark.parametrize("content", BROKEN, ids=lambda text: text[:20])
def test_one_broken_run_is_one_line_in_the_list(content, tmp_path):
    good_run(tmp_path)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / runs.CONFIG).write_text(content)
    found = {run.name: run for run in runs.runs_in(tmp_path)}
    assert found["good"].status == "new" and found["bad"].status == "broken"
    assert not found["bad"].can_resume and 20 < len(found["bad"].history.error) < 800


LINES = (
    '{"event": "step", "step": [1]}',
    '{"event": "step", "step": [1], "epoch": 1, "loss": 1.0, "motions_per_s": 1.0, "remaining_s": 1.0}',
    '{"event": "step", "step": 1, "epoch": 1, "loss": NaN, "motions_per_s": 1.0, "remaining_s": 1.0}',
    '{"event": "step", "step": 1, "epoch": 1, "loss": 1.0, "motions_per_s": 1.0, "remaining_s": 1.0, "lr": {"text": []}}',
    '{"event": "epoch", "epoch": 1, "loss": 1.0, "val": {"exact_caption": 3}, "best": true, "wall_s": 1.0}',
    '{"event": "epoch", "epoch": 1, "loss": 1.0, "val": {}, "best": true, "wall_s": 1.0}',
    '{"event": "epoch", "epoch": 1, "loss": 1.0, "val": 3, "best": "yes", "wall_s": 1.0}',
    '{"event": "end", "val": [], "epoch": 1, "stopped": false, "wall_s": 1.0}',
    '{"event": "start", "device": 3, "train": 1, "val": 1, "steps": 1, "epochs": 1}',
    '{"event": "start", "device": "CPU", "train": 1, "val": 1, "steps": 1, "epochs": 1, "before": {"val": {}}}',
    '{"event": "start", "device": "CPU", "train": 1, "val": 1, "steps": 1, "epochs": 1, "before": 7}',
    '{"event": "warning", "message": {"a": 1}}',
    '{"event": ' * 50_000,
)


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_line_that_is_no_event_is_left_out_and_counted(line, tmp_path):
    with pytest.raises(ValueError):
        from_line(line)
    run = good_run(tmp_path)
    (run / runs.EVENTS).write_text(line + '\n{"event": "warning", "message": "said"}\n')
    history = runs.read_run(run).history
    assert history.unread == 1 and history.warnings == ["said"]
    assert history.recall("t2m", "R@1") == ([], []) and history.loss() == ([], [])


def test_the_half_line_of_a_killed_run_takes_no_other_with_it(tmp_path):
    file = good_run(tmp_path) / runs.EVENTS
    file.write_text(Warned("one").to_line() + '\n{"event": "st')
    runs._append(file, Warned("two").to_line())
    runs._append(file, Warned("three").to_line())
    history = runs.read_run(file.parent).history
    assert history.warnings == ["one", "two", "three"] and history.unread == 1


@POSIX
def test_no_file_of_a_run_is_written_through_a_link(config, tmp_path):
    run = runs.new_run(tmp_path, "run", replace(config, epochs=1, save_every_s=0.0))
    victim = tmp_path / "victim"
    victim.write_text("mine")
    links = (runs.EVENTS, runs.NOTE, resume.FILE + ".writing", "train.points", "prepared.json.writing", "best.writing", "last")
    for name in links:
        (run / name).symlink_to(victim)
    runs.write_note(run, "a note")
    found = list(runs.events_of(run, Control()))
    assert isinstance(found[-1], Ended) and victim.read_text() == "mine"
    assert (run / "last" / "model.safetensors").is_file() and (run / runs.NOTE).read_text() == "a note"


@POSIX
def test_a_pipe_in_a_run_folder_is_told_at_once(tmp_path):
    run = good_run(tmp_path)
    for name in (runs.EVENTS, runs.NOTE):
        os.mkfifo(run / name)
        assert runs.runs_in(tmp_path)[0].status == "broken"
        (run / name).unlink()
    (run / runs.CONFIG).unlink()
    os.mkfifo(run / runs.CONFIG)
    assert runs.runs_in(tmp_path)[0].status == "broken"


class Evil:
    def __init__(self, victim: Path):
        self.victim = victim

    def __reduce__(self):
        return os.mkdir, (str(self.victim),)


def states(tmp_path: Path) -> dict[str, object]:
    usual = {"format": 1, "config": {}, "weights": {}, "optimizer": {}, "average": []}
    return {
        "code": {**usual, "progress": Evil(tmp_path / "ran")},
        "type": {**usual, "progress": {"step": "x"}},
        "negative": {**usual, "progress": {"step": -3}},
        "nan": {**usual, "progress": {"best_score": float("nan")}},
        "other": [1],
    }


@pytest.mark.parametrize("kind", ["code", "type", "negative", "nan", "other"])
def test_a_state_that_somebody_else_wrote_is_refused(kind, tmp_path, tiny_model):
    torch.save(states(tmp_path)[kind], tmp_path / resume.FILE)
    with pytest.raises(FileProblem, match="cannot be read"):
        resume.load_state(tmp_path, TrainingConfig(), tiny_model, None, None, "cpu")
    assert not (tmp_path / "ran").exists()


def test_moments_of_another_shape_are_refused(tmp_path):
    """A view of one number as a million of them, too: no memory is taken for it."""
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    average = WeightAverage(model, 0.9)
    for moments in (torch.zeros(1).expand(10**12), torch.full((2, 3), float("nan")), torch.zeros(3, 2)):
        resume.save_state(tmp_path, TrainingConfig(), resume.Progress(1), model, optimizer, average)
        resume.load_state(tmp_path, TrainingConfig(), model, optimizer, average, "cpu")
        values = torch.load(tmp_path / resume.FILE)
        values["optimizer"]["state"][0]["exp_avg"] = moments
        torch.save(values, tmp_path / resume.FILE)
        with pytest.raises(FileProblem, match="moments"):
            resume.load_state(tmp_path, TrainingConfig(), model, optimizer, average, "cpu")


def test_prepared_data_that_do_not_fit_are_refused(config, tmp_path):
    from motionpatches.core.training.dataset import FILE, load_prepared

    run, control = tmp_path / "run", Control()
    for event in train(config, run, control):
        if isinstance(event, Step):
            control.stop()
    whole = json.loads((run / FILE).read_text())
    load_prepared(run)
    for change in (
        lambda v: v["train"].update(starts=v["train"]["starts"][:-1]),
        lambda v: v["train"].update(starts=[0, *np.full(len(v["train"]["starts"]) - 1, 10**9).tolist()]),
        lambda v: v["train"].update(captions=[[]] * len(v["train"]["ids"])),
        lambda v: v["train"].update(shape=[10**12, 1, 80, 3]),
        lambda v: v["train"].update(mirror=[99] * 80),
        lambda v: v["val"].update(ids=None),
        lambda v: v.update(recipe={"fps": 0, "more": 1}),
        lambda v: v.update(statistics=[]),
    ):
        values = json.loads(json.dumps(whole))
        change(values)
        (run / FILE).write_text(json.dumps(values))
        with pytest.raises(FileProblem):
            load_prepared(run)


@pytest.mark.parametrize("name", ["../../gone", "/tmp/gone", "..", "", "a/b\\c", "x" * 300, "😀" * 99, "nul\0\ud800", "<b>|?*"])
def test_a_run_never_leaves_its_root_whatever_a_library_is_called(tmp_path, name):
    root = tmp_path / "runs"
    folder = runs.new_run(root, name, TrainingConfig(library="/nowhere"))
    assert folder.parent == root and (folder / "config.json").is_file() and len(folder.name) <= runs.MOST_NAME
    assert [p.name for p in tmp_path.iterdir()] == ["runs"]
