"""Masks by item: against torch's own share and scale, against attention by hand, and alone as in any company."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from motionpatches.core.models.bucketing import by_length
from motionpatches.core.models.item_dropout import ItemDropout, active, item_keys

KEYS = item_keys(7, 3, 0, places=range(64))


def mixed_by_hand(x: int) -> int:
    """lowbias32 on Python integers."""
    x = (x ^ x >> 16) * 0x7FEB352D % 2**32
    x = (x ^ x >> 15) * 0x846CA68B % 2**32
    return x ^ x >> 16


def test_a_mask_is_the_hash_of_key_call_and_place():
    """By Python's integers, element by element, for the second call."""
    with ItemDropout(KEYS[:3]):
        functional.dropout(torch.ones(3, 1), 0.5)
        found = functional.dropout(torch.ones(3, 4, 5), 0.25)
    expected = np.zeros((3, 4, 5))
    for item, key in enumerate(KEYS[:3].tolist()):
        call = mixed_by_hand((key + 2 * 0x9E3779B9) % 2**32)
        for i in range(4):
            for j in range(5):
                place = 0
                for at in (i, j):
                    place = mixed_by_hand((place + mixed_by_hand((at + 1) * 0x9E3779B9 % 2**32)) % 2**32)
                drawn = mixed_by_hand((place + call) % 2**32)
                signed = drawn - 2**32 if drawn >= 2**31 else drawn
                expected[item, i, j] = (signed >= 0.25 * 2**32 - 2**31) / 0.75
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_and_the_scale_are_those_of_dropout(p):
    ones = torch.ones(64, 40, 50)
    with ItemDropout(KEYS):
        first, second = functional.dropout(ones, p), torch.nn.Dropout(p)(ones)
        paths = torch.cat([torch.empty(64, 1, 1).bernoulli_(1 - p).flatten() for _ in range(100)])
    for found in (first, second):
        assert found.unique().tolist() == pytest.approx([0, 1 / (1 - p)])
        assert (found == 0).float().mean() == pytest.approx(p, abs=0.005)
    assert (paths == 0).float().mean() == pytest.approx(p, abs=0.02)
    # No item, call, row or column is like another: correlations are those of independent draws.
    items = (first == 0).float().flatten(1)
    between = torch.corrcoef(torch.cat([items, (second == 0).float().flatten(1)]))
    assert (between - torch.eye(len(between))).abs().max() < 5 / items.shape[1] ** 0.5
    by_column = torch.corrcoef((first == 0).float().flatten(0, 1).T)
    assert (by_column - torch.eye(len(by_column))).abs().max() < 5 / (64 * 40) ** 0.5


def test_an_item_loses_the_same_alone_padded_and_in_other_company():
    def drawn(rows, length):
        with ItemDropout(KEYS[rows]):
            return functional.dropout(torch.ones(len(rows), length, 6), 0.4)

    together = drawn([3, 1, 2, 0], 9)
    assert torch.equal(together[2:3], drawn([2], 9)) and torch.equal(together[:, :5], drawn([3, 1, 2, 0], 5))
    assert not torch.equal(together[0], together[1])


def test_groups_by_length_draw_as_if_each_were_alone():
    values, used = torch.ones(6, 1, 8), torch.tensor([1, 8, 3, 8, 5, 1])

    def read(part, _):
        return functional.dropout(functional.dropout(part[:, 0, :1].expand(-1, 16), 0.3), 0.3)

    with ItemDropout(KEYS[:6]):
        grouped = functional.dropout(by_length(values, used, 1, 1, read), 0.5)
    with ItemDropout(KEYS[:6]):
        whole = functional.dropout(read(values, used), 0.5)
    assert torch.equal(grouped, whole)


def test_attention_with_dropout_by_hand():
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 4, 2, 5, 8).unbind(0)
    seen = torch.tensor([5, 3, 4, 2])
    mask = (torch.arange(5) < seen[:, None])[:, None, None]
    with ItemDropout(KEYS[:4]):
        plain = functional.scaled_dot_product_attention(query, key, value, mask)
        found = functional.scaled_dot_product_attention(query, key, value, mask, 0.4)
    torch.testing.assert_close(plain, functional.scaled_dot_product_attention(query, key, value, mask))
    with ItemDropout(KEYS[:4]):
        kept = functional.dropout(torch.ones(4, 2, 5, 5), 0.4)
    for item in range(4):
        for head in range(2):
            n = int(seen[item])
            scores = query[item, head] @ key[item, head, :n].T / 8**0.5
            weights = torch.exp(scores) / torch.exp(scores).sum(1, keepdim=True) * kept[item, head, :, :n]
            torch.testing.assert_close(found[item, head], weights @ value[item, head, :n])


def test_pairs_and_what_is_not_by_rows():
    with ItemDropout(KEYS[:4]) as mode:
        pairs = functional.dropout(torch.ones(8, 50), 0.5)
        torch.manual_seed(0)
        other = functional.dropout(torch.ones(7, 50), 0.5)
        assert active() is mode
    torch.manual_seed(0)
    assert torch.equal(other, functional.dropout(torch.ones(7, 50), 0.5)), "torch's own draw"
    with ItemDropout(KEYS[2:3]):
        assert torch.equal(pairs[4:6], functional.dropout(torch.ones(2, 50), 0.5))
    assert active() is None and len({tuple(row) for row in pairs.tolist()}) == 8


def encoders():
    """Text encoders of transformers with dropout, made small."""
    from motionpatches.core.models.torchvision_shim import prepare_imports

    prepare_imports()
    import transformers as t

    sizes = dict(vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2)
    marks = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)
    rates = dict(attention_dropout=0.2, mlp_dropout=0.1, embedding_dropout=0.1)
    return {
        "distilbert": lambda: t.DistilBertModel(t.DistilBertConfig(vocab_size=40, dim=32, hidden_dim=48, n_layers=2, n_heads=2)),
        "modernbert": lambda: t.ModernBertModel(t.ModernBertConfig(**sizes, **marks, **rates)),
        "deberta": lambda: t.DebertaV2Model(t.DebertaV2Config(**sizes)),
        "t5": lambda: t.T5EncoderModel(t.T5Config(vocab_size=40, d_model=32, d_kv=16, d_ff=48, num_layers=2, num_heads=2)),
    }


@torch.no_grad()
@pytest.mark.parametrize("kind", ["distilbert", "modernbert", "deberta", "t5"])
def test_the_encoders_of_transformers_in_shares_and_without_padding(kind):
    """Whatever their layers call: two shares of a batch, and a sentence without its padding, give the rows of the whole batch."""
    torch.manual_seed(0)
    encoder = encoders()[kind]().train()
    mask = torch.ones(6, 9, dtype=torch.long)
    mask[1::2, 5:] = 0
    ids = torch.randint(3, 39, (6, 9)) * mask

    def read(rows, length=9):
        with ItemDropout(KEYS[rows]):
            return encoder(input_ids=ids[rows, :length], attention_mask=mask[rows, :length]).last_hidden_state

    whole, seen = read(slice(0, 6)), mask[..., None].bool()
    shares = torch.cat([read(slice(0, 2)), read(slice(2, 6))])
    torch.testing.assert_close(shares * seen, whole * seen, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(read(slice(1, 2), 5), whole[1:2, :5], atol=1e-5, rtol=1e-5)
    undropped = encoder.eval()(input_ids=ids, attention_mask=mask).last_hidden_state
    assert ((undropped - whole) * seen).abs().max() > 0.1
