"""Names of groups of clips: words that tell them apart."""

import numpy as np

from motionpatches.core.search.group_words import group_names

TEXTS = [
    *["a person walks slowly", "someone walking fast", "she walked in a circle"],
    *["a person kicks with the left leg", "he gives a kick to the left", "kicking a ball"],
    *["a person waves the left hand", "the left hand waves", "waving"],
]
GROUPS = np.repeat([0, 1, 2], 3)


def test_a_group_is_named_by_what_its_captions_share_and_others_lack():
    names = group_names(TEXTS, GROUPS)
    assert names[0].split(", ")[0] in ("walks", "walking", "walked")
    assert names[1].split(", ")[0] in ("kicks", "kick", "kicking")
    assert names[2].split(", ")[0] in ("waves", "waving") and "hand" in names[2]
    assert all(1 <= len(name.split(", ")) <= 2 for name in names)


def test_forms_of_a_word_are_counted_together_and_the_commonest_is_shown():
    texts = ["he jumps", "she jumps high", "jumping", "sits", "sits", "sits"]
    assert group_names(texts, np.array([0, 0, 0, 1, 1, 1])) == ["jumps, high", "sits"]


def test_words_of_all_groups_name_none():
    assert group_names(["a person walks", "a person runs"] * 4, np.array([0, 1] * 4)) == ["walks", "runs"]
    assert group_names(["walk"] * 4, np.array([0, 1, 0, 1])) == ["group 1", "group 2"]


def test_clips_without_captions_are_named_by_what_there_is():
    assert group_names(["", "", "spin", "spin"], np.array([0, 0, 1, 1])) == ["group 1", "spin"]
    assert group_names([], np.zeros(0, int)) == []
    assert group_names(["take_01", "take_02"], np.array([0, 0])) == ["take"]


def test_the_score_is_that_of_the_formula():
    """'left' is in 3 of 4 of the first group and 1 of 4 of the second, 'arm' in 2 of 4 and none."""
    texts = ["left arm", "left arm", "left", "up", "left", "down", "down", "down"]
    groups = np.repeat([0, 1], 4)
    by_hand = {"left": 3 / 4 * np.log((3 / 4) / (1.5 / 5)), "arm": 2 / 4 * np.log((2 / 4) / (0.5 / 5)), "up": 1 / 4 * np.log(2.5)}
    assert group_names(texts, groups, 3)[0] == ", ".join(sorted(by_hand, key=lambda word: -by_hand[word]))


def test_two_groups_never_have_the_same_name():
    texts = ["spin jump twist roll", "spin jump twist", "spin jump twist", "spin jump twist fall", "sit", "sit"]
    names = group_names(texts, np.array([0, 0, 1, 1, 2, 2]))
    assert len(set(names)) == 3
