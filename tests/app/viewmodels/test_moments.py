"""The query over the time of a long take."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.viewmodels.moments import LONG_S, Moments
from tests.lanes import rest


@pytest.fixture
def moments(ready, search, playback):
    """A take of 24 s on the stage, searched for waving."""
    ready.shown.connect(lambda: playback.show(ready.motion.duration_s, ready.motion.fps))
    moments = Moments(ready, search, playback)
    search.submit("a person waves")
    rest()
    search.opens(ready.library.clips[0])
    show_long(ready)
    return moments


def show_long(workspace):
    clip, motion = workspace.library.clips[0], workspace.library.load(workspace.library.clips[0].id)
    frames = np.resize(np.arange(motion.frame_count), 480)
    long = replace(motion, positions=motion.positions[frames])
    assert long.duration_s > LONG_S
    workspace.show(clip, long)


def test_a_long_take_is_looked_through_once_it_is_shown(moments, playback):
    assert len(moments.best) > 1 and len(moments.times_s) == len(moments.scores) > 0
    assert playback.range_s == moments.best[0][:2] and playback.time_s == pytest.approx(moments.best[0][0], abs=0.01)
    best = int(np.argmax(moments.scores))
    assert moments.best[0][0] <= moments.times_s[best] <= moments.best[0][1]


def test_a_shorter_take_opens_where_the_window_that_was_found_begins(moments, ready, search, playback):
    found = search.results[1]
    search.results[1] = replace(found, hit=replace(found.hit, start_s=0.75))
    search.open(found.clip)
    rest()
    assert playback.time_s == pytest.approx(0.75) and playback.range_s is None
    search.open(search.results[2].clip)
    rest()
    assert playback.time_s == pytest.approx(search.results[2].hit.start_s)


def test_a_take_chosen_in_the_list_stays_at_its_start(moments, ready, search, playback):
    """Its scores are in the timeline; no range is marked that nobody asked for."""
    playback.range_s = None
    playback.seek(0.0)
    show_long(ready)
    assert len(moments.best) > 1 and len(moments.scores) and playback.range_s is None and playback.time_s == 0.0
    moments.step(1)
    assert playback.range_s == moments.best[0][:2], "the first one comes when it is asked for"
    search.results[1] = replace(search.results[1], hit=replace(search.results[1].hit, start_s=0.75))
    ready.show_clip(search.results[1].clip)
    rest()
    assert playback.time_s != pytest.approx(0.75)


def test_another_number_of_results_leaves_the_playhead(moments, search, playback):
    playback.range_s = None
    playback.seek(3.0)
    search.set_k(5)
    assert len(search.results) == 5
    assert playback.time_s == pytest.approx(3.0) and playback.range_s is None


def test_a_filter_leaves_the_playhead(moments, search, ready, playback):
    playback.range_s = None
    playback.seek(3.0)
    search.keep_to(frozenset(c.id for c in ready.library.clips[:4]))
    assert playback.time_s == pytest.approx(3.0) and playback.range_s is None


def test_another_sentence_takes_the_scores_of_the_last_one_away(moments, search, lanes):
    lanes.models.waits = True
    search.submit("a person walks")
    assert len(moments.scores) == 0 and moments.best == []


def test_another_model_takes_the_scores_away(moments, ready):
    ready.model = object()
    ready.model_changed.emit()
    assert moments.best == []


def test_steps_go_round_the_moments(moments, playback):
    count = len(moments.best)
    moments.step(1)
    assert moments.at == 1 and playback.range_s == moments.best[1][:2]
    moments.step(-2)
    assert moments.at == count - 1


def test_without_a_query_it_says_what_is_missing(ready, search, playback):
    moments = Moments(ready, search, playback)
    moments.step(1)
    assert moments.message and moments.best == []
