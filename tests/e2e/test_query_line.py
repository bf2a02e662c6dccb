"""The query line in the real window: chips, history, exact words above what is found by motion."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from motionpatches.app.widgets.dialogs.dropped import ADD, OPEN, SIMILAR, DroppedDialog
from tests.window import ask, rest, wait


def words(studio):
    return [button.property("words") for button in studio.window.query.chips.buttons]


def enter(studio, text):
    line, before = studio.window.query.line, studio.search.results
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait(lambda: studio.search.results is not before and not studio.lanes.models.busy)


def test_chips_go_by_click_and_by_backspace(demo):
    line, shown = demo.window.query.line, demo.workspace.clip
    enter(demo, "this + someone walks - running len>1")
    assert words(demo) == [f"this: {shown.caption}", "not running", "len>1"] and line.text() == "someone walks"
    assert all(button.isVisible() for button in demo.window.query.chips.buttons) and line.width() >= 120
    demo.window.query.chips.buttons[1].click()
    wait(lambda: words(demo) == [f"this: {shown.caption}", "len>1"])
    line.setFocus()
    line.setCursorPosition(0)
    for left in ([f"this: {shown.caption}"], []):
        QTest.keyClick(line, Qt.Key.Key_Backspace)
        assert words(demo) == left
    assert demo.search.query == "someone walks" == line.text()


def test_down_on_an_empty_line_shows_the_history_and_results_hide_it(demo):
    enter(demo, "someone jumps")
    line = demo.window.query.line
    line.setFocus()
    line.clear()
    popup = line.completer().popup()
    QTest.keyClick(line, Qt.Key.Key_Down)
    wait(popup.isVisible)
    assert popup.model().index(0, 0).data() == "someone jumps"
    popup.hide()
    QTest.keyClicks(line, "someone j")
    wait(lambda: demo.search.query == "someone j" and not demo.lanes.models.busy)
    rest(100)
    assert not popup.isVisible()


def test_exact_words_stand_in_a_section_of_their_own(demo):
    demo.search.set_words_first(True)
    clip = demo.workspace.library.clips[40]
    ask(demo, clip.caption)
    view = demo.window.results.view
    assert clip.id in [r.clip.id for r in demo.search.results if r.hit.strength == "exact"]
    assert [text.split(" – ")[0] for text, _ in view.sections] == ["Exact words", "By motion"]
    assert len(view.places.heads) == 2 and sum(count for _, count in view.sections) == len(demo.search.results)
    before = demo.search.results
    demo.search.set_words_first(False)
    wait(lambda: demo.search.results is not before)
    assert not view.sections and not view.places.heads


def test_a_file_beside_an_open_library_can_be_added_opened_or_looked_for(demo, tmp_path):
    file = tmp_path / "mine.bvh"
    file.write_text("")
    dialog = DroppedDialog([file], "Demo library", demo.window)
    assert list(dialog.buttons) == [ADD, OPEN, SIMILAR]
    dialog.buttons[SIMILAR].click()
    assert dialog.chosen == SIMILAR
    assert list(DroppedDialog([tmp_path], "Demo library", demo.window).buttons) == [ADD, OPEN]
