"""The manual: its pages are those of the documentation."""

import tomllib
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QPushButton

from motionpatches.app.widgets.dialogs.manual import PAGES, ManualWindow, page_text

ROOT = Path(__file__).resolve().parents[4]


def test_every_page_is_there_and_shipped():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {f"docs/{name}.md": f"motionpatches/assets/manual/{name}.md" for name in PAGES}.items() <= build.items()
    for name in PAGES:
        text = page_text(name)
        assert text.startswith("# ") and len(text) > 500 and "](images/" not in text, name


def test_links_go_to_pages_of_the_manual_and_keys_are_beside_it(app):
    told = []
    window = ManualWindow(lambda: told.append("keys"), lambda: told.append("patches"))
    window.page.anchorClicked.emit(QUrl("export.md#blender"))
    assert window.list.currentItem().text() == "Export" and "Export" in window.page.toPlainText()[:40]
    window.page.anchorClicked.emit(QUrl("https://example.org/x.md"))
    assert window.list.currentItem().text() == "Export", "nothing else is opened"
    for button in window.findChildren(QPushButton)[:2]:
        button.click()
    assert told == ["keys", "patches"]
    window.deleteLater()


@pytest.mark.parametrize("name", ["nothing", "../pyproject"])
def test_a_page_that_is_not_there_says_so(name):
    assert "not on this computer" in page_text(name)
