"""Differences of lists, and merging what two windows changed."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from motionpatches.core.library.changes import changes, merged
from tests.patience import PATIENCE

ITEMS = st.lists(st.sampled_from("abcd"), max_size=7)


@settings(max_examples=300)
@given(ITEMS, ITEMS)
def test_the_differences_make_one_list_of_the_other(before, after):
    made, at = [], 0
    for place, gone, new in changes(before, after):
        assert before[place : place + len(gone)] == gone
        made += [*before[at:place], *new]
        at = place + len(gone)
    assert made + before[at:] == after


@settings(max_examples=300)
@given(ITEMS.map(dict.fromkeys).map(list), ITEMS.map(dict.fromkeys).map(list), ITEMS.map(dict.fromkeys).map(list))
def test_what_either_changed_is_changed_and_nothing_else(base, mine, theirs):
    """As sets: what one of the two added is there, what one removed is gone."""
    found = merged(base, mine, theirs)
    assert len(found) == len(set(found))
    assert set(found) == (set(theirs) - (set(base) - set(mine))) | (set(mine) - set(base))
    assert merged(base, mine, base) == tuple(mine) and merged(base, base, theirs) == tuple(theirs)


def test_a_changed_item_stays_in_its_place():
    assert merged("abc", "axc", "abcd") == ("a", "x", "c", "d")
    assert merged("abc", "abxc", "zabc") == ("z", "a", "b", "x", "c")
    assert merged("ab", "ac", "d") == ("d", "c")


def test_long_lists_take_no_longer_than_their_length():
    start = time.process_time()
    for after in (["a"] * 50_000 + ["b"], ["b"] * 60_000, ["a", "b"] * 30_000):
        list(changes(["a"] * 60_000, after))
    assert time.process_time() - start < PATIENCE * 2
