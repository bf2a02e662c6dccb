"""Encoders from folders on disk as the libraries themselves write them, against the libraries' own forward passes."""

import json
import shutil
from dataclasses import replace
from functools import partial

import pytest
import torch
from safetensors.torch import load_file

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.hub_folder import sentence_model, sentence_notes
from motionpatches.core.models.motion_encoder import MotionEncoder
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.training.config import TrainingConfig
from motionpatches.core.training.notes import unused_fields
from tests.core.models.test_variants import statistics_of

prepare_imports()
import timm  # noqa: E402
import transformers  # noqa: E402

SMALL = dict(embed_dim=48, depth=2, num_heads=3)
SIZES = dict(vocab_size=29, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(timm, "create_model", partial(timm.create_model, **SMALL))


@torch.no_grad()
@pytest.mark.parametrize(
    "name, pooling, safe",
    [
        ("vit_tiny_patch16_384", "token", True),  # class token
        ("vit_wee_patch16_reg1_gap_256", "avg", False),  # a register, no class token
        ("vit_small_patch14_reg4_dinov2", "token", True),  # patches of 14, class token and four registers
        ("vit_base_patch32_384", "avg", False),
        ("deit3_small_patch16_224", "avg", True),
        ("eva02_tiny_patch14_224", "avg", True),  # rotary positions
    ],
)
def test_folders_of_timm(name, pooling, safe, small, tiny_config, tmp_path):
    config = changed(tiny_config, motion=name, motion_weights=str(tmp_path / "vit"), motion_pooling=pooling, trim_padding=True)
    points = config.patches.points
    torch.manual_seed(0)
    theirs = timm.create_model(name, img_size=(224, 5 * points), global_pool=pooling).eval()
    for weight in theirs.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    timm.models.save_for_hf(theirs, tmp_path / "vit", safe_serialization=safe)
    images = torch.randn(2, 3, 224, 5 * points)
    expected = theirs.forward_head(theirs.forward_features(images), pre_logits=True)
    model = new_model(config, lambda: statistics_of(5 * points)).eval()
    torch.testing.assert_close(model.motion_encoder(images), expected, atol=1e-4, rtol=1e-4)
    save_model(model, tmp_path / "m", CheckpointInfo())
    shutil.rmtree(tmp_path / "vit")
    torch.testing.assert_close(load_model(tmp_path / "m").motion_encoder(images), expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("kind", ["ViTModel", "ViTForImageClassification", "DeiTModel"])
def test_folders_of_transformers(kind, small, tmp_path):
    sizes = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=192, image_size=(224, 80))
    config = transformers.DeiTConfig(**sizes) if kind == "DeiTModel" else transformers.ViTConfig(**sizes)
    torch.manual_seed(0)
    theirs = getattr(transformers, kind)(config).eval()
    for weight in theirs.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    theirs.save_pretrained(tmp_path)
    images = torch.randn(2, 3, 224, 80)
    encoder = theirs.vit if kind == "ViTForImageClassification" else theirs
    states = encoder(images).last_hidden_state
    distilled = kind == "DeiTModel"
    expected = states[:, :2].mean(1) if distilled else states[:, 0]
    name = "deit_tiny_distilled_patch16_224" if distilled else "vit_tiny_patch16_224"
    own = MotionEncoder(preset("paper", motion=name, motion_weights=str(tmp_path))).eval()
    torch.testing.assert_close(own(images), expected, atol=1e-4, rtol=1e-4)


def test_folders_that_do_not_fit(small, tmp_path):
    timm.models.save_for_hf(timm.create_model("vit_tiny_patch16_224"), tmp_path / "vit", safe_serialization=True)

    def opened(motion):
        return MotionEncoder(preset("paper", motion=motion, motion_weights=str(tmp_path / "vit")))

    with pytest.raises(StudioError, match="it holds a 'vit_tiny_patch16_224'.*Set motion to|it holds a vit_tiny_patch16_224"):
        opened("vit_small_patch16_224")
    (tmp_path / "vit" / "model.safetensors").unlink()
    with pytest.raises(FileProblem, match="neither model.safetensors nor pytorch_model.bin"):
        opened("vit_tiny_patch16_224")
    (tmp_path / "vit" / "config.json").write_text('{"model_type": "resnet"}')
    with pytest.raises(FileProblem, match="no vision transformer of timm"):
        opened("vit_tiny_patch16_224")
    config = transformers.ViTConfig(hidden_size=48, num_hidden_layers=1, num_attention_heads=3, intermediate_size=192)
    transformers.ViTModel(config).save_pretrained(tmp_path / "vit")
    state = load_file(tmp_path / "vit" / "model.safetensors")
    (tmp_path / "vit" / "model.safetensors").unlink()
    state["encoder.layer.0.lora.weight"] = torch.zeros(2)
    del state["encoder.layer.0.attention.attention.key.weight"]
    torch.save(state, tmp_path / "vit" / "pytorch_model.bin")
    with pytest.raises(
        FileProblem, match="unknown tensors encoder.layer.0.lora.weight, encoder.layer.0.attention.attention.query"
    ):
        opened("vit_tiny_patch16_224")


def text_model(kind):
    torch.manual_seed(0)
    if kind.startswith("CLIP"):
        config = transformers.CLIPTextConfig(**SIZES, projection_dim=16, bos_token_id=2, eos_token_id=3, pad_token_id=0)
        whole = getattr(transformers, kind)(config).eval()
        return whole, transformers.CLIPTextModel(config)
    if kind.startswith("DistilBert"):
        config = transformers.DistilBertConfig(vocab_size=29, dim=32, hidden_dim=48, n_layers=2, n_heads=2)
        whole = transformers.DistilBertForMaskedLM(config).eval()
        return whole, whole.distilbert
    name = kind.removesuffix("Model").removesuffix("ForMaskedLM")
    whole = getattr(transformers, kind)(getattr(transformers, f"{name}Config")(**SIZES, pad_token_id=0)).eval()
    return whole, getattr(whole, name.lower(), whole)


@torch.no_grad()
@pytest.mark.parametrize("kind", ["CLIPTextModel", "CLIPTextModelWithProjection", "BertForMaskedLM", "DistilBertForMaskedLM"])
def test_text_encoders_with_other_heads(kind, tiny_text_folder, tmp_path):
    """The encoder alone is taken, whatever it was saved with."""
    whole, encoder = text_model(kind)
    whole.save_pretrained(tmp_path)
    shutil.copy(tiny_text_folder / "tokenizer.json", tmp_path)
    own = TextEncoder.pretrained(preset("paper", text=str(tmp_path), text_pooling="last")).eval()
    ids, mask = own.tokenize(["a person walks forward", "someone kicks"])
    if kind.startswith("CLIP"):
        states = whole(input_ids=ids, attention_mask=mask).last_hidden_state
    else:
        states = encoder.eval()(input_ids=ids, attention_mask=mask).last_hidden_state
    expected = torch.stack([states[i, int(mask[i].sum()) - 1] for i in range(2)])
    torch.testing.assert_close(own(ids, mask), expected, atol=1e-5, rtol=1e-4)


def sentence_folder(tiny_text_folder, place, layout):
    """A sentence encoder in the layout of sentence-transformers 2 (flags, a folder of its own) or 6 (a mode, at the top)."""
    inside = "0_Transformer" if layout == 2 else ""
    shutil.copytree(tiny_text_folder, place / inside, dirs_exist_ok=True)
    old, new = "sentence_transformers.models", "sentence_transformers.sentence_transformer.modules"
    kinds = [("Transformer", inside), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"{old if layout == 2 else new}.{kind}"}
        for i, (kind, path) in enumerate(kinds)
    ]
    flags = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (place / "1_Pooling").mkdir()
    (place / "1_Pooling" / "config.json").write_text(json.dumps(flags if layout == 2 else {"pooling_mode": "mean"}))
    (place / "modules.json").write_text(json.dumps(modules))
    return place


@torch.no_grad()
@pytest.mark.parametrize("layout", [2, 6])
def test_sentence_encoders(layout, tiny_text_folder, tiny_config, tmp_path):
    folder = sentence_folder(tiny_text_folder, tmp_path / "encoder", layout)
    config = replace(tiny_config, text=str(folder))
    own = TextEncoder.pretrained(config).eval()
    ids, mask = own.tokenize(["a person walks forward", "someone kicks"])
    states = transformers.BertModel.from_pretrained(tiny_text_folder).eval()(input_ids=ids, attention_mask=mask).last_hidden_state
    expected = torch.stack([states[i, : int(mask[i].sum())].mean(0) for i in range(2)])
    torch.testing.assert_close(own(ids, mask), expected, atol=1e-5, rtol=1e-4)
    assert sentence_notes(folder, "mean") == [] and sentence_model(tiny_text_folder) is None
    model = new_model(replace(config, text_pooling="cls"), lambda: statistics_of(80))
    told = [note for note in unused_fields(TrainingConfig(library="x"), model) if "text_pooling" in note]
    assert told == ["encoder was trained with text_pooling mean, and is read with cls."]


def test_modules_that_are_not_read_or_lie_elsewhere(tiny_text_folder, tmp_path):
    folder = sentence_folder(tiny_text_folder, tmp_path / "e", 6)
    modules = json.loads((folder / "modules.json").read_text())
    dense = {"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([*modules, dense]))
    assert "modules Dense are not read" in sentence_notes(folder, "mean")[0]
    for path in ("../x", "/etc", "..\\x"):
        (folder / "modules.json").write_text(json.dumps([{**modules[0], "path": path}]))
        with pytest.raises(FileProblem, match="outside of the folder"):
            sentence_model(folder)
    for broken in ([], {}, [{"type": 3}]):
        (folder / "modules.json").write_text(json.dumps(broken))
        with pytest.raises(FileProblem, match="no Transformer|no type or path"):
            sentence_model(folder)


def test_a_vocabulary_without_tokenizer_json(tiny_text_folder, tiny_config, tmp_path):
    """As folders of before 2020 have it: the words of BERT, one per line."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "person", "walk", "##s"]
    for name in ("config.json", "model.safetensors"):
        shutil.copy(tiny_text_folder / name, tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    own = TextEncoder.pretrained(replace(tiny_config, text=str(tmp_path)))
    ids, mask = own.tokenize(["A person walks"])
    assert ids.tolist() == [[2, 5, 6, 7, 8, 3]] and mask.all()
    (tmp_path / "vocab.txt").unlink()
    with pytest.raises(StudioError, match="has no tokenizer.json"):
        TextEncoder.pretrained(replace(tiny_config, text=str(tmp_path)))


@torch.no_grad()
def test_weights_of_half_precision_and_of_torch(tiny_text_folder, tiny_config, tmp_path):
    theirs = transformers.BertModel.from_pretrained(tiny_text_folder)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(tiny_text_folder / name, tmp_path)
    torch.save({name: tensor.half() for name, tensor in theirs.state_dict().items()}, tmp_path / "pytorch_model.bin")
    own = TextEncoder.pretrained(replace(tiny_config, text=str(tmp_path)))
    for name, tensor in own.backbone.state_dict().items():
        assert tensor.dtype == torch.float32, name
        torch.testing.assert_close(tensor, theirs.state_dict()[name], atol=1e-3, rtol=1e-3)


def test_weights_that_lack_tensors_are_not_filled_by_chance(tiny_text_folder, tiny_config, tmp_path):
    """transformers draws what is missing at random and goes on."""
    state = transformers.BertModel.from_pretrained(tiny_text_folder).state_dict()
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(tiny_text_folder / name, tmp_path)
    lacking = {name: tensor for name, tensor in state.items() if "layer.1.output" not in name and "pooler" not in name}
    torch.save(lacking, tmp_path / "pytorch_model.bin")
    with pytest.raises(StudioError, match=r"lack 4 tensors .*encoder.layer.1.output"):
        TextEncoder.pretrained(replace(tiny_config, text=str(tmp_path)))
