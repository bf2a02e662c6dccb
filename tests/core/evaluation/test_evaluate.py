"""A library is evaluated as its embeddings say, on the items that were chosen, and the report tells what was left out."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.evaluate import evaluate, failures
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_first_window, encode_text


@pytest.fixture
def evaluated(tiny_model, kit, tiny_text_folder):
    return run(evaluate(tiny_model, kit, "", seed=4, judge=str(tiny_text_folder)))


def test_figures_are_those_of_the_embeddings(evaluated, tiny_model, kit):
    texts = np.stack([encode_text(tiny_model, c.caption) for c in kit.clips])
    motions = np.stack([encode_first_window(tiny_model, kit.load(c.id)) for c in kit.clips])
    np.testing.assert_allclose(evaluated.material.scores, texts @ motions.T, atol=0.02)
    assert set(evaluated.figures) == {"exact_caption", "strict", "threshold"} and evaluated.motions == 13
    assert set(evaluated.missing) == {"small_batches", "dissimilar"} and evaluated.dataset == ""


def test_the_list_of_dissimilar_motions(tiny_model, kit, kit_folder):
    (kit_folder / "nsim_test.txt").write_text("\n".join(c.id for c in kit.clips[:5]))
    again = run(evaluate(tiny_model, kit, "", ["dissimilar"]))
    assert list(again.figures) == ["dissimilar"] and again.material.subset == (0, 1, 2, 3, 4)


def test_unknown_protocols_and_items_are_named(tiny_model, kit):
    with pytest.raises(StudioError, match="no protocol 'best'"):
        run(evaluate(tiny_model, kit, protocols=["best"]))
    with pytest.raises(StudioError, match="'lines'.*first_lines"):
        run(evaluate(tiny_model, kit, items="lines"))


def test_both_choices_of_test_items(tiny_model, kit):
    """The last file's first line is of a range: alone it is that range, else the whole is an item too."""
    ranges, first = (run(evaluate(tiny_model, kit, "test", ["strict"], items=items)) for items in ("ranges", "first_lines"))
    assert [(c.id, c.caption) for c in ranges.clips] == [
        ("00010", "a person walks"),
        ("00011@1-2", "a person turns left"),
        ("00011", "a person turns right"),
    ]
    assert [(c.id, c.captions) for c in first.clips] == [
        ("00010", ("a person walks",)),
        ("00011@1-2", ("a person turns left",)),
    ]
    assert (ranges.items, first.items) == ("ranges", "first_lines")
    row = encode_first_window(tiny_model, kit.load("00011@1-2"))
    np.testing.assert_allclose(first.material.motions[1], row, atol=2e-3)


def test_published_figures_need_the_authors_items(tiny_model, kit, kit_folder):
    """With other items the report says why there are none; with files of one item each there is no difference."""
    ranges, first = (
        run(evaluate(tiny_model, kit, "test", ["strict"], dataset="KIT-ML", items=items)) for items in ("ranges", "first_lines")
    )
    assert (ranges.dataset, first.dataset) == ("", "KIT-ML")
    assert any("first line of each file" in note for note in ranges.notes)
    (kit_folder / "texts/00011.txt").write_text("a person runs#a/DET#0.0#0.0\n")
    plain = run(evaluate(tiny_model, run(open_library(kit_folder)), "test", ["strict"], dataset="KIT-ML"))
    assert plain.dataset == "KIT-ML" and not any("first line" in note for note in plain.notes)


def test_sentences_that_training_has_seen_are_counted(tiny_model, kit):
    """Files 0 to 7 train with 'walks' and 'runs'; of the three items of the test 'walks' is one."""
    seen = run(evaluate(tiny_model, kit, "test", ["strict"])).notes
    assert "1 of 3 sentences also occur in the split train." in seen
    assert not any("also occur" in note for note in run(evaluate(tiny_model, kit, "train", ["strict"])).notes)


def test_ties_with_a_wrong_item_are_counted(tiny_model, kit):
    """A model whose motions are all one: every text has all motions tied, every motion ranks the texts alike."""
    plain = tiny_model.encode_motion
    tiny_model.encode_motion = lambda pixels: plain(pixels)[:1].expand(len(pixels), -1)
    found = run(evaluate(tiny_model, kit, "test", ["exact_caption"]))
    assert "Ties with a wrong item: 3 queries text to motion, 0 motion to text." in found.notes
    assert found.figures["exact_caption"]["t2m"]["R@1"] == 0 and found.figures["exact_caption"]["t2m"]["MedR"] == 3


def test_motions_whose_embedding_is_not_finite_are_named(tiny_model, kit):
    plain, call = tiny_model.encode_motion, []

    def encode(pixels):
        rows = plain(pixels).clone()
        rows[1, 0] = float("inf")
        call.append(len(rows))
        return rows

    tiny_model.encode_motion = encode
    found = run(evaluate(tiny_model, kit, "test"))
    assert found.motions == 2 and [c.id for c in found.clips] == ["00010", "00011"] and call == [3]
    assert any("Motions left out: 1. 00011@1-2: its embedding by tiny is not finite" in note for note in found.notes)
    tiny_model.encode_motion = lambda pixels: plain(pixels) * float("nan")
    with pytest.raises(StudioError, match="No motion of kit could be encoded. 00010: .*not finite"):
        run(evaluate(tiny_model, kit, "test"))


def test_a_sentence_whose_embedding_is_not_finite_is_named(tiny_model, kit):
    tiny_model.text_head.fc.weight.data[:] = float("nan")
    with pytest.raises(StudioError, match="the sentence 'a person walks'.*not finite"):
        run(evaluate(tiny_model, kit, "test"))


def test_failures_are_the_queries_whose_truth_was_not_first(evaluated):
    found = failures(evaluated)
    ranks = [f.rank for f in found]
    r1 = evaluated.figures["exact_caption"]["t2m"]["R@1"]
    assert ranks == sorted(ranks, reverse=True) and 1 not in ranks
    assert len(found) == round(13 * (1 - r1 / 100))
    captions = evaluated.material.captions
    for f in found:
        assert captions[f.winner] != captions[f.row]
        assert f.winner_score == evaluated.material.scores[f.row].max() >= f.own_score
