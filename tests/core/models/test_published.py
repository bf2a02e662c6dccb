"""A state dict of the published names and shapes, written here with random numbers."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.app.cli.parser import main
from motionpatches.core.errors import FileProblem
from motionpatches.core.models.catalogue import Model
from motionpatches.core.models.checkpoint import load_model
from motionpatches.core.models.download import pull_checkpoint
from motionpatches.core.models.published_checkpoint import import_state_dict
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.progress import run

STATISTICS = PatchStatistics(np.zeros((22, 3), np.float32), np.ones((22, 3), np.float32), "joint")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Names from timm's ViT-B/16 and transformers' DistilBERT themselves; heads by the shapes of the paper's release."""
    prepare_imports()
    import timm
    from transformers import DistilBertConfig, DistilBertModel

    torch.manual_seed(1)
    vit = timm.create_model("vit_base_patch16_224", img_size=(224, 80), num_classes=0, global_pool="avg")
    text = DistilBertModel(DistilBertConfig())
    state = {"logit_scale": torch.tensor(2.6593, dtype=torch.float64)}
    state |= {f"motion_encoder.model.{n}": t for n, t in vit.state_dict().items()}
    state |= {f"text_encoder.text_model.{n}": t for n, t in text.state_dict().items() if "position_ids" not in n}
    for side in ("motion", "text"):
        for name, shape in (("projection", (256, 768)), ("fc", (256, 256)), ("layer_norm", (256,))):
            state[f"{side}_projection.{name}.weight"] = torch.randn(shape) * 0.05
            state[f"{side}_projection.{name}.bias"] = torch.randn(shape[0]) * 0.05
    file = tmp_path_factory.mktemp("published") / "best_model.pt"
    torch.save(state, file)
    return file, state, vit.eval(), text.eval()


def head(state, side, x):
    def linear(name, value):
        return value @ state[f"{side}_projection.{name}.weight"].T + state[f"{side}_projection.{name}.bias"]

    projected = linear("projection", x)
    added = projected + linear("fc", functional.gelu(projected))
    mean, var = added.mean(-1, keepdim=True), added.var(-1, keepdim=True, unbiased=False)
    normed = (added - mean) / torch.sqrt(var + 1e-5)
    normed = normed * state[f"{side}_projection.layer_norm.weight"] + state[f"{side}_projection.layer_norm.bias"]
    return normed / normed.norm(dim=-1, keepdim=True)


@torch.no_grad()
def test_it_embeds_as_the_encoders_and_heads_by_hand(published):
    file, state, vit, text = published
    assert len(state) == 263
    model = import_state_dict(file, STATISTICS, "here", "nothing").model
    assert model.config.temperature == pytest.approx(0.07, abs=1e-5)
    pixels = torch.randn(2, 3, 224, 80)
    pixels[1, :, 100:] = 0
    features = vit.fc_norm(vit.forward_features(pixels)[:, 1:].mean(1))
    torch.testing.assert_close(model.encode_motion(pixels), head(state, "motion", features), atol=2e-5, rtol=1e-4)
    ids, mask = model.text_encoder.tokenize(["a person walks", "someone stumbles and catches themselves"])
    assert ids[0, 0] == 101 and int(mask[0].sum()) == 5
    words = text(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
    torch.testing.assert_close(model.encode_tokens(ids, mask), head(state, "text", words), atol=2e-5, rtol=1e-4)


def test_nothing_is_loaded_in_part(published, tmp_path):
    _, state, *_ = published
    broken = {n: t for n, t in state.items() if n not in ("text_projection.fc.bias", "motion_encoder.model.fc_norm.weight")}
    broken["motion_encoder.model.head.weight"] = torch.zeros(2)
    broken["text_projection.fc.weight"] = torch.zeros(256, 255)
    torch.save(broken, tmp_path / "b.pt")
    with pytest.raises(FileProblem) as caught:
        import_state_dict(tmp_path / "b.pt", STATISTICS, "here", "nothing")
    for text in (
        "missing text_projection.fc.bias",
        "missing motion_encoder.model.fc_norm.weight",
        "4 tensors",
        "unknown motion_encoder.model.head.weight",
        "text_projection.fc.weight is (256, 255) instead of (256, 256)",
    ):
        assert text in str(caught.value)
    torch.save({"model": 1}, tmp_path / "c.pt")
    with pytest.raises(FileProblem, match="tensors by name"):
        import_state_dict(tmp_path / "c.pt", STATISTICS, "here", "nothing")
    (tmp_path / "d.pt").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(FileProblem, match="not a state dict"):
        import_state_dict(tmp_path / "d.pt", STATISTICS, "here", "nothing")


def test_imported_by_command_with_the_data_sets_statistics(published, small_library, tmp_path, capsys):
    assert main(["model", "import", str(published[0]), "--statistics", str(small_library), "-o", str(tmp_path / "m")]) == 0
    model = load_model(tmp_path / "m")
    joints = np.concatenate([np.load(f) for f in sorted((small_library / "new_joints").glob("*.npy"))]).astype(np.float64)
    np.testing.assert_allclose(model.statistics.mean, joints.mean(0), atol=1e-5)
    np.testing.assert_allclose(model.statistics.std, joints.std(0), atol=1e-5)
    card = Model.read(tmp_path / "m")
    assert "non-commercial" in card.card.lower() or "not for commercial" in card.card
    assert card.provenance["origin"] == "the file best_model.pt"
    assert main(["model", "import", str(published[0]), "--statistics", str(small_library), "-o", str(tmp_path / "m")]) == 1
    assert "there already" in capsys.readouterr().err
    assert main(["model", "info", str(tmp_path / "m")]) == 0 and "Licence" in capsys.readouterr().out
    np.save(small_library / "Mean_raw.npy", np.full((22, 3), 0.5))
    np.save(small_library / "Std_raw.npy", np.full((22, 3), 2.0))
    assert main(["model", "import", str(published[0]), "--statistics", str(small_library), "-o", str(tmp_path / "n")]) == 0
    assert load_model(tmp_path / "n").statistics.mean[3, 1] == 0.5


def test_pulling_without_a_network_is_one_sentence(monkeypatch, tmp_path):
    from motionpatches.core.errors import StudioError

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(StudioError, match="hub cannot be reached"):
        run(pull_checkpoint("line-corporation/MotionPatches", "HumanML3D"))
    with pytest.raises(StudioError, match="no name of a hub repository"):
        run(pull_checkpoint("a b/c/d", "HumanML3D"))


def raises(error):
    def call(*_, **__):
        raise error

    return call


def no_answer() -> Exception:
    """The error of the hub's client where nothing answers: port 9 of this machine."""
    from huggingface_hub import HfApi

    try:
        HfApi(endpoint="https://127.0.0.1:9").model_info("a/b")
    except Exception as error:
        return error
    raise AssertionError("something answered")


@pytest.mark.parametrize("kind", ["no answer", "system"])
def test_any_failing_connection_is_one_sentence(kind, monkeypatch, capsys, tmp_path):
    """What the hub's client raises without a network need not be an OSError."""
    import huggingface_hub
    from huggingface_hub import constants

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    error = no_answer() if kind == "no answer" else ConnectionError("Name or service not known")
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", raises(error))
    command = ["model", "pull", "line-corporation/MotionPatches", "--statistics", str(tmp_path), "-o", str(tmp_path / "m")]
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "the Hugging Face hub cannot be reached" in said and "Traceback" not in said
    from motionpatches.core.errors import StudioError
    from motionpatches.core.models import hub

    monkeypatch.setattr(huggingface_hub, "snapshot_download", raises(error))
    with pytest.raises(StudioError, match="cannot be reached"):
        hub.text_folder("bert-base-uncased")
