"""What a student of sentences is taught: packaging/starter/text_teacher.py."""

import pytest
import torch
from torch.nn import functional

from motionpatches.packaging.starter.text_teacher import NEAR, RECALL, bent, missed, moved, recalled, turned


def test_a_turned_space_lies_on_the_students():
    torch.manual_seed(0)
    student = functional.normalize(torch.randn(300, 6), dim=1)
    rotation = torch.linalg.qr(torch.randn(8, 8)).Q[:, :6]
    teacher = student @ rotation.T
    torch.testing.assert_close(turned(teacher, student, teacher[:20]), student[:20], atol=1e-4, rtol=0)


def test_what_is_missed_is_the_cross_entropy_and_any_right_action_will_do():
    torch.manual_seed(0)
    rows, actions = (functional.normalize(torch.randn(n, 6), dim=1) for n in (5, 4))
    own = torch.tensor([0, 1, 2, 3, 0])
    expected = functional.cross_entropy(rows @ actions.T / 0.05, own)
    assert missed(rows, actions, torch.eye(4)[own]).item() == pytest.approx(expected.item(), rel=1e-5)
    assert missed(rows, actions, torch.ones(5, 4)).item() == pytest.approx(0, abs=1e-5)


def test_a_bent_space_brings_phrases_to_their_action():
    """Rows of three actions that differ most by what has nothing to do with the action."""
    torch.manual_seed(0)
    own = torch.arange(90) % 3
    phrases = functional.normalize(torch.randn(3, 32)[own] * 0.4 + torch.randn(90, 4) @ torch.randn(4, 32), dim=1)
    right = torch.eye(3)[own]
    means = functional.normalize((right / right.sum(0)).T @ phrases, dim=1)
    change, actions = bent(phrases, right)
    before, after = phrases @ means.T, moved(phrases, change) @ actions.T
    assert (before.argmax(1) == own).float().mean() < 0.8 < 0.95 < (after.argmax(1) == own).float().mean()


def test_a_row_is_drawn_toward_what_the_phrases_near_to_it_mean():
    torch.manual_seed(0)
    rows, phrases, actions = (functional.normalize(torch.randn(n, 8), dim=1) for n in (4, 6, 3))
    right = torch.eye(3)[torch.arange(6) % 3]
    right[5] = torch.tensor([1.0, 0, 1])  # may mean either
    for row, found in zip(rows, recalled(rows, phrases, right, actions), strict=True):
        weights = [float(torch.exp((row @ phrase - 1) / NEAR)) for phrase in phrases]
        toward = torch.zeros(8)
        for weight, means in zip(weights, right, strict=True):
            toward += weight / sum(weights) * sum(actions[i] for i in range(3) if means[i]) / float(means.sum())
        expected = row + RECALL * toward
        torch.testing.assert_close(found, expected / expected.norm(), atol=1e-5, rtol=0)
