"""Ranks on hand-made matrices with ties and duplicates."""

import numpy as np

from motionpatches.core.evaluation.metrics import exact_caption_ranks, retrieval, strict_ranks, summarise

SCORES = np.array([[0.2, 0.9, 0.5], [0.9, 0.1, 0.5], [0.4, 0.4, 0.4]])


def test_strict_counts_only_the_pair_and_averages_ties():
    np.testing.assert_array_equal(strict_ranks(SCORES), [3, 3, 2])


def test_exact_caption_takes_the_best_of_equal_captions():
    np.testing.assert_array_equal(exact_caption_ranks(SCORES, ["walk", "walk", "run"]), [1, 1, 1])
    np.testing.assert_array_equal(exact_caption_ranks(SCORES, ["walk", "jump", "run"]), [3, 3, 1])


def test_against_a_slow_twin():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(40, 40)).round(1)
    captions = [f"c{i % 9}" for i in range(40)]
    for i in range(40):
        order = sorted(range(40), key=lambda j: -scores[i, j])
        best = max(scores[i, j] for j in range(40) if captions[j] == captions[i])
        assert exact_caption_ranks(scores, captions)[i] == 1 + sum(scores[i, j] > best for j in order)
        ties = [r for r, j in enumerate(order, 1) if scores[i, j] == scores[i, i]]
        assert strict_ranks(scores)[i] == np.mean(ties)


def test_summary_and_both_directions():
    assert summarise(np.array([1, 2, 4, 30])) == {"R@1": 25, "R@2": 50, "R@3": 50, "R@5": 75, "R@10": 75, "MedR": 3}
    eye = np.eye(3, dtype=np.float32)
    result = retrieval(eye, eye[[1, 0, 2]], ["a", "b", "c"])
    assert result["strict"]["t2m"]["R@1"] == 33.33 and result["exact_caption"]["m2t"]["R@3"] == 100
