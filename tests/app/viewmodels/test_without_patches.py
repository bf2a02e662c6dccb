"""A model that reads no patches: the pages of patches and of reasons say so."""

import copy
from dataclasses import replace

import pytest

from motionpatches.app.viewmodels.explanation import Explanation
from tests.lanes import rest


@pytest.fixture
def without(ready):
    """The open model as one of features, as far as these pages look at it."""
    model = copy.copy(ready.model)
    model.config = replace(model.config, patches=replace(model.config.patches, form="features"))
    ready.model = model
    return ready


def test_the_reasons_say_that_there_are_no_patches(without, search, playback):
    search.submit("a person waves")
    rest()
    explanation = Explanation(without, search, playback)
    explanation.set_on(True)
    assert "HumanML3D's features" in explanation.message and "no patches" in explanation.message
    assert explanation.occlusion is None
