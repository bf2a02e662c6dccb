"""Pages beside the stage, one of them open: a column of icons, and the pages, which fold away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.widgets.plain import title
from motionpatches.app.widgets.theme import px, set_icon, sized

Make = Callable[[], QWidget]


class SidePanel(QStackedWidget):
    """The pages; `icons` is the column beside them. A click on an icon opens its page; on that of the open page, folds it.

    `turned(str)`: another page is open, '' where they are folded.
    """

    turned = Signal(str)

    def __init__(self, least: int, parent: QWidget | None = None):
        super().__init__(parent)
        self.setMinimumWidth(least)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.icons = QWidget()
        self.icons.setObjectName("page")
        self.column = QVBoxLayout(self.icons)
        self.column.setContentsMargins(px(tokens.UNIT), px(tokens.UNIT), px(tokens.UNIT), px(tokens.UNIT))
        self.column.setSpacing(px(tokens.UNIT))
        self.column.addStretch()
        self.buttons: dict[str, QToolButton] = {}
        self._pages: dict[str, QWidget | Make] = {}
        self._last = ""

    def add(self, name: str, icon: str, page: QWidget | Make) -> None:
        """Add a page, made when it is first opened where a function is given; `name` is a literal."""
        button = QToolButton()
        button.setText(title(name))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        set_icon(button, icon)
        button.setIconSize(QSize(px(tokens.ICON + tokens.UNIT), px(tokens.ICON + tokens.UNIT)))
        button.setFont(sized(button.font(), tokens.CAPS))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedWidth(px(tokens.HEADER + 2 * tokens.UNIT))
        button.clicked.connect(lambda: self.toggle(name))
        self.column.insertWidget(len(self.buttons), button)
        self.buttons[name], self._pages[name] = button, page
        if isinstance(page, QWidget):
            self.addWidget(page)
        self._last = self._last or name

    @property
    def open_page(self) -> str:
        """The name of the open page, '' where they are folded."""
        return self._last if not self.isHidden() else ""

    def page(self, name: str) -> QWidget:
        """Return a page; make it where it was not yet."""
        page = self._pages[name]
        if not isinstance(page, QWidget):
            page = self._pages[name] = page()
            self.addWidget(page)
        return page

    def turn(self, name: str) -> None:
        """Open a page; '' folds them."""
        if name and name not in self._pages:
            return
        if name:
            self._last = name
            self.setCurrentWidget(self.page(name))
        self.setVisible(bool(name))
        for other, button in self.buttons.items():
            button.setChecked(other == name)
        self.turned.emit(name)

    def toggle(self, name: str = "") -> None:
        """Open a page, the last one without a name; fold it where it is open."""
        name = name or self._last
        self.turn("" if self.open_page == name else name)
