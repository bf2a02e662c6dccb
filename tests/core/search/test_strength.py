"""Words for scores: the probability by chance, against sentences about nothing."""

import json
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core import paths
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search import background
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.gallery import Hit, load_gallery, save_gallery
from motionpatches.core.search.indexing import build_gallery, chance_in, update_gallery
from motionpatches.core.search.retriever import Retriever
from motionpatches.core.search.strength import NOTHING, judged, p_value, score_text, strength, weak_note
from tests.core.search.test_gallery import make_gallery

starter = pytest.mark.skipif(not paths.starter_model().exists(), reason="the starter model is not built yet")
# None of these is a sentence of the list that the words are worked out from.
ABOUT_NOTHING = (
    "boil an egg in a pan of water",
    "quarterly tax report",
    "the exchange rate of the yen",
    "install the printer driver",
    "a degree in economics",
    "who wrote War and Peace",
    "nuclear fusion reactor",
    "terms and conditions apply",
    "the Roman empire in the third century",
    "soft cheese from Normandy",
)


def test_a_p_value_counts_the_sentences_that_reach_a_score():
    chance = np.arange(1, 100, dtype=np.float32) / 100
    assert p_value(0.995, chance) == 1 / 100 and p_value(0.0, chance) == 1.0
    assert p_value(0.985, chance) == pytest.approx(2 / 100) and p_value(np.float32(0.5), chance) == pytest.approx(51 / 100)
    words = [strength(score, chance) for score in (1.0, 0.985, 0.975, 0.905, 0.895, -1.0)]
    assert words == ["strong", "strong", "likely", "likely", "weak", "weak"]
    assert strength(0.9, np.zeros(0)) == ""


def test_a_sentence_that_is_drawn_like_the_others_is_seldom_more_than_weak():
    """Of scores of one distribution, a tenth is 'likely' or 'strong', whatever the distribution is."""
    draw = np.random.default_rng(0)
    words = [strength(values[0], values[1:]) for values in draw.gumbel(0.3, 0.1, (2000, 151))]
    assert np.mean([word != "weak" for word in words]) == pytest.approx(0.1, abs=0.02)
    assert np.mean([word == "strong" for word in words]) == pytest.approx(0.02, abs=0.01)


def test_the_formatter_and_the_note():
    hits = [Hit(1, "a", 0.616, 0, 1), Hit(2, "b", 0.1, 0, 1)]
    assert score_text(hits[0]) == "0.62" and weak_note(hits) == weak_note([]) == ""
    likely = judged(hits, np.linspace(0, 0.65, 151))
    assert [score_text(hit, 3) for hit in likely] == ["0.616 likely", "0.100 weak"] and weak_note(likely) == ""
    assert weak_note(likely[1:]) == NOTHING


def test_best_scores_are_those_of_nearest(monkeypatch):
    gallery = make_gallery()
    monkeypatch.setattr("motionpatches.core.search.gallery.BLOCK", 7)
    queries = make_gallery(9, seed=1).embeddings
    expected = [gallery.nearest(query, 1)[0].score for query in queries]
    np.testing.assert_allclose(gallery.best_scores(queries), expected, atol=1e-6)
    assert replace(gallery, embeddings=gallery.embeddings[:0], entries=()).best_scores(queries).tolist() == [-1.0] * 9


def test_a_gallery_keeps_its_scores_by_chance(tiny_model, small_library, tmp_path, monkeypatch):
    library = run(open_library(small_library))
    made = run(update_gallery(tiny_model, library, tmp_path))
    expected = [max(float(row @ encode_text(tiny_model, text)) for row in made.embeddings) for text in background.OFF_TOPIC[::30]]
    np.testing.assert_allclose(made.chance[::30], expected, atol=1e-4)
    encode = tiny_model.encode_text
    monkeypatch.setattr(tiny_model, "encode_text", lambda texts: [encode(texts), texts[1:] and pytest.fail("encoded again")][0])
    kept = run(update_gallery(tiny_model, library, tmp_path))
    np.testing.assert_allclose(kept.chance, made.chance, atol=1e-6)
    assert all(hit.strength for hit in Retriever(tiny_model, kept).search_terms("a person walks", None, 3))


def test_scores_of_another_list_are_worked_out_again_and_damaged_ones_refused(tiny_model, tmp_path):
    gallery = replace(make_gallery(dim=256), chance=np.full(len(background.OFF_TOPIC), 0.25, np.float32))
    save_gallery(gallery, tmp_path / "g.npz")
    kept = dict(np.load(tmp_path / "g.npz"))
    index = json.loads(str(kept["index"]))
    assert load_gallery(tmp_path / "g.npz").chance.tolist() == gallery.chance.tolist()
    index["chance"]["sentences"] = "another"
    np.savez(tmp_path / "other.npz", embeddings=kept["embeddings"], index=json.dumps(index))
    other = load_gallery(tmp_path / "other.npz")
    assert other.chance is None
    np.testing.assert_allclose(Retriever(tiny_model, other).chance, chance_in(tiny_model, other), atol=1e-6)
    index["chance"] = {"sentences": background.DIGEST, "scores": [0.1, 0.2]}
    np.savez(tmp_path / "damaged.npz", embeddings=kept["embeddings"], index=json.dumps(index))
    with pytest.raises(Exception, match="damaged"):
        load_gallery(tmp_path / "damaged.npz")


def test_only_a_single_sentence_has_a_strength(tiny_model, small_library):
    library = run(open_library(small_library))
    retriever = Retriever(tiny_model, run(build_gallery(tiny_model, library)))
    shown = library.load("000003")
    for query, has in (("a person walks", True), ("walks + waves", False), ("this", False), ("this - walks", False)):
        assert all(bool(hit.strength) == has for hit in retriever.search_terms(query, shown, 5)), query
    assert not any(hit.strength for hit in retriever.search_motion(shown, 5))


@starter
def test_what_the_demo_library_shows_is_strong_or_likely_and_what_is_about_nothing_is_weak():
    from motionpatches.core.models.checkpoint import load_model

    library, model = run(open_library(paths.demo_library())), load_model(paths.starter_model())
    retriever = Retriever(model, run(update_gallery(model, library)))
    assert not set(ABOUT_NOTHING) & set(background.OFF_TOPIC)
    found = {text: retriever.search_terms(text, None, 1)[0].strength for text in ABOUT_NOTHING}
    assert set(found.values()) == {"weak"}, found
    captions = [clip.caption for clip in library.clips[::29]]
    words = [retriever.search_terms(caption, None, 1)[0].strength for caption in captions]
    assert words.count("weak") <= len(words) / 10 and words.count("strong") > len(words) / 2, words
