"""Transformers of other families against timm itself; what does not fit is a sentence."""

from functools import partial

import pytest
import torch
from torch.nn import functional

from motionpatches.core.errors import StudioError
from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import changed, preset
from motionpatches.core.models.motion_encoder import MotionEncoder
from motionpatches.core.models.torchvision_shim import prepare_imports
from tests.core.models.test_variants import statistics_of

prepare_imports()
import timm  # noqa: E402

# Small versions of families that are large otherwise, by timm's own arguments.
SMALL = dict(embed_dim=48, depth=2, num_heads=3)
FRAMES = 70


@pytest.fixture
def small(monkeypatch):
    """Every model of timm is made small."""

    def use(**sizes):
        monkeypatch.setattr(timm, "create_model", partial(timm.create_model, **sizes))

    return use


def encoder_of(name, pooling="avg", preset_name="starter", **model):
    torch.manual_seed(0)
    config = preset(preset_name, motion=name, motion_weights="", motion_pooling=pooling, **model)
    encoder = MotionEncoder(config).eval()
    for weight in encoder.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.1)
    return encoder, config.patches.points


def images(points):
    x = torch.randn(2, 3, 224, 5 * points)
    x[1, :, FRAMES:] = 0
    return x


@torch.no_grad()
@pytest.mark.parametrize(
    "name, pooling",
    [
        ("eva02_tiny_patch14_224", "avg"),
        ("eva02_tiny_patch14_224", "token"),
        ("vit_small_patch16_rope_224", "avg"),
        ("vit_base_patch16_rope_mixed_224", "avg"),
        ("vit_small_patch16_dinov3", "avg"),
        ("deit_tiny_distilled_patch16_224", "token"),
        ("deit3_small_patch16_224", "avg"),
    ],
)
def test_the_starter_trims_what_takes_masks(name, pooling, small):
    """A whole motion is timm's own forward; a short one reads its windows alone, in timm's blocks over the whole grid."""
    small(**SMALL)
    encoder, points = encoder_of(name, pooling)
    assert encoder.trim_padding
    x, vit = images(points), encoder.vit
    found = encoder(x)
    torch.testing.assert_close(found[:1], vit(x[:1]), atol=1e-4, rtol=1e-4)
    embedded = vit._pos_embed(vit.patch_embed(x[1:]))
    tokens, rotary = embedded if isinstance(embedded, tuple) else (embedded, None)
    prefix, windows = vit.num_prefix_tokens, -(-FRAMES // points)
    seen = torch.arange(tokens.shape[1]) < prefix + 5 * windows
    tokens = vit.norm_pre(tokens)
    for place, block in enumerate(vit.blocks):
        turned = {} if rotary is None else {"rope": rotary[place] if getattr(vit, "rope_mixed", False) else rotary}
        tokens = block(tokens, attn_mask=seen[None, None, None], **turned)
    tokens = vit.norm(tokens)[:, seen]
    expected = vit.fc_norm(tokens[:, prefix:].mean(1)) if pooling == "avg" else vit.forward_head(tokens)
    torch.testing.assert_close(found[1:], expected, atol=1e-4, rtol=1e-4)
    assert (found[1:] - vit(x[1:])).abs().max() > 1e-3, "the padding is seen by timm alone"


@torch.no_grad()
@pytest.mark.parametrize("preset_name", ["paper", "starter"])
@pytest.mark.parametrize(
    "name",
    ["beit_base_patch16_224", "cait_xxs24_224", "test_vit_relpos", "xcit_nano_12_p16_224", "naflexvit_so150m2_patch16_reg1_gap"],
)
def test_others_read_the_whole_image(name, preset_name, small):
    if name.startswith(("beit", "cait", "xcit", "naflex")):
        small(**SMALL)
    encoder, points = encoder_of(name, "avg", preset_name)
    assert not encoder.trim_padding
    x = images(points)
    torch.testing.assert_close(encoder(x), encoder.vit.forward_head(encoder.vit.forward_features(x)))
    assert encoder(x).shape == (2, encoder.width)


@torch.no_grad()
@pytest.mark.parametrize(
    "name", ["eva02_tiny_patch14_224", "cait_xxs24_224", "vit_base_patch32_384", "naflexvit_so150m2_patch16_reg1_gap"]
)
def test_they_are_saved_and_loaded(name, tiny_config, small, tmp_path):
    small(**SMALL)
    config = changed(tiny_config, motion=name, motion_weights="")
    model = new_model(config, lambda: statistics_of(5 * config.patches.points)).eval()
    save_model(model, tmp_path / "m", CheckpointInfo())
    x = images(config.patches.points)
    torch.testing.assert_close(load_model(tmp_path / "m").encode_motion(x), model.encode_motion(x), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "name, pooling, said",
    [
        ("deit_tiny_distilled_patch16_224", "avg", "set motion_pooling to token"),
        ("test_vit3", "token", "set motion_pooling to avg"),
        ("convit_tiny", "avg", "cannot read motion patches"),
        ("hiera_tiny_224", "avg", "does not read a sequence of patches"),
        ("crossvit_9_240", "token", "does not read a sequence of patches"),
        ("vit_tiny_r_s16_p8_224", "avg", "cannot be built for motion patches"),
        ("vit_small_resnet26d_224", "avg", "maps of a convolutional network, not a sequence of patches"),
        ("resnet18", "avg", "cannot be built for motion patches"),
        ("swin_tiny_patch4_window7_224", "avg", "sequence of patches"),
        ("vit_enormous", "avg", "timm has no vision transformer"),
    ],
)
def test_what_does_not_fit_is_a_sentence(name, pooling, said):
    with pytest.raises(StudioError, match=said) as caught:
        encoder_of(name, pooling)
    assert "\n" not in str(caught.value) and ("choose a ViT, DeiT" in str(caught.value) or "timm has no" in str(caught.value))


@torch.no_grad()
def test_raw_joints_need_plain_blocks(tiny_config, small):
    small(**SMALL)
    config = changed(tiny_config, patches={"form": "joints"}, motion="deit_tiny_distilled_patch16_224", motion_pooling="token")
    model = new_model(config, lambda: statistics_of(22)).eval()
    assert model.encode_motion(torch.randn(2, 3, 224, 22)).shape == (2, 256)
    for other in ("eva02_tiny_patch14_224", "cait_xxs24_224"):
        with pytest.raises(StudioError, match="needs the grid of an image"):
            new_model(changed(config, motion=other, motion_pooling="avg"), lambda: statistics_of(22))


@torch.no_grad()
@pytest.mark.filterwarnings("ignore::UserWarning")  # of the interpolation that timm does for BEiT
@pytest.mark.parametrize(
    "source, size, target",
    [
        ("vit_tiny_patch16_224", 384, "vit_tiny_patch16_224"),
        ("vit_small_patch32_224", 384, "vit_small_patch16_224"),
        ("beit_base_patch16_224", 384, "beit_base_patch16_224"),
        ("eva02_tiny_patch14_224", 336, "eva02_tiny_patch14_224"),
    ],
)
def test_weights_of_another_size_are_resampled(source, size, target, small, tmp_path):
    """By timm, as timm loads them itself."""
    small(**SMALL)
    weights = timm.create_model(source, img_size=size).state_dict()
    torch.save(weights, tmp_path / "w.pth")
    config = preset("paper", motion=target, motion_weights=str(tmp_path / "w.pth"), motion_pooling="avg")
    vit = MotionEncoder(config).vit
    for name, tensor in vit.state_dict().items():
        if name in weights and weights[name].shape == tensor.shape:
            torch.testing.assert_close(tensor, weights[name])
    if getattr(vit, "pos_embed", None) is not None:
        rows = 224 // config.patches.points
        side = int((weights["pos_embed"].shape[1] - 1) ** 0.5)
        grid = weights["pos_embed"][:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        resized = functional.interpolate(grid, (rows, 5), mode="bicubic", antialias=True).permute(0, 2, 3, 1).flatten(1, 2)
        torch.testing.assert_close(vit.pos_embed[:, 1:], resized, atol=1e-5, rtol=1e-4)


def test_weights_of_another_model_are_a_sentence(small, tmp_path):
    small(**SMALL)
    torch.save(timm.create_model("vit_tiny_patch16_224", embed_dim=96).state_dict(), tmp_path / "w.pth")
    with pytest.raises(StudioError, match="do not fit vit_tiny_patch16_224"):
        MotionEncoder(preset("paper", motion="vit_tiny_patch16_224", motion_weights=str(tmp_path / "w.pth")))
