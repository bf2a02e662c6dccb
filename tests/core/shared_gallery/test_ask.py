"""A shared gallery that is asked without a library; and an approximate index against an exact search."""

import numpy as np
import pytest

from motionpatches.core.errors import StudioError
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.indexing import gallery_fingerprint
from motionpatches.core.shared_gallery.ask import ask, recall
from motionpatches.core.shared_gallery.records import CAPTION, TAG, Place, Record, Vectors, Window, caption_name
from tests.core.shared_gallery.conftest import clip, unit
from tests.shared_galleries import Twin

SAID = ("walks", "second", "tenth")


@pytest.fixture
def twin(tiny_model):
    """Takes a to e; a window of each is nearer to "a person walks" than that of the one before."""
    found, row = Twin(), encode_text(tiny_model, "a person walks")
    other = np.roll(row, 1)
    rows = np.array([row * weight + other * (1 - weight) for weight in (0.2, 0.4, 0.6, 0.8, 1.0)], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found.put([clip(name, f"content {name}", at) for at, name in enumerate("abcde")])
    captions = {"second": "2", "walks": "1", "tenth": "10"}
    found.put([Record(Place(CAPTION, "e", caption_name(text, 0, 0)), at, 1) for text, at in captions.items()])
    found.put([Record(Place(TAG, "d", "good"), "1", 1)])
    windows = tuple(Window(f"content {name}", 0.0, 2.0) for name in "abcde")
    found.put_vectors(gallery_fingerprint(tiny_model), Vectors(windows, rows))
    return found


def test_the_engine_answers_with_captions(twin, tiny_model):
    found = ask(twin, tiny_model, "a person walks", 3)
    assert [one.hit.clip_id for one in found] == ["e", "d", "c"] and [one.captions for one in found] == [SAID, (), ()]
    assert [one.hit.clip_id for one in ask(twin, tiny_model, "a person walks tag:good", 3)] == ["d"]
    assert [one.hit.clip_id for one in ask(twin, tiny_model, "a person walks len<3 -tag:good", 2)] == ["c", "b"]


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "Type"), ("this + walks", "name the library"), ("walks is:favourite", "your own"), ("walks tag:none", "filters leave")],
)
def test_what_it_cannot_answer_is_reported(twin, tiny_model, query, said):
    with pytest.raises(StudioError, match=said):
        ask(twin, tiny_model, query, 3)
    if query == "":
        twin.rows.clear()
        with pytest.raises(StudioError, match="motionpatches index"):
            ask(twin, tiny_model, "walks", 3)


def test_recall_counts_what_is_found_by_hand():
    """An engine whose own way leaves every third clip out finds 6 of the first 10 for one query, and all for another."""

    class Forgetful(Twin):
        def nearest(self, fingerprint, row, k, terms=(), exact=False):
            hits = super().nearest(fingerprint, row, 100, terms)
            return (hits if exact or row[0] < 0 else [hit for hit in hits if int(hit.clip_id) % 3])[:k]

    store, angles = Forgetful(), np.linspace(0, 1, 30)
    store.put([clip(str(at), str(at)) for at in range(30)])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    store.put_vectors("m", Vectors(tuple(Window(str(at), 0.0, 1.0) for at in range(30)), rows))
    found = recall(store, "m", np.array([[1, 0], [-1, 0]], np.float32))
    assert found.share == pytest.approx((0.6 + 1.0) / 2) and (found.sentences, found.vectors) == (2, 30)
    assert "80.0%" in str(found)
    with pytest.raises(StudioError, match="no vectors"):
        recall(store, "other", rows)


def test_an_index_of_postgresql_is_used_and_measured(postgres, monkeypatch):
    from motionpatches.core.shared_gallery import postgres as engine
    from motionpatches.core.shared_gallery.address import address_of
    from motionpatches.core.shared_gallery.store import opened

    monkeypatch.setattr(engine, "INDEXED_FROM", 500)
    rng = np.random.default_rng(3)
    rows, names = unit(rng, 800), [str(at) for at in range(800)]
    with opened(address_of(f"{postgres.url}#measured")) as store:
        store.put([clip(name, name) for name in names])
        store.put_vectors("model'%s", Vectors(tuple(Window(name, 0.0, 1.0) for name in names), rows))
        (index,) = store._base.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'hnsw%'").fetchone()
        assert "hnsw" in index and "model''%s" in index
        found = recall(store, "model'%s", unit(rng, 20))
        assert found.vectors == 800 and 0.9 <= found.share <= 1.0
