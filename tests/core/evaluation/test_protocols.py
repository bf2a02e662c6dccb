"""Every protocol against matrices worked out by hand, and against slow twins."""

import json
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.evaluation.evaluate import evaluate, failures
from motionpatches.core.evaluation.labels import BABEL_60, prompts, read_labels, read_truth, truth_of
from motionpatches.core.evaluation.protocols import Material, run_protocols
from motionpatches.core.evaluation.report import FORMATS, latex, markdown, rows_of
from motionpatches.core.library.library import Clip
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run


def material(scores, captions, **more):
    """Texts and motions whose products are exactly these scores."""
    scores = np.asarray(scores, np.float32)
    return Material(scores, np.eye(scores.shape[1], dtype=np.float32), tuple(captions), **more)


def test_by_hand_with_ties_and_duplicates():
    m = material(
        [[0.5, 0.5, 0.1, 0.9], [0.5, 0.5, 0.1, 0.2], [0.1, 0.2, 0.3, 0.3], [0.8, 0.1, 0.85, 0.7]],
        ["walk", "walk", "run", "jump"],
        sentences=np.array([[1, 0], [1, 0], [0, 1], [0.05, 0.99875]], np.float32),
        subset=(0, 2, 3),
    )
    figures, missing = run_protocols(m)
    # Ranks 2 (jump lies above both walks), 1, 1 (a tie is not above), 3.
    assert figures["exact_caption"]["t2m"] == {"R@1": 50, "R@2": 75, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 1.5}
    # Columns: walk second to jump's text, walk, run second to jump's text, jump second to walk's text.
    assert figures["exact_caption"]["m2t"]["R@1"] == 25
    # Own pairs: 2.5 (tied with its copy), 1.5, 1.5, 3.
    strict = figures["strict"]["t2m"]
    assert (strict["R@1"], strict["R@2"], strict["R@3"], strict["MedR"]) == (0, 50, 100, 2)
    # Run and jump mean the same: the query jump has run first, and the motion of run the text of jump.
    assert figures["threshold"]["t2m"]["R@1"] == 75 and figures["threshold"]["m2t"]["R@1"] == 50
    # Among walk, run and jump alone: 2, 1.5 (a tie), 3.
    assert figures["dissimilar"]["t2m"] == {"R@1": 0, "R@2": 66.67, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 2}
    assert list(missing) == ["small_batches"] and "4 motions" in missing["small_batches"]


def test_small_batches_against_a_loop():
    rng = np.random.default_rng(3)
    scores, captions = rng.normal(size=(75, 75)).round(1).astype(np.float32), [f"c{i % 40}" for i in range(75)]
    found = run_protocols(material(scores, captions, seed=5), ["small_batches"])[0]["small_batches"]
    order = np.random.default_rng(5).permutation(75)
    tops, medians = [], []
    for batch in (order[:32], order[32:64]):
        ranks = []
        for i in batch:
            best = max(scores[i, j] for j in batch if captions[j] == captions[i])
            ranks.append(1 + sum(scores[i, j] > best for j in batch))
        tops.append(100 * np.mean(np.array(ranks) <= 3))
        medians.append(np.median(ranks))
    assert found["t2m"]["R@3"] == pytest.approx(np.mean(tops), abs=0.005)
    assert found["t2m"]["MedR"] == pytest.approx(np.mean(medians), abs=0.005)
    assert run_protocols(material(scores, captions, seed=6), ["small_batches"])[0]["small_batches"] != found


@pytest.fixture
def evaluated(tiny_model, small_library):
    library = run(open_library(small_library))
    return run(evaluate(tiny_model, library, "", seed=4))


def test_a_library_is_evaluated_as_its_embeddings_say(evaluated, tiny_model, small_library):
    from motionpatches.core.search.encode import encode_text
    from motionpatches.core.search.indexing import build_gallery

    library = run(open_library(small_library))
    gallery = run(build_gallery(tiny_model, library))
    rows = {e.clip_id: row for e, row in zip(gallery.entries, gallery.embeddings, strict=True)}
    scores = (
        np.stack([encode_text(tiny_model, c.caption) for c in library.clips]) @ np.stack([rows[c.id] for c in library.clips]).T
    )
    np.testing.assert_allclose(evaluated.material.scores, scores, atol=0.02)
    assert set(evaluated.figures) == {"exact_caption", "strict", "threshold"}
    assert "nsim_test.txt" in evaluated.missing["dissimilar"] and evaluated.dataset == ""
    (small_library / "nsim_test.txt").write_text("\n".join(c.id for c in library.clips[:5]))
    again = run(evaluate(tiny_model, library, "", ["dissimilar"]))
    assert list(again.figures) == ["dissimilar"] and again.material.subset == (0, 1, 2, 3, 4)
    with pytest.raises(StudioError, match="no protocol 'best'"):
        run(evaluate(tiny_model, library, protocols=["best"]))


def test_the_report_names_what_it_measured_and_keeps_published_figures_to_their_data(evaluated):
    assert not any(row.published for row in rows_of(evaluated))
    same = replace(evaluated, dataset="KIT-ML")
    assert {r.protocol for r in rows_of(same) if r.published} == {"exact_caption"}
    text = markdown(same)
    assert "| 14.02 |" in text and "seed 4" in text and "12 motions" in text and "not run" in text
    assert latex(same).count(r"\\") == len(rows_of(same)) + 1 and r"\_" not in latex(same)
    values = json.loads(FORMATS[".json"](same))
    assert values["published"]["exact_caption"]["Motion Patches"]["m2t"]["MedR"] == 13.0
    assert values["protocols"] == evaluated.figures
    assert FORMATS[".csv"](same).splitlines()[0].startswith("protocol,method,text → motion R@1")


def test_failures_are_the_queries_whose_truth_was_not_first(evaluated):
    found = failures(evaluated)
    ranks = [f.rank for f in found]
    r1 = evaluated.figures["exact_caption"]["t2m"]["R@1"]
    assert ranks == sorted(ranks, reverse=True) and 1 not in ranks
    assert len(found) == round(12 * (1 - r1 / 100))
    for f in found:
        assert f.winner_score == evaluated.material.scores[f.row].max() > f.own_score


def test_labels(tmp_path):
    assert len(set(BABEL_60)) == 60 and read_labels("babel-60") == BABEL_60
    assert prompts(["walk"], "someone does a {action}") == ["someone does a walk"]
    with pytest.raises(StudioError, match="two labels"):
        read_labels("walk, ")
    with pytest.raises(StudioError, match="label"):
        prompts(["walk"], "A person")
    clips = [Clip("a", tmp_path, labels=("walk", "turn")), Clip("b", tmp_path)]
    assert truth_of(clips, ("turn", "walk")) == [frozenset({0, 1}), frozenset()]
    table = tmp_path / "t.csv"
    table.write_text("id,style\na,turn\nb,walk\n")
    assert truth_of(clips, ("turn", "walk"), read_truth(f"{table}:style")) == [frozenset({0}), frozenset({1})]
    with pytest.raises(StudioError, match="column label"):
        read_truth(str(table))
