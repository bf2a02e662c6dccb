"""The loop against a plain loop of torch; when a run ends early; what a run says of itself."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models import device as devices
from motionpatches.core.training import config as training_config
from motionpatches.core.training import resume, trainer
from motionpatches.core.training.assemble import model_and_data
from motionpatches.core.training.batches import make_batch
from motionpatches.core.training.control import Control
from motionpatches.core.training.distributed import World
from motionpatches.core.training.events import Ended, Epoch, Started, Step, Warned
from motionpatches.core.training.saving import Saving
from motionpatches.core.training.trainer import train


@pytest.fixture
def config(small_library, tiny_text_folder, tmp_path):
    """The paper's recipe on a tiny model without dropout."""
    text = Path(shutil.copytree(tiny_text_folder, tmp_path / "text"))
    still = json.loads((text / "config.json").read_text()) | {"hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0}
    (text / "config.json").write_text(json.dumps(still))
    return training_config.recipe(
        "paper",
        library=str(small_library),
        epochs=3,
        batch=4,
        precision="fp32",
        device="cpu",
        model={"motion": "test_vit", "motion_weights": "", "text": str(text)},
    )


def events_and_value(job):
    events = []
    while True:
        try:
            events.append(next(job))
        except StopIteration as end:
            return events, end.value


def start_of(config, folder):
    """The model and the data as a run has them before its first step."""
    torch.manual_seed(config.seed)
    return events_and_value(model_and_data(config, folder, World()))[1]


def plain_loop(config, folder):
    """Yu et al., CVPR 2024, section 4.3, in torch's own words: Adam at three rates, the sum of two cross-entropies."""
    model, data = start_of(config, folder)
    parts = (model.text_encoder, config.lr_text), (model.motion_encoder, config.lr_motion)
    heads = [*model.motion_head.parameters(), *model.text_head.parameters()], config.lr_heads
    groups = [(list(part.parameters()), rate) for part, rate in parts] + [heads]
    optimizer = torch.optim.Adam([{"params": p, "lr": rate} for p, rate in groups])
    steps = len(data.train) // config.batch * config.epochs
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    model.train()
    for step in range(steps):
        epoch, place = divmod(step, len(data.train) // config.batch)
        order = np.random.default_rng((config.seed, 0, epoch)).permutation(len(data.train))
        rows = order[place * config.batch : (place + 1) * config.batch]
        batch = make_batch(data.train, rows, model.statistics, config, step)
        logits = model.encode_motion(torch.from_numpy(batch.pixels)) @ model.encode_text(batch.captions).T / 0.07
        right = torch.arange(len(rows))
        optimizer.zero_grad()
        (functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right)).backward()
        if config.clip_norm:
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        optimizer.step()
        schedule.step()
    return model.state_dict()


def told_apart(name, tensor):
    """A tensor without the biases of keys: softmax takes them out, so that their gradient is rounding, which Adam enlarges."""
    if name.endswith("key.bias"):
        return tensor[:0]
    return torch.stack(tensor.chunk(3))[[0, 2]] if name.endswith("qkv.bias") else tensor


def test_the_run_is_a_plain_loop_with_and_without_clipping(config, tmp_path):
    ends = {}
    assert config.clip_norm == 0, "the paper clips nothing"
    for clip in (0.0, 1.0):
        config = replace(config, clip_norm=clip)
        expected = plain_loop(config, tmp_path / f"twin {clip}")
        assert isinstance(list(train(config, tmp_path / f"run {clip}"))[-1], Ended)
        found = load_file(tmp_path / f"run {clip}" / "last" / "model.safetensors")
        for name, tensor in expected.items():
            torch.testing.assert_close(told_apart(name, found[name]), told_apart(name, tensor), atol=1e-6, rtol=0, msg=name)
        ends[clip] = expected
    apart = max(float((ends[0.0][n] - ends[1.0][n]).abs().max()) for n in ends[0.0] if not n.endswith(("key.bias", "qkv.bias")))
    assert apart > 1e-5, "clipping makes another run"


def test_sum_and_mean_are_steps_of_different_length(config, tmp_path, monkeypatch):
    """With plain gradient descent, where Adam's normalisation does not hide it: the sum's step is twice the mean's."""

    def plain(model, config):
        groups = made(model, config).param_groups
        return torch.optim.SGD([{"params": g["params"], "name": g["name"], "lr": 1e-4} for g in groups])

    made = trainer.make_optimizer
    monkeypatch.setattr(trainer, "make_optimizer", plain)
    config = replace(config, epochs=1, batch=8)
    before = {n: p.detach().clone() for n, p in start_of(config, tmp_path / "start")[0].named_parameters()}
    steps = {}
    for loss in ("sum", "mean"):
        list(train(replace(config, loss=loss), tmp_path / loss))
        after = load_file(tmp_path / loss / "last" / "model.safetensors")
        steps[loss] = torch.cat([(after[n] - p).flatten().double() for n, p in before.items()])
    assert float(steps["sum"].norm()) > 1e-4
    assert float(steps["sum"].norm() / steps["mean"].norm()) == pytest.approx(2, rel=1e-2)


def scored(monkeypatch, scores):
    """Validation gives these scores, one after another; the first is that of the untrained model."""
    rest = iter(scores)

    def figures(*_):
        score = next(rest)
        return {"exact_caption": {way: {name: score for name in ("R@1", "R@5", "R@10")} for way in ("t2m", "m2t")}}

    monkeypatch.setattr(trainer, "evaluate_prepared", figures)


def test_patience_ends_a_run_and_a_resumed_one(config, tmp_path, monkeypatch):
    """Epoch 2 is the best; 3 is as good and counts as the best model, not as an improvement; the end is lost and found."""
    config = replace(config, epochs=9, patience=3, save_every_s=0.0)
    scored(monkeypatch, [0.0, 10.0, 20.0, 20.0, 15.0, 12.0, 99.0, 99.0])
    with monkeypatch.context() as patched:
        patched.setattr(Saving, "last", lambda *_: (_ for _ in ()).throw(StudioError("The disk is full.")))
        found = []
        with pytest.raises(StudioError, match="full"):
            found.extend(train(config, tmp_path / "run"))
    found = list(train(config, tmp_path / "run"))
    assert not any(isinstance(e, Step | Epoch) for e in found), "nothing is left to train"
    end = found[-1]
    assert end.early and not end.stopped and end.epoch == 3 and not resume.has_state(tmp_path / "run")
    assert end.step == 5 * (end.step // 5)
    assert json.loads((tmp_path / "run" / "best" / "config.json").read_text())["metrics"]["epoch"] == 3
    scored(monkeypatch, [0.0, *[5.0] * 9])
    end = list(train(replace(config, epochs=2, patience=5), tmp_path / "whole"))[-1]
    assert not end.early and not end.stopped


def test_a_state_of_an_older_version_is_resumed_as_it_was_begun(config, tmp_path):
    """Version 0.2 knew no clip_norm and clipped at 1; that is the default, which `paper` no longer has."""
    control = Control()
    for event in train(replace(config, clip_norm=1.0), tmp_path / "run", control):
        if isinstance(event, Step):
            control.stop()
    file = tmp_path / "run" / resume.FILE
    state = torch.load(file, weights_only=True)
    for name in ("clip_norm", "patience"):
        del state["config"][name]
    for name in ("improved_epoch", "precision"):
        del state["progress"][name]
    torch.save(state, file)
    with pytest.raises(StudioError, match="clip_norm 1.0, now 0.0"):
        list(train(config, tmp_path / "run"))
    end = list(train(replace(config, clip_norm=1.0), tmp_path / "run"))[-1]
    assert isinstance(end, Ended) and not end.stopped


def test_precision_is_settled_once_and_recorded(config, tmp_path, monkeypatch):
    """The stopwatch says bf16 at the start and fp32 when the run is resumed: it stays with bf16."""
    used = []
    config = replace(config, precision="auto", epochs=2)
    cast = devices.training_precision

    def watched(device, precision):
        used.append(precision)
        return cast(device, precision)

    monkeypatch.setattr(devices, "training_precision", watched)
    control = Control()
    for fast in (True, False):
        monkeypatch.setattr(devices, "cpu_trains_in_bf16", lambda fast=fast: fast)
        for event in train(config, tmp_path / "run", control):
            if isinstance(event, Started):
                assert event.precision == "bf16"
            if isinstance(event, Step) and fast:
                control.stop()
        control = Control()
    assert isinstance(event, Ended) and not event.stopped and set(used) == {"bf16"}
    said = json.loads((tmp_path / "run" / "best" / "config.json").read_text())["provenance"]
    assert said["precision"] == "bf16"


def test_what_has_no_effect_is_reported(small_library, tiny_text_folder, tmp_path):
    config = training_config.recipe(
        "official",
        library=str(small_library),
        epochs=1,
        batch=4,
        device="cpu",
        mirror=True,
        augment=0.2,
        model={"motion": "test_vit_relpos", "motion_weights": "", "text": str(tiny_text_folder), "trim_padding": True},
    )
    for file in (small_library / "texts").glob("*.txt"):
        file.write_text("a person zigzags\na person yodels\n" + "a " * 90 + "\n")
    told = [e.message for e in train(config, tmp_path / "run") if isinstance(e, Warned)]
    assert any(m.startswith("mirror and augment have no effect") for m in told)
    assert any(m == "trim_padding has no effect: test_vit_relpos reads whole images." for m in told)
    assert any(m.startswith("2 words are unknown") and "'zigzags' (1)" in m and "'yodels' (1)" in m for m in told)
    assert any(m.startswith("1 of 3 different captions are longer than the text encoder reads") for m in told)
