"""Distillation of the text encoder."""

import torch

from motionpatches.packaging.starter.teach_text import once


def test_the_teacher_is_asked_once_for_the_same_texts(tmp_path):
    asked = []

    def make():
        asked.append(1)
        return [torch.arange(3.0), torch.eye(2) * len(asked)]

    file = tmp_path / "words-teacher.pt"
    first = once(file, ["a", "b"], make)
    again = once(file, ["a", "b"], make)
    assert len(asked) == 1 and all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert torch.equal(once(file, ["a", "c"], make)[1], torch.eye(2) * 2)
