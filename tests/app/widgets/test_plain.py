"""Text from files in labels, tooltips, lists, messages and pages: never markup, never a file that is opened."""

import sys
import time

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QMessageBox

from motionpatches.app.widgets import plain
from motionpatches.app.widgets.theme import heading
from tests.patience import PATIENCE
from tests.window import opened_files

if not sys.platform.startswith("linux"):
    pytest.skip("needs an X server", allow_module_level=True)

LONG = "word " * 4_000_000


@pytest.fixture
def picture(tmp_path):
    """A picture, and markup that names it."""
    file = tmp_path / "pix.png"
    image = QtGui.QImage(8, 8, QtGui.QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(file))
    return file


def tags(file):
    return [
        f'<img src="file://{file}">',
        f"  <p>x<img src='{file}' width=9>",
        f"![x](file://{file})",
        f"<table background='file://{file}'><tr><td>x</td></tr></table>",
        f"&lt;<body style=\"background-image: url('file://{file}')\">x",
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain words", "plain words"),
        ("a\nb\tc\u00a0d\u3000e", "a b c d e"),
        ("name\u202egpj.exe", "name\\u202egpj.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\x00\x07\x1b[31m\x7f\x1f", "\\x00\\x07\\x1b[31m\\x7f\\x1f"),
        ("half \ud83d", "half \\ud83d"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("日本語 ü 👍", "日本語 ü 👍"),
        (12.5, "12.5"),
    ],
)
def test_control_characters_are_shown(text, seen):
    assert plain.shown(text) == seen


def test_a_long_text_is_cut_and_marked():
    assert plain.shown("x" * 1000, 10) == "x" * 10 + "…" and plain.shown("x" * 10, 10) == "x" * 10
    assert plain.lines("a\n" * 1000).count("\n") == plain.LINES - 1 and plain.lines("a\n" * 1000).endswith("…")
    assert plain.lines("a\nb") == "a\nb"


def test_a_tooltip_is_never_markup_and_stays_readable():
    for text in ("<b>x</b> and &lt;", "<?xml x", "a < b", "one\n<b>two</b>"):
        found = QtGui.QTextDocument()
        tip = plain.tip(text)
        if QtGui.Qt.mightBeRichText(tip):
            found.setHtml(tip)
            tip = found.toPlainText().replace("\u2028", "\n")
        assert tip == text
    assert max(map(len, plain.tip("word " * 100).split("\n"))) <= plain.TIP_WIDTH
    assert plain.tip("") == ""


def test_values_in_markup_are_escaped_and_markup_is_not():
    inner = plain.html("<b>{}</b>", "<i>")
    assert plain.html("{} {name}", inner, name="a&b") == "<b>&lt;i&gt;</b> a&amp;b"
    assert plain.joined([inner, inner], "<br>") == f"{inner}<br>{inner}"
    assert plain.html("{}", "{0}") == "{0}"


def test_a_button_shows_an_ampersand_and_the_end_of_a_path():
    assert plain.title("rock & roll") == "rock && roll"
    paths = [f"/a/{'folder/' * 30}takes {i}" for i in range(2)]
    one, other = (plain.title(plain.tail(path)) for path in paths)
    assert one != other and one.endswith("takes 0") and one.startswith("…") and len(one) == plain.NAME
    assert plain.tail("/a/b") == "/a/b"


def test_a_label_shows_markup_and_never_gets_wide(app):
    for make in (plain.Label, heading):
        label = make("<b>x</b>")
        assert label.textFormat() == Qt.TextFormat.PlainText and label.text() == "<b>x</b>"
    label = plain.Label("x" * 3900, wrap=True)
    assert label.minimumSizeHint().width() < 1000 and label.text().replace("\u200b", "") == "x" * 3900


def test_no_widget_opens_a_picture_that_a_text_names(app, picture):
    """All widgets of `plain` with all texts, drawn; Qt's own label does open it."""
    from PySide6.QtWidgets import QLabel, QTableWidgetItem

    def draw(widget):
        widget.resize(400, 300)
        widget.grab()

    with opened_files(picture) as opened:
        draw(QLabel(tags(picture)[0]))
        assert opened(), "the watch sees what Qt opens"
    with opened_files(picture) as opened:
        for text in tags(picture):
            draw(plain.Label(text))
            draw(plain.RichLabel(plain.html("<b>{}</b>", text)))
            listed, table, page = plain.ItemList(), plain.ItemTable(1, 1), plain.Page()
            listed.addItem(text)
            table.setItem(0, 0, QTableWidgetItem(text))
            for widget in (listed, table):
                draw(widget)
            page.show_markdown(text)
            draw(page)
            page.show_html(plain.html("<p>{}</p>", text))
            draw(page)
            page.setHtml(text)  # what no widget does: even then nothing is loaded
            draw(page)
            tip = QLabel()
            tip.setText(plain.tip(text))  # a tooltip is a label that finds out the format by itself
            draw(tip)
        assert not opened()


def test_a_page_loads_its_own_pictures_alone_and_follows_no_link(app, picture):
    page = plain.Page()
    page.pictures["patches"] = QtGui.QImage(5, 5, QtGui.QImage.Format.Format_RGB32)
    assert page.loadResource(2, QUrl("patches")).width() == 5
    for name in (f"file://{picture}", "http://127.0.0.1/x.png", "data:image/png;base64,AAAA", str(picture), "qrc:/x", "x.css"):
        assert page.loadResource(2, QUrl(name)).width() == 1
    assert not page.openLinks() and not page.openExternalLinks()


def test_an_item_has_as_many_lines_as_its_text(app):
    listed = plain.ItemList()
    listed.addItems(["one", "one\ntwo", "one\ntwo\nthree"])
    heights = [listed.sizeHintForRow(row) for row in range(3)]
    assert heights[2] - heights[1] == heights[1] - heights[0] >= listed.fontMetrics().height()


def test_a_message_is_text(app):
    seen = []

    def look():
        box = app.activeModalWidget()
        seen.append((box.textFormat(), box.text(), box.windowTitle()))
        box.done(QMessageBox.StandardButton.No)

    for show in (plain.tell, plain.warn, plain.ask):
        QTimer.singleShot(50, look)
        assert not show(None, "<b>t</b>\x1b", "<img src='x'>\u202e")
    assert seen == [(Qt.TextFormat.PlainText, "<img src='x'>\\u202e", "<b>t</b>\\x1b")] * 3


def test_twenty_megabytes_do_not_hold_the_window(app):
    """Each way to show a text, with a caption of 20 MB: a second and a half of processor together, most of it the page."""
    from PySide6.QtWidgets import QTableWidgetItem

    table, label, page = plain.ItemTable(1, 1), plain.Label(wrap=True), plain.Page()
    table.setItem(0, 0, QTableWidgetItem(LONG))
    table.resize(300, 100)
    began = time.process_time()
    label.setText(LONG)
    label.grab()
    plain.tip(LONG)
    plain.html("{}", LONG)
    plain.title(LONG)
    table.grab()
    page.show_markdown(LONG)
    page.grab()
    assert time.process_time() - began < PATIENCE * 1.5
    QApplication.processEvents()


def test_what_cannot_be_undone_is_not_done_by_enter(app, monkeypatch):
    """*Yes* was the default of a question whether to delete a run."""
    seen = []
    monkeypatch.setattr(plain.QMessageBox, "exec", lambda box: seen.append(box.defaultButton().text().replace("&", "")) or 0)
    assert not plain.ask(None, "Delete", "Delete it?") and seen == ["No"]
