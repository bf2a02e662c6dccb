"""Words that a model does not know."""

import pytest

from motionpatches.core import paths
from motionpatches.core.models.text_encoder import open_tokenizer
from motionpatches.core.training.vocabulary import MOST, in_pieces, learned_words, unknown_words, with_learned, words_of

SLANG = ("castaway signals the plane", "Goalie shows the crowd.", "the goalie waves", "a person cartwheeling")


class Encoder:
    """The tokenizer of the starter without its weights."""

    def __init__(self, tokenizer):
        self.tokenizer, self._unknown_id = tokenizer, 100

    def token_counts(self, words):
        from motionpatches.core.models.text_encoder import TextEncoder

        return TextEncoder.token_counts(self, words)


@pytest.fixture(scope="module")
def encoder():
    file = paths.starter_model() / "tokenizer.json"
    if not file.is_file():
        pytest.skip("the starter model is not built yet")
    return Encoder(open_tokenizer(file))


def test_words_in_pieces_are_unknown_unless_they_were_learned(encoder):
    assert in_pieces(SLANG, encoder) == ["goalie", "castaway", "cartwheeling"], "the most frequent first"
    assert unknown_words(SLANG, encoder, ["cartwheels"]) == ["goalie", "castaway"]
    assert unknown_words(SLANG, encoder, in_pieces(SLANG, encoder)) == []


def test_a_tokenizer_of_whole_words_knows_those_alone(tiny_model):
    assert unknown_words(["a person waves", "a zombie WALKS"], tiny_model.text_encoder, []) == ["zombie"]


def test_a_model_keeps_what_it_and_its_start_have_learned(encoder):
    kept = with_learned(["zombie"], SLANG, encoder)
    assert learned_words({"learned_words": kept}) == ["zombie", "goalie", "castaway", "cartwheeling"]
    assert learned_words({}) == learned_words({"learned_words": 3}) == []
    many = [f"{a}{b}{c}qx" for a in "abcdefghijklmn" for b in "abcdefghijklmn" for c in "abcdefghijklmn"]
    assert len(with_learned([], many, encoder).split()) == MOST


def test_words_are_counted_once_for_a_caption():
    assert words_of(["a a B", "b, 2 Élan"]) == {"a": 1, "b": 2, "élan": 1}
