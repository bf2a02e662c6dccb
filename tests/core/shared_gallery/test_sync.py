"""Two people with a copy of the same takes each, and one shared gallery: what one says reaches the other, nothing is lost."""

import shutil
import time
from collections.abc import Iterator

import numpy as np
import pytest

from motionpatches.core.library import caption_store, marks, sheet
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.marks import Mark
from motionpatches.core.library.open import open_library
from motionpatches.core.library.takes import clips_of, lines_of, with_lines
from motionpatches.core.progress import run
from motionpatches.core.search import indexing
from motionpatches.core.search.indexing import gallery_fingerprint, update_gallery
from motionpatches.core.shared_gallery.address import address_of
from motionpatches.core.shared_gallery.exchange_vectors import receive_vectors, send_vectors
from motionpatches.core.shared_gallery.last_noted import LastNoted
from motionpatches.core.shared_gallery.store import Unreachable, opened
from motionpatches.core.shared_gallery.sync import exchange, note_edits, synchronised, take_over
from tests.core.library.test_watch import put
from tests.shared_galleries import Twin

ADDRESS = address_of("postgresql://server/studio")


class Person:
    """A library on their own computer, and what they do to it."""

    def __init__(self, folder):
        self.library, self.last = run(open_library(folder)), LastNoted()

    def caption(self, take, *texts):
        lines = tuple(CaptionLine(text) for text in texts)
        saved = caption_store.save(self.library, {take: lines}, False)
        self.library = with_lines(self.library, saved.lines)

    def tag(self, clip, *tags):
        was = marks.read_marks(self.library.root).get(clip, Mark())
        marks.change_marks(self.library.root, {clip: was}, {clip: Mark(was.favourite, tags)})

    def write(self, take, **fields):
        sheet.change_sheet(self.library.root, {(take, field): value for field, value in fields.items()})

    def sync(self, store):
        self.library, done = synchronised(self.library, ADDRESS, store, last=self.last)
        return done

    def says(self, take):
        tags = marks.read_marks(self.library.root).get(take, Mark()).tags
        lines = lines_of(clips_of(self.library, {take})[take])
        kept = run(open_library(self.library.root))
        assert lines_of(clips_of(kept, {take})[take]) == lines, "it is on the disk"
        return [line.text for line in lines], set(tags), sheet.read_sheet(self.library.root).get(take, {})


@pytest.fixture
def people(tmp_path) -> Iterator[tuple[Person, Person]]:
    for number, name in enumerate(("walk", "run"), 1):
        put(tmp_path / "anna", name, number)
    shutil.copytree(tmp_path / "anna", tmp_path / "ben")
    yield Person(tmp_path / "anna"), Person(tmp_path / "ben")


def meet(store, *people):
    for person in (*people, *people):
        person.sync(store)


def test_two_who_put_a_take_into_collections_at_once_lose_neither(gallery, people):
    anna, ben = people
    anna.write("walk", **{"in:spring-reel": "Spring Reel"})
    ben.write("walk", **{"in:frühling": "Frühling"})
    with gallery() as store:
        meet(store, anna, ben)
        both = {"in:spring-reel": "Spring Reel", "in:frühling": "Frühling"}
        assert anna.says("walk")[2] == both == ben.says("walk")[2]
        anna.write("walk", **{"in:spring-reel": ""})
        ben.write("run", **{"in:spring-reel": "Spring Reel"})
        meet(store, anna, ben)
    for one in people:
        assert one.says("walk")[2] == {"in:frühling": "Frühling"} and one.says("run")[2] == {"in:spring-reel": "Spring Reel"}


def test_what_both_say_reaches_both(gallery, people):
    anna, ben = people
    anna.caption("walk", "a man walks", "slowly")
    anna.tag("walk", "good")
    anna.write("walk", status="select", camera="3")
    ben.caption("walk", "someone strolls")
    ben.tag("walk", "reviewed")
    ben.write("walk", performer="Édith")
    with gallery() as store:
        meet(store, anna, ben)
    texts, tags, fields = anna.says("walk")
    assert set(texts) == {"a man walks", "slowly", "someone strolls"} and tags == {"good", "reviewed"}
    assert fields == {"status": "select", "camera": "3", "performer": "Édith"}
    assert (set(ben.says("walk")[0]), *ben.says("walk")[1:]) == (set(texts), tags, fields)

    ben.caption("walk", *(text for text in ben.says("walk")[0] if text != "slowly"))
    ben.tag("walk", "reviewed")
    ben.write("walk", status="no good", camera="")
    with gallery() as store:
        assert ben.sync(store).sent == 4
        done = anna.sync(store)
        assert (done.sent, done.received) == (0, 4) and str(done) == "4 edits received"
        assert not str(anna.sync(store)) and not str(ben.sync(store)), "nothing goes back and forth"
    assert set(anna.says("walk")[0]) == set(ben.says("walk")[0]) and anna.says("walk")[1:] == ben.says("walk")[1:]
    assert anna.says("walk")[1:] == ({"reviewed"}, {"status": "no good", "performer": "Édith"})
    assert "slowly" not in anna.says("walk")[0] and len(anna.says("walk")[0]) == 2


def test_of_one_field_the_later_stands_and_of_one_caption_both(people):
    anna, ben = people
    store = Twin()
    anna.caption("walk", "first", "a man walks")
    meet(store, anna, ben)
    ben.caption("walk", "first", "a woman walks")
    anna.caption("walk", "first", "a man walks fast")
    anna.write("walk", notes="anna, earlier")
    ben.write("walk", notes="ben, later")
    meet(store, ben, anna)
    assert anna.says("walk")[2] == ben.says("walk")[2] == {"notes": "ben, later"}
    assert set(anna.says("walk")[0]) == set(ben.says("walk")[0]) == {"first", "a woman walks", "a man walks fast"}
    assert anna.says("walk")[0][0] == "first"


def test_without_the_server_edits_wait_and_are_merged_when_it_is_back(people):
    anna, ben = people
    store = Twin()
    meet(store, anna, ben)
    store.away = True
    anna.caption("run", "offline")
    assert note_edits(anna.library, ADDRESS) == note_edits(anna.library, ADDRESS) == 1
    with pytest.raises(Unreachable):
        anna.sync(store)
    anna.tag("run", "fast")
    with pytest.raises(Unreachable):
        anna.sync(store)
    assert note_edits(anna.library, ADDRESS) == 2
    store.away = False
    ben.caption("run", "online")
    ben.sync(store)
    done = anna.sync(store)
    assert (done.sent, done.waiting) == (2, 0)
    ben.sync(store)
    assert set(ben.says("run")[0]) == set(anna.says("run")[0]) == {"offline", "online"} and ben.says("run")[1] == {"fast"}


def test_a_caption_that_was_taken_away_does_not_come_back_with_one_who_joins(people):
    anna, ben = people
    for person in people:  # both have the same files with captions
        person.caption("run", "wrong", "right")
    store = Twin()
    anna.sync(store)
    anna.caption("run", "right")
    anna.sync(store)
    meet(store, ben, anna)
    assert anna.says("run")[0] == ben.says("run")[0] == ["right"]


@pytest.fixture
def clocks(monkeypatch):
    """Sets by how many hours the clock of who acts next is wrong."""
    right, wrong = time.time_ns, {"h": 0.0}
    monkeypatch.setattr(time, "time_ns", lambda: right() + int(wrong["h"] * 3_600e9))
    return lambda hours: wrong.update(h=hours)


@pytest.mark.parametrize("hours", [-1.0, 1.0])
@pytest.mark.parametrize("known", [False, True], ids=["first look", "later look"])
def test_of_two_edits_the_later_stands_by_the_clock_of_the_server(postgres, people, clocks, hours, known):
    """Anna's clock is wrong by an hour. She edits first, or last, and both edit before they hear of each other."""
    anna, ben = people
    address = address_of(f"{postgres.url}#clocks{int(hours) + 1}{known:d}")

    def sync(person, wrong):
        clocks(wrong)
        with opened(address) as store:
            person.sync(store)

    if known:
        sync(anna, hours), sync(ben, 0)
    first, last = ((anna, hours), (ben, 0)) if hours > 0 else ((ben, 0), (anna, hours))
    for (person, wrong), status in ((first, "hold"), (last, "select")):
        clocks(wrong)
        person.write("walk", status=status)
        time.sleep(0.3)  # clocks that differ by less are taken for the same
    for person, wrong in (last, first, last, first):
        sync(person, wrong)
    assert [person.says("walk")[2]["status"] for person in people] == ["select", "select"]


def test_what_is_edited_while_the_server_answers_stays(people):
    anna, ben = people
    store = Twin()
    for person in people:
        person.caption("run", "right")
    anna.write("run", status="hold", notes="old")
    anna.tag("run", "fast")
    meet(store, anna, ben)
    ben.write("run", status="select", notes="ben's")
    ben.tag("run", "fast", "good")
    ben.caption("run", "right", "ben says")
    ben.sync(store)
    note_edits(anna.library, ADDRESS)
    assert exchange(anna.library.root, ADDRESS, store).received == 4
    anna.write("run", status="no good")
    anna.tag("run", "mine")
    anna.caption("run", "right", "anna says")
    anna.library = with_lines(anna.library, take_over(anna.library, ADDRESS).captions)
    meet(store, anna, ben)
    for person in people:
        texts, tags, fields = person.says("run")
        assert set(texts) == {"right", "ben says", "anna says"} and tags == {"good", "mine"}
        assert fields == {"status": "no good", "notes": "ben's"}


def test_who_has_fewer_takes_takes_nothing_away(people):
    anna, ben = people
    store = Twin()
    anna.caption("run", "she runs")
    meet(store, anna, ben)
    (ben.library.root / "run.bvh").unlink()
    ben.library = run(open_library(ben.library.root))
    meet(store, ben, anna)
    assert anna.says("run")[0] == ["she runs"]
    put(ben.library.root, "run", 2)
    ben.library = run(open_library(ben.library.root))
    meet(store, ben)
    assert ben.says("run")[0] == ["she runs"]


def test_what_was_moved_is_found_at_its_new_place_alone(people):
    anna, _ = people
    store = Twin()
    anna.caption("run", "she runs")
    meet(store, anna)
    (anna.library.root / "run.bvh").rename(anna.library.root / "sprint.bvh")
    anna.library = run(open_library(anna.library.root))
    assert anna.library.moved
    meet(store, anna)
    there = {place for place, (record, _) in store.records.items() if record.value}
    assert {place.item for place in there} == {"walk", "sprint"}


def test_a_server_that_lost_everything_gets_it_back(people):
    anna, ben = people
    store = Twin()
    anna.caption("walk", "a man walks")
    anna.tag("walk", "good")
    meet(store, anna, ben)
    empty = Twin()
    meet(empty, ben)
    meet(empty, anna)
    assert {place for place, (record, _) in empty.records.items() if record.value} == {
        place for place, (record, _) in store.records.items() if record.value
    }
    assert anna.says("walk")[:2] == ben.says("walk")[:2] == (["a man walks"], {"good"})


def test_vectors_are_encoded_by_one_and_taken_by_the_other(gallery, small_library, tiny_model, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    shutil.copytree(small_library, copy)
    anna, ben = run(open_library(small_library)), run(open_library(copy))
    mine = run(update_gallery(tiny_model, anna))
    with gallery() as store:
        assert receive_vectors(tiny_model, anna, store) == 0
        assert send_vectors(anna, mine, store) == len(mine.entries) == store.count(gallery_fingerprint(tiny_model))
        assert send_vectors(anna, mine, store) == 0, "once"
        assert receive_vectors(tiny_model, ben, store) == 12
        assert receive_vectors(tiny_model, ben, store) == 0, "once"
    monkeypatch.setattr(indexing, "windows_of", lambda *_: pytest.fail("nothing is left to encode"))
    theirs = run(update_gallery(tiny_model, ben))
    rows = {(e.clip_id, e.start_s, e.end_s): row for e, row in zip(theirs.entries, theirs.embeddings, strict=True)}
    assert len(rows) == len(mine.entries)
    for entry, row in zip(mine.entries, mine.embeddings, strict=True):
        np.testing.assert_allclose(rows[entry.clip_id, entry.start_s, entry.end_s], row, atol=2e-3)
