"""Text encoders whose position lies in buffers that no file holds: saved and loaded they read as transformers' own."""

import shutil

import pytest
import torch

from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import preset
from motionpatches.core.models.torchvision_shim import prepare_imports
from tests.core.models.test_variants import statistics_of

SIZES = dict(vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2, pad_token_id=0)
GROUPED = dict(num_key_value_heads=1, head_dim=16)
TOKENS = dict(bos_token_id=2, eos_token_id=3)
KINDS = {
    "ModernBert": dict(local_attention=8, global_attn_every_n_layers=2, cls_token_id=2, sep_token_id=3, **TOKENS),
    "RoFormer": dict(max_position_embeddings=96),
    "Llama": dict(num_key_value_heads=1, **TOKENS),
    "Qwen3": dict(max_position_embeddings=40960, **GROUPED),
    "Gemma2": dict(**GROUPED, **TOKENS),
    "GPTNeoX": TOKENS,
}


@torch.no_grad()
@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_reads_as_before(kind, tiny_text_folder, tmp_path):
    prepare_imports()
    import transformers

    torch.manual_seed(0)
    theirs = getattr(transformers, f"{kind}Model")(getattr(transformers, f"{kind}Config")(**SIZES, **KINDS[kind])).eval()
    for weight in theirs.parameters():
        torch.nn.init.normal_(weight, std=0.4)  # far from 0, so that the position matters
    theirs.save_pretrained(tmp_path / "text")
    shutil.copy(tiny_text_folder / "tokenizer.json", tmp_path / "text")
    config = preset("paper", text=str(tmp_path / "text"), text_pooling="last", motion="test_vit", motion_weights="")
    model = new_model(config, lambda: statistics_of(80)).eval()
    save_model(model, tmp_path / "m", CheckpointInfo())
    sentences = ["a person walks forward and then turns left", "someone kicks twice"]
    again = load_model(tmp_path / "m")
    ids, mask = again.text_encoder.tokenize(sentences)
    states = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
    expected = torch.stack([states[i, int(mask[i].sum()) - 1] for i in range(2)])
    torch.testing.assert_close(again.text_encoder(ids, mask), expected, atol=2e-5, rtol=1e-4)
    assert torch.cosine_similarity(again.encode_text(sentences), model.encode_text(sentences)).min() > 1 - 1e-6
