"""Exported encoders in another runtime against the model itself, over batches of several sizes and lengths."""

import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from motionpatches.app.cli.parser import main
from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import ModelConfig, changed
from motionpatches.core.models.onnx_export import MOTION, TEXT, export_onnx
from motionpatches.core.models.text_memory import TextMemory
from motionpatches.core.patches import HUMANML3D, PatchStatistics
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_windows, windows_of
from tests.core.models.test_variants import statistics_of

pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec("onnx") and importlib.util.find_spec("onnxruntime")),
    reason="onnx and onnxruntime are not installed (the extra onnx)",
)
NEAR = 1e-4
LENGTHS = (1, 16, 17, 80, 200, 224)


def session(file):
    import onnxruntime

    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def images(model, count, people=()):
    draw = torch.Generator().manual_seed(count)
    form, columns = model.config.patches.form, len(model.statistics.mean)
    pixels = torch.randn(count, *people, 1 if form == "features" else 3, 224, columns, generator=draw)
    for i, image in enumerate(pixels):
        image[..., LENGTHS[i % len(LENGTHS)] :, :] = 0
    return pixels


@torch.no_grad()
def compared(model, folder, people=()):
    """Both files against the model: batches of one to seven, of one length and of many."""
    run(export_onnx(model, folder))
    motion, text = session(folder / MOTION), session(folder / TEXT)
    tokens = model.token_heads is not None
    for count in (1, 2, 7):
        pixels = images(model, count, people)
        own = model.encode_patches(pixels) if tokens else (model.encode_motion(pixels),)
        for one, other in zip(own, motion.run(None, {"pixels": pixels.numpy()}), strict=True):
            np.testing.assert_allclose(other, one.numpy(), atol=NEAR)
    reader = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for sentences in (["a"], ["walks", "a person waves twice and then sits down with the left hand up"], ["someone"] * 5):
        encoded = reader.encode_batch(sentences)
        ids, mask = np.array([e.ids for e in encoded]), np.array([e.attention_mask for e in encoded])
        own = model.encode_words(*map(torch.from_numpy, (ids, mask))) if tokens else (model.encode_text(sentences),)
        for one, other in zip(own, text.run(None, {"ids": ids, "mask": mask}), strict=True):
            np.testing.assert_allclose(other, one.numpy(), atol=NEAR)
    return json.loads((folder / "config.json").read_text())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"trim_padding": False, "motion_pooling": "token", "text_pooling": "last", "head": "linear"},
        {"token_dim": 8, "text_pooling": "cls"},
        {"patches": {"form": "joints"}},
    ],
    ids=["starter", "untrimmed", "tokens", "joints"],
)
def test_both_encoders_agree(fields, tiny_config, tmp_path):
    torch.manual_seed(1)
    config = changed(tiny_config, **fields)
    model = new_model(config, lambda: statistics_of(22 if config.patches.form == "joints" else 80)).eval()
    described = compared(model, tmp_path / "m")
    assert described["difference"] < NEAR and described["text_encoder.onnx"]["longest"] == 77
    assert described["motion_encoder.onnx"]["inputs"]["pixels"]["shape"][1:] == [3, 224, len(model.statistics.mean)]


def test_two_people_agree(tiny_config, tmp_path):
    model = new_model(replace(tiny_config, people=2), lambda: statistics_of(80)).eval()
    compared(model, tmp_path / "m", (2,))


def test_a_text_memory_agrees(tiny_model, tmp_path):
    """Sentences of which several mean the same."""
    with torch.no_grad():
        keys = tiny_model.encode_text(["a person walks", "someone waves", "walks", "a"])
    memory = TextMemory.of(keys, torch.nn.functional.normalize(torch.randn(2, keys.shape[1]), dim=1)[[0, 1, 0, 1]])
    with torch.no_grad():
        plain = tiny_model.encode_text(["a"])
        tiny_model.remember(memory)
        assert (tiny_model.encode_text(["a"]) - plain).abs().max() > 1e-2
    compared(tiny_model, tmp_path / "m")


def test_a_model_of_features_with_a_text_encoder_of_transformers(tiny_text_folder, tmp_path):
    from transformers import DistilBertConfig, DistilBertModel

    torch.manual_seed(2)
    config = DistilBertConfig(vocab_size=29, dim=32, n_layers=1, n_heads=2, hidden_dim=48, max_position_embeddings=96)
    DistilBertModel(config).save_pretrained(tmp_path / "text")
    (tmp_path / "text" / "tokenizer.json").write_bytes((tiny_text_folder / "tokenizer.json").read_bytes())
    sizes = ModelConfig(
        motion="sequence_2x16_4heads_24hidden",
        motion_weights="",
        text=str(tmp_path / "text"),
        head="sequence",
        dim=16,
        patches=replace(HUMANML3D, form="features"),
    )
    statistics = PatchStatistics(np.zeros((263, 1), np.float32), np.ones((263, 1), np.float32))
    described = compared(new_model(sizes, lambda: statistics).eval(), tmp_path / "m")
    assert described["motion_encoder.onnx"]["inputs"]["pixels"]["shape"] == ["batch", 1, 224, 263]


def test_by_command_from_weights_of_eight_bits(tiny_model, smpl_motion, tmp_path, capsys):
    """A folder that another program can read by its card alone: normalised here by config.json."""
    info = CheckpointInfo({}, {"licence": "CC BY 4.0"})
    rng = np.random.default_rng(0)
    spread = PatchStatistics(*(rng.uniform(0.5, 1, (80, 3)).astype(np.float32) for _ in range(2)))
    tiny_model.statistics = spread
    save_model(tiny_model, tmp_path / "m", info, compact=True)
    assert main(["model", "export-onnx", str(tmp_path / "m"), str(tmp_path / "o"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["difference"] < NEAR
    model = load_model(tmp_path / "m")
    described = json.loads((tmp_path / "o" / "config.json").read_text())
    readme = (tmp_path / "o" / "README.md").read_text()
    assert described["licence"] == "CC BY 4.0" and "CC BY 4.0" in readme
    assert (
        "right leg, left leg, torso, right arm, left arm" in readme and "1.7 m tall" in readme and "20 frames a second" in readme
    )
    pixels = windows_of(model, smpl_motion)[0]
    np.testing.assert_allclose(described["statistics"]["std"], spread.std, atol=1e-6)
    row = session(tmp_path / "o" / MOTION).run(None, {"pixels": pixels})[0]
    np.testing.assert_allclose(row, encode_windows(model, pixels, "fp32"), atol=NEAR)
    assert main(["model", "export-onnx", str(tmp_path / "m"), str(tmp_path / "o")]) == 1
    assert "there already" in capsys.readouterr().err


@torch.no_grad()
def test_the_shipped_starter_agrees_in_both_window_lengths(tmp_path, smpl_motion):
    """Its weights are of 8 bits on disk, its single sentences are read in half precision: the files are of neither."""
    model = load_model(paths.starter_model())
    assert run(export_onnx(model, tmp_path / "m")).difference < NEAR
    long = replace(smpl_motion, positions=np.concatenate([smpl_motion.positions] * 5))
    pixels = windows_of(model, long, (224, 80))[0]
    used = {int((image != 0).any(axis=(0, 2)).sum()) for image in pixels}
    assert used >= {224, 80}
    rows = session(tmp_path / "m" / MOTION).run(None, {"pixels": pixels})[0]
    np.testing.assert_allclose(rows, encode_windows(model, pixels, "fp32"), atol=NEAR)
    for _ in range(2):  # the second time by half layers
        ids, mask = model.text_encoder.tokenize(["a person walks backwards"])
        own = model.encode_tokens(ids, mask).numpy()
    other = session(tmp_path / "m" / TEXT).run(None, {"ids": ids.numpy(), "mask": mask.numpy()})[0]
    np.testing.assert_allclose(other, own, atol=NEAR)


def test_without_the_package_it_says_which_extra(tiny_model, tmp_path, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "onnx" else real(name, *a))
    with pytest.raises(StudioError, match="extra `onnx`"):
        run(export_onnx(tiny_model, tmp_path / "m"))
    assert not (tmp_path / "m").exists()


def test_what_onnx_cannot_write_is_a_sentence(tiny_model, tmp_path, monkeypatch):
    monkeypatch.setattr(tiny_model, "encode_motion", lambda pixels: torch.linalg.eigvals(pixels[:, 0, :4, :4]).real)
    with pytest.raises(StudioError, match="motion encoder: it cannot be written as ONNX"):
        run(export_onnx(tiny_model, tmp_path / "m"))
    assert not (tmp_path / "m").exists()
    (tmp_path / "n").mkdir()
    with pytest.raises(FileProblem, match="there already"):
        run(export_onnx(tiny_model, tmp_path / "n"))
