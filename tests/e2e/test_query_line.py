"""The query line in the real window: chips, history, exact words above what is found by motion."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from motionpatches.app.widgets.dialogs.dropped import ADD, OPEN, SIMILAR, DroppedDialog
from tests.window import ask, wait


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


def rows(offers):
    return [offers.item(row).text() for row in range(offers.count())] if offers.isVisible() else []


def test_down_on_an_empty_line_shows_the_history(demo):
    enter(demo, "someone jumps")
    line, offers = demo.window.query.line, demo.window.query.offers
    assert not rows(offers)
    line.setFocus()
    line.clear()
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert rows(offers)[0] == "someone jumps" == line.text()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert not rows(offers) and line.text() == "" and line.hasFocus()


def test_suggestions_while_typing_leave_the_keyboard_in_the_line(demo):
    """Enter asks for what was typed; arrows go through the list; Escape takes back; a click asks."""
    line, offers = demo.window.query.line, demo.window.query.offers
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "a person cartw")
    assert "a person cartwheel" in rows(offers) and offers.currentRow() == -1 and line.hasFocus()
    below = line.mapTo(demo.window, line.rect().bottomLeft())
    assert offers.geometry().topLeft() == below + QPoint(0, 1) and offers.rect().contains(offers.visualItemRect(offers.item(0)))
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait(lambda: demo.search.query == "a person cartw" and demo.window.results.view.hasFocus())
    assert not rows(offers), "what was typed is asked for, not what was offered"
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "jump le")
    at = rows(offers).index("jump len>3")
    for _ in range(at + 1):
        QTest.keyClick(line, Qt.Key.Key_Down)
    assert line.text() == "jump len>3" and offers.currentRow() == at
    for _ in range(at + 1):
        QTest.keyClick(line, Qt.Key.Key_Up)
    assert line.text() == "jump le" and offers.currentRow() == -1
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "jump le" and not rows(offers) and line.hasFocus()
    QTest.keyClicks(line, "n")
    offers.setCurrentRow(rows(offers).index("jump len>3"))
    line.setText("jump len>3")
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait(lambda: words(demo) == ["len>3"] and line.text() == "jump")
    line.setFocus()
    QTest.keyClicks(line, " cartw")
    item = offers.item(rows(offers).index("jump cartwheel"))
    QTest.mouseClick(offers.viewport(), Qt.MouseButton.LeftButton, pos=offers.visualItemRect(item).center())
    wait(lambda: demo.search.query == "jump cartwheel len>3")
    assert line.hasFocus() and not rows(offers)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert demo.window.results.view.hasFocus(), "without suggestions Down goes to the results"
    line.setFocus()
    QTest.keyClicks(line, " le")
    demo.window.stage.setFocus()
    assert not rows(offers)


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
