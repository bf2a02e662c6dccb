"""Model folders, files of weights and statistics, and run folders for the fuzzer."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np

from tests.fuzz.mutations import BYTES
from tests.fuzz.samples import Sample, often
from tests.fuzz.structures import broken_zip, guarded, npy_bytes
from tests.fuzz.target import Wrong, one_sample


def _model_files() -> dict[str, bytes]:
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
    from motionpatches.core.models.config import preset
    from motionpatches.core.models.motion_text_model import MotionTextModel
    from motionpatches.core.models.text_encoder import TextEncoder
    from motionpatches.core.patches import PatchStatistics

    torch.set_num_threads(1)
    torch.manual_seed(0)
    architecture = {
        "model_type": "bert",
        "vocab_size": 8,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 80,
    }
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(["[UNK]", "a", "person", "walks"])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer.save(str(folder / "tokenizer.json"))
        text = TextEncoder.from_parts(architecture, folder / "tokenizer.json", "mean").materialised()
        for weight in text.parameters():
            torch.nn.init.normal_(weight, std=0.1)
        statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
        config = preset("starter", motion="test_vit", motion_weights="", dim=16)
        info = CheckpointInfo({"test": {"exact_caption": {"t2m": {"R@1": 5.0}, "m2t": {"R@1": 6.0}}}}, {"library": "x"}, "# M")
        save_model(MotionTextModel(config, text, statistics, False), folder / "m", info)
        files = {file.name: file.read_bytes() for file in sorted((folder / "m").iterdir())}
    return {f"m/{name}": files[name] for name in sorted(files, key=lambda name: name != "config.json")}


def model_samples() -> tuple[Sample, ...]:
    return one_sample(_model_files())


def open_model(path: Path, folder: Path) -> None:
    import torch

    from motionpatches.core.models.catalogue import Model
    from motionpatches.core.models.checkpoint import load_model

    listed = Model.read_or_broken(path.parent)
    _ = listed.summary, listed.headline, listed.card
    model = load_model(path.parent)
    with torch.inference_mode():
        points = 5 * model.config.patches.points
        people = [2] if model.config.people == 2 else []
        rows = model.encode_text(["a person walks"]), model.encode_motion(torch.zeros(1, *people, 3, 224, points))
    if not all(torch.isfinite(row).all() for row in rows):
        raise Wrong("embeddings that are not finite")


def weights_samples() -> tuple[Sample, ...]:
    import torch

    stream = io.BytesIO()
    torch.save({"a.weight": torch.ones(3, 4), "b": torch.zeros(2, dtype=torch.float16)}, stream)
    legacy = io.BytesIO()
    torch.save({"a.weight": torch.ones(3, 4)}, legacy, _use_new_zipfile_serialization=False)
    zipped = tuple(map(guarded, (*often(broken_zip(BYTES[0])), broken_zip(BYTES[1]), broken_zip(BYTES[4]), *BYTES)))
    return (Sample({"a.pt": stream.getvalue()}, {"a.pt": zipped}), Sample({"b.pt": legacy.getvalue()}, {"b.pt": BYTES}))


def open_weights(path: Path, folder: Path) -> None:
    from motionpatches.core.models.weights import read_tensors

    read_tensors(path)


def statistics_samples() -> tuple[Sample, ...]:
    array = npy_bytes(np.ones((22, 3), np.float32))
    return one_sample({"Mean_raw.npy": array, "Std_raw.npy": array})


def open_statistics(path: Path, folder: Path) -> None:
    from motionpatches.core.models.published_statistics import dataset_statistics

    found = dataset_statistics(path.parent)
    if found is not None and not (np.isfinite(found).all() and (found[1] >= 0).all()):
        raise Wrong("statistics that are not finite")


# Runs.


def run_samples() -> tuple[Sample, ...]:
    import torch

    from motionpatches.core.training import resume
    from motionpatches.core.training.config import TrainingConfig, write
    from motionpatches.core.training.ema import WeightAverage
    from motionpatches.core.training.events import Ended, Epoch, Measured, Started, Step, Warned

    torch.set_num_threads(1)
    figures = {"exact_caption": {"t2m": {"R@1": 50.0}, "m2t": {"R@1": 25.0}}}
    events = [
        Started("CPU", 8, 2, 12, 6, before=Measured(figures)),
        Step(1, 1, 1.5, 9.0, 3.0, {"heads": 1e-3}),
        Epoch(1, 1.5, figures, True, 3.0),
        Warned("x"),
        Ended(figures, 1, True, 8.0, 12),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder, config = Path(name), TrainingConfig(library="x")
        write(config, folder / "config.json")
        (folder / "events.jsonl").write_text("".join(event.to_line() + "\n" for event in events))
        (folder / "note.txt").write_text("a note")
        model, optimizer = _small_model()
        resume.save_state(folder, config, resume.Progress(3, [1.0]), model, optimizer, WeightAverage(model, 0.9))
        files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    files = {f"r/{name}": files[name] for name in sorted(files, key=lambda name: name != "config.json")}
    return one_sample(files, **{".pt": (broken_zip(BYTES[0]), broken_zip(BYTES[2]), *BYTES)})


def _small_model():
    import torch

    model = torch.nn.Linear(3, 2)
    return model, torch.optim.AdamW(model.parameters())


def open_run(path: Path, folder: Path) -> None:
    from motionpatches.core.errors import StudioError
    from motionpatches.core.training import resume, runs
    from motionpatches.core.training.config import TrainingConfig
    from motionpatches.core.training.ema import WeightAverage

    (listed,) = runs.runs_in(path.parents[1])
    history = listed.history
    _ = listed.best, listed.can_resume, history.loss(), history.recall("t2m", "R@1"), history.rates("heads"), history.found
    model, optimizer = _small_model()
    try:
        progress = resume.load_state(path.parent, TrainingConfig(library="x"), model, optimizer, WeightAverage(model, 0.9), "cpu")
        if not all(np.isfinite(p.detach().numpy()).all() for p in model.parameters()) or progress.step < 0:
            raise Wrong("a state that is not finite")
    except StudioError:
        pass
    runs.read_run(path.parent)
