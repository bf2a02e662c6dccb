"""Captions written for captured takes as queries: packaging/starter/measure/actions.py."""

import pytest

from motionpatches.packaging.starter.captured.takes import SOURCES, rows
from motionpatches.packaging.starter.measure.actions import CAPTIONS, captions, measure, shown


@pytest.mark.parametrize("source", SOURCES)
def test_every_action_is_asked_for_by_its_own_captions(source):
    asked = captions(source)
    assert set(asked) == {row.action for row in rows(source)}
    for row in rows(source)[::20]:
        assert 0 < len(set(asked[row.action])) == len(asked[row.action]) <= CAPTIONS
    every = {(row.action, caption) for row in rows(source) for caption in row.captions}
    assert all((action, caption) in every for action, said in asked.items() for caption in said)


def test_a_take_is_right_that_shows_the_action_somewhere():
    """Three takes answer every caption in this order; 09_01 is a run, 60_01 holds salsa, 01_01 is on a playground."""

    class Three:
        name = "cmu"

        def takes(self, sentence, k):
            return ["09_01", "60_01", "01_01"][:k]

    found, right = measure(Three()), shown("cmu")
    assert found["run"] == (1.0, 1.0) and found["salsa"] == (0.0, 1.0) and found["playground"] == (0.0, 1.0)
    others = set(found) - right["09_01"] - right["60_01"] - right["01_01"]
    assert others and all(found[action] == (0.0, 0.0) for action in others)
