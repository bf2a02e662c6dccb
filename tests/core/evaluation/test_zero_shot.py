"""Classification by hand."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.zero_shot import classify


def test_by_hand():
    sentences = np.eye(6, dtype=np.float32)
    motions = np.array(
        [[0.9, 0.1, 0, 0, 0, 0], [0.8, 0.2, 0, 0, 0, 0], [0, 0.3, 0.4, 0.5, 0.6, 0.7], [0, 0, 1, 0, 0, 0]], np.float32
    )
    truth = [frozenset({0}), frozenset({1}), frozenset({0}), frozenset({2, 5})]
    found = classify(motions, sentences, truth, list("abcdef"))
    assert (found.top1, found.top5) == (50, 75)
    assert found.balanced1 == pytest.approx(100 * np.mean([1 / 2, 0, 1, 1]))
    assert found.balanced5 == pytest.approx(100 * np.mean([1 / 2, 1, 1, 1]))
    assert found.confusion[0, 0] == 1 and found.confusion[1, 0] == 1 and found.confusion[0, 5] == 1 and found.confusion[2, 2] == 1
    assert list(found.predicted) == [0, 0, 5, 2] and found.confusion.sum() == 4


def test_a_constant_model_names_no_label():
    """Whichever side is constant, and whichever label is right."""
    rng = np.random.default_rng(0)
    rows, same = rng.normal(size=(20, 8)).astype(np.float32), np.full((1, 8), 0.3, np.float32)
    for label in (0, 7, 19):
        truth = [frozenset({label})] * 20
        found = classify(rows, np.repeat(same, 20, 0), truth, [f"l{i}" for i in range(20)])
        assert (found.top1, found.top5, found.balanced1, found.balanced5) == (0, 0, 0, 0) and found.confusion[label, label] == 0
    truth = [frozenset({i}) for i in range(20)]
    found = classify(np.repeat(same, 20, 0), rows, truth, [f"l{i}" for i in range(20)])
    assert (found.top1, found.top5) == (5, 25) and len(set(found.predicted)) == 1


def test_nothing_to_classify():
    with pytest.raises(StudioError, match="no motion"):
        classify(np.zeros((0, 3)), np.eye(3), [], list("abc"))


def test_captions_that_name_one_label_alone_give_it():
    from pathlib import Path

    from motionpatches.core.evaluation.labels import truth_in_captions
    from motionpatches.core.library.library import Clip

    captions = {
        "a person is walking": {0},
        "someone waves": {1},
        "he is running in place.": {2},
        "a man jogs": set(),
        "a person walks and then runs": set(),  # several actions
        "a sidewalk": set(),
        "she sits down": {3},
        "she sits": set(),
    }
    clips = [Clip(str(i), Path(f"{i}.npy"), captions=(text,)) for i, text in enumerate(captions)]
    assert [set(found) for found in truth_in_captions(clips, ("walk", "wave", "run", "sit down"))] == list(captions.values())
