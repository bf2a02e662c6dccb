"""What is asked: chips beside the text, examples, exact words, history."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.asked import Chip
from motionpatches.app.viewmodels.examples import search_elsewhere, search_like_file
from motionpatches.app.viewmodels.queries import Queries
from motionpatches.app.viewmodels.search import Search
from motionpatches.core.library.marks import Mark
from tests.lanes import heard


def texts(search):
    return [chip.text for chip in search.chips]


def remove(search, text):
    search.remove(next(chip for chip in search.chips if chip.text == text))


def test_terms_become_chips_at_enter_and_go_one_by_one(search, ready):
    search.marks = lambda: {ready.library.clips[1].id: Mark(True)}
    shown = ready.clip
    search.submit("this + running - walks len>1")
    asked = search.query
    assert search.chips == [] and search.asked.typed == asked, "while one types the line stays as it is"
    search.keep()
    assert texts(search) == [f"this: {shown.caption}", "not walks", "len>1"] and search.asked.typed == "running"
    assert search.query == asked and search.history == [asked]
    ready.show_clip(ready.library.clips[3])
    search.submit("jumping")
    assert search.query == "this + jumping - walks len>1" and search.asked.this.clip is shown, "it stays the same take"
    assert shown.id not in {r.clip.id for r in search.results}
    remove(search, "not walks")
    remove(search, "len>1")
    remove(search, f"this: {shown.caption}")
    assert search.query == "jumping" and search.chips == [] and search.results
    search.submit("jumping is:favourite")
    assert [r.clip for r in search.results] == [ready.library.clips[1]]


def test_the_shown_motion_with_words_is_a_sum(search, ready):
    shown = ready.clip
    search.begin_sum()
    assert search.query == "this" and search.asked.typed == "" and len(search.results) == 8
    search.submit("running")
    expected = ready.retriever.search_terms("this + running", ready.library.load(shown.id), 9)
    assert [r.clip.id for r in search.results] == [h.clip_id for h in expected if h.clip_id != shown.id][:8]
    search.more_like(shown)
    search.submit("waves")
    assert search.query == "this + waves" and search.like is None, "words beside a motion are no text 'like: …'"
    assert texts(search) == [f"this: {shown.caption}"]


def test_limits_are_chips(search, ready):
    search.submit("a person walks")
    search.keep_to(frozenset(c.id for c in ready.library.clips[:3]), "filter", "len>3")
    assert search.chips == [Chip("limit", "len>3 (3)")] and len(search.results) == 3
    search.remove(search.chips[0])
    assert search.only is None and len(search.results) == 8


def test_exact_words_are_counted_and_all_of_them_can_be_shown(search, ready):
    named = ("he waits", "castaway signals")
    clips = tuple(replace(c, captions=named) if i % 2 else c for i, c in enumerate(ready.library.clips))
    ready.edited(replace(ready.library, clips=clips))
    search.submit("castaway signals")
    exact = [r.hit.strength == "exact" for r in search.results]
    assert exact == [True] * 4 + [False] * 4 and search.exact == 6
    assert {r.caption for r in search.results[:4]} == {"castaway signals"}, "the caption that was found is shown"
    search.show_all_exact()
    assert [r.hit.strength == "exact" for r in search.results] == [True] * 6 + [False] * 4
    search.set_words_first(False)
    assert "exact" not in {r.hit.strength for r in search.results}
    search.set_words_first(True)
    search.submit("castaway")
    assert not search.all_exact and len(search.results) == 8


def test_a_library_that_is_being_indexed_is_searched_as_far_as_it_is(workspace, lanes, tiny_model, small_library, monkeypatch):
    from motionpatches.core.search import indexing

    monkeypatch.setattr(indexing, "PARTLY_S", 0.0)
    monkeypatch.setattr(indexing, "PARTLY_SHARE", 0)
    monkeypatch.setattr(indexing, "BATCH", 4)
    search, seen = Search(workspace), []
    workspace.model = tiny_model
    search.set_k(12)
    search.submit("someone yodels")
    assert search.note == "Nothing is open. Open a folder, or the demo library."
    search.results_changed.connect(lambda: seen.append((search.note.split(";")[0], len(search.results))))
    workspace.open([small_library])
    partly = [(note, count) for note, count in seen if "takes are indexed" in note]
    assert partly[0] == (f"{partly[0][1]} of 12 takes are indexed", partly[0][1]) and 0 < partly[0][1] < 12
    assert seen[-1][1] == 12 and "indexed" not in seen[-1][0]
    counts = [count for _, count in seen[seen.index(partly[0]) :]]
    assert counts == sorted(counts), "results stay until more of them come"


def test_what_is_like_a_file_is_found_in_the_open_library(search, ready, tmp_path):
    wanted = ready.library.clips[4]
    np.save(tmp_path / "mine.npy", ready.library.load(wanted.id).positions)
    search_like_file(search, tmp_path / "mine.npy")
    assert ready.library.root != tmp_path and search.results[0].clip is wanted
    assert ready.clip.path == tmp_path / "mine.npy" and texts(search) == ["like: mine"]


def test_the_shown_take_is_looked_for_in_another_library(search, ready, tmp_path):
    shown = ready.library.clips[2]
    ready.show_clip(shown)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name, clip in (("same", shown), ("other", ready.library.clips[1])):
        np.save(elsewhere / f"{name}.npy", ready.library.load(clip.id).positions)
    search_elsewhere(search, [elsewhere])
    assert ready.library.root == elsewhere and texts(search) == [f"like: {shown.caption}"]
    assert [r.clip.id for r in search.results] == ["same", "other"]


def test_queries_come_back_in_the_next_session(search, workspace, tmp_path):
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    first = Queries(search, settings)
    search.submit("a per")
    search.ask("a person walks")
    search.ask("a person waves")
    search.set_k(5)
    assert first.last() == "a person waves"
    later = Search(workspace)
    queries = Queries(later, QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    assert later.history == ["a person waves", "a person walks"] and later.k == 5 and queries.last() == "a person waves"
    queries.restore()
    assert later.query == "a person waves"
    settings.setValue("results", "many")
    settings.setValue("queries", 7)
    bare = Search(workspace)
    Queries(bare, settings)
    assert bare.history == [] and bare.k == 8


def test_a_result_that_is_opened_keeps_the_query(search, ready):
    changed = heard(search.history_changed)
    search.submit("a person walks")
    search.open(search.results[2].clip)
    assert search.history == ["a person walks"] and len(changed) == 1 and search.opened is search.results[2].clip
    ready.show_clip(search.results[3].clip)
    assert search.opened is None


def test_exact_words_alone_have_no_score(workspace, small_library):
    search = Search(workspace)
    workspace.open([small_library])
    search.submit("000003")
    assert [r.clip.id for r in search.results] == ["000003"] and math.isnan(search.results[0].hit.score)
    assert search.note == "The search starts as soon as the model is ready."
    with pytest.raises(StopIteration):
        remove(search, "none")
