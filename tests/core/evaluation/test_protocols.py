"""Every protocol against matrices worked out by hand, and against slow twins."""

from pathlib import Path

import numpy as np
import pytest

from motionpatches.core.errors import FileProblem, StudioError
from motionpatches.core.evaluation.judge import MODEL, STARTER
from motionpatches.core.evaluation.labels import BABEL_60, prompts, read_labels, read_truth, truth_of
from motionpatches.core.evaluation.protocols import PROTOCOLS, Material, run_protocols
from motionpatches.core.library.items import ITEMS
from motionpatches.core.library.library import Clip
from tests.core.evaluation.tmr import tmr


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
    # Ranks 2 (jump lies above both walks), 1 (the tie is with its own caption), 2 (jump ties with it and is wrong), 3.
    assert figures["exact_caption"]["t2m"] == {"R@1": 25, "R@2": 75, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 2}
    # Columns: walk second to jump's text, walk, run second to jump's text, jump second to walk's text.
    assert figures["exact_caption"]["m2t"]["R@1"] == 25
    # Own pairs: 2.5 (tied with its copy), 1.5, 1.5, 3; counted where below 2, 3, 4.
    assert figures["strict"]["t2m"] == {"R@1": 50, "R@2": 75, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 2}
    # Run and jump mean the same. Texts: 2.5, 1.5 (both walks tie), 1.5 (run and jump tie), 1. Motions: 2.5, 1.5, 1, 2.
    assert figures["threshold"]["t2m"] == {"R@1": 75, "R@2": 100, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 1.5}
    assert figures["threshold"]["m2t"] == {"R@1": 50, "R@2": 100, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 1.75}
    # Among walk, run and jump alone: 2, 1.5 (a tie), 3.
    assert figures["dissimilar"]["t2m"] == {"R@1": 33.33, "R@2": 66.67, "R@3": 100, "R@5": 100, "R@10": 100, "MedR": 2}
    assert list(missing) == ["small_batches"] and "4 motions" in missing["small_batches"]


@pytest.mark.parametrize("tied", [True, False])
def test_strict_threshold_and_dissimilar_are_tmrs_in_both_directions(tied):
    """Whole numbers tie often; captions repeat, so that motion to text ties in any case."""
    rng = np.random.default_rng(3)

    def draw(*shape):
        return rng.integers(-2, 3, shape).astype(float) if tied else rng.normal(size=shape)

    captions = [f"c{i % 17}" for i in range(40)]
    words = {c: draw(3) for c in captions}
    meanings = {c: rng.normal(size=3) for c in captions}
    texts, motions = np.stack([words[c] for c in captions]), draw(40, 3)
    sentences = np.stack([meanings[c] / np.linalg.norm(meanings[c]) for c in captions])
    figures, _ = run_protocols(Material(texts, motions, tuple(captions), sentences, tuple(range(0, 40, 3))))
    scores = np.array([[sum(a * b for a, b in zip(t, m, strict=True)) for m in motions] for t in texts])
    own, alike = np.eye(40, dtype=bool), np.array([[a @ b > 0.9 for a in sentences] for b in sentences])
    subset = np.ix_(range(0, 40, 3), range(0, 40, 3))
    for name, expected, right in (
        ("strict", scores, own),
        ("threshold", scores, alike),
        ("dissimilar", scores[subset], own[subset]),
    ):
        assert figures[name]["t2m"] == pytest.approx(tmr(expected, right), abs=0.005)
        assert figures[name]["m2t"] == pytest.approx(tmr(expected.T, right), abs=0.005)
    assert figures["strict"]["m2t"] != figures["threshold"]["m2t"]


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
            ranks.append(1 + sum(scores[i, j] >= best for j in batch if captions[j] != captions[i]))
        tops.append(100 * np.mean(np.array(ranks) <= 3))
        medians.append(np.median(ranks))
    assert found["t2m"]["R@3"] == pytest.approx(np.mean(tops), abs=0.005)
    assert found["t2m"]["MedR"] == pytest.approx(np.mean(medians), abs=0.005)
    assert run_protocols(material(scores, captions, seed=6), ["small_batches"])[0]["small_batches"] != found


@pytest.mark.parametrize("name", ["exact_caption", "strict", "small_batches", "threshold", "dissimilar"])
def test_a_constant_model_and_one_that_is_not_finite_find_nothing(name):
    """In every protocol, with captions that repeat, and in the batches."""
    captions = [f"c{i % 50}" for i in range(64)]
    sentences = np.eye(50, dtype=np.float32)[[i % 50 for i in range(64)]]
    for fill, last in ((0.25, False), (np.nan, True), (np.inf, True)):
        rows = np.full((64, 16), fill, np.float32)
        figures = run_protocols(Material(rows, rows, tuple(captions), sentences, tuple(range(40)), 0), [name])[0][name]
        for way in ("t2m", "m2t"):
            assert [figures[way][f"R@{k}"] for k in (1, 2, 3, 5, 10)] == [0] * 5
            items = {"small_batches": 32, "dissimilar": 40}.get(name, 64)
            lowest = items if last else items / 2
            assert lowest <= figures[way]["MedR"] <= items


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
    for broken in (b'id,label\na,"' + b"x" * 200_000, b"id,label\n\xff\xfe,walk\n"):
        table.write_bytes(broken)
        with pytest.raises(FileProblem, match="no table of text"):
            read_truth(str(table))


def test_the_page_has_every_protocol_and_choice():
    """docs/evaluation.md: a row for each protocol with what is right, ties and papers; each choice of items and judge."""
    page = (Path(__file__).parents[3] / "docs/evaluation.md").read_text(encoding="utf-8")
    rows = {row[1]: row for line in page.splitlines() if line.startswith("| `") and (row := line.split("|"))}
    for name in PROTOCOLS:
        cells = rows[f" `{name}` "]
        assert len(cells) == 6 and all(cell.strip() for cell in cells[1:5])
    assert all(f" `{name}`" in page for name in (*ITEMS, MODEL, STARTER))
