"""Answers to queries: exact words first, then by motion; against the retriever and the words by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Library
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.open import open_library
from motionpatches.core.library.words import WordIndex
from motionpatches.core.progress import run
from motionpatches.core.search.find import find
from motionpatches.core.search.indexing import build_gallery
from motionpatches.core.search.query import Query, parse
from motionpatches.core.search.retriever import Retriever

SLANG = "castaway signals the plane"


@pytest.fixture
def library(small_library) -> Library:
    """Three of the twelve clips have a caption that no model can know."""
    library = run(open_library(small_library))
    named = {0: (SLANG,), 4: ("he waits", f"{SLANG} twice"), 7: ("the plane signals the castaway",)}
    return replace(library, clips=tuple(replace(c, captions=named.get(i, c.captions)) for i, c in enumerate(library.clips)))


@pytest.fixture
def retriever(tiny_model, library):
    return Retriever(tiny_model, run(build_gallery(tiny_model, library)))


def test_exact_words_come_before_what_the_model_finds(library, retriever):
    by_motion = [hit.clip_id for hit in retriever.search_terms(SLANG, None, 12)]
    found = find(retriever, WordIndex.of(library.clips), SLANG, 8)
    assert [hit.clip_id for hit in found.hits[:3]] == ["000000", "000004", "000007"] and found.exact == 3
    assert [hit.strength == "exact" for hit in found.hits] == [True] * 3 + [False] * 5
    assert [hit.clip_id for hit in found.hits[3:]] == [i for i in by_motion if i not in ("000000", "000004", "000007")][:5]
    assert [hit.rank for hit in found.hits] == list(range(1, 9))
    row = retriever.search_terms(SLANG, None, 12)
    assert found.hits[0].score == pytest.approx(next(hit.score for hit in row if hit.clip_id == "000000"), abs=1e-6)
    assert "castaway" in found.note, "the text encoder does not know it"


def test_of_equally_close_ones_the_best_scores_come_first_and_half_are_by_motion(library, retriever):
    words = WordIndex.of(replace(c, captions=("someone turns",)) for c in library.clips)
    ranked = [hit.clip_id for hit in retriever.search_terms("someone turns", None, 12)]
    found = find(retriever, words, "someone turns", 7)
    assert [hit.clip_id for hit in found.hits] == ranked[:7] and found.exact == 12
    assert [hit.strength == "exact" for hit in found.hits] == [True] * 4 + [False] * 3
    alone = find(retriever, words, "someone turns", 7, most_exact=0)
    assert [hit.clip_id for hit in alone.hits] == ranked[:7] and all(hit.strength != "exact" for hit in alone.hits)


def test_names_of_files_are_found(library, retriever):
    assert find(retriever, WordIndex.of(library.clips), "000009.npy", 4).hits[0].clip_id == "000009"


def test_without_a_model_and_outside_the_gallery_words_are_found(library, retriever):
    words = WordIndex.of(library.clips)
    found = find(None, words, SLANG, 8)
    assert [hit.clip_id for hit in found.hits] == ["000000", "000004", "000007"] and math.isnan(found.hits[0].score)
    kept = [at for at, entry in enumerate(retriever.gallery.entries) if entry.clip_id != "000004"]
    part = replace(
        retriever.gallery,
        embeddings=retriever.gallery.embeddings[kept],
        entries=tuple(retriever.gallery.entries[at] for at in kept),
    )
    hits = find(Retriever(retriever.model, part), words, SLANG, 8).hits
    assert [hit.clip_id for hit in hits[:3]] == ["000000", "000004", "000007"] and len(hits) == 8
    assert [math.isnan(hit.score) for hit in hits] == [False, True, *[False] * 6]


def test_filters_in_the_query_limit_both(library, retriever):
    words = WordIndex.of(library.clips)
    test = {clip.id for clip in library.clips if clip.split == "test"}
    found = find(retriever, words, f"{SLANG} -split:train", 12)
    assert found.exact == 0 and {hit.clip_id for hit in found.hits} == {c.id for c in library.clips if c.split != "train"}
    assert {hit.clip_id for hit in find(retriever, words, "walks split:test", 12).hits} == test
    marked = find(retriever, words, "walks is:favourite", 12, marks={"000003": Mark(True)})
    assert [hit.clip_id for hit in marked.hits] == ["000003"]
    nothing = find(retriever, words, "walks len>999", 12)
    assert nothing.hits == () and nothing.note == "The filters leave no motion to search among. Remove one of them."
    assert find(retriever, words, "walks", 12, only={"000001"}).hits[0].clip_id == "000001"


def test_a_sum_is_ranked_by_motion_alone(library, retriever):
    words = WordIndex.of(library.clips)
    found = find(retriever, words, "a person signals - castaway", 12)
    assert found.exact == 0 and [h.clip_id for h in found.hits] == [
        h.clip_id for h in retriever.search_terms("a person signals - castaway", None, 12)
    ]
    assert find(retriever, words, "this - waves", 3, library.load("000000")).exact == 0
    with pytest.raises(StudioError, match="Type what"):
        find(retriever, words, "len>3", 5)


def test_a_query_is_read_and_written():
    query = parse("this + running  fast - a slow-motion walk len>3 -is:favourite")
    assert query.terms == ((1, "this"), (1, "running fast"), (-1, "a slow-motion walk"))
    assert query.filters == ("len>3", "-is:favourite") and query.has_this and query.sentence == ""
    for text in ("this + running - walking split:test", "- running", "a person walks", "len>3", ""):
        assert str(parse(text)) == text
    assert parse("- running").terms == ((-1, "running"),) and parse("runs len>2").sentence == "runs"
    query = parse("-slow a person walks -left - running")
    assert query.filters == ("-slow", "-left") and query.terms == ((1, "a person walks"), (-1, "running"))
    assert parse("turns -90 degrees -").sentence == "turns -90 degrees -", "a number is no word"
    assert parse("at 3:4 he turns") == Query(((1, "at 3:4 he turns"),))


def test_a_few_clips_are_ranked_as_among_all(retriever):
    draw = np.random.default_rng(0)
    row = draw.standard_normal(retriever.gallery.embeddings.shape[1]).astype(np.float32)
    row /= np.linalg.norm(row)
    everywhere = {hit.clip_id: (hit.score, hit.start_s) for hit in retriever.gallery.nearest(row, 12)}
    for only in ({"000005"}, {"000002", "000011", "nothing"}):
        hits = retriever.gallery.nearest(row, 5, frozenset(only))
        assert {hit.clip_id for hit in hits} == only & set(everywhere)
        for hit in hits:
            assert (hit.score, hit.start_s) == pytest.approx(everywhere[hit.clip_id], abs=1e-6)


def slow_answer(retriever, clips, text, k, keep):
    """Ids and whether each is there for its words, of the clips that `keep` lets through, by lists of ids alone."""
    query, kept = parse(text), [clip for clip in clips if keep(clip)]
    row = retriever.row_of(query, None)
    ranked = [hit.clip_id for hit in retriever.gallery.nearest(row, 10**6) if hit.clip_id in {clip.id for clip in kept}]
    holds = [c.id for c in kept if any(query.sentence == text.lower() for text in c.captions)]
    exact = [i for i in ranked if i in holds] + [i for i in holds if i not in ranked]
    exact = exact[: (k + 1) // 2]
    return (exact + [i for i in ranked if i not in exact])[:k], len(exact), len(holds)


def test_filters_and_limits_against_lists_of_ids(library, retriever):
    """Also of a gallery in another order that lacks a clip; what is kept for the next query is not taken for another one."""
    texts = [("someone turns",) if number % 2 else (f"turn {number}",) for number in range(12)]
    clips = tuple(replace(c, captions=texts[i], duration_s=float(i)) for i, c in enumerate(library.clips))
    gallery, words = retriever.gallery, WordIndex.of(clips)
    draw = np.random.default_rng(0)
    rows = [at for at in draw.permutation(len(gallery.entries)) if gallery.entries[at].clip_id != clips[5].id]
    part = replace(gallery, embeddings=gallery.embeddings[rows], entries=tuple(gallery.entries[at] for at in rows))
    searched = Retriever(retriever.model, part)
    marks = [{}, {clips[3].id: Mark(True)}, {c.id: Mark(True) for c in clips[::3]}]
    for number in range(60):
        only = None if number % 4 == 0 else frozenset(c.id for c in clips if draw.random() < 0.6) | {"gone"}
        least, own = int(draw.integers(0, 12)), marks[int(draw.integers(3))]
        asked = f"someone turns {('', f'len>{least}', 'is:favourite', '-is:favourite')[number % 4]}"

        def keep(clip, only=only, least=least, own=own, asked=asked):
            favourite = own.get(clip.id) is not None
            passes = {"len": clip.duration_s > least, "is:": favourite, "-is": not favourite}
            return (only is None or clip.id in only) and passes.get(asked[14:17], True)

        for _ in range(2):  # the second is answered with what is kept
            found = find(searched, words, asked, 6, only=only, marks=own)
            ids, shown, total = slow_answer(searched, clips, asked, 6, keep)
            assert [hit.clip_id for hit in found.hits] == ids and found.exact == total
            assert sum(hit.strength == "exact" for hit in found.hits) == shown
