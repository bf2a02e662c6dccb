"""Encoders, checkpoints, weights in the hub's format."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core import paths
from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models.checkpoint import (
    CheckpointInfo,
    compact_rows,
    expand_rows,
    load_model,
    save_model,
)
from motionpatches.core.models.config import ModelConfig, changed, from_dict, preset, to_dict
from motionpatches.core.models.half_linear import HalfLinear
from motionpatches.core.models.motion_encoder import MotionEncoder
from motionpatches.core.models.plain_vit import PlainViT
from motionpatches.core.models.text_encoder import TextEncoder


def pixels(frames, seed=0):
    x = torch.zeros(len(frames), 3, 224, 80)
    generator = torch.Generator().manual_seed(seed)
    for i, n in enumerate(frames):
        x[i, :, :n] = torch.randn(3, n, 80, generator=generator)
    return x


@pytest.mark.parametrize("pooling", ["avg", "token"])
@torch.no_grad()
def test_each_motion_is_read_by_its_own_windows_alone(tiny_config, pooling):
    """In a batch of any company, as alone on an image that ends where it ends."""
    encoder = MotionEncoder(replace(tiny_config, motion_pooling=pooling, trim_padding=True)).eval()
    lengths = [10, 48, 49, 70, 130, 224]
    x = pixels(lengths)
    together = encoder(x)
    for i, n in enumerate(lengths):
        windows = -(-n // 16)
        alone = encoder.vit.forward_head(encoder.tokens(x[i : i + 1, :, : windows * 16]))
        torch.testing.assert_close(together[i : i + 1], alone, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_own_forward_equals_timm(tiny_config):
    encoder = MotionEncoder(tiny_config).eval()
    x = pixels([224, 224])
    trimmed = encoder(x)
    torch.testing.assert_close(trimmed, encoder.vit(x), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "name, points, pooling",
    [
        ("vit_tiny_patch16_224", 16, "avg"),
        ("vit_small_patch32_224", 32, "token"),
        ("vit_base_patch16_224", 16, "token"),
        ("vit_tiny_patch16_224", 16, "token"),
    ],
)
def test_own_vit_equals_timm(name, points, pooling):
    """From timm's weights: whole and masked; in training, with paths dropped from the same seed, gradients too."""
    config = changed(ModelConfig(), motion=name, motion_weights="", motion_pooling=pooling, trim_padding=True, drop_path=0.4)
    theirs, ours = MotionEncoder(config), MotionEncoder(config, pretrained=False)
    assert isinstance(ours.vit, PlainViT) and not isinstance(theirs.vit, PlainViT)
    for weight in theirs.parameters():
        torch.nn.init.normal_(weight, std=0.05)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    assert ours.vit.patch_embed.patch_size == (points, points) and ours.width == theirs.width
    x = functional.pad(pixels([224, 60, 130]), (0, 5 * points - 80))
    for training in (False, True):
        both = []
        for encoder in (theirs.train(training), ours.train(training)):
            torch.manual_seed(3)
            found = encoder(x)
            torch.manual_seed(4)
            whole = encoder.vit(x)
            encoder.zero_grad()
            (found.square().sum() + whole.square().sum()).backward()
            both.append((found, whole, encoder.vit.blocks[0].attn.qkv.weight.grad, encoder.vit.pos_embed.grad))
        for a, b in zip(*both, strict=True):
            torch.testing.assert_close(b, a, atol=1e-4 * a.abs().max().item(), rtol=1e-4)


@torch.no_grad()
def test_padding_does_not_matter_to_the_starter(tiny_config):
    """A short motion alone, and in a batch with a long one, give the same feature."""
    encoder = MotionEncoder(tiny_config).eval()
    x = pixels([60, 224, 130])
    together = encoder(x)
    for i in range(3):
        torch.testing.assert_close(together[i : i + 1], encoder(x[i : i + 1]), atol=1e-5, rtol=1e-4)


def test_position_embedding_is_resampled_from_local_weights(tiny_config, tmp_path):
    """A file of timm weights for square images loads into the 14 x 5 grid."""
    import timm
    from safetensors.torch import save_file
    from timm.layers import resample_abs_pos_embed

    source = timm.create_model("test_vit", img_size=(160, 160))
    path = tmp_path / "vit.safetensors"
    save_file(source.state_dict(), path)
    encoder = MotionEncoder(
        preset("starter", motion="test_vit", motion_weights=str(path), text=tiny_config.text, motion_pooling="token")
    )
    expected = resample_abs_pos_embed(source.pos_embed, (14, 5), num_prefix_tokens=1)
    torch.testing.assert_close(encoder.vit.pos_embed, expected)


@torch.no_grad()
def test_text_pooling_by_hand(tiny_config, tiny_text_folder):
    mean = TextEncoder.pretrained(tiny_config).eval()
    ids, mask = mean.tokenize(["a person walks", "someone waves with the left hand up and down"])
    states = mean.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
    by_hand = torch.stack([states[i, mask[i].bool()].mean(0) for i in range(2)])
    torch.testing.assert_close(mean(ids, mask), by_hand)


@torch.no_grad()
def test_checkpoint_round_trip(tiny_model, tmp_path):
    x, words = pixels([48, 100]), ["a person walks", "someone kicks"]
    save_model(tiny_model, tmp_path / "m", CheckpointInfo({"R@1": 1}, {"library": "x"}, "# card"))
    assert len({file.stat().st_mode for file in (tmp_path / "m").iterdir()}) == 1, "who may read one may read all"
    again = load_model(tmp_path / "m")
    torch.testing.assert_close(again.encode_motion(x), tiny_model.encode_motion(x))
    torch.testing.assert_close(again.encode_text(words), tiny_model.encode_text(words))
    assert (tmp_path / "m" / "README.md").read_text() == "# card" and len(again.fingerprint) == 16
    save_model(tiny_model, tmp_path / "m", CheckpointInfo(), compact=True)
    small = load_model(tmp_path / "m")
    assert (small.encode_text(words) * tiny_model.encode_text(words)).sum(-1).min() > 0.999
    assert (small.encode_motion(x) * tiny_model.encode_motion(x)).sum(-1).min() > 0.999


def test_compact_rows_are_within_half_a_step():
    weights = {"w": torch.randn(5, 7), "b": torch.randn(5), "n": torch.tensor(3)}
    again = expand_rows(compact_rows(weights))
    step = weights["w"].abs().amax(1, keepdim=True) / 127
    assert ((again["w"] - weights["w"]).abs() <= step * 0.56).all()
    assert again["n"] == 3


def test_broken_checkpoints_say_so(tiny_model, tmp_path):
    with pytest.raises(StudioError, match="no model folder"):
        load_model(tmp_path / "none")
    save_model(tiny_model, tmp_path / "m", CheckpointInfo())
    weights = tmp_path / "m" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(FileProblem, match="broken"):
        load_model(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text("{")
    with pytest.raises(FileProblem, match="not JSON"):
        load_model(tmp_path / "m")


def test_presets_survive_json_and_unknown_ones_are_refused():
    config = preset("official")
    assert from_dict(to_dict(config)) == config
    with pytest.raises(StudioError, match="no preset"):
        preset("enormous")


def test_no_network_is_one_sentence(monkeypatch):
    from huggingface_hub import constants

    from motionpatches.core.models.hub import text_folder

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(StudioError, match="hub cannot be reached") as caught:
        text_folder("distilbert-base-uncased")
    assert "\n" not in str(caught.value)
    with pytest.raises(StudioError, match="hub cannot be reached"):
        MotionEncoder(preset("paper"))


def test_scores_are_cosines(tiny_model):
    with torch.no_grad():
        rows = tiny_model.encode_text(["a person walks", "runs"]).numpy()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_bert_in_torchs_layers_equals_transformers(tiny_text_folder):
    from transformers import AutoModel

    from motionpatches.core.models import bert

    theirs = AutoModel.from_pretrained(tiny_text_folder).eval()
    theirs.pooler = None
    architecture = json.loads((tiny_text_folder / "config.json").read_text())
    assert bert.can_read(architecture)
    ours = bert.from_architecture(architecture).to_empty(device="cpu").eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    ids = torch.randint(5, architecture["vocab_size"], (3, 9))
    mask = torch.ones(3, 9, dtype=torch.long)
    mask[1, 4:] = 0
    with torch.no_grad():
        a = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
        b = ours(input_ids=ids, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(b[mask.bool()], a[mask.bool()], atol=2e-5, rtol=1e-4)


def test_a_saved_starter_opens_without_what_is_slow_to_import():
    code = (
        "import sys; from motionpatches.core import paths; from motionpatches.core.models.checkpoint import load_model; "
        "m = load_model(paths.starter_model()); m.encode_text(['a man walks']); "
        "slow = {'transformers', 'timm', 'torchvision', 'torch._dynamo', 'sympy'} & set(sys.modules); assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[3])


def test_sentences_of_any_length_read_alone_and_together_alike():
    """Groups by length and padding change nothing; each sentence alone is the slow twin."""
    model = load_model(paths.starter_model()).eval()
    sentences = ["run", "a person waves with the right hand", "she walks " + "slowly and " * 20 + "stops", "jump", "he sits down"]
    with torch.no_grad():
        together = model.encode_text(sentences)
        alone = torch.cat([model.encode_text([s]) for s in sentences])
        padded = model.text_encoder._read(*model.text_encoder.tokenize(sentences))
    assert (together * alone).sum(dim=1).min() > 1 - 1e-6
    grouped = model.text_encoder(*model.text_encoder.tokenize(sentences))
    assert torch.allclose(grouped, padded, atol=1e-5) and not torch.allclose(grouped[0], grouped[3], atol=1e-2)


def test_one_sentence_with_halved_weights_is_the_sentence_in_a_batch():
    """The second runs through layers of 16 bits, the first through the plain ones; a weight that changed is noticed."""
    model = load_model(paths.starter_model()).eval()
    sentences = ["a person walks", "a person jumps over a box"]
    layer = model.text_encoder.backbone.encoder.layer[0].intermediate.dense
    before = None
    with torch.no_grad():
        for _ in range(2):
            model.encode_text(sentences[:1])
            alone = torch.cat([model.encode_text([s]) for s in sentences])
            together = model.encode_text(sentences)
            assert 0 < (alone - together).abs().max() < 1e-3 and (alone * together).sum(dim=1).min() > 1 - 1e-6
            assert before is None or (alone - before).abs().max() > 0.01
            before = alone
            layer.weight.mul_(-1.5)


@torch.no_grad()
def test_the_first_sentence_does_not_wait_until_weights_are_halved(monkeypatch):
    made, whole, model = [], HalfLinear.__init__, load_model(paths.starter_model()).eval()
    monkeypatch.setattr(HalfLinear, "__init__", lambda self, *of: made.append(of) or whole(self, *of))
    counts = []
    for sentence in ("a person walks", "a person walks", "a person sits"):
        model.encode_text([sentence])
        counts.append(len(made))
    linear = [m for m in model.text_encoder.backbone.modules() if type(m) is torch.nn.Linear]
    assert counts == [0, len(linear) + 1, len(linear) + 1], "those of the encoder and the phrase memory, once"


@torch.no_grad()
def test_one_sentence_with_halved_weights_under_autocast():
    model = load_model(paths.starter_model()).eval()
    plain = model.encode_text(["a person walks"])
    with torch.autocast("cpu", torch.bfloat16):
        found = model.encode_text(["a person walks"])
    assert functional.cosine_similarity(found.float(), plain).item() > 0.999


def test_words_without_tokens_and_long_sentences_are_found(tiny_model):
    """The tiny vocabulary knows "a person walks" and few others; 77 tokens are read, two of them marks."""
    long = " ".join(["walks"] * 76)
    found = tiny_model.text_encoder.unread(["a person yodels, yodels", "someone Zigzags", "a person walks", long, long[:-6]])
    assert found.words == {"yodels": 1, "Zigzags": 1} and found.cut == 1
    starter = load_model(paths.starter_model()).text_encoder
    assert not starter.unread(["a castaway signals the plane with semaphore"]).words, "pieces of words are known"
    assert set(starter.unread(["a person waves \U0001f44b"]).words) == {"\U0001f44b"}


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_unknown_words_of_other_tokenizers(kind, tiny_text_folder, tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers

    if kind == "unigram":
        tokenizer = Tokenizer(models.Unigram([("<unk>", 0.0), ("walk", -1.0), ("s", -2.0)], unk_id=0))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        expected = {"yodel"}
    else:  # every byte has a token
        letters = {letter: place for place, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet())[:200])}
        tokenizer = Tokenizer(models.BPE(letters, []))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
        expected = set()
    architecture = json.loads((tiny_text_folder / "config.json").read_text())
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    encoder = TextEncoder.from_parts(architecture, tmp_path / "tokenizer.json", "mean")
    assert set(encoder.unread(["walks yodel", "walks"]).words) == expected


def test_a_loaded_model_does_not_change_with_its_file(tiny_model, tmp_path):
    """A file that is written over in place, as by a copy, changes nothing of the model that came from it."""
    save_model(tiny_model, tmp_path / "m", CheckpointInfo({}, {}))
    loaded = load_model(tmp_path / "m")
    file = tmp_path / "m" / "model.safetensors"
    with file.open("r+b") as stream:
        stream.write(bytes(file.stat().st_size))
    for name, tensor in tiny_model.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor)
