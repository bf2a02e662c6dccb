"""The library as a map."""

import re
from dataclasses import replace

import numpy as np
import pytest

from motionpatches.app.viewmodels.library_map import COLOURINGS, LibraryMap
from motionpatches.core.errors import StudioError
from motionpatches.core.search.retriever import encode_text


@pytest.fixture
def found(ready, search):
    found = LibraryMap(ready, search)
    found.refresh()
    return found


def test_each_clip_has_a_place_and_a_group(found, ready):
    assert found.places.shape == (12, 2) and {c.id for c in found.clips} == set(ready.library.by_id)
    assert len(found.groups) == 12 and len(found.names) == found.groups.max() + 1
    words = {word for clip in found.clips for text in clip.captions for word in re.findall("[a-z]+", text.lower())}
    assert all(set(name.split(", ")) <= words for name in found.names if not name.startswith("group")), "by words of captions"


def test_colours_by_split(found):
    found.colour("split")
    assert found.names == ["test", "train", "val"]
    assert [found.names[g] for g in found.groups] == [clip.split for clip in found.clips]


def test_only_what_clips_differ_by_is_offered_as_a_colour(found, ready):
    assert found.colourings == ["cluster", "split", "score of the query"], "no clip of this library has a label"
    found.clips = [replace(clip, split="", labels=("walk",) if i else ()) for i, clip in enumerate(found.clips)]
    assert found.colourings == ["cluster", "label", "score of the query"]
    found.colour("label")
    assert found.names == ["no label", "walk"]


def test_another_library_is_not_coloured_by_what_it_does_not_have(found):
    found.colour("split")
    found.clips = [replace(clip, split="") for clip in found.clips]
    found.lay_out("PCA")
    assert found.colouring == "cluster" and found.groups is not None


def test_colours_by_the_score_of_the_query(found, search, ready):
    found.colour(COLOURINGS[-1])
    assert found.scores is None and found.message
    search.submit("a person waves")
    row = encode_text(ready.model, "a person waves")
    assert found.scores == pytest.approx([float(_point_of(ready, c) @ row) for c in found.clips], abs=1e-5)


def _point_of(workspace, clip):
    """The unit mean of a clip's windows."""
    gallery = workspace.retriever.gallery
    total = sum(row for row, entry in zip(gallery.embeddings, gallery.entries, strict=True) if entry.clip_id == clip.id)
    return total / np.linalg.norm(total)


def test_the_search_keeps_to_what_is_chosen(found, search):
    low, high = found.places.min(axis=0) - 1, found.places.max(axis=0) + 1
    middle = float(np.median(found.places[:, 0]))
    found.select(np.array([[low[0], low[1]], [middle, low[1]], [middle, high[1]], [low[0], high[1]]]))
    assert found.selected == {i for i in range(12) if found.places[i, 0] < middle}
    assert search.only == {found.clips[i].id for i in found.selected}
    found.select(np.zeros((0, 2)))
    assert search.only is None and not found.selected


def test_another_gallery_is_laid_out_anew(found, ready, small_library):
    first = found.places
    ready.open([small_library])
    assert found.places is not first and len(found.places) == 12


def test_a_dot_that_is_pointed_at_is_the_preview(found):
    found.point(3)
    assert [r.clip for r in found.preview.results] == [found.clips[3]]


def test_layouts_that_cannot_be_made_are_not_offered(monkeypatch):
    from motionpatches.app.viewmodels import library_map

    monkeypatch.setattr(library_map, "find_spec", lambda name: None)
    assert library_map.layouts() == ["PCA"]
    monkeypatch.setattr(library_map, "find_spec", lambda name: object())
    assert library_map.layouts() == ["PCA", "UMAP", "t-SNE"]


def test_a_layout_that_fails_is_not_named_over_another(found, monkeypatch):
    from motionpatches.app.viewmodels import library_map

    def fail(rows):
        raise StudioError("t-SNE needs a package.")

    monkeypatch.setitem(library_map.LAYOUTS, "t-SNE", fail)
    found.lay_out("t-SNE")
    assert found.layout == "PCA" and "needs a package" in found.message


def test_a_limit_lifted_elsewhere_is_no_selection_any_more(found, search):
    low, high = found.places.min(axis=0) - 1, found.places.max(axis=0) + 1
    found.select(np.array([low, [high[0], low[1]], high, [low[0], high[1]]]))
    assert len(found.selected) == 12 and search.limit == "map"
    search.keep_to(None)
    assert not found.selected and search.limit == ""


def test_laying_it_out_is_listed_with_the_work_under_way(ready, search, lanes):
    lanes.long.waits = True
    page = LibraryMap(ready, search)
    page.refresh()
    assert [work.key for work in ready.jobs.work] == ["map"]
    lanes.long.go()
    assert ready.jobs.work == [] and len(page.places)


def test_the_dot_of_the_shown_clip_is_known(found, ready):
    for clip in ready.library.clips[2:5]:
        ready.show_clip(clip)
        assert found.clips[found.shown_at].id == clip.id
    ready.clip = None
    assert found.shown_at == -1
