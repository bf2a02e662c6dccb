"""The results as a grid that scrolls, with their number and the size of the tiles; examples while there are none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QStackedWidget, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.answers import exact_count
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.queries import MOST
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.widgets.plain import NAME, Label, shown, tip, title
from motionpatches.app.widgets.spin_boxes import SpinBox
from motionpatches.app.widgets.theme import icon_button, of_kind, px
from motionpatches.app.widgets.views.results import TILE, ResultsView

# Sizes of a tile that the slider can set.
SMALLEST, LARGEST = 96, 360

# Queries that are offered before the first one.
EXAMPLES = (
    "a person waves with the right hand",
    "someone trips and catches themselves",
    "she does a cartwheel",
    "running in a circle",
    "a man picks something up from the floor",
    "kicks with the left leg",
)


class ResultsPanel(QWidget):
    """`asked(str)`: an example was clicked. `strip_wanted(bool)`: the tiles belong above the stage, or here.

    `folder_wanted`: the user wants to open one.
    """

    asked = Signal(str)
    strip_wanted = Signal(bool)
    folder_wanted = Signal()

    def __init__(self, search: Search, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.search = search
        self.view = ResultsView(search, playback, "grid")
        self.view.more.connect(search.more)
        self.state = of_kind(Label(), "secondary")
        self.note = of_kind(Label(wrap=True), "secondary")
        self.all_exact = _link("Show all with the exact words", search.show_all_exact)
        self.way_out = QPushButton()
        self.way_out.clicked.connect(self._leave)
        self.k = SpinBox(minimum=1, maximum=MOST, value=search.k, prefix="top ")
        self.k.setToolTip("Number of results; scrolling brings more")
        self.k.setAccessibleName("Number of results")
        self.k.valueChanged.connect(search.set_k)
        self.size_ = QSlider(Qt.Orientation.Horizontal)
        self.size_.setRange(SMALLEST, LARGEST)
        self.size_.setValue(TILE)
        self.size_.setToolTip("Size of the pictures")
        self.size_.setAccessibleName("Size of the pictures")
        self.size_.setMinimumWidth(px(36))
        self.size_.setMaximumWidth(px(72))
        self.size_.valueChanged.connect(lambda size: self.view.set_arrangement(self.view.arrangement, size))
        self.strip = icon_button("strip", "Show the results in a row above the stage")
        self.strip.setCheckable(True)
        self.strip.toggled.connect(self.strip_wanted)
        top = QHBoxLayout()
        top.addWidget(self.k)
        top.addStretch()
        top.addWidget(self.size_)
        top.addWidget(self.strip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._examples())
        self.place = QWidget()
        inside = QVBoxLayout(self.place)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.view)
        self.pages.addWidget(self.place)
        self.elsewhere = of_kind(Label("The results are above the stage.", wrap=True), "secondary")
        self.elsewhere.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages.addWidget(self.elsewhere)
        box = QVBoxLayout(self)
        box.setContentsMargins(px(tokens.GAP), px(tokens.GAP), px(tokens.GAP), px(tokens.UNIT))
        box.addLayout(top)
        box.addWidget(self.state)
        box.addWidget(self.note)
        box.addWidget(self.all_exact)
        box.addWidget(self.pages, 1)
        search.results_changed.connect(self._changed)
        search.state_changed.connect(self._changed)
        self._changed()

    def _examples(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self.hint = Label(wrap=True)
        column.addWidget(self.hint)
        column.addWidget(self.way_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.examples = QWidget()
        inside = QVBoxLayout(self.examples)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(of_kind(Label("Type what you are looking for, or try one of these:", wrap=True), "secondary"))
        for text in EXAMPLES:
            inside.addWidget(_link(text, partial(self.asked.emit, text)))
        column.addWidget(self.examples)
        column.addStretch()
        return page

    def above(self, on: bool) -> None:
        """The tiles are above the stage now, or back here."""
        self.strip.blockSignals(True)
        self.strip.setChecked(on)
        self.strip.blockSignals(False)
        self.size_.setEnabled(not on)
        if not on:
            layout = self.place.layout()
            assert layout is not None
            layout.addWidget(self.view)
            self.view.show()
        self.view.set_arrangement("row" if on else "grid")
        self._changed()

    def _changed(self) -> None:
        search = self.search
        has = bool(search.results) and bool(search.query)
        self.pages.setCurrentIndex((2 if self.strip.isChecked() else 1) if has else 0)
        self.examples.setVisible(not search.query)
        self.hint.setText(search.note)
        self.hint.setVisible(bool(search.note))
        count = len(search.results)
        among = f" among {len(search.only):,}" if search.only is not None else ""
        text = f"{count} result{'s' * (count != 1)}{among} · {_spent(search.elapsed_s)}" if has else ""
        self.state.setText(shown(text, NAME))
        self.state.setVisible(has)
        self.note.setText(search.note if has else "")
        self.note.setVisible(has and bool(search.note))
        some = exact_count(search.results)
        self.all_exact.setVisible(has and search.words_first and some < search.exact and not search.all_exact)
        self.all_exact.setText(f"Show all {search.exact:,} with the exact words")
        self.way_out.setVisible(not has and (search.workspace.library is None or bool(search.query and search.chips)))
        self.way_out.setText("Open Folder…" if search.workspace.library is None else "Search without the last chip")

    def _leave(self) -> None:
        """Do what helps where there is nothing to show."""
        if self.search.workspace.library is None:
            self.folder_wanted.emit()
        elif self.search.chips:
            self.search.remove(self.search.chips[-1])


def _spent(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _link(text: str, do: Callable[[], object]) -> QPushButton:
    """Make a button that looks like a link."""
    button = QPushButton(title(text))
    button.setObjectName("link")
    button.setFlat(True)
    button.setToolTip(tip(text))
    button.setMinimumWidth(1)
    button.clicked.connect(lambda: do())
    return button
