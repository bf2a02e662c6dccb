"""The test of order and number: its pairs show what their sentences say, and its figures are right."""

import numpy as np
import pytest
import torch

from motionpatches.core.library.open import open_library
from motionpatches.core.motion.skeleton import SMPL22
from motionpatches.core.progress import run as finish
from motionpatches.packaging.research import order, order_library

FEET = [SMPL22.joint_names.index(f"{side}_foot") for side in ("left", "right")]


@pytest.fixture
def drawn():
    """Three pairs of each kind."""
    return {kind: order.pairs_of(kind, 3, 5) for kind in order.KINDS}


def flights(motion, height, of):
    """How often a height (T,) of feet, over its least, rises above `height` metres."""
    feet = motion.positions[:, FEET, 1]
    up = of(feet - feet.min(axis=0), axis=1) > height
    return int(np.sum(np.diff(np.concatenate([[False], up]).astype(int)) == 1))


def steps_of(motion):
    """Swings of both feet: times in which the ball of a foot goes over the ground."""
    places = motion.positions[:, FEET][..., [0, 2]]
    moving = np.linalg.norm(np.diff(places, axis=0), axis=2) * motion.fps > 0.25
    return sum(int(np.sum(np.diff(np.concatenate([[False], foot]).astype(int)) == 1)) for foot in moving.T)


@pytest.mark.parametrize("count", [3, 4, 5, 6, 7])
@pytest.mark.parametrize("cadence", [1.5, 1.83, 2.1])
def test_a_walk_has_its_steps(count, cadence):
    from motionpatches.core.demo.body import make_body

    assert steps_of(order.walk(make_body(1.7), count, cadence)) == count


def test_jumps_are_as_many_as_their_sentence_says():
    numbers = {"once": 1, "twice": 2, "three times": 3}
    for pair in order.pairs_of("number of jumps", 6, 1):
        said = [next(n for words, n in numbers.items() if sentence.endswith(words)) for sentence in pair.sentences]
        assert said[0] < said[1] and [flights(motion, 0.06, np.min) for motion in pair.motions] == said


def test_both_orders_are_of_the_same_actions_and_both_sentences_of_the_same_words(drawn):
    for one in drawn["order of two actions"]:
        first, second = one.sentences[0].removeprefix("a person ").split(", then ")
        assert one.sentences[1] == f"a person {second}, then {first}" and first != second
        assert one.motions[0].name == " + ".join(reversed(one.motions[1].name.split(" + ")))


def test_the_order_of_a_motion_is_that_of_its_sentence():
    """Who walks first has gone farther in the first half than who bows first."""
    motions = {}
    for names in (("walk forward", "touch toes"), ("touch toes", "walk forward")):
        clip = order.make_clip([order._choice(name) for name in names], np.random.default_rng(3))
        way = np.linalg.norm(np.diff(clip.motion.positions[:, 0][:, [0, 2]], axis=0), axis=1)
        half = len(way) // 2
        motions[names[0]] = way[:half].sum() - way[half:].sum()
    assert motions["walk forward"] > 0.5 and motions["touch toes"] < -0.5


def test_pairs_are_the_same_for_a_seed_and_lie_in_one_window(drawn):
    for kind, pairs in drawn.items():
        again = order.pairs_of(kind, 3, 5)
        assert len(pairs) == 3 and [pair.sentences for pair in again] == [pair.sentences for pair in pairs]
        np.testing.assert_array_equal(again[2].motions[1].positions, pairs[2].motions[1].positions)
        assert all(motion.duration_s <= 11.2 for pair in pairs for motion in pair.motions)
        assert len({pair.sentences for pair in pairs}) > 1 or kind == "number of steps"


def test_right_choices_by_hand():
    knows = [[0.9, 0.1], [0.2, 0.8]]
    favours_a_sentence = [[0.9, 0.9], [0.2, 0.8]]
    wrong = [[0.1, 0.9], [0.8, 0.2]]
    equal = [[0.5, 0.5], [0.5, 0.5]]
    found = order.right(np.array([knows, favours_a_sentence, wrong, equal]))
    assert found["sentence of a motion"].tolist() == [1, 0.5, 0, 0]
    assert found["motion of a sentence"].tolist() == [1, 0.5, 0, 0]
    assert found["both sentences of a pair"].tolist() == [True, False, False, False]
    text = order.table({("order", "embeddings"): [found]})
    assert "| order | 4 | embeddings | 37.5 ± 23.9 | 37.5 ± 23.9 | 25.0 ± 25.0 |" in text


def test_of_several_models_mean_and_standard_deviation_are_written():
    found = [order.right(np.array([one, one])) for one in ([[0.9, 0.1], [0.2, 0.8]], [[0.9, 0.9], [0.2, 0.8]])]
    text = order.table({("order", "embeddings"): found})
    assert "| order | 2 | embeddings | 75.0 ± 35.4 | 75.0 ± 35.4 | 50.0 ± 70.7 |" in text


def test_a_model_that_knows_nothing_is_at_chance_and_one_that_knows_is_not(tiny_model, drawn):
    """Scores are those of the model; MaxSim where it has tokens."""
    pairs = [pair for some in drawn.values() for pair in some]
    scores = order.scores_of(tiny_model, pairs)
    assert set(scores) == {"embeddings"} and scores["embeddings"].shape == (12, 2, 2)
    with torch.inference_mode():
        text = tiny_model.encode_text([pairs[4].sentences[1]]).numpy()[0]
    motion = order.rows_of(tiny_model, [pairs[4].motions[0]]).rows[0]
    assert scores["embeddings"][4, 1, 0] == pytest.approx(float(text @ motion), abs=1e-4)


def test_the_command_prints_the_table(tiny_model, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(order, "load_model", lambda folder: tiny_model)
    for folders in ([], [tmp_path, tmp_path]):
        order.main(order.arguments().parse_args([*map(str, folders), "--pairs", "2"]))
        rows = capsys.readouterr().out.splitlines()
        assert [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]] == list(order.KINDS)


def test_a_library_to_train_on_holds_both_motions_of_a_pair_in_one_split(tmp_path):
    order_library.write(tmp_path / "pairs.npz", 10, 4)
    library = finish(open_library(tmp_path / "pairs.npz"))
    assert len(library.clips) == 2 * 10 * len(order.KINDS) and len(library.in_split("test")) == 2 * len(order.KINDS)
    pairs = list(zip(library.clips[::2], library.clips[1::2], strict=True))
    assert all(one.split == other.split and one.caption != other.caption for one, other in pairs)
    told = order.pairs_of("number of jumps", 10, 4)[7]
    at = next(n for n, (one, _) in enumerate(pairs) if one.id == "number of jumps 007a")
    for clip, motion, sentence in zip(pairs[at], told.motions, told.sentences, strict=True):
        np.testing.assert_allclose(library.load(clip.id).positions, motion.positions, atol=0.0003)
        assert clip.caption == sentence
