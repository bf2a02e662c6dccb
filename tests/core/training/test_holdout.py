"""Which clips measure a run, what is counted of them, and what is not stated about few."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.evaluation.metrics import equal_captions, found_first
from motionpatches.core.library.library import Clip, Library
from motionpatches.core.training.assemble import split_clips
from motionpatches.core.training.events import Epoch, Measured, Started
from motionpatches.core.training.history import History
from motionpatches.core.training.holdout import held_out, phrase, states_percentage
from motionpatches.core.training.outcome import outcome


def clips_of(captions):
    return [Clip(str(i), Path(f"{i}.npy"), captions=(caption,)) for i, caption in enumerate(captions)]


def test_every_phrase_gives_its_share():
    """100 takes of five phrases: until now five clips were held out, wherever they came from."""
    clips = clips_of([f"phrase {i % 5}" for i in range(100)])
    for seed in range(20):
        chosen = held_out(clips, seed)
        assert Counter(clips[i].captions[0] for i in chosen) == {f"phrase {i}": 4 for i in range(5)}
    assert held_out(clips, 0) == held_out(clips, 0) != held_out(clips, 1)


@pytest.mark.parametrize("counts", [(2,) * 12, (1, 1, 2, 2, 3), (40, 3, 1), (3, 2)])
def test_no_phrase_of_several_takes_is_held_out_whole(counts):
    clips = clips_of([f"phrase {n}" for n, count in enumerate(counts) for _ in range(count)])
    for seed in range(30):
        left = Counter(clips[i].captions[0] for i in set(range(len(clips))) - held_out(clips, seed))
        assert all(left[f"phrase {n}"] for n, count in enumerate(counts) if count > 1)


@pytest.mark.parametrize(("count", "expected"), [(4, 2), (12, 3), (60, 15), (80, 20), (300, 20), (1000, 50)])
def test_at_least_twenty_but_no_more_than_a_quarter(count, expected):
    assert len(held_out(clips_of([f"a caption {i}" for i in range(count)]), 3)) == expected


def test_case_and_full_stops_make_no_other_phrase():
    one, other = clips_of(["A goalie  shows the crowd.", "a goalie shows the crowd"])
    assert phrase(one) == phrase(other)


def test_a_split_of_the_library_is_kept():
    clips = [Clip(str(i), Path(f"{i}.npy"), captions=("a",), split="val" if i < 3 else "train") for i in range(40)]
    train, val = split_clips(Library(Path("l"), "l", "a folder", clips, lambda clip: None), 0)
    assert [c.id for c in val] == ["0", "1", "2"] and len(train) == 37


def by_hand(scores, captions):
    """Sort the results of each different caption; wrong ones come first among equal scores."""
    total = 0
    for caption in dict.fromkeys(captions):
        row = scores[captions.index(caption)]
        order = sorted(range(len(captions)), key=lambda j: (-row[j], captions[j] == caption))
        total += sum(captions[j] == caption for j in order[: captions.count(caption)])
    return total


def test_found_first_is_what_sorting_by_hand_finds():
    rng = np.random.default_rng(0)
    for _ in range(50):
        captions = [f"phrase {i}" for i in rng.integers(0, 4, 13)]
        of_each = {caption: rng.integers(0, 5, 13) / 4 for caption in captions}
        scores = np.array([of_each[caption] for caption in captions])
        assert found_first(scores, equal_captions(captions)) == by_hand(scores, captions)
    assert found_first(np.eye(3), np.eye(3, dtype=bool)) == 3
    assert found_first(np.ones((4, 4)), np.eye(4, dtype=bool)) == 0, "all the same: nothing is found"


def figures(share):
    return {"exact_caption": {"t2m": {"R@1": 100.0, "R-precision": share}, "m2t": {"R@1": 100.0}}}


def history(clips, phrases, before=40.0, after=(70.0, 90.0)):
    made = History()
    made.add(Started("cpu", 80, clips, 10, 2, phrases=phrases, before=Measured(figures(before))))
    for number, share in enumerate(after, 1):
        made.add(Epoch(number, 0.1, figures(share), number == 1 or share > after[number - 2], 1.0))
    return made


def test_the_outcome_counts_the_same_clips_before_and_with_the_best_model():
    found = outcome(history(20, 5))
    assert (found.before, found.after, found.clips, found.epoch) == (8, 18, 20, 2)
    assert found.counts and not found.percentages
    assert outcome(history(20, 5, after=(90.0, 70.0))).after == 18, "the best, not the last"
    assert outcome(history(20, 20)).percentages and not outcome(history(19, 19)).percentages
    assert not outcome(history(4, 4)).counts
    assert outcome(History()) is None and outcome(history(20, 5, after=())).after is None


def test_older_runs_have_no_counts():
    old = history(50, 0)
    old.before.val["exact_caption"]["t2m"].pop("R-precision")
    assert outcome(old).before is None and not outcome(old).counts and states_percentage(50, 0)
