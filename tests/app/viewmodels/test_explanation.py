"""Why a result was found."""

import numpy as np
import pytest

from motionpatches.app.viewmodels import explanation as module
from motionpatches.app.viewmodels.explanation import Explanation
from tests.lanes import rest


@pytest.fixture
def explanation(ready, search, playback):
    found = Explanation(ready, search, playback)
    search.submit("a person waves")
    rest()
    return found


def test_it_works_only_while_it_is_on(explanation, lanes):
    assert explanation.occlusion is None and "explain" not in lanes.models.keys
    explanation.set_on(True)
    assert explanation.occlusion is not None and [w.text for w in explanation.words] == ["a", "person", "waves"]
    explanation.set_on(False)
    assert explanation.occlusion is None and explanation.message == ""


def test_weights_are_shares_of_the_greatest_fall(explanation):
    explanation.set_on(True)
    falls = np.maximum(explanation.occlusion.falls, 0)
    assert explanation.weights == pytest.approx(falls / falls.max()) and explanation.weights.max() == pytest.approx(1)
    assert explanation.weights_at(0.0) == pytest.approx(explanation.weights[:, 0], abs=1e-6)


def test_what_was_found_is_kept(explanation, search, lanes):
    explanation.set_on(True)
    found, asked = explanation.occlusion, lanes.models.keys.count("explain")
    search.set_k(3)
    explanation.set_on(False)
    explanation.set_on(True)
    assert explanation.occlusion is found and lanes.models.keys.count("explain") == asked


def test_another_clip_is_explained_in_turn(explanation, ready, search):
    explanation.set_on(True)
    first = explanation.occlusion
    ready.show(search.results[2].clip, search.results[2].motion)
    assert explanation.occlusion is not None and explanation.occlusion is not first


def test_no_more_are_kept_than_told(explanation, ready, search, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    explanation.set_on(True)
    for result in search.results[1:4]:
        ready.show(result.clip, result.motion)
    assert len(explanation._known) == 2


def test_it_says_what_is_missing(workspace, ready, search, playback):
    explanation = Explanation(ready, search, playback)
    explanation.set_on(True)
    without_query = explanation.message
    ready.clip = None
    explanation.set_on(True)
    assert without_query and explanation.message and explanation.message != without_query


def test_an_explanation_does_not_queue_before_its_query(explanation, search, lanes):
    """A new sentence is searched for first."""
    explanation.set_on(True)
    lanes.models.keys.clear()
    search.submit("a person walks")
    assert lanes.models.keys[0] == "search" and "explain" in lanes.models.keys
