"""The button of the status bar that says what work is under way, and the list that it opens: cancel, show, what is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.background.jobs import Jobs, Work
from motionpatches.app.viewmodels.notices import Notice, Notices
from motionpatches.app.widgets.plain import LINE, Label, shown, title
from motionpatches.app.widgets.theme import heading, icon_button, of_kind, px

# Widths of the list and of the button, in pixels of the tokens.
WIDTH, MOST = 460, 340
# Milliseconds between two looks at what has no news, and after which new work is shown.
TICK_MS, DELAY_MS = 1000, 300
# Steps of a bar, which is a share.
STEPS = 1000
# What shows the work of a key, by key; empty: it has no window of its own.
Ways = Mapping[str, Callable[[], object]]


class JobsButton(QToolButton):
    """Says how far the oldest work is and how much more there is; a click opens the list. Hidden where there is nothing."""

    def __init__(self, jobs: Jobs, notices: Notices, ways: Ways):
        super().__init__()
        self.jobs, self.notices = jobs, notices
        self.list = JobsList(jobs, notices, ways, self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("chip")
        self.setToolTip("Work under way, and what is finished")
        self.clicked.connect(self.open)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show)
        self._soon = QTimer(self, interval=DELAY_MS, singleShot=True)
        self._soon.timeout.connect(self._show)
        jobs.changed.connect(self._changed)
        notices.changed.connect(self._changed)
        self._show()

    def open(self) -> None:
        """Open the list above the button."""
        self.list.fill()
        self.list.adjustSize()
        place = self if self.isVisible() else self.parentWidget() or self
        corner = place.mapToGlobal(QPoint(0, 0))
        self.list.move(corner.x(), corner.y() - self.list.height() - px(tokens.UNIT))
        self.list.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody looks, also when the window closes."""
        self._tick.stop()
        super().hideEvent(event)

    def _changed(self) -> None:
        """Follow at once what is shown already; what has just begun may be over before it is read."""
        if self.isVisible():
            self._show()
        elif not self._soon.isActive():
            self._soon.start()

    def _show(self) -> None:
        work, kept = self.jobs.work, self.notices.kept
        texts = [shown(work[0].text(time.monotonic()), LINE)] if work else [f"{len(kept)} finished"] if kept else []
        more = [f"{len(work) - 1} more"] if len(work) > 1 else []
        self.setAccessibleName("   ·   ".join(texts + more))
        room = px(MOST) - self.fontMetrics().horizontalAdvance("".join(more))
        short = [self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room) for text in texts]
        self.setText(title("   ·   ".join(short + more)))
        self.setVisible(bool(texts))
        if work and self.isVisible() and not self._tick.isActive():
            self._tick.start()
        if self.list.isVisible():
            self.list.fill()


class JobsList(QFrame):
    """A line for each work with its progress, and one for each notice that is kept. Escape or a click elsewhere closes it."""

    def __init__(self, jobs: Jobs, notices: Notices, ways: Ways, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("notice")
        self.jobs, self.notices, self.ways = jobs, notices, ways
        self.setFixedWidth(px(WIDTH))
        self.nothing = of_kind(Label("Nothing is under way."), "secondary")
        self.column = QVBoxLayout(self)
        self.column.setSpacing(px(tokens.GAP))
        self.column.addWidget(heading("Work under way"))
        self.column.addWidget(self.nothing)
        self.rows: dict[str, WorkRow] = {}
        self.finished: dict[int, QWidget] = {}

    def fill(self) -> None:
        """Show what there is now; lines that stay are the same, so that a button does not vanish under the pointer."""
        work, kept = {w.key: w for w in self.jobs.work}, {n.number: n for n in self.notices.kept}
        before = len(self.rows), len(self.finished)
        for gone in [self.rows.pop(key) for key in set(self.rows) - set(work)]:
            gone.deleteLater()
        for old in [self.finished.pop(number) for number in set(self.finished) - set(kept)]:
            old.deleteLater()
        for key, one in work.items():
            if key not in self.rows:
                self.rows[key] = WorkRow(one, self._show_way(key), self._stop_way(key))
                self.column.insertWidget(1 + len(self.rows), self.rows[key])
            self.rows[key].fill(one)
        for number, notice in kept.items():
            if number not in self.finished:
                self.finished[number] = self._finished(notice)
                self.column.addWidget(self.finished[number])
        self.nothing.setVisible(not work)
        if before != (len(self.rows), len(self.finished)) and self.isVisible():
            bottom = self.geometry().bottom()
            self.adjustSize()
            self.move(self.x(), bottom - self.height() + 1)

    def _show_way(self, key: str) -> Callable[[], object] | None:
        way = self.ways.get(key) or self.ways.get(key.partition(" ")[0])

        def show() -> None:
            self.hide()
            if way is not None:
                way()

        return show if way is not None else None

    def _stop_way(self, key: str) -> Callable[[], object]:
        return lambda: self.jobs.stop(key)

    def _finished(self, notice: Notice) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Label(shown(notice.text, LINE), wrap=True), 1)
        if notice.action is not None:
            button = QPushButton(title(notice.action.words))
            button.clicked.connect(lambda: self._act(notice))
            row.addWidget(button)
        row.addWidget(icon_button("close", "Dismiss", lambda: self.notices.dismiss(notice)))
        return line

    def _act(self, notice: Notice) -> None:
        self.hide()
        self.notices.act(notice)


class WorkRow(QWidget):
    """Words, a bar, and the buttons of one work."""

    def __init__(self, work: Work, show: Callable[[], object] | None, stop: Callable[[], object]):
        super().__init__()
        self.text, self.bar = Label(wrap=True), QProgressBar(textVisible=False)
        self.cancel, buttons = QPushButton("Cancel"), QHBoxLayout()
        self.cancel.clicked.connect(lambda: stop())
        column, row = QVBoxLayout(), QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        column.addWidget(self.bar)
        row.addLayout(column, 1)
        if show is not None:
            self.show_button = QPushButton("Show")
            self.show_button.clicked.connect(lambda: show())
            buttons.addWidget(self.show_button)
        buttons.addWidget(self.cancel)
        row.addLayout(buttons)
        self.fill(work)

    def fill(self, work: Work) -> None:
        """Show how far the work is; the bar moves to and fro while that is not known."""
        self.text.setText(shown(work.text(time.monotonic()), LINE))
        show_share(self.bar, work)
        self.cancel.setEnabled(not work.stopping)


class WorkLine(WorkRow):
    """The line of one work in a window of its own; hidden where that is not under way."""

    def __init__(self, jobs: Jobs, key: str):
        self.jobs, self.key = jobs, key
        super().__init__(Work(key, None, lambda: None, time.monotonic()), None, lambda: jobs.stop(key))
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._follow)
        jobs.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        work = next((one for one in self.jobs.work if one.key == self.key), None)
        self.setVisible(work is not None)
        if work is not None:
            self.fill(work)
            if self.isVisible() and not self._tick.isActive():
                self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start()


def show_share(bar: QProgressBar, work: Work | None) -> None:
    """Show in a bar how much of a work is done; to and fro while that is not known."""
    share = work.share if work else None
    bar.setRange(0, 0 if share is None else STEPS)
    bar.setValue(round(STEPS * (share or 0)))
