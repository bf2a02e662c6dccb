"""The query and its results."""

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from motionpatches.app.viewmodels import answers
from motionpatches.core.library import folder
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.strength import NOTHING
from tests.lanes import heard, rest
from tests.skeletons import BODIES, write_bvh


def best_by_hand(workspace, text, k):
    """The clips with the greatest cosine of any window, by a loop."""
    gallery, row = workspace.retriever.gallery, encode_text(workspace.model, text)
    scores = {}
    for entry, vector in zip(gallery.entries, gallery.embeddings, strict=True):
        scores[entry.clip_id] = max(scores.get(entry.clip_id, -2.0), float(vector @ row))
    return sorted(scores, key=scores.get, reverse=True)[:k]


def test_submit_finds_the_nearest_clips_and_shows_the_best(search, ready):
    results, queries = heard(search.results_changed), heard(search.query_changed)
    search.submit(" someone yodels ")
    assert [r.clip.id for r in search.results] == best_by_hand(ready, "someone yodels", 8)
    assert search.query == search.text == "someone yodels" and search.history == [], "half a sentence is not remembered"
    search.keep()
    assert search.history == ["someone yodels"]
    assert len(results) == len(queries) == 1
    rest()
    assert ready.clip is search.results[0].clip


def test_the_stage_follows_in_a_pass_of_the_event_loop_after_that_of_the_tiles(search, ready):
    before = ready.clip
    search.submit("a person waves")
    assert search.results and search.settling
    time.sleep(0.01)  # as when laying out takes longer than the timer
    QCoreApplication.processEvents()
    assert ready.clip is before and search.settling
    rest()
    assert ready.clip is search.results[0].clip and not search.settling


def test_a_result_that_is_opened_before_the_stage_follows_stays(search, ready):
    search.submit("a person waves")
    chosen = search.results[2].clip
    search.open(chosen)
    rest()
    assert ready.clip is chosen and search.opened is chosen and not search.settling


def test_motions_that_take_long_to_read_follow_the_first_tiles(search, ready, monkeypatch):
    search.submit("a person waves")
    whole = [(result.hit, result.clip.id) for result in search.results]
    search.submit("")
    monkeypatch.setattr(answers, "PROCESSOR_S", -1.0)
    search.submit("a person waves")
    assert [(result.hit, result.clip.id) for result in search.results] == whole[:1] and search.settling
    rest()
    assert [(result.hit, result.clip.id) for result in search.results] == whole and not search.settling
    assert ready.clip is search.results[0].clip, "the stage follows as ever"


def test_what_waits_to_be_read_of_an_older_answer_is_given_up(search, lanes, monkeypatch):
    monkeypatch.setattr(answers, "PROCESSOR_S", -1.0)
    search.submit("a person waves")
    assert len(search.results) == 1
    lanes.models.waits = True
    search.submit("a person walks")
    rest()  # the tiles of the older answer are painted
    assert len(search.results) == 1 and len(lanes.models.tasks) == 1
    lanes.models.waits = False
    lanes.models.go()
    rest()
    assert len(search.results) == 8 and search.query == "a person walks"


def test_motions_that_are_shown_are_not_read_again(search, ready, monkeypatch):
    search.submit("a person waves")
    shown = {result.clip.id: result.motion for result in search.results}
    search.set_k(12)
    assert len(search.results) == 12
    assert all(result.motion is shown[result.clip.id] for result in search.results if result.clip.id in shown)


def test_a_sentence_that_nothing_answers_well_is_reported(search, ready):
    ready.retriever.__dict__["chance"] = np.full(150, -1.0, np.float32)
    search.submit("person waves twice")
    assert {r.hit.strength for r in search.results} == {"strong"} and search.note == ""
    ready.retriever.__dict__["chance"] = np.ones(150, np.float32)
    search.submit("person walks twice")
    assert {r.hit.strength for r in search.results} == {"weak"} and search.note == NOTHING
    search.more_like(ready.library.clips[0])
    assert {r.hit.strength for r in search.results} == {""} and search.note == ""


def test_another_k_is_no_other_query_and_leaves_the_stage(search, ready):
    search.submit("a person waves")
    rest()
    ready.show(search.results[3].clip, search.results[3].motion)
    shown, queries = ready.clip, heard(search.query_changed)
    search.set_k(3)
    rest()
    assert len(search.results) == 3 and queries == [] and ready.clip is shown


def test_words_that_are_not_searched_for_are_named(search):
    search.submit("a person yodels + someone zigzags - the hand")
    assert len(search.results) == 8
    assert search.note == "A part of the query is not searched for: the text encoder does not know 'yodels', 'zigzags'."
    search.submit("a person waves")
    assert search.note == ""


def test_an_empty_query_clears_the_results(search):
    search.submit("a person waves")
    results = heard(search.results_changed)
    search.submit("  ")
    assert search.results == [] and len(results) == 1


def test_a_query_before_the_model_waits_for_it(workspace, tiny_model, small_library):
    from motionpatches.app.viewmodels.search import Search

    search = Search(workspace)
    workspace.open([small_library])
    states = heard(search.state_changed)
    search.submit("a person waves")
    assert search.note == "The search starts as soon as the model is ready." and len(states) == 1, "said before words are found"
    assert {r.hit.strength for r in search.results} <= {"exact"}, "exact words need no model"
    workspace.model = tiny_model
    workspace.open([small_library])
    assert len(search.results) == 8 and search.note == ""


def test_a_query_with_nothing_open_says_so(workspace):
    from motionpatches.app.viewmodels.search import Search

    search = Search(workspace)
    search.submit("a person waves")
    assert search.note == "Nothing is open. Open a folder, or the demo library."


def test_a_query_typed_before_anything_is_open_is_answered_by_what_has_been_read(workspace, lanes, small_library):
    """It went on saying that nothing was open while a folder was being read, until all of it was indexed."""
    from motionpatches.app.viewmodels.search import Search

    search = Search(workspace)
    lanes.scans.waits = True
    workspace.open([small_library])
    search.submit("waves")
    assert search.note == "The search starts as soon as the first motions are read."
    lanes.models.waits = True  # it is loading the model
    lanes.scans.go()
    assert search.note == "The search starts as soon as the model is ready." and not search.results
    lanes.models.waits = False
    lanes.models.go()
    assert workspace.model is None and search.results and search.exact
    assert all("waves" in " ".join(result.clip.captions) for result in search.results)
    found = len(search.results)
    library = workspace.library
    workspace.library = replace(library, clips=library.clips[1:]) if library.clips[0] is search.results[0].clip else library
    workspace.library_changed.emit()
    assert len(search.results) <= found and search.results[0].clip in workspace.library.clips


def test_more_like_a_clip_leaves_the_clip_itself_out(search, ready):
    clip = ready.library.clips[4]
    search.more_like(clip)
    expected = ready.retriever.search_motion(ready.library.load(clip.id), 9)
    assert expected[0].clip_id == clip.id and [r.clip.id for r in search.results] == [h.clip_id for h in expected[1:]]
    assert [r.hit.rank for r in search.results] == list(range(1, 9))
    assert search.text == "" and search.query == f"like: {clip.caption}"
    assert [(c.kind, c.text) for c in search.chips] == [("like", f"like: {clip.caption}")]
    search.more_like(clip, 0.2, 1.0)
    assert search.query.endswith("(0.2 to 1.0 s)")
    search.remove(search.chips[0])
    assert search.query == "" and search.results == [] and search.chips == []


def test_more_like_by_one_part_encodes_the_library_once(search, ready, lanes):
    clip = ready.library.clips[4]
    search.more_like(clip, part=4)
    assert clip not in [r.clip for r in search.results] and len(search.results) == 8
    assert search.query.endswith("(left arm alone)")
    assert not search._by_part.waits_for(ready.library, 4) and search._by_part.waits_for(ready.library, 3)
    states = heard(search.state_changed)
    search.more_like(ready.library.clips[5], part=4)
    assert states == [] and "part" in lanes.long.keys
    lanes.long.waits = True
    search.more_like(clip, part=2)
    assert search.note == "All motions are encoded by the torso alone. This is done once and kept."


def test_an_answer_by_part_does_not_replace_a_newer_query(search, ready, lanes):
    lanes.long.waits = True
    search.more_like(ready.library.clips[4], part=4)
    search.ask("a person waves")
    found = search.results
    lanes.long.go()
    assert search.results is found and search.query == "a person waves"


def test_an_answer_by_part_stands_though_captions_were_edited_meanwhile(search, ready, lanes):
    lanes.long.waits = True
    search.more_like(ready.library.clips[4], part=4)
    clips = tuple(replace(clip, captions=("spins",)) for clip in ready.library.clips)
    ready.edited(replace(ready.library, clips=clips))
    lanes.long.go()
    assert len(search.results) == 8 and ready.library.clips[4].id not in [r.clip.id for r in search.results]


def test_only_the_kept_clips_are_searched(search, ready):
    search.submit("a person waves")
    only = frozenset(c.id for c in ready.library.clips[:3])
    search.keep_to(only)
    assert {r.clip.id for r in search.results} == only
    search.keep_to(None)
    assert len(search.results) == 8


def test_an_answer_of_a_library_closed_meanwhile_is_dropped(search, ready, lanes):
    search.submit("a person waves")
    before = search.results
    lanes.models.waits = True
    search.submit("a person walks")
    ready.retriever = None
    lanes.models.go()
    assert search.results is before


def test_a_closed_library_takes_its_results_and_its_example_with_it(search, ready, tmp_path):
    search.more_like(ready.library.clips[0])
    np.save(tmp_path / "other.npy", ready.library.load(ready.library.clips[0].id).positions)
    ready.open([tmp_path / "other.npy"])
    assert search.like is None and search.query == "" and search.results == []


def test_captions_nearest_to_a_clip_are_sorted_by_score(search, ready, lanes):
    found = []
    search.captions_of(ready.library.clips[0], found.extend, k=5)
    scores = [score for _, score in found]
    known = {caption for clip in ready.library.clips for caption in clip.captions}
    assert len(found) == min(5, len(known)) and scores == sorted(scores, reverse=True)
    assert {caption for caption, _ in found} <= known and "captions" in lanes.long.keys


def test_what_cannot_be_understood_is_reported(search):
    search.submit("a person walks - a person walks")
    assert search.note and search.results == []


def test_while_a_folder_is_added_motions_are_found_among_what_is_indexed(search, ready, tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "PARTLY_S", 0.0)
    monkeypatch.setattr(folder, "PARTLY_SHARE", 0)
    (tmp_path / "more").mkdir()
    for at in range(6):
        write_bvh(tmp_path / "more" / f"new {at}.bvh", BODIES["LAFAN1"])
    search.submit("zigzag nonsense")  # in no caption: what is found is found by motion
    seen = []

    def note():
        if ready.growing:
            seen.append((search.note, [result.clip.id for result in search.results]))

    search.results_changed.connect(note)
    ready.add([tmp_path / "more"])
    assert len(ready.library.clips) == 18 and len(ready.retriever.gallery.clip_rows[1]) == 18
    found = [ids for _, ids in seen if ids]
    assert found and all(len(ids) == 8 and not any("new" in name for name in ids) for ids in found)
    assert any(said.startswith("12 of 1") and "takes are indexed" in said for said, _ in seen)
    assert "indexed" not in search.note


def test_more_results_begin_with_those_that_were_there(search):
    search.set_k(5)
    search.submit("a person walks")
    first = [r.hit for r in search.results]
    search.more()
    assert len(search.results) == 12 and [r.hit for r in search.results[:5]] == first, "all there are of the twelve"
    search.more()
    assert search.extra == 24, "there are no more to ask for"
    search.submit("a person waves")
    assert len(search.results) == 5
