"""The journal: what was edited here, what others wrote, and which of both stands."""

import pytest

from motionpatches.core.shared_gallery.journal import opened_journal
from motionpatches.core.shared_gallery.records import CAPTION, CLIP, SHEET, TAG, Place, Record, caption_name

NOTES, STATUS, TAGGED = Place(SHEET, "a", "notes"), Place(SHEET, "a", "status"), Place(TAG, "a", "run")
CAPTIONED = Place(CAPTION, "a", caption_name("walks", 0, 0))
TAKES = {"a"}


@pytest.fixture
def journal(tmp_path):
    """One of a library that was looked at before."""
    with opened_journal(tmp_path / "shared" / "journal.sqlite") as one:
        note(one, {Place(CLIP, "a", ""): "facts"}, 1)
        one.sent(one.pending())
        yield one


def note(journal, here, at, takes=TAKES, moved=()):
    here = {Place(CLIP, "a", ""): "facts", **here} if "a" in takes else here
    given = {place: value if isinstance(value, tuple) else (value, 0) for place, value in here.items()}
    return journal.note(given, takes, moved, lambda: at)


def test_edits_are_noted_once_with_their_time(journal):
    assert note(journal, {NOTES: "one", TAGGED: "1", CAPTIONED: "1", STATUS: ("hold", 7)}, 100) == 4
    assert note(journal, {NOTES: "one", TAGGED: "1", CAPTIONED: "2", STATUS: ("hold", 9)}, 200) == 0, "a place in the list"
    waiting = {record.place: (record.value, record.written) for record in journal.pending()}
    assert waiting == {NOTES: ("one", 100), TAGGED: ("1", 100), CAPTIONED: ("1", 100), STATUS: ("hold", 7)}
    journal.sent(journal.pending())
    assert journal.waiting == 0
    assert note(journal, {NOTES: "one", STATUS: ("hold", 7)}, 300) == 2
    assert {r.place: r.value for r in journal.pending()} == {TAGGED: "", CAPTIONED: ""}, "taken away"


def test_nothing_is_taken_away_of_takes_that_are_not_here(journal):
    note(journal, {NOTES: "one"}, 100)
    journal.sent(journal.pending())
    assert note(journal, {}, 200, takes={"another"}) == 0 and not journal.pending()
    assert note(journal, {}, 300, takes={"b"}, moved={"a": "b"}) == 2, "but of those that moved"


def test_of_an_edit_that_waits_and_what_others_wrote_the_later_stands(journal):
    note(journal, {NOTES: "mine", STATUS: "hold"}, 100)
    assert journal.received([Record(NOTES, "theirs, later", 150), Record(STATUS, "select", 50)], 5) == 1
    assert [r.place for r in journal.pending()] == [STATUS] and journal.revision == 5
    assert journal.to_apply(TAKES) == {Record(NOTES, "theirs, later", 150): "mine"} and not journal.to_apply({"b"})
    journal.applied(journal.to_apply(TAKES))
    assert not journal.to_apply(TAKES)
    assert note(journal, {NOTES: "theirs, later", STATUS: "hold"}, 200) == 0, "what was received is no edit"


def test_an_edit_after_what_was_seen_wins_with_a_clock_that_is_late(journal):
    journal.received([Record(NOTES, "theirs", 1_000)], 1)
    journal.applied(journal.to_apply(TAKES))
    note(journal, {NOTES: "mine"}, 10)
    assert journal.pending() == [Record(NOTES, "mine", 1_001)]


def test_an_edit_while_another_is_sent_waits_on(journal):
    note(journal, {NOTES: "first"}, 100)
    sending = journal.pending()
    note(journal, {NOTES: "second"}, 100)
    journal.sent(sending)
    assert [(r.value, r.written) for r in journal.pending()] == [("second", 101)]


def test_what_a_server_lost_is_sent_again(journal):
    assert not journal.meet("gallery", 0)
    note(journal, {NOTES: "one", TAGGED: "1"}, 100)
    journal.sent(journal.pending())
    journal.received([], 9)
    assert not journal.meet("gallery", 9) and journal.waiting == 0
    assert journal.meet("gallery", 4), "brought back from an older copy"
    assert journal.waiting == 2 and len(journal.pending()) == 3 and journal.revision == 0
    journal.sent(journal.pending())
    assert journal.meet("another", 50) and journal.waiting == 2


def test_facts_of_clips_are_each_librarys_own(journal):
    """Two libraries that read a file differently would otherwise write it in turns."""
    place = Place(CLIP, "a", "")
    note(journal, {place: "mine"}, 100)
    journal.received([Record(place, "theirs", 200)], 1)
    assert not journal.to_apply(TAKES) and note(journal, {place: "mine"}, 300) == 0 and not journal.pending()


def test_what_a_library_has_the_first_time_is_older_than_any_edit(tmp_path):
    """One who joins later has captions that others took away meanwhile; and the fields of the sheet have their own times."""
    with opened_journal(tmp_path / "journal.sqlite") as journal:
        note(journal, {CAPTIONED: "1", TAGGED: "1", STATUS: ("hold", 70)}, 100)
        theirs = [Record(CAPTIONED, "", 50), Record(TAGGED, "1", 1), Record(STATUS, "select", 60)]
        assert journal.received(theirs, 1) == 1
        sending = [record for record in journal.pending() if record.place.kind != CLIP]
        assert sending == [Record(STATUS, "hold", 70)], "what is the same is not sent again"
        assert journal.to_apply(TAKES) == {Record(CAPTIONED, "", 50): "1"}
