"""What every engine of shared galleries does, against a twin in memory and by hand."""

import threading

import numpy as np
import pytest

from motionpatches.core.library.filters import terms_of
from motionpatches.core.shared_gallery.records import CAPTION, SHEET, TAG, Place, Record, caption_name
from tests.core.shared_gallery.conftest import clip, unit, vectors_of
from tests.shared_galleries import Twin

NOTES = Place(SHEET, "a", "notes")
WORDS = (
    "Ünïcode 歩く", "a\nnew line", 'a "quote" \\ and %s', "x" * 5_000, "{a: 1}", "'; DROP TABLE records; --"
)  # fmt: skip


def test_the_later_write_stands_whatever_comes_first(store):
    store.put([Record(NOTES, "later", 20)])
    store.put([Record(NOTES, "earlier", 10), Record(Place(SHEET, "b", "notes"), "b", 5)])
    assert sorted(store.since(0)[0]) == [Record(NOTES, "later", 20), Record(Place(SHEET, "b", "notes"), "b", 5)]
    store.put([Record(NOTES, "", 21)])
    assert store.about(["a", "none"]) == [Record(NOTES, "", 21)] and store.about([]) == []
    assert Record(NOTES, "", 21) in store.since(0)[0], "taken away, and known to be"


def test_texts_come_back_as_they_were(store):
    wanted = [Record(Place(CAPTION, f"take {at}", caption_name(text, 0, 1.5)), "1", 1) for at, text in enumerate(WORDS)]
    wanted += [Record(Place(SHEET, text[:900], "notes"), text, 2) for text in WORDS]
    store.put(wanted)
    assert sorted(store.since(0)[0]) == sorted(wanted)


def test_what_came_since_is_given_once_asked_for_and_nothing_is_missed(gallery):
    with gallery() as one:
        first, identity = one.since(0)[1], one.identity()
        one.put([Record(NOTES, "1", 1)])
        records, second = one.since(first)
        assert records == [Record(NOTES, "1", 1)] and second > first
    with gallery() as again:
        assert again.identity() == identity
        again.put([Record(Place(TAG, "a", "run"), "1", 2)])
        assert Record(Place(TAG, "a", "run"), "1", 2) in again.since(second)[0]
        assert len(again.since(0)[0]) == 2


def test_vectors_come_back_and_those_that_are_there_stay(store):
    rng = np.random.default_rng(1)
    rows = unit(rng, 5)
    windows = [(("c1", 0.0, 1.0), rows[0]), (("c1", 0.5, 1.5), rows[1]), (("c2", 0.0, 1.0), rows[2])]
    store.put_vectors("m1", vectors_of(windows))
    store.put_vectors("m1", vectors_of([(("c1", 0.0, 1.0), rows[3]), (("c3", 0.0, 1.0), rows[4])]))
    store.put_vectors("m2", vectors_of([(("c1", 0.0, 1.0), rows[4])]))
    assert store.count("m1") == 4 and store.count("m2") == 1 and store.count("none") == 0
    assert store.lacking("m1", ["c1", "c2", "c9"]) == {"c9"} and store.lacking("none", ["c1"]) == {"c1"}
    found = store.vectors("m1", ["c1", "c2", "c9"])
    by_window = dict(zip(found.windows, found.rows, strict=True))
    assert len(by_window) == 3
    for window, row in windows:
        np.testing.assert_allclose(by_window[window], row, atol=1e-6)
    assert store.vectors("none", ["c1"]).windows == ()


FILTERS = (
    "", "len>3", "len<=3", "split:test", "tag:rev", "-tag:rev", "has:caption", "-has:caption", "status:no-good",
    "-status:select", "day:2026-11", "day>=2026-11-20", "day<2026-11-20", "performer:ann", "notes:édith", "camera=3", "walks",
    "-walks", "tag:rev len>3", "-tag:rev has:caption -split:test", "tag:100%", "status:select performer:ann",
    "in:spring-reel", "in:Frühling_27 -in:spring-reel", "-in:none len>3",
)  # fmt: skip


@pytest.fixture(scope="module")
def many():
    """30 clips, some of one content, some ranges; with everything that filters ask for."""
    rng = np.random.default_rng(7)
    records, windows = [], []
    for at in range(30):
        item, content = f"Folder/take{at}", f"content{at if at % 9 else 0}"
        start_s, end_s = (1.0, 2.5) if at % 5 == 0 else (0.0, 0.0)
        name = f"{item}@1-2.5" if end_s else item
        records.append(clip(name, content, 0.5 * at, ("test", "train", "")[at % 3], item, start_s, end_s))
        if at % 4 == 0:
            records.append(Record(Place(CAPTION, item, caption_name("She WALKS ahead", start_s, end_s)), "1", 1))
        if at % 6 == 0:
            records.append(Record(Place(CAPTION, item, caption_name("another range walks", 7.0, 8.0)), "1", 1))
        records += [Record(Place(TAG, name, tag), "1", 1) for tag in ("reviewed", "100% done")[: at % 3]]
        values = {
            "status": ("select", "no good", "")[at % 3],
            "day": ("2026-11-05", "2026-11-26", "2026-12-01", "")[at % 4],
            "performer": ("Anna", "Édith", "")[at % 3],
            "notes": "with Édith" if at % 7 == 0 else "",
            "camera": str(at % 5),
            "in:spring-reel": ("Spring Reel", "", "spring reel", "")[at % 4],
            "in:frühling-27": "Frühling 27" if at % 3 else "",
        }
        records += [Record(Place(SHEET, item, field), value, 1) for field, value in values.items()]
        if at % 9 or at == 0:
            windows += [((content, float(w), w + 2.0), unit(rng)) for w in range(1 + at % 3)]
    return records, vectors_of(windows), unit(rng, 3)


def test_hits_and_filters_are_those_of_the_twin(store, many):
    records, vectors, queries = many
    twin = Twin()
    for one in (store, twin):
        one.put(records)
        one.put_vectors("m", vectors)
    for at, text in enumerate(FILTERS):
        query, exact = queries[at % len(queries)], at % 2 == 0
        wanted = twin.nearest("m", query, 10, terms_of(text))
        found = store.nearest("m", query, 10, terms_of(text), exact)
        assert [(h.rank, h.clip_id, h.start_s) for h in found] == [(h.rank, h.clip_id, h.start_s) for h in wanted], text
        np.testing.assert_allclose([h.score for h in found], [h.score for h in wanted], atol=1e-5)
    assert len(twin.nearest("m", queries[0], 100)) > 22 and not store.nearest("other", queries[0], 5)


def test_several_write_at_once_and_no_word_is_lost(gallery, request):
    """Each of four adds captions of its own, tags of its own, and the same field; in its own connection."""
    if "qdrant" in request.node.name:
        pytest.skip("Qdrant without a server is for one process and one connection at a time")

    def write(who):
        with gallery() as one:
            for at in range(15):
                caption = Place(CAPTION, f"take{at % 3}", caption_name(f"{who} says {at}", 0, 0))
                field = Record(Place(SHEET, "take0", "notes"), f"{who} {at}", 1_000 * at + who)
                one.put([Record(caption, "1", at + 1), Record(Place(TAG, "take1", f"tag {who} {at}"), "1", 1), field])

    seen, revision = {}, 0
    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    with gallery() as reader:
        while any(thread.is_alive() for thread in threads):
            records, revision = reader.since(revision)
            seen |= {record.place: record for record in records}
        records, _ = reader.since(revision)
        seen |= {record.place: record for record in records}
        assert seen == {record.place: record for record in reader.since(0)[0]}, "one who follows has all"
    assert sum(place.kind == CAPTION for place in seen) == 60 and sum(place.kind == TAG for place in seen) == 60
    assert seen[Place(SHEET, "take0", "notes")].value == "3 14"
