"""Notices at the lower right of the window: a sentence, what can be done about it, a way to dismiss it. None takes the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QPushButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.notices import Notice, Notices
from motionpatches.app.widgets.plain import LINE, Label, shown, title
from motionpatches.app.widgets.theme import icon_button, of_kind, px

WIDTH = 380


class NoticeStack(QWidget):
    """The notices that stand, the latest below, over the window's corner above its status bar."""

    def __init__(self, notices: Notices, window: QMainWindow):
        super().__init__(window)
        self.notices, self.window_ = notices, window
        self.cards: dict[int, QFrame] = {}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(tokens.GAP))
        self.hide()
        window.installEventFilter(self)
        notices.changed.connect(self._changed)

    def _changed(self) -> None:
        shown_now = {notice.number for notice in self.notices.shown}
        for number in set(self.cards) - shown_now:
            card = self.cards.pop(number)
            self.column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for notice in self.notices.shown:
            if notice.number not in self.cards:
                card = self.cards[notice.number] = self._card(notice)
                self.column.addWidget(card)
        self.setVisible(bool(self.cards))
        self._place()

    def _card(self, notice: Notice) -> QFrame:
        card = QFrame()
        card.setObjectName("notice")
        row = QHBoxLayout(card)
        row.setContentsMargins(px(tokens.PADDING), px(tokens.GAP), px(tokens.GAP), px(tokens.GAP))
        text = Label(shown(notice.text, LINE), wrap=True)
        if notice.warning:
            of_kind(text, "warning")
        row.addWidget(text, 1)
        if notice.action is not None:
            button = QPushButton(title(notice.action.words))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda: self.notices.act(notice))
            row.addWidget(button)
        row.addWidget(icon_button("close", "Dismiss", lambda: self.notices.dismiss(notice)), 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _place(self) -> None:
        """Stand in the corner, as high as the texts need."""
        window, gap = self.window_, px(tokens.PADDING)
        width = min(px(WIDTH), window.width() - 2 * gap)
        self.setFixedWidth(width)
        for card in self.cards.values():
            card.ensurePolished()
            card.setFixedHeight(max(card.heightForWidth(width), card.minimumSizeHint().height()))
        height = sum(card.height() for card in self.cards.values()) + self.column.spacing() * max(len(self.cards) - 1, 0)
        below = window.statusBar().height() + gap
        self.setFixedHeight(height)
        self.move(window.width() - width - gap, window.height() - below - height)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.cards:
            self._place()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self.notices.hold(True)

    def leaveEvent(self, event: QEvent) -> None:
        self.notices.hold(False)
