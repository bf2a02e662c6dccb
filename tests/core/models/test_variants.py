"""The ablations' models: raw joints, patches of other sizes, two people, other text encoders, new heads."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models.build import new_model, rebuilt
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.text_encoder import TextEncoder
from motionpatches.core.motion.motion import Motion
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.patches import (
    PatchRecipe,
    PatchStatistics,
    compute_statistics,
    repeat_kit_frames,
    to_patches,
)
from motionpatches.core.search.encode import encode_windows, windows_of


def statistics_of(columns):
    return PatchStatistics(np.zeros((columns, 3), np.float32), np.ones((columns, 3), np.float32))


@torch.no_grad()
def test_raw_joints_go_through_the_blocks_frame_by_frame(tiny_config, smpl_motion, tmp_path):
    config = changed(tiny_config, patches={"form": "joints"}, motion_pooling="token")
    model = new_model(config, lambda: compute_statistics([smpl_motion], config.patches)).eval()
    encoder = model.motion_encoder
    pixels = to_patches(smpl_motion.crop(0, 40), model.statistics, recipe=config.patches).pixels
    np.testing.assert_allclose(
        pixels[:, :40].transpose(1, 2, 0) * model.statistics.std + model.statistics.mean, smpl_motion.positions[:40], atol=1e-5
    )
    x = torch.from_numpy(pixels)[None]
    frames = torch.stack([encoder.embed(torch.from_numpy(pixels[:, t].T.reshape(-1))) for t in range(40)])
    tokens = torch.cat([encoder.vit.cls_token[0], frames]) + encoder.position[0, :41]
    for block in encoder.vit.blocks:
        tokens = block(tokens[None] if tokens.dim() == 2 else tokens)
    torch.testing.assert_close(encoder(x)[0], encoder.vit.norm(tokens)[0, 0], atol=1e-5, rtol=1e-4)
    long = torch.randn(1, 3, 224, 22)
    torch.testing.assert_close(encoder(torch.cat([x, long]))[:1], encoder(x), atol=1e-5, rtol=1e-4)
    save_model(model, tmp_path / "m", CheckpointInfo())
    torch.testing.assert_close(load_model(tmp_path / "m").encode_motion(x), model.encode_motion(x))


@torch.no_grad()
@pytest.mark.parametrize(
    "name, points",
    [
        ("vit_tiny_patch16_224", 16),
        ("vit_base_patch32_224", 32),
        ("vit_small_patch8_224", 8),
        ("deit_tiny_distilled_patch16_224", 16),
    ],
)
def test_patch_sizes_of_vits_and_deits(tiny_config, smpl_motion, name, points):
    config = changed(tiny_config, motion=name, motion_pooling="token" if "distilled" in name else "avg")
    assert config.patches.points == points
    model = new_model(config, lambda: statistics_of(5 * points)).eval()
    pixels, _ = windows_of(model, smpl_motion)
    assert pixels.shape == (1, 3, 224, 5 * points)
    row = encode_windows(model, pixels, "fp32")
    assert np.linalg.norm(row[0]) == pytest.approx(1, abs=1e-5)
    other = encode_windows(model, pixels[:, :, ::-1].copy(), "fp32")
    assert abs(float((row * other).sum())) < 0.9999


@torch.no_grad()
def test_hidden_units_beside_the_linear_head(tiny_config, smpl_motion, tmp_path):
    config = changed(tiny_config, head="text_space", head_hidden=12)
    model = new_model(config, lambda: statistics_of(80)).eval()
    head, features = model.motion_head, torch.randn(3, model.motion_encoder.width)
    plain = features @ head.weight.T + head.bias
    torch.testing.assert_close(head(features), plain)
    head.change.weight += torch.randn_like(head.change.weight)
    units = features @ head.hidden.weight.T + head.hidden.bias
    expected = plain + (units * (1 + torch.erf(units / 2**0.5)) / 2) @ head.change.weight.T
    torch.testing.assert_close(head(features), expected, atol=1e-5, rtol=1e-4)
    pixels, _ = windows_of(model, smpl_motion)
    save_model(model, tmp_path / "m", CheckpointInfo())
    again = load_model(tmp_path / "m")
    assert again.config.head_hidden == 12
    np.testing.assert_allclose(encode_windows(again, pixels, "fp32"), encode_windows(model, pixels, "fp32"), atol=1e-6)
    with pytest.raises(StudioError, match="head_hidden"):
        changed(tiny_config, head="residual", head_hidden=4)


def test_a_patch_size_that_the_transformer_does_not_read(tiny_config):
    with pytest.raises(StudioError, match="reads patches of 16"):
        new_model(changed(tiny_config, patches={"points": 8}), lambda: statistics_of(40))
    with pytest.raises(StudioError, match="head must be one of"):
        preset("paper", head="deep")
    for wrong in ({"haed": "linear"}, {"dim": "x"}, {"patches": 3}, {"patches": {"points": "8"}}):
        with pytest.raises(StudioError, match="model's fields"):
            preset("paper", **wrong)
    with pytest.raises(StudioError, match="patches.form"):
        preset("paper", patches={"form": "cubes"})


def pair(smpl_motion):
    other = replace(smpl_motion, positions=smpl_motion.positions[::-1].copy() + np.float32([0, 0, 1.5]))
    return replace(smpl_motion, partner=other)


@torch.no_grad()
def test_two_people_share_the_encoder_and_one_head(tiny_config, smpl_motion, tmp_path):
    model = new_model(replace(tiny_config, people=2), lambda: statistics_of(80)).eval()
    both = pair(smpl_motion)
    pixels, _ = windows_of(model, both)
    assert pixels.shape == (1, 2, 3, 224, 80)
    features = [model.motion_encoder(torch.from_numpy(pixels[:, person])) for person in (0, 1)]
    expected = functional.normalize(model.motion_head(torch.cat(features, dim=1)), dim=-1)
    torch.testing.assert_close(model.encode_motion(torch.from_numpy(pixels)), expected, atol=1e-5, rtol=1e-4)
    save_model(model, tmp_path / "m", CheckpointInfo())
    np.testing.assert_allclose(encode_windows(load_model(tmp_path / "m"), pixels, "fp32"), expected.numpy(), atol=1e-5)
    with pytest.raises(StudioError, match="shows one person"):
        windows_of(model, smpl_motion)


@torch.no_grad()
def test_new_heads_over_the_encoders_of_another(tiny_model):
    model = rebuilt(tiny_model, changed(tiny_model.config, head="linear", dim=24)).eval()
    x = torch.randn(2, 3, 224, 80)
    torch.testing.assert_close(model.motion_encoder(x), tiny_model.motion_encoder(x))
    assert model.encode_motion(x).shape == model.encode_text(["a", "person"]).shape == (2, 24)
    with pytest.raises(StudioError, match="keeps its motion encoder"):
        rebuilt(tiny_model, changed(tiny_model.config, motion="vit_tiny_patch16_224"))


@torch.no_grad()
def test_tokens_and_temperature_leave_the_heads_alone(tiny_model):
    """Before a step the embeddings are those of the model that training starts from; where heads read otherwise, they are new."""
    x, words = torch.randn(2, 3, 224, 80), ["a person walks", "someone waves"]
    model = rebuilt(tiny_model, changed(tiny_model.config, token_dim=16, temperature=0.05, drop_path=0.1)).eval()
    torch.testing.assert_close(model.encode_motion(x), tiny_model.encode_motion(x))
    torch.testing.assert_close(model.encode_text(words), tiny_model.encode_text(words))
    assert model.encode_patches(x)[1].shape[2] == 16
    for field in ({"motion_pooling": "token"}, {"text_pooling": "cls"}, {"head": "linear"}):
        other = rebuilt(tiny_model, changed(tiny_model.config, **field)).eval()
        assert not torch.allclose(other.encode_text(words), tiny_model.encode_text(words), atol=1e-3)


@torch.no_grad()
def test_new_heads_over_another_pooling(tiny_model, tmp_path):
    """The pooling that is asked for, also after the model is saved and loaded."""
    model = rebuilt(tiny_model, changed(tiny_model.config, text_pooling="cls")).eval()
    ids, mask = model.text_encoder.tokenize(["a person walks", "someone waves twice"])
    states = tiny_model.text_encoder.backbone(input_ids=ids, attention_mask=mask).last_hidden_state
    torch.testing.assert_close(model.text_encoder(ids, mask), states[:, 0], atol=1e-5, rtol=1e-4)
    assert tiny_model.text_encoder.pooling == "mean"
    save_model(model, tmp_path / "m", CheckpointInfo())
    torch.testing.assert_close(load_model(tmp_path / "m").encode_text(["a person"]), model.encode_text(["a person"]))


def test_other_statistics_leave_the_model_alone(tiny_model):
    from motionpatches.core.models.build import with_statistics

    other = with_statistics(tiny_model, PatchStatistics(np.ones((80, 3), np.float32), np.ones((80, 3), np.float32)))
    assert tiny_model.statistics.mean[0, 0] == 0 and other.statistics.mean[0, 0] == 1
    assert other.motion_head is tiny_model.motion_head


@torch.no_grad()
def test_the_starter_preset_starts_from_the_shipped_encoders():
    from motionpatches.core import paths

    start = load_model(paths.starter_model())
    model = new_model(preset("starter"), lambda: pytest.fail("the statistics go with the encoder")).eval()
    x = torch.randn(1, 3, 224, 80)
    torch.testing.assert_close(model.motion_encoder(x), start.motion_encoder(x))
    ids, mask = start.text_encoder.tokenize(["a person walks"])
    torch.testing.assert_close(model.text_encoder(ids, mask), start.text_encoder(ids, mask))
    np.testing.assert_array_equal(model.statistics.mean, start.statistics.mean)
    assert model.config.head == "residual" and model.config.dim == 256


@torch.no_grad()
@pytest.mark.parametrize("kind", ["clip", "mpnet", "t5"])
def test_other_text_encoders_from_folders(kind, tiny_text_folder, tmp_path):
    import shutil

    import transformers

    torch.manual_seed(0)
    if kind == "clip":
        text = transformers.CLIPTextConfig(
            vocab_size=40, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, eos_token_id=3
        )
        vision = transformers.CLIPVisionConfig(
            hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=16
        )
        whole = transformers.CLIPModel(transformers.CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict()))
        expected = whole.text_model
    elif kind == "mpnet":
        whole = expected = transformers.MPNetModel(
            transformers.MPNetConfig(
                vocab_size=40, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2
            )
        )
    else:
        whole = transformers.T5Model(
            transformers.T5Config(vocab_size=40, d_model=32, d_kv=16, d_ff=64, num_layers=2, num_heads=2)
        )
        expected = whole.encoder
    whole.eval().save_pretrained(tmp_path)
    shutil.copy(tiny_text_folder / "tokenizer.json", tmp_path)
    config = preset("paper", text=str(tmp_path), text_pooling="last", motion="test_vit", motion_weights="")
    encoder = TextEncoder.pretrained(config).eval()
    ids, mask = encoder.tokenize(["a person walks forward", "someone kicks"])
    states = expected(input_ids=ids, attention_mask=mask).last_hidden_state
    by_hand = torch.stack([states[i, int(mask[i].sum()) - 1] for i in range(2)])
    torch.testing.assert_close(encoder(ids, mask), by_hand, atol=1e-5, rtol=1e-4)
    model = new_model(config, lambda: statistics_of(80)).eval()
    save_model(model, tmp_path / "m", CheckpointInfo())
    torch.testing.assert_close(load_model(tmp_path / "m").encode_text(["a person"]), model.encode_text(["a person"]))


def test_kit_frames_repeat_as_published():
    ramp = np.broadcast_to(np.arange(30, dtype=np.float32)[:, None, None], (30, 22, 3))
    motion = repeat_kit_frames(Motion(np.ascontiguousarray(ramp), 12.5, SMPL22))
    head = [0, 0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14]
    assert motion.fps == 20 and list(motion.positions[:25, 0, 0]) == head and motion.positions[-1, 0, 0] == 29
    from motionpatches.core.patches import prepare

    assert prepare(Motion(np.ascontiguousarray(ramp), 12.5, SMPL22), PatchRecipe(repeat_frames=True)).frame_count == len(
        motion.positions
    )
