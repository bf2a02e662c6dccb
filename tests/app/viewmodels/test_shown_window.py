"""Long takes: patches and explanation are of the window under the playhead."""

from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.viewmodels.answers import Result
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.shown_window import ShownWindow
from motionpatches.core.search.gallery import Hit
from tests.lanes import heard, rest

# Seconds that a model reads at once: 224 frames at 20 fps.
READ = 11.2


@pytest.fixture
def long(smpl_motion):
    """A minute."""
    return replace(smpl_motion, positions=np.concatenate([smpl_motion.positions] * 20))


@pytest.fixture
def window(ready, playback, search, long):
    found = ShownWindow(ready, playback, search)
    ready.show(ready.library.clips[0], long)
    playback.show(long.duration_s, long.fps)
    return found


def test_a_short_take_is_one_window(ready, playback, search, window):
    ready.show_clip(ready.library.clips[1])
    assert window.whole and window.words == "" and window.scored == (0.0, 0.0)
    assert (window.start_s, window.end_s) == (0.0, ready.motion.duration_s)


def test_an_answer_leaves_the_patches_of_a_short_take_as_they_are(ready, search, window):
    """They would be computed again before its tiles are painted."""
    clip = ready.library.clips[1]
    ready.show_clip(clip)
    changed, scored = heard(window.changed), heard(window.scored_changed)
    search.results = [Result(Hit(1, clip.id, 0.5, 0.0, 0.4), clip, ready.motion)]
    search.results_changed.emit()
    assert window.scored == (0.0, 0.4) and len(scored) == 1 and not changed


def test_it_follows_the_playhead_and_says_which_it_is(window, playback, long):
    changed = heard(window.changed)
    assert (window.start_s, window.end_s) == pytest.approx((0, READ))
    for time_s, begins in ((30.0, 2 * READ), (31.0, 2 * READ), (58.0, 5 * READ), (3.0, 0.0)):
        playback.seek(time_s)
        ends = min(begins + READ, long.duration_s)
        assert (window.start_s, window.end_s) == pytest.approx((begins, ends)) and window.start_s <= time_s < window.end_s
        assert window.words == f"{begins:.1f} to {ends:.1f} s of {long.duration_s:.1f} s"
    assert len(changed) == 3, "not within one"


def test_what_was_found_begins_where_it_was_found(window, ready, search, playback, long):
    clip = ready.clip
    search.results = [Result(Hit(1, clip.id, 0.5, 48.0, 51.0), clip, long)]
    search.results_changed.emit()
    playback.seek(49.0)
    assert window.start_s == 48.0 and window.end_s == pytest.approx(48 + READ) and window.scored == (48.0, 51.0)
    playback.seek(20.0)
    assert window.start_s == pytest.approx(READ) and window.scored == (window.start_s, window.end_s)


def test_a_marked_range_holds_the_window_while_it_is_looped(window, ready, search, playback, long):
    clip = ready.clip
    search.results = [Result(Hit(1, clip.id, 0.5, 48.4, 52.4), clip, long)]
    search.results_changed.emit()
    playback.range_s = (47.9, 50.9)
    playback.seek(48.0)
    changed = heard(window.changed)
    for time_s in (47.86, 48.2, 48.6, 50.95):
        playback.seek(time_s)
        assert window.start_s == 48.4 and window.scored == (48.4, 52.4), "the best moment stands for what was found"
    assert not changed
    playback.range_s = (20.0, 24.0)
    playback.seek(21.0)
    assert window.start_s == 20.0 and window.scored == (20.0, 24.0), "a range of one's own is explained"
    playback.clear_range()
    assert window.start_s == pytest.approx(READ)


def test_the_explanation_is_of_the_window_under_the_playhead(ready, search, playback, long):
    explanation = Explanation(ready, search, playback)
    search.submit("a person waves")
    rest()
    found = {result.clip.id for result in search.results}
    ready.show(next(clip for clip in ready.library.clips if clip.id not in found), long)
    playback.show(long.duration_s, long.fps)
    explanation.set_on(True)
    first = explanation.occlusion
    assert first.start_s == 0
    playback.seek(30.0)
    assert explanation.occlusion is not first and explanation.occlusion.start_s == pytest.approx(2 * READ, abs=0.05)
    assert explanation.weights_at(30.0).max() > 0, "the figure is not grey"
    playback.seek(5.0)
    assert explanation.occlusion is first
