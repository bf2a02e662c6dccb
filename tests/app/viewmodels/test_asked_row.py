"""What looks at a take after a search looks for what was searched for: filters are no words, and a sum is a sum."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.asked_row import asked_row
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.library_map import COLOURINGS, LibraryMap
from motionpatches.app.viewmodels.moments import Moments
from motionpatches.core.search.encode import encode_first_window, encode_text
from motionpatches.core.search.explain import leave_terms_out
from motionpatches.core.search.query import Query
from tests.lanes import rest


def ask(search, text):
    search.ask(text)
    rest()


def scored(search):
    return {result.clip.id: result.hit.score for result in search.results}


def show_result(search, ready, at):
    ready.show(search.results[at].clip, search.results[at].motion)
    return search.results[at].hit.score


def test_filters_are_no_words_of_an_explanation(ready, search, playback):
    ask(search, "a person waves len>0.5")
    explanation = Explanation(ready, search, playback)
    explanation.set_on(True)
    assert [word.text for word in explanation.words] == ["a", "person", "waves"]
    score = show_result(search, ready, 1)
    assert explanation.occlusion.score == pytest.approx(score, abs=1e-5)


def test_the_explanation_of_a_sum_has_the_score_of_the_result(ready, search, playback):
    ready.show_clip(ready.library.clips[2])
    ask(search, "this + someone waves - a person walks")
    explanation = Explanation(ready, search, playback)
    explanation.set_on(True)
    assert [word.text for word in explanation.words] == ["this", "+", "someone", "waves", "-", "a", "person", "walks"]
    for at in (0, 3):
        score = show_result(search, ready, at)
        assert explanation.occlusion.score == pytest.approx(score, abs=1e-5)


def test_words_of_a_sum_are_left_out_as_by_hand():
    rows = {"walks": [1, 0, 0], "fast walks": [0.6, 0.8, 0], "fast": [0, 1, 0], "waves": [0, 0, 1]}

    def row_of(query):
        total = sum(sign * np.array(rows[term], float) for sign, term in query.terms)
        return total / np.linalg.norm(total)

    motion = np.array([0.0, 1.0, 0.0])
    found = leave_terms_out(Query(((1.0, "fast walks"), (-1.0, "waves"))), row_of, motion)
    whole = 0.8 / np.sqrt(2)
    assert [word.text for word in found] == ["fast", "walks", "-", "waves"]
    assert [word.fall for word in found] == pytest.approx([whole - 0, whole - 1 / np.sqrt(2), 0, whole - 0.8])
    alone = leave_terms_out(Query(((1.0, "fast"),)), row_of, motion)
    assert [word.fall for word in alone] == pytest.approx([1.0]), "without it nothing is asked"


def test_moments_of_a_sum_and_of_a_filtered_sentence_are_of_these(ready, search, playback):
    ready.show_clip(ready.library.clips[0])
    moments = Moments(ready, search, playback)
    for text, terms in (("a person waves len>0.5", ["a person waves"]), ("a person waves - a person walks", None)):
        ask(search, text)
        moments.find()
        assert moments.message == "" and len(moments.scores)
        query = asked_row(search).query
        row = encode_text(ready.model, terms[0]) if terms else ready.retriever.row_of(query, None)
        assert moments.scores == pytest.approx(moments._kept[1].rows @ row, abs=1e-6)


def test_the_map_is_coloured_by_the_score_of_a_sum(ready, search):
    found = LibraryMap(ready, search)
    found.refresh()
    found.colour(COLOURINGS[-1])
    ready.show_clip(ready.library.clips[1])
    ask(search, "this - a person waves")
    row = ready.retriever.row_of(asked_row(search).query, ready.library.load(ready.library.clips[1].id))
    assert found.scores == pytest.approx(found._rows @ row, abs=1e-5)


def test_a_sum_before_the_index_says_what_it_waits_for(ready, search, playback):
    ask(search, "someone waves - a person walks")
    asked = asked_row(search)
    from dataclasses import replace

    from motionpatches.core.errors import StudioError

    with pytest.raises(StudioError, match="once the library is indexed"):
        replace(asked, retriever=None).row(ready.model)
    row = encode_first_window(ready.model, ready.motion)
    assert [w.text for w in asked.without_words(ready.model, row)][:2] == ["someone", "waves"]


def test_nothing_and_filters_alone_are_no_row(search):
    assert asked_row(search) is None
    search.submit("len>0.5")
    assert asked_row(search) is None
