"""Ranks on matrices worked out by hand, with ties, and against slow twins written from the rules in docs/evaluation.md."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core.evaluation.metrics import (
    RECALLS,
    averaged_ranks,
    best_ranks,
    equal_captions,
    retrieval,
    similarity,
    summarise,
)
from tests.core.evaluation.tmr import tmr

# Five queries whose own items lie on the diagonal. Sorted rows and columns (from 0) of the own score:
# a  9 9 5 2 1   0, 1       mean 0.5
# b  7 7 7 7 3   0, 1, 2, 3 mean 1.5
# c  8 6 4 2 0   4          mean 4
# d  5 5 5 5 5   0 to 4     mean 2
# e  9 8 8 8 1   1, 2, 3    mean 2
FIVE = np.array(
    [
        [9, 5, 9, 2, 1],
        [7, 7, 3, 7, 7],
        [8, 6, 0, 4, 2],
        [5, 5, 5, 5, 5],
        [8, 1, 8, 9, 8],
    ],
    float,
)
OWN = np.eye(5, dtype=bool)


def yu(scores, right):
    """Ranks of the best right item, one query after the other, wrong items first among equals."""
    ranks = []
    for row, own in zip(scores, right, strict=True):
        order = sorted(range(len(row)), key=lambda j: (-row[j], own[j]))
        ranks.append(1 + next(place for place, j in enumerate(order) if own[j]))
    return ranks


def test_five_queries_with_ties_by_hand():
    np.testing.assert_array_equal(averaged_ranks(FIVE, OWN), [1.5, 2.5, 5, 3, 3])
    # Below 1: the first alone. Below 2: the second too. Below 3: all but the third, which stands at 4.
    assert summarise(averaged_ranks(FIVE, OWN)) == {"R@1": 20, "R@2": 40, "R@3": 80, "R@5": 100, "R@10": 100, "MedR": 3}
    # Columns as queries. 9 8 8 7 5: own 9 at 0. 7 6 5 5 1: own 7 at 0. 9 8 5 3 0: own 0 at 4. 9 7 5 4 2: own 5 at 2.
    # 8 7 5 2 1: own 8 at 0.
    assert summarise(averaged_ranks(FIVE.T, OWN)) == {"R@1": 60, "R@2": 60, "R@3": 80, "R@5": 100, "R@10": 100, "MedR": 1}
    # Wrong items of the same score come first: 2, 4, 5, 5, 4.
    np.testing.assert_array_equal(best_ranks(FIVE, OWN), [2, 4, 5, 5, 4])


def test_similar_captions_take_the_best_score_and_average_its_ties():
    right = OWN.copy()
    right[0, 1] = right[2, 0] = right[4, 3] = True
    # a stays at 9 (0, 1); c takes 8 of item a, at 0; e takes 9 of item d, at 0.
    np.testing.assert_array_equal(averaged_ranks(FIVE, right), [1.5, 2.5, 1, 3, 1])
    # Two right items tied in front are one right answer for Yu et al., and stand at (0 + 1) / 2 for TMR.
    both = np.array([[1.0, 1.0, 0.0]]), np.array([[True, True, False]])
    assert best_ranks(*both) == [1] and averaged_ranks(*both) == [1.5]


@pytest.mark.parametrize("digits", [1, 6])
def test_tmr_on_random_and_on_tied_matrices_in_both_directions(digits):
    """One digit leaves many ties, six leave none."""
    rng = np.random.default_rng(digits)
    for count in (2, 3, 12, 40):
        scores = rng.normal(size=(count, count)).round(digits)
        meanings = rng.normal(size=(count, 3))
        alike = meanings @ meanings.T > 1
        for right in (np.eye(count, dtype=bool), alike | np.eye(count, dtype=bool)):
            for rows in (scores, scores.T):
                assert summarise(averaged_ranks(rows, right), None) == pytest.approx(tmr(rows, right))
                np.testing.assert_array_equal(best_ranks(rows, right), yu(rows, right))


def test_equal_captions_tie_in_motion_to_text():
    """Texts of equal captions are equal rows; their products are equal in every row, whatever the matrix product rounds."""
    rng = np.random.default_rng(0)
    captions = [f"c{i % 23}" for i in range(101)]
    words = {c: rng.normal(size=256).astype(np.float32) for c in set(captions)}
    texts, motions = np.stack([words[c] for c in captions]), rng.normal(size=(101, 256)).astype(np.float32)
    scores = similarity(texts, motions)
    np.testing.assert_allclose(scores, texts.astype(float) @ motions.T.astype(float), atol=1e-4)
    for i in range(101):
        assert (scores[:, captions.index(captions[i])] == scores[:, captions.index(captions[i])]).all()
        assert (scores[i] == scores[captions.index(captions[i])]).all()
    exact = scores.astype(float)
    assert retrieval(texts, motions, captions)["strict"]["m2t"] == pytest.approx(tmr(exact.T, np.eye(101, dtype=bool)), abs=0.005)
    # 4 or 5 equal captions lie in a row, so that no motion has its own alone in front.
    assert retrieval(texts, motions, captions)["strict"]["m2t"]["R@1"] == 0


def test_a_constant_model_is_at_the_middle_or_last():
    """What gives every clip the same embedding has found nothing."""
    same = np.tile(np.random.default_rng(0).normal(size=64).astype(np.float32), (37, 1))
    captions = [f"c{i % 30}" for i in range(37)]
    found = retrieval(same, same, captions)
    for way in ("t2m", "m2t"):
        assert all(found[protocol][way][f"R@{k}"] == 0 for protocol in found for k in RECALLS)
        assert found["strict"][way]["MedR"] == 19 and found["exact_caption"][way]["MedR"] == 37


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_what_is_not_finite_ranks_last(count, seed, poison):
    """A query without a finite right score ranks last; a poisoned wrong item never comes before a finite right one."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, (count, count)).astype(float)
    right = (rng.integers(0, 3, (count, count)) == 0) | np.eye(count, dtype=bool)
    row, column = rng.integers(0, count, 2)
    poisoned = scores.copy()
    poisoned[row], poisoned[:, column] = poison, poison
    lowest = np.where(np.isfinite(poisoned), poisoned, -1.0)
    for rule in (best_ranks, averaged_ranks):
        found = rule(poisoned, right)
        assert found[row] == count and np.isfinite(found).all() and (found >= 1).all() and (found <= count).all()
        others = np.array([np.isfinite(poisoned[i, right[i]]).any() for i in range(count)])
        np.testing.assert_array_equal(found[others], rule(lowest, right)[others])
        assert (found[~others] == count).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_ranks_depend_on_the_order_of_scores_alone(count, seed):
    """Growing functions of the scores, and another order of the items, change no rank; a higher score never ranks lower."""
    rng = np.random.default_rng(seed)
    scores, right = rng.integers(-3, 4, (count, count)) / 4, np.eye(count, dtype=bool)
    order = rng.permutation(count)
    better = scores + 0.25 * right
    for rule in (best_ranks, averaged_ranks):
        ranks = rule(scores, right)
        np.testing.assert_array_equal(rule(np.exp(scores), right), ranks)
        np.testing.assert_array_equal(rule(scores[:, order], right[:, order]), ranks)
        assert (rule(better, right) <= ranks).all()


def test_without_ties_both_rules_are_one_plus_the_number_above():
    scores = np.random.default_rng(4).permutation(400).reshape(20, 20).astype(float)
    right = np.eye(20, dtype=bool)
    expected = [1 + sum(scores[i, j] > scores[i, i] for j in range(20)) for i in range(20)]
    np.testing.assert_array_equal(best_ranks(scores, right), expected)
    np.testing.assert_array_equal(averaged_ranks(scores, right), expected)


def test_exact_caption_takes_the_best_of_equal_captions():
    scores = np.array([[0.2, 0.9, 0.5], [0.9, 0.1, 0.5], [0.4, 0.3, 0.4]])
    np.testing.assert_array_equal(best_ranks(scores, equal_captions(["walk", "walk", "run"])), [1, 1, 2])
    np.testing.assert_array_equal(best_ranks(scores, equal_captions(["walk", "walk\0", "run"])), [3, 3, 2])


def test_summary_and_both_directions():
    assert summarise(np.array([1, 2, 4, 30])) == {"R@1": 25, "R@2": 50, "R@3": 50, "R@5": 75, "R@10": 75, "MedR": 3}
    eye = np.eye(3, dtype=np.float32)
    result = retrieval(eye, eye[[1, 0, 2]], ["a", "b", "c"])
    assert result["strict"]["t2m"]["R@1"] == 33.33 and result["exact_caption"]["m2t"]["R@3"] == 100
