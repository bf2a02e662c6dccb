"""The page of a shared gallery: connect, disconnect, state; the password goes from the field as soon as it is taken."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtTest import QTest

from motionpatches.app.widgets.dialogs.shared_gallery import SharedGalleryPage


class Shared(QObject):
    """What the page asks of the view model."""

    changed = Signal()

    def __init__(self):
        super().__init__()
        self.url = self.state = self.recall = self.why_not = ""
        self.workspace, self.done = SimpleNamespace(model=object()), []

    def connect_to(self, text):
        self.done.append(text)
        if "@" not in text:
            self.state = "This is no address."
            self.changed.emit()
            return False
        self.url, self.state = "postgresql://anna@server/takes", "Connected. Everything is sent."
        self.changed.emit()
        return True

    def disconnect_from(self):
        self.url = self.state = ""
        self.changed.emit()

    def measure(self):
        self.recall = "98.0% of the 10 nearest clips are found"
        self.changed.emit()


@pytest.fixture
def page(app):
    made = SharedGalleryPage(Shared())
    made.show()
    yield made
    made.close()


def test_it_connects_shows_the_state_and_disconnects(page):
    assert "this computer alone" in page.state.text() and not page.disconnect_it.isEnabled() and not page.measure.isEnabled()
    QTest.keyClicks(page.url, "takes")
    page.connect_it.click()
    assert page.state.text() == "This is no address." and page.url.text() == "takes", "so that it can be corrected"
    page.url.setText("postgresql://anna:hush@server/takes")
    page.connect_it.click()
    assert page.url.text() == "postgresql://anna@server/takes" and page.state.text().startswith("Connected")
    assert page.url.isReadOnly() and not page.connect_it.isEnabled()
    page.measure.click()
    assert page.recall.text().startswith("98.0%")
    page.disconnect_it.click()
    assert "this computer alone" in page.state.text() and page.connect_it.isEnabled() and not page.url.isReadOnly()


def test_why_a_library_cannot_be_shared_is_shown(page):
    page.shared.why_not = "Open a library first."
    page.shared.changed.emit()
    assert page.state.text() == "Open a library first." and not page.url.isEnabled() and not page.connect_it.isEnabled()
