"""The page of the settings for the shared gallery of the open library: its address, its state, how well its index finds."""

from __future__ import annotations

from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.shared_gallery import SharedGallery
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.theme import px

EXAMPLES = "postgresql://user@host/database or qdrant://host:6333/name"
ABOUT = (
    "Captions, tags, take sheet and vectors of the open library, shared with everyone who connects to the same address. "
    "Favourites stay your own. Without the server, everything here goes on, and edits are sent later."
)
PASSWORD = "A password comes from the address, PGPASSWORD, ~/.pgpass or QDRANT_API_KEY. It is kept for you alone."


class SharedGalleryPage(QWidget):
    """Connects the open library to a shared gallery by its URL, and shows what became of it."""

    def __init__(self, shared: SharedGallery, parent: QWidget | None = None):
        super().__init__(parent)
        self.shared = shared
        self.url = QLineEdit(placeholderText=EXAMPLES)
        self.url.setAccessibleName("Address of the shared gallery")
        self.connect_it, self.disconnect_it = QPushButton("&Connect"), QPushButton("&Disconnect")
        self.state, self.recall = Label(wrap=True), Label(wrap=True)
        self.measure = QPushButton("&Measure")
        self.measure.setToolTip("Compare what the server finds for captions of this library with an exact search")
        self.connect_it.clicked.connect(self._connect)
        self.url.returnPressed.connect(self._connect)
        self.disconnect_it.clicked.connect(shared.disconnect_from)
        self.measure.clicked.connect(shared.measure)
        form, box = QFormLayout(), QVBoxLayout(self)
        form.setHorizontalSpacing(px(tokens.PADDING))
        form.addRow("Address", _row(self.url, self.connect_it, self.disconnect_it))
        form.addRow("", Label(PASSWORD, wrap=True))
        form.addRow("State", self.state)
        form.addRow("Index", _row(self.recall, self.measure))
        box.addWidget(Label(ABOUT, wrap=True))
        box.addLayout(form)
        box.addStretch(1)
        shared.changed.connect(self.show_state)
        self.url.setText(shared.url)
        self.show_state()

    def _connect(self) -> None:
        if self.shared.connect_to(self.url.text()):
            self.url.setText(self.shared.url)  # without the password

    def show_state(self) -> None:
        """Show what the view model says."""
        shared = self.shared
        connected, why_not = bool(shared.url), shared.why_not
        self.url.setReadOnly(connected)
        self.url.setEnabled(not why_not)
        self.connect_it.setEnabled(not connected and not why_not)
        self.disconnect_it.setEnabled(connected)
        self.measure.setEnabled(connected and shared.workspace.model is not None)
        self.state.setText(why_not or shared.state or "Not connected: this library is on this computer alone.")
        self.recall.setText(shared.recall or "Not measured. The copy on this computer is always searched exactly.")


def _row(wide: QWidget, *others: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(px(tokens.GAP))
    row.addWidget(wide, 1)
    for widget in others:
        row.addWidget(widget)
    return row
