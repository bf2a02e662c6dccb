"""Which word met which patch: pointing at one lights up the other, by a model with late interaction alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.core.models.build import new_model
from motionpatches.core.patches import PatchStatistics
from motionpatches.core.search.word_patches import WordPatches
from tests.lanes import rest


@pytest.fixture
def explanation(workspace, search_by_tokens, playback):
    found = Explanation(workspace, search_by_tokens, playback)
    search_by_tokens.submit("a person waves")
    rest()
    found.set_on(True)
    return found


@pytest.fixture
def search_by_tokens(workspace, tiny_config, small_library):
    from motionpatches.app.viewmodels.search import Search

    torch.manual_seed(0)
    statistics = PatchStatistics(np.zeros((80, 3), np.float32), np.ones((80, 3), np.float32))
    model = new_model(replace(tiny_config, token_dim=16), lambda: statistics).eval()
    model.fingerprint = model.name = "tokens"
    workspace.model = model
    workspace.open([small_library])
    return Search(workspace)


def planted(words=("a", "person", "waves")):
    """The third word is the right arm's, in the second window; the second the left leg's, in the first."""
    cosines = np.full((3, 5, 4), 0.1, np.float32)
    cosines[2, 3, 1], cosines[1, 1, 0] = 0.9, 0.5
    return WordPatches(words, cosines, 16, 0.0, 20.0)


def test_words_are_linked_with_patches_and_sentences_are_answered_in_two_stages(explanation, workspace):
    assert explanation.linked == ("a", "person", "waves") and explanation.occlusion is not None
    assert workspace.retriever.patches is not None
    explanation.set_on(False)
    assert explanation.linked == ()


def test_a_word_shows_its_patches_its_bones_and_its_moment(explanation):
    explanation.link, told = planted(), []
    explanation.changed.connect(lambda: told.append(explanation.word))
    explanation.point_word(2)
    explanation.point_word(2)
    shares = explanation.shares
    assert told == [2] and explanation.lit_word == 2
    assert np.argwhere(shares.weights > 0.5).tolist() == [[3, 1]] and (shares.points, shares.fps) == (16, 20.0)
    assert explanation.weights_at(0.0).argmax() == 3, "the bones light up at all times"
    explanation.point_word(-1)
    assert explanation.shares.weights == pytest.approx(explanation.weights), "what the score needs is back"
    explanation.point_word(7)
    assert explanation.word == -1


def test_a_patch_lights_up_its_word(explanation):
    explanation.link, told = planted(), []
    explanation.lit.connect(lambda: told.append(explanation.lit_word))
    for part, time_s in ((3, 0.9), (3, 1.0), (1, 0.1), (-1, 0.0)):
        explanation.point_patch(part, time_s)
    assert told == [2, 1, -1]


def test_another_motion_forgets_what_was_pointed_at(explanation, workspace):
    explanation.point_word(1)
    other = next(clip for clip in workspace.library.clips if clip.id != workspace.clip.id)
    workspace.show(other, workspace.library.load(other.id))
    assert explanation.word == -1 and explanation.linked
