"""The columns of the list of takes: which are shown, in what order and how wide, by what it is sorted; kept in the settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from motionpatches.app.viewmodels.clip_columns import BY_NAME, COLUMNS, FIRST_SHOWN
from motionpatches.app.viewmodels.clip_rows import ClipRows
from motionpatches.app.widgets.panels.take_cells import CARD_ROW, PICTURE_ROW, ROW, cell_width
from motionpatches.app.widgets.panels.take_table import CARD, PICTURE
from motionpatches.app.widgets.plain import ModelTable, shown, title
from motionpatches.app.widgets.theme import px

NAMES = tuple(column.name for column in COLUMNS)
# How takes are listed: by the room there is, always in two lines, always in columns; and the width below which two lines are.
LAYOUTS = ("Automatic", "Two Lines with Picture", "Columns")
NARROW = 480
# Rows whose cells are measured, the widest column that they make, the least that one shrinks to, the widest that a user makes.
MEASURED, WIDEST, LEAST, MOST = 120, 320, 80, 4000


class ListColumns(QObject):
    """Belongs to a view of a TakeTable. A click on a heading sorts, a drag moves or widens a column."""

    def __init__(self, view: ModelTable, takes: ClipRows, settings: QSettings):
        super().__init__(view)
        self.view, self.takes, self.settings = view, takes, settings
        self.header = view.horizontalHeader()
        self.shown: list[str] = list(FIRST_SHOWN)
        self.widths: dict[str, int] = {}
        self.layout_ = LAYOUTS[0]
        self.cards = False
        self._busy = False
        self.header.setSectionsMovable(True)
        self.header.setSectionsClickable(True)
        self.header.setHighlightSections(False)
        self.header.setMinimumSectionSize(px(32))
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.customContextMenuRequested.connect(lambda at: self.popup(self.header.mapToGlobal(at)))
        self.header.sectionClicked.connect(self._clicked)
        self.header.sectionMoved.connect(self._moved)
        self.header.sectionResized.connect(self._resized)
        takes.changed.connect(self._indicate)
        self._restore()
        self.lay_out()

    # What is shown --------------------------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Show two lines or columns, as there is room; each column as wide as what it holds, or as the user made it."""
        narrow = self.view.viewport().width() < px(NARROW)
        self.cards = self.layout_ == LAYOUTS[1] or (self.layout_ == LAYOUTS[0] and narrow)
        self._busy = True
        for place, name in enumerate(self.shown):
            self.header.moveSection(self.header.visualIndex(NAMES.index(name)), place)
        for at in range(CARD + 1):
            self.view.setColumnHidden(at, self.cards if at < CARD else not self.cards)
            if at < CARD and NAMES[at] not in self.shown:
                self.view.setColumnHidden(at, True)
        stretch = QHeaderView.ResizeMode.Stretch if self.cards else QHeaderView.ResizeMode.Interactive
        self.header.setSectionResizeMode(CARD, stretch)
        high = CARD_ROW if self.cards else PICTURE_ROW if "Picture" in self.shown else ROW
        if self.view.verticalHeader().defaultSectionSize() != px(high):
            self.view.verticalHeader().setDefaultSectionSize(px(high))
        self._busy = False
        self.fit()
        self._indicate()

    def fit(self) -> None:
        """Make columns as wide as their cells and headings; what is left goes to the captions, what is missing is taken from the
        widest columns as far as something can be read in them."""
        if self.cards:
            return
        self._busy = True
        wide = {name: self.widths.get(name) or self._content_width(name) for name in self.shown}
        rest = self.view.viewport().width() - sum(wide.values())
        spare = next((name for name in ("Caption", *reversed(self.shown)) if name in self.shown and name not in self.widths), "")
        if rest > 0 and spare:
            wide[spare] += rest
        own = {name: wide[name] for name in self.shown if name not in self.widths}
        if rest < 0 and own:
            most = widest_that_fits(list(own.values()), sum(own.values()) + rest)
            wide |= {name: min(width, max(most, px(LEAST))) for name, width in own.items()}
        for name, width in wide.items():
            self.header.resizeSection(NAMES.index(name), width)
        self._busy = False

    def _content_width(self, name: str) -> int:
        if name == "Picture":
            return px(PICTURE_ROW)
        count = len(self.takes.rows)
        texts = [shown(BY_NAME[name].text(self.takes.entry(row))) for row in range(0, count, max(count // MEASURED, 1))]
        heading = cell_width(self.header, name) + px(14)  # the mark of the order
        return min(max([heading, *(cell_width(self.view, text) for text in texts)]), px(WIDEST))

    def _indicate(self) -> None:
        """Mark the column that the list is sorted by."""
        name, descending = self.takes.sorted_by
        self.header.setSortIndicatorShown(bool(name))
        section = CARD if self.cards else NAMES.index(name) if name in self.shown else -1
        self.header.setSortIndicator(section, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self.header.viewport().update()

    # What the user does -----------------------------------------------------------------------------------------------------

    def sort(self, name: str, descending: bool = False) -> None:
        """Sort by a column, '' for the order of the library, and remember it."""
        self.takes.sort(name, descending)
        self._save()

    def _clicked(self, section: int) -> None:
        if section == CARD:
            self.popup(self.header.mapToGlobal(QPoint(0, self.header.height())))
        elif section != PICTURE:
            by, descending = self.takes.sorted_by
            self.sort(NAMES[section], by == NAMES[section] and not descending)

    def show_column(self, name: str, on: bool) -> None:
        """Show a column at the end, or no longer; the last one stays."""
        if on and name not in self.shown:
            self.shown.append(name)
        elif not on and len(self.shown) > 1:
            self.shown = [one for one in self.shown if one != name]
        self._changed()

    def set_layout(self, layout: str) -> None:
        """List takes in one of LAYOUTS."""
        self.layout_ = layout
        self._changed()

    def by_content(self) -> None:
        """Make all columns as wide as what they hold."""
        self.widths = {}
        self._changed()

    def reset(self) -> None:
        """Show the columns of the first start in the order of the library."""
        self.shown, self.widths, self.layout_ = list(FIRST_SHOWN), {}, LAYOUTS[0]
        self.takes.sort("")
        self._changed()

    def _changed(self) -> None:
        self.lay_out()
        self._save()

    def _moved(self) -> None:
        if not self._busy:
            self.shown.sort(key=lambda name: self.header.visualIndex(NAMES.index(name)))
            self._save()

    def _resized(self, section: int, before: int, now: int) -> None:
        if not self._busy and not self.cards and section < CARD and now:
            self.widths[NAMES[section]] = now
            self._save()

    # The menu -----------------------------------------------------------------------------------------------------------------

    def popup(self, at: QPoint) -> QMenu:
        """Open the menu of the headings at a place of the screen."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
        return menu

    def menu(self) -> QMenu:
        """Return the menu of the headings."""
        menu = QMenu(self.view)
        menu.setToolTipsVisible(True)
        by, descending = self.takes.sorted_by
        sorts = menu.addMenu("Sort By")
        for name in NAMES[1:]:
            self._add(sorts, name, partial(self.sort, name, by == name and not descending), by == name)
        self._add(menu, "Descending", lambda: self.sort(by, not descending), descending).setEnabled(bool(by))
        self._add(menu, "Order of the Library", partial(self.sort, ""), not by)
        menu.addSeparator()
        for name in NAMES:
            action = self._add(menu, name, partial(self.show_column, name, name not in self.shown), name in self.shown)
            self._of_columns(action)
        menu.addSeparator()
        for layout in LAYOUTS:
            self._add(menu, layout, partial(self.set_layout, layout), self.layout_ == layout)
        menu.addSeparator()
        self._of_columns(self._add(menu, "Widths by Content", self.by_content))
        self._add(menu, "Reset Columns", self.reset)
        return menu

    def _of_columns(self, action: QAction) -> None:
        """Disable an action that two lines do not have."""
        if self.cards:
            action.setEnabled(False)
            action.setToolTip("Two lines have no columns: choose Columns, or make the list wider.")

    @staticmethod
    def _add(menu: QMenu, text: str, do: Callable[[], object], ticked: bool | None = None) -> QAction:
        action = menu.addAction(title(text))
        action.setCheckable(ticked is not None)
        action.setChecked(bool(ticked))
        action.triggered.connect(lambda: do())
        return action

    # Settings -----------------------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        self.settings.setValue("list/columns", "|".join(f"{name}:{self.widths.get(name, 0)}" for name in self.shown))
        self.settings.setValue("list/sorts", "|".join(f"{name}:{int(down)}" for name, down in self.takes.sorts))
        self.settings.setValue("list/layout", self.layout_)

    def _restore(self) -> None:
        """Take up what was kept; what is no column is left out."""
        columns = _pairs(str(self.settings.value("list/columns", "", str)))
        if columns:
            self.shown, self.widths = list(columns), {name: width for name, width in columns.items() if width}
        for name, down in _pairs(str(self.settings.value("list/sorts", "", str))).items():
            self.takes.sort(name, bool(down))
        layout = str(self.settings.value("list/layout", LAYOUTS[0], str))
        self.layout_ = layout if layout in LAYOUTS else LAYOUTS[0]


def widest_that_fits(widths: list[int], room: int) -> int:
    """Return the width to which the wider ones of some columns are cut so that all have room together."""
    ascending = sorted(widths)
    for at, width in enumerate(ascending):
        most = (room - sum(ascending[:at])) // (len(ascending) - at)
        if width > most:
            return most
    return ascending[-1]


def _pairs(text: str) -> dict[str, int]:
    """Read 'Name:120|Length:0'; what names no column, or has no number, is left out."""
    parts = (part.partition(":") for part in text.split("|"))
    return {name: min(int(number), MOST) for name, _, number in parts if name in NAMES and re.fullmatch("[0-9]{1,9}", number)}
