"""The motion head fitted to the words: packaging/starter/fit_head.py."""

import torch
from torch.nn import functional

from motionpatches.core.demo.__main__ import build
from motionpatches.core.library.open import open_library
from motionpatches.core.models.motion_text_model import LinearAndHidden
from motionpatches.core.progress import run
from motionpatches.packaging.starter.action_phrases import ROWS
from motionpatches.packaging.starter.fit_head import CAPTIONS, clips_of, fit


def world(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """600 motions of 12 actions by features, captions that lie beside the words of their action, and those words."""
    torch.manual_seed(seed)
    actions = functional.normalize(torch.randn(12, 24), dim=1)
    own = torch.arange(600) % 12
    features = 3 + 5 * (torch.randn(12, 16)[own] + 0.3 * torch.randn(600, 16))
    words = functional.normalize(actions[own, None] + functional.normalize(torch.randn(600, 2, 24), dim=2), dim=2)
    return features, words, torch.eye(12)[own], actions


def test_motions_come_to_lie_with_the_words_of_their_action_and_with_their_captions():
    features, words, shown, actions = world(0)
    head = LinearAndHidden(16, 24, 32)
    fit(head, features, features + torch.randn(600, 16), words, shown, actions, steps=200)
    rows = functional.normalize(head(features), dim=1)
    assert ((rows @ actions.T).argmax(1) == shown.argmax(1)).float().mean() > 0.98
    assert (rows * (shown @ actions)).sum(1).mean() > 0.85
    among = rows @ words[:, 0].T
    assert (among.argmax(1)[:, None] % 12 == torch.arange(600)[:, None] % 12).float().mean() > 0.95


def test_a_varied_motion_is_learnt_too():
    features, words, shown, actions = world(2)
    moved = features + 40 * functional.normalize(torch.randn(1, 16), dim=1)
    right = {}
    for name, varied in (("without", features), ("with", moved)):
        torch.manual_seed(0)
        head = LinearAndHidden(16, 24, 32)
        fit(head, features, varied, words, shown, actions, steps=200)
        rows = functional.normalize(head(moved), dim=1)
        right[name] = float(((rows @ actions.T).argmax(1) == shown.argmax(1)).float().mean())
    assert right["with"] > 0.95 > right["without"] + 0.1


def test_clips_of_a_library_say_what_they_show(tmp_path, tiny_model):
    build(tmp_path / "few.npz", 6, 4, "Few")
    features, varied, shown, texts = clips_of(tiny_model, tmp_path / "few.npz")
    library = run(open_library(tmp_path / "few.npz"))
    assert features.shape == (6, tiny_model.motion_encoder.width) and torch.isfinite(features).all()
    assert varied.shape == features.shape and torch.isfinite(varied).all()
    alike = functional.cosine_similarity(features - features.mean(0), varied - features.mean(0))
    assert (alike < 0.9999).all() and alike.median() > 0.3
    order = sorted(library.clips, key=lambda c: c.duration_s)
    for clip, row, said in zip(order, shown, texts, strict=True):
        names = [f"{ROWS[i][0].name} {ROWS[i][1]}".strip() for i in row.nonzero().flatten()]
        assert sorted(names) == sorted(set(clip.id.split(" ", 1)[1].split(" + ")))
        assert len(said) == CAPTIONS and set(said) <= set(clip.captions)
