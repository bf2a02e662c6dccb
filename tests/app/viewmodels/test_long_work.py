"""What takes minutes has a lane of its own: a query and a take for the stage never wait for it."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.viewmodels.fine_tuning import FineTuning
from motionpatches.app.viewmodels.library_map import LibraryMap
from tests.lanes import rest


def evaluate(ready, search):
    Evaluation(ready).evaluate("all", 0)


def classify(ready, search):
    Evaluation(ready).classify("walk, wave", "a person does a {label}", "", "all")


def lay_out(ready, search):
    LibraryMap(ready, search).refresh()


def nearest_captions(ready, search):
    search.captions_of(ready.library.clips[0], lambda found: None)


def estimate(ready, search):
    ready.estimated = FineTuning(ready)
    ready.estimated._timer.setInterval(0)
    ready.estimated.begin(ready.estimated.starts[-1])
    rest()


@pytest.mark.parametrize("work", [evaluate, classify, lay_out, nearest_captions, estimate])
def test_a_query_and_a_take_do_not_wait_for_it(ready, search, lanes, work):
    lanes.long.waits = True
    work(ready, search)
    assert lanes.long.busy and not lanes.models.busy and not lanes.files.busy
    search.submit("a person waves")
    ready.show_clip(ready.library.clips[7])
    assert len(search.results) == 8 and ready.clip is ready.library.clips[7]
    assert np.isfinite(ready.motion.positions).all()
