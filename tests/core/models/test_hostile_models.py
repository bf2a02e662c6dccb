"""Model folders that somebody else wrote: nothing runs, nothing is asked for, no memory is taken, and a sentence says why."""

import json
import os
import shutil
import socket
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models.build import new_model
from motionpatches.core.models.catalogue import Model, models_in
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import preset
from motionpatches.core.models.motion_encoder import make_vit
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.patches import PatchStatistics
from tests.memory import peak_kb
from tests.patience import PATIENCE

POSIX = pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links of POSIX systems")


@pytest.fixture(scope="module")
def saved(tiny_config, tmp_path_factory) -> Path:
    """A good model folder."""
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    folder = tmp_path_factory.mktemp("saved") / "m"
    save_model(new_model(tiny_config, lambda: statistics), folder, CheckpointInfo({"test": {}}, {"library": "x"}))
    return folder


@pytest.fixture
def folder(saved, tmp_path) -> Path:
    """A good model folder, to be broken."""
    return Path(shutil.copytree(saved, tmp_path / "m"))


def change(folder: Path, part: str, **values) -> None:
    """Set values of config.json, of its part `model` or `text_architecture`, or of its top ('')."""
    described = json.loads((folder / "config.json").read_text())
    (described[part] if part else described).update(values)
    (folder / "config.json").write_text(json.dumps(described))


EVIL = "import os\nos.mkdir({!r})\nclass Evil:\n    pass\n"
ARCHITECTURES = {
    "unknown type": ({"model_type": "encoder-decoder"}, "unknown type 'encoder-decoder'"),
    "remote code": ({"model_type": "encoder-decoder", "auto_map": {"AutoModel": "evil.Evil"}}, "unknown type"),
    "no type": ({"model_type": 3}, "names no text encoder"),
    "another type": ({"model_type": "distilbert"}, "do not fit"),
    "layers": ({"num_hidden_layers": 10**9}, "num_hidden_layers"),
    "layers within bounds": ({"num_hidden_layers": 100}, "do not fit"),
    "width": ({"hidden_size": 10**7}, "hidden_size"),
    "width within bounds": ({"hidden_size": 16384, "intermediate_size": 16384}, "do not fit"),
    "vocabulary": ({"vocab_size": 2**20}, "do not fit"),
    "negative": ({"hidden_size": -1}, "cannot be built|do not fit"),
    "heads": ({"num_attention_heads": 7}, "heads"),
    "no heads": ({"num_attention_heads": 0}, "cannot be built"),
    "text for a number": ({"hidden_size": "x"}, "cannot be built"),
    "nan": ({"layer_norm_eps": float("nan")}, "layer_norm_eps"),
    "deep": ({"rope": {"a": {"b": {"c": {"d": {}}}}}}, "too large"),
    "long": ({"many": [0] * 10**5}, "many"),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_text_architecture_that_cannot_be_used_is_told(name, folder, tmp_path):
    values, says = ARCHITECTURES[name]
    (folder / "evil.py").write_text(EVIL.format(str(tmp_path / "ran")))
    change(folder, "text_architecture", **values)
    before, start = peak_kb(), time.process_time()
    with pytest.raises(FileProblem, match=says) as caught:
        load_model(folder)
    assert len(str(caught.value)) < 800 and not (tmp_path / "ran").exists()
    assert peak_kb() - before < 400_000 and time.process_time() - start < PATIENCE * 10


def test_what_names_code_or_a_library_is_dropped(folder, tmp_path):
    (folder / "evil.py").write_text(EVIL.format(str(tmp_path / "ran")))
    change(
        folder,
        "text_architecture",
        auto_map={"AutoModel": "evil.Evil", "AutoConfig": "evil.Evil"},
        attn_implementation="attacker/kernel",
        _attn_implementation="attacker/kernel",
        quantization_config={"quant_method": "x"},
    )
    model = load_model(folder)
    assert not (tmp_path / "ran").exists() and not {"auto_map", "attn_implementation"} & model.text_encoder.architecture.keys()


@pytest.mark.parametrize("weights", ["hub", ""])
def test_a_text_folder_of_a_training_configuration_runs_nothing(weights, tiny_text_folder, tmp_path):
    text = Path(shutil.copytree(tiny_text_folder, tmp_path / "text"))
    (text / "evil.py").write_text(EVIL.format(str(tmp_path / "ran")))
    values = json.loads((text / "config.json").read_text())
    values |= {"auto_map": {"AutoModel": "evil.Evil", "AutoConfig": "evil.Evil"}, "attn_implementation": "attacker/kernel"}
    (text / "config.json").write_text(json.dumps(values))
    config = preset("paper", text=str(text), text_weights=weights)
    assert TextEncoder.pretrained(config).width == 32 and not (tmp_path / "ran").exists()
    (text / "config.json").write_text(json.dumps(values | {"model_type": "encoder-decoder"}))
    with pytest.raises(FileProblem, match="unknown type"):
        TextEncoder.pretrained(config)


MODELS = {
    "hub address": ({"motion": "hf-hub:attacker/beacon"}, "vision transformer of timm"),
    "folder address": ({"motion": "local-dir:/tmp"}, "vision transformer of timm"),
    "unknown name": ({"motion": "vit_nobody"}, "timm has no vision transformer"),
    "no transformer": ({"motion": "resnet18"}, "cannot be built|no plain vision|do not fit"),
    "giant": ({"motion": "vit_giant_patch14_dinov2", "patches": {"points": 14}}, "do not fit"),
    "memory keys": ({"memory_keys": 10**12}, "memory_keys"),
    "memory keys within bounds": ({"memory_keys": 10**6, "memory_meanings": 10**6, "dim": 8192}, "do not fit"),
    "points": ({"patches": {"points": 10**6}}, "points"),
    "no rate": ({"patches": {"fps": 0}}, "fps"),
    "rate nan": ({"patches": {"fps": float("nan")}}, "fps"),
    "dim x": ({"dim": "x"}, "dim is int"),
    "dim": ({"dim": 3}, "do not fit"),
    "hidden": ({"head_hidden": 10**9}, "head_hidden"),
    "pooling": ({"motion_pooling": "all"}, "motion_pooling"),
    "people": ({"people": 100}, "people"),
    "form": ({"patches": {"form": "cubes"}}, "form"),
    "temperature": ({"temperature": float("inf")}, "temperature"),
    "unknown field": ({"x" * 10_000: 1}, "no field"),
}


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a model folder asked for the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_configuration_that_cannot_be_used_is_told(name, folder, no_network):
    values, says = MODELS[name]
    change(folder, "model", **values)
    before = peak_kb()
    with pytest.raises(StudioError, match=says) as caught:
        load_model(folder)
    assert len(str(caught.value)) < 900 and peak_kb() - before < 400_000


@pytest.mark.parametrize("name", ["hf-hub:attacker/beacon", "local-dir:/tmp", "../x", "vit_nobody"])
def test_a_training_configuration_names_no_place_of_others(name, no_network):
    with pytest.raises(StudioError, match="timm"):
        make_vit(replace(preset("paper"), motion=name), True)


@pytest.mark.parametrize("name", ["attacker/beacon", "https://attacker.test/x", "../x", "x" * 10_000])
def test_no_text_encoder_is_asked_for_elsewhere(name, no_network):
    with pytest.raises(StudioError, match="text encoder that is downloaded") as caught:
        TextEncoder.pretrained(preset("paper", text=name))
    assert len(str(caught.value)) < 900


@pytest.mark.parametrize(
    "content",
    ["[1]", "3", "{}", "[" * 100_000, '{"format": 1, "model": []}', '{"format": 1, "model": {}, "metrics": [1]}', "\x00\xff"],
    ids=range(7),
)
def test_a_config_of_another_shape_is_one_line_in_the_list(content, saved, folder, tmp_path):
    shutil.copytree(saved, tmp_path / "good")
    (folder / "config.json").write_text(content, encoding="latin-1")
    with pytest.raises(StudioError):
        load_model(folder)
    found = {model.name: model for model in models_in(tmp_path)}
    assert not found["good"].problem and found["m"].problem and found["m"].summary.startswith("cannot be used: ")
    assert found["m"].headline == "" and found["m"].metrics == {}


@pytest.mark.parametrize(
    "metrics",
    [
        {"test": 3},
        {"test": {"exact_caption": [1]}},
        {"test": {"exact_caption": {"t2m": {"R@1": "x"}, "m2t": {}}}},
        {"val": {"exact_caption": {"t2m": {"R@1": float("nan")}, "m2t": {"R@1": 10**400}}}},
    ],
    ids=range(4),
)
def test_scores_that_are_none_are_not_shown(metrics, folder):
    change(folder, "", metrics=metrics)
    model = Model.read(folder)
    assert model.headline == "" and not model.problem


def rewrite(folder: Path, **changes) -> None:
    tensors = load_file(folder / "model.safetensors")
    for name, value in changes.items():
        name = next(n for n in tensors if n.endswith(name))
        if value is None:
            del tensors[name]
        else:
            tensors[name] = value(tensors[name])
    save_file(tensors, folder / "model.safetensors")


def one(number: float):
    def put(tensor: torch.Tensor) -> torch.Tensor:
        tensor.view(-1)[0] = number
        return tensor

    return put


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_weight_that_is_no_number_is_refused(number, compact, tiny_model, tmp_path):
    save_model(tiny_model, tmp_path / "m", CheckpointInfo(), compact)
    name = "text_head.layer_norm.weight" if not compact else "text_head.fc.weight.row_scale"
    rewrite(tmp_path / "m", **{name: one(number)})
    with pytest.raises(FileProblem, match="NaN or infinite"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("statistics.mean", one(float("nan")), "mean and deviation"),
        ("statistics.std", one(0.0), "mean and deviation"),
        ("statistics.std", one(-1.0), "mean and deviation"),
        ("statistics.std", one(float("inf")), "mean and deviation"),
        ("statistics.std", None, "mean and deviation"),
        ("statistics.mean", lambda t: t[:3].clone(), "mean and deviation"),
        ("statistics.mean", lambda t: t.half(), "mean and deviation"),
        ("text_head.fc.bias", None, "missing"),
        ("text_head.fc.bias", lambda t: t[:3].clone(), "of another size"),
    ],
    ids=range(9),
)
def test_tensors_that_cannot_be_used_are_refused(name, value, says, folder):
    rewrite(folder, **{name: value})
    with pytest.raises(FileProblem, match=says):
        load_model(folder)


def test_a_memory_that_names_meanings_that_are_not_there_is_refused(tiny_model, tmp_path):
    from motionpatches.core.models.text_memory import TextMemory

    keys = torch.nn.functional.normalize(torch.randn(4, tiny_model.config.dim), dim=1)
    tiny_model.remember(TextMemory.of(keys, keys[:, :].roll(1, 0)))
    save_model(tiny_model, tmp_path / "m", CheckpointInfo())
    assert load_model(tmp_path / "m").text_memory is not None
    rewrite(tmp_path / "m", **{"text_memory.meaning": one(99)})
    with pytest.raises(FileProblem, match="meanings that are not there"):
        load_model(tmp_path / "m")


TOKENIZERS = {
    "none": None,
    "no json": "{",
    "another": '{"a": 1}',
    "list": "[]",
    "deep": "[" * 100_000,
    # Its pattern is of no expression: the library panics or raises.
    "pattern": {"normalizer": {"type": "Replace", "pattern": {"Regex": "(?<"}, "content": ""}},
    "model": {"model": {"type": "WordLevel", "vocab": {"a": 4000000000}, "unk_token": "b"}},
}


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_a_tokenizer_that_cannot_be_used_is_told(kind, folder):
    file, content = folder / "tokenizer.json", TOKENIZERS[kind]
    if content is None:
        file.unlink()
    elif isinstance(content, str):
        file.write_text(content)
    else:
        file.write_text(json.dumps({**json.loads(file.read_text()), **content}))
    with pytest.raises(StudioError):
        load_model(folder).encode_text(["a person walks"])


class PanicException(BaseException):
    """As pyo3 raises it: no Exception."""


def test_a_panic_of_the_tokenizer_is_a_sentence(tiny_model, monkeypatch):
    class Panics:
        def encode_batch(self, sentences):
            raise PanicException("index out of bounds")

    monkeypatch.setattr(tiny_model.text_encoder, "tokenizer", Panics())
    with pytest.raises(StudioError, match="index out of bounds"):
        tiny_model.encode_text(["a"])


def test_words_that_the_encoder_does_not_know_are_told(tiny_model, monkeypatch):
    class Other:
        def encode_batch(self, sentences):
            return [type("Encoded", (), {"ids": [10**6], "attention_mask": [1]})] * len(sentences)

    monkeypatch.setattr(tiny_model.text_encoder, "tokenizer", Other())
    with pytest.raises(StudioError, match="does not belong"):
        tiny_model.encode_text(["a"])


@POSIX
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_pipe_in_a_model_folder_is_told_at_once(name, folder, tmp_path):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(StudioError):
        load_model(folder)
    assert len(models_in(tmp_path)) >= 1


def test_saving_what_was_loaded_compact_gives_the_same_numbers(tiny_model, tmp_path):
    save_model(tiny_model, tmp_path / "one", CheckpointInfo(), compact=True)
    save_model(load_model(tmp_path / "one"), tmp_path / "two", CheckpointInfo(), compact=True)
    one, two = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    assert one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_the_shipped_starter_is_known_and_finite():
    assert Model.read(paths.starter_model()).problem == "" and load_model(paths.starter_model()).text_memory is not None
