"""Changes that are undone and done again."""

from motionpatches.app.viewmodels.history import Change, History
from motionpatches.app.viewmodels.notices import Notices
from tests.lanes import heard


def adding(values, value):
    return Change(f"Add {value}", lambda: values.append(value), lambda: values.remove(value))


def test_changes_are_undone_from_the_last_and_done_again():
    history, values = History(), []
    history.push(adding(values, 1))
    history.push(adding(values, 2))
    assert values == [1, 2] and (history.undo_name, history.redo_name) == ("Add 2", "")
    history.undo()
    history.undo()
    history.undo()
    assert values == [] and (history.undo_name, history.redo_name) == ("", "Add 1")
    history.redo()
    assert values == [1] and (history.undo_name, history.redo_name) == ("Add 1", "Add 2")


def test_a_new_change_ends_what_could_be_done_again():
    history, values = History(), []
    history.push(adding(values, 1))
    history.undo()
    history.push(adding(values, 2))
    history.redo()
    assert values == [2] and history.redo_name == ""


def test_a_change_that_could_not_be_done_is_not_kept():
    history = History()
    history.push(Change("Refused", lambda: False, lambda: None))
    assert history.undo_name == ""


def test_a_change_that_could_not_be_undone_leaves():
    history = History()
    history.push(Change("Stuck", lambda: None, lambda: False))
    history.undo()
    assert (history.undo_name, history.redo_name) == ("", "")


def test_clear_and_each_step_are_heard():
    history, values = History(), []
    told = heard(history.changed)
    history.push(adding(values, 1))
    history.undo()
    history.redo()
    history.clear()
    assert len(told) == 4 and history.undo_name == ""


def test_a_change_of_several_takes_says_so_and_is_undone_there():
    history, values, notices = History(), [], Notices()
    history.of_several(adding(values, 1), 1, notices)
    assert not notices.shown, "one take is seen to change"
    history.of_several(adding(values, 2), 40, notices)
    assert [n.text for n in notices.shown] == ["Add 2: 40 takes changed."]
    notices.act(notices.shown[0])
    assert values == [1]
    history.of_several(adding(values, 3), 2, notices)
    stale = notices.shown[0]
    history.push(adding(values, 4))
    notices.act(stale)
    assert values == [1, 3, 4], "what came after it is not undone in its place"
    history.of_several(Change("Fails", lambda: False, lambda: None), 5, notices)
    assert not any("Fails" in n.text for n in notices.shown)
    notices.close()
