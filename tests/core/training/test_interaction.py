"""Late interaction in training: the gradient in parts, hidden words, and a planted word that finds its part of the body."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch.nn import functional

from motionpatches.core.models.build import new_model
from motionpatches.core.models.checkpoint import CheckpointInfo, load_model, save_model
from motionpatches.core.models.config import preset
from motionpatches.core.models.late_interaction import max_sim
from motionpatches.core.models.torchvision_shim import prepare_imports
from motionpatches.core.models.word_head import WordHead, can_fill
from motionpatches.core.patches import PARTS, PatchStatistics
from motionpatches.core.training import config as training_config
from motionpatches.core.training.batches import Batch
from motionpatches.core.training.caption_features import TextFeatures
from motionpatches.core.training.distributed import World
from motionpatches.core.training.masked_words import filling_losses, hide_words
from motionpatches.core.training.notes import unused_fields
from motionpatches.core.training.optimizer import make_optimizer
from motionpatches.core.training.step import backward

WORDS = ["kicks", "steps", "bows", "points", "waves", "someone", "slowly", "again"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A BERT of two layers that has a token for hidden words."""
    prepare_imports()
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert")
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    sizes = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, max_position_embeddings=32)
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder)
    return folder


@pytest.fixture
def model(folder):
    torch.manual_seed(0)
    config = preset("interaction", motion="test_vit", motion_weights="", text_weights="hub", text=str(folder), token_dim=16)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    made = new_model(config, lambda: statistics)
    made.word_head = WordHead(made.text_encoder)
    return made


def planted(seed, size=10, windows=4):
    """Motions in which one part of the body moves, and captions with that part's word among others."""
    rng = np.random.default_rng(seed)
    parts = np.arange(size) % PARTS
    pixels = np.zeros((size, 3, 224, 80), np.float32)
    pixels[:, :, : 16 * windows] = rng.normal(0, 0.3, (size, 3, 16 * windows, 80))
    for image, part in zip(pixels, parts, strict=True):
        wave = np.sin(np.arange(16 * windows) / 3)[None, :, None] * np.ones((3, 1, 16))
        image[:, : 16 * windows, 16 * part : 16 * part + 16] += 3 * wave
    fillers = rng.choice(["slowly", "again"], size)
    captions = [f"someone {WORDS[part]} {filler}." for part, filler in zip(parts, fillers, strict=True)]
    return Batch(pixels, captions, np.equal.outer(parts, parts).astype(np.float32), seed), parts


def gradients(model, batch, config, **arguments):
    model.zero_grad()
    loss = backward(model, TextFeatures(model, False), batch, config, World(), **arguments)
    return loss, {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("chunk", [3, 4])
def test_chunks_give_the_gradient_of_the_whole(model, chunk):
    config = replace(training_config.recipe("interaction", align=0.5), precision="fp32")
    batch, _ = planted(3)
    whole, expected = gradients(model.train(), batch, config)  # with dropout
    parts, found = gradients(model, batch, config, chunk=chunk)
    assert parts == pytest.approx(whole, abs=1e-5) and set(found) == set(expected)
    assert {"token_heads.motion.weight", "token_heads.text.weight", "word_head.dense.weight"} <= set(found)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-3, msg=name)


def test_two_processes_give_the_gradient_of_one(model):
    """Each is given what the other has gathered; their gradients add up."""
    config = replace(training_config.recipe("interaction"), precision="fp32")
    batch, _ = planted(3)
    batch = replace(batch, wrong=("", "someone waves", *[""] * 8))
    whole, expected = gradients(model.train(), batch, config)
    gathered = {0: [], 1: []}

    class Half(World):
        def gather(self, rows):
            mine, others = gathered[self.rank], gathered[1 - self.rank]
            other = others[len(mine)] if len(others) > len(mine) else torch.zeros_like(rows)
            mine.append(rows.detach())
            return torch.cat([rows, other] if self.rank == 0 else [other, rows])

    def half(rank):
        gathered[rank].clear()
        part = slice(5 * rank, 5 * rank + 5)
        model.zero_grad()
        loss = backward(model, TextFeatures(model, False), replace(batch, pixels=batch.pixels[part]), config, Half(rank, 2))
        return loss, {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    half(0)
    (one_loss, one), (other_loss, other) = half(1), half(0)
    assert one_loss == pytest.approx(whole, abs=1e-4) and other_loss == pytest.approx(whole, abs=1e-4)
    for name, gradient in expected.items():
        torch.testing.assert_close(one[name] + other[name], gradient, atol=2e-5, rtol=1e-3, msg=name)


def test_the_loss_is_the_sum_of_its_parts(model):
    """Against the formula by hand: cross-entropies of both ways for cosines and for MaxSim, and of the hidden words."""
    config = replace(training_config.recipe("interaction", max_sim=0.5, mlm=2.0, same_caption_positives=False), precision="fp32")
    batch, _ = planted(0, size=5)
    batch = replace(batch, targets=np.eye(5, dtype=np.float32))
    loss, _ = gradients(model.eval(), batch, config)
    encoder = model.text_encoder
    with torch.no_grad():
        rows, patches = model.encode_patches(torch.from_numpy(batch.pixels))
        texts, words = model.encode_words(*encoder.tokenize(batch.captions))
        own = torch.arange(5)
        both = [functional.cross_entropy(s / 0.07, own) for s in (rows @ texts.T, texts @ rows.T)]
        late = [functional.cross_entropy(s / 0.07, own) for s in (max_sim(words, patches), max_sim(words, patches).T)]
        hidden = hide_words(encoder, batch.captions, config.seed, batch.step)
        states = encoder.backbone(input_ids=hidden.ids, attention_mask=hidden.mask).last_hidden_state
        filled = [
            -model.word_head(states[i, j][None], encoder.word_vectors).log_softmax(-1)[0, hidden.words[i, j]]
            for i, j in hidden.hidden.nonzero().tolist()
        ]
    expected = sum(both) / 2 + 0.5 * sum(late) / 2 + 2.0 * sum(filled) / len(filled)
    assert loss == pytest.approx(float(expected), abs=1e-4)


def test_hidden_words_are_words_at_the_stated_share(model):
    encoder = model.text_encoder
    captions = [f"someone {WORDS[i % 5]} slowly again." for i in range(600)]
    found = hide_words(encoder, captions, 1, 0)
    words, _ = encoder.tokenize(captions)
    assert torch.equal(found.words, words) and torch.equal(found.ids[~found.hidden], words[~found.hidden])
    spoken = encoder.words(words, found.mask)
    assert not (found.hidden & ~spoken).any()
    assert 0.12 < found.count / int(spoken.sum()) < 0.18
    masked = (found.ids == encoder.mask_id)[found.hidden].float().mean()
    assert 0.72 < float(masked) < 0.88
    again, other = hide_words(encoder, captions, 1, 0), hide_words(encoder, captions, 1, 1)
    assert torch.equal(again.ids, found.ids) and not torch.equal(other.ids, found.ids)


def test_the_word_head_is_not_saved(model, tmp_path):
    save_model(model, tmp_path / "m", CheckpointInfo())
    assert load_model(tmp_path / "m").word_head is None


def test_a_planted_word_finds_its_part(model):
    """After a few steps the best patch of each part's word lies in that part, for motions that were not trained on."""
    config = replace(training_config.recipe("interaction", lr_motion=3e-3, lr_text=2e-3, lr_heads=5e-3), precision="fp32")
    optimizer = make_optimizer(model, config)
    model.train()
    for step in range(60):
        optimizer.zero_grad()
        backward(model, TextFeatures(model, False), planted(step)[0], config, World())
        optimizer.step()
    batch, parts = planted(1000)
    model.eval()
    with torch.no_grad():
        _, patches = model.encode_patches(torch.from_numpy(batch.pixels))
        _, words = model.encode_words(*model.text_encoder.tokenize([WORDS[part] for part in parts]))
    cosines = torch.einsum("bd,bpd->bp", words[:, 1], patches)
    cosines[patches.abs().amax(-1) == 0] = -1
    assert (cosines.argmax(dim=1) % PARTS).tolist() == parts.tolist()


def test_what_has_no_effect_is_reported(model, tiny_model):
    assert not unused_fields(training_config.recipe("interaction"), model)
    frozen = unused_fields(training_config.recipe("interaction", lr_text=0.0), model)
    assert [note for note in frozen if note.startswith("mlm has no effect: the text encoder is frozen")]
    assert not can_fill(tiny_model.text_encoder)
    notes = unused_fields(training_config.recipe("starter", mlm=0.2, max_sim=0.5), tiny_model)
    assert [note.split()[0] for note in notes] == ["max_sim", "mlm"]


def test_filling_losses_belong_to_their_captions(model):
    model.eval()
    hidden = hide_words(model.text_encoder, [f"someone {word} slowly again." for word in WORDS[:5]], 2, 0)
    with torch.no_grad():
        whole = filling_losses(model, hidden, slice(None))
        torch.testing.assert_close(torch.cat([filling_losses(model, hidden, slice(i, i + 1)) for i in range(5)]), whole)
    assert ((whole > 0) == hidden.hidden.any(dim=1)).all()
