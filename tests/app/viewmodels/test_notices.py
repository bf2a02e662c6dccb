"""Notices: what stands, what waits, what is kept."""

import pytest

from motionpatches.app.viewmodels import notices as module
from motionpatches.app.viewmodels.notices import MOST_SHOWN, Action, Notices
from tests.lanes import rest


@pytest.fixture
def notices():
    return Notices()


def texts(some):
    return [notice.text for notice in some]


def test_three_stand_and_the_others_take_their_places_in_order(notices):
    for n in range(MOST_SHOWN + 2):
        notices.say(f"{n}")
    assert texts(notices.shown) == ["0", "1", "2"] and texts(notices.waiting) == ["3", "4"]
    notices.dismiss(notices.shown[1])
    assert texts(notices.shown) == ["0", "2", "3"] and texts(notices.waiting) == ["4"]
    notices.dismiss_shown()
    assert texts(notices.shown) == ["4"]


def test_a_notice_gives_its_place_to_the_next_about_the_same(notices):
    """Three takes kept one after the other are one notice; those about nothing, or another thing, stay."""
    notices.say("Saved.", about="export")
    for n in (1, 2, 3):
        notices.say(f"Kept {n} of 3.", Action("Undo", lambda: None), about="comparison")
        notices.say("Copied.")
    assert texts(notices.shown) == ["Saved.", "Copied.", "Kept 3 of 3."]


def test_an_action_is_done_once_and_takes_the_notice_down(notices):
    done = []
    notices.say("Nothing to do.")
    notices.say("8 files saved.", Action("Show in Folder", lambda: done.append("folder")), kept=True)
    assert texts(notices.kept) == ["8 files saved."]
    notices.act_on_latest()
    assert done == ["folder"] and texts(notices.shown) == ["Nothing to do."] and not notices.kept
    notices.act_on_latest()
    assert done == ["folder"]


def test_what_is_kept_stays_when_it_no_longer_stands(notices, monkeypatch):
    monkeypatch.setattr(module, "PLAIN_MS", 0)
    monkeypatch.setattr(module, "ACTION_MS", 0)
    notices.say("Kept.", Action("Open", lambda: None), kept=True)
    notices.say("Not kept.")
    rest(0.05)
    assert not notices.shown and texts(notices.kept) == ["Kept."]
    notices.dismiss(notices.kept[0])
    assert not notices.kept


def test_one_that_is_read_does_not_go(notices, monkeypatch):
    monkeypatch.setattr(module, "PLAIN_MS", 20)
    notices.say("Read me.")
    notices.hold(True)
    rest(0.08)
    assert texts(notices.shown) == ["Read me."]
    notices.hold(False)
    rest(0.08)
    assert not notices.shown


def test_the_same_sentence_does_not_stand_twice_but_an_action_does(notices):
    notices.say("Again.")
    notices.say("Again.")
    assert texts(notices.shown) == ["Again."]
    for _ in range(2):
        notices.say("Removed.", Action("Undo", lambda: None))
    assert texts(notices.shown) == ["Again.", "Removed.", "Removed."]
