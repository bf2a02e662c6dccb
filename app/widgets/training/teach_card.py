"""Teach This Library: a card with a sentence and a button; then the progress; then two numbers and results before and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.teaching import ENDED, PROPOSAL, RUNNING, Teaching
from motionpatches.app.viewmodels.training import run_name
from motionpatches.app.widgets.plain import NAME, Label, shown, tip, title
from motionpatches.app.widgets.theme import heading, of_kind, px, set_kind
from motionpatches.app.widgets.training.fine_tune_dialog import ELSEWHERE, ELSEWHERE_TIP, FineTuneDialog, ask_packed
from motionpatches.app.widgets.training.run_texts import state_text
from motionpatches.app.widgets.training.teach_texts import details, explained, headline, of_phrase, proposal
from motionpatches.app.widgets.views.results import ResultsView

# The size of the card, and the least with results.
CARD, RESULT = (560, 220), (960, 600)


class TeachCard(QDialog):
    """Its pages are the states of `Teaching`. A run goes on where the card is closed."""

    def __init__(self, teaching: Teaching, playback: Playback, show_runs: Callable[[], object], parent: QWidget | None = None):
        """`show_runs` opens the training runs, with curves and notes."""
        super().__init__(parent, Qt.WindowType.Window)
        self.teaching, self.playback, self.show_runs = teaching, playback, show_runs
        self.setWindowTitle("Teach This Library")
        self.pages = QStackedWidget()
        self.proposal = _Proposal(self)
        self.running = _Running(self)
        self.ended: _Ended | None = None
        for page in (self.proposal, self.running):
            self.pages.addWidget(page)
        box = QVBoxLayout(self)
        box.setContentsMargins(*[px(2 * tokens.PADDING)] * 4)
        box.addWidget(self.pages)
        self.resize(px(CARD[0]), px(CARD[1]))
        teaching.changed.connect(self._changed)
        self._changed()

    def advanced(self) -> None:
        """Show all fields of the run, and begin it from there."""
        form = self.teaching.form
        if form is None:
            return
        dialog = FineTuneDialog(form, self)
        answer = dialog.exec()
        if answer == ELSEWHERE:
            self.pack(dialog.name.text())
        elif answer:
            self.teaching.teach(dialog.name.text().strip())
        dialog.deleteLater()

    def pack(self, name: str = "") -> None:
        """Ask for a file, and pack the proposed run into it."""
        form = self.teaching.form
        file = ask_packed(self, name or run_name(form.library.name)) if form is not None else None
        if file is not None:
            self.teaching.pack(file)

    def _changed(self) -> None:
        state = self.teaching.state
        if state == ENDED and self.ended is None:
            self.ended = _Ended(self)
            self.pages.addWidget(self.ended)
            self.resize(max(self.width(), px(RESULT[0])), max(self.height(), px(RESULT[1])))
        page = {PROPOSAL: self.proposal, RUNNING: self.running, ENDED: self.ended}[state]
        if page is not None:
            self.pages.setCurrentWidget(page)
            page.fill()

    def showEvent(self, event: QShowEvent) -> None:
        self.teaching.watch(True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.teaching.watch(False)
        super().hideEvent(event)


class _Part(QWidget):
    """A page of the card: a column that ends in a row of buttons."""

    def __init__(self, card: TeachCard):
        super().__init__()
        self.card, self.teaching = card, card.teaching
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(px(tokens.PADDING))

    def buttons(self, *entries: tuple[str, Callable[[], object]] | None) -> list[QPushButton]:
        """Add a row of buttons by their words; None: a stretch."""
        row, made = QHBoxLayout(), []
        for entry in entries:
            if entry is None:
                row.addStretch()
                continue
            button = QPushButton(title(entry[0]))
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, do=entry[1]: do())
            row.addWidget(button)
            made.append(button)
        self.column.addLayout(row)
        return made


class _Proposal(_Part):
    def __init__(self, card: TeachCard):
        super().__init__(card)
        self.name = heading("", tokens.QUERY)
        self.sentence, self.details = Label(wrap=True), of_kind(Label(wrap=True), "secondary")
        self.message = of_kind(Label(wrap=True), "warning")
        for label in (self.name, self.sentence, self.details, self.message):
            self.column.addWidget(label)
        self.column.addStretch()
        self.teach, self.elsewhere, self.advanced, _ = self.buttons(
            ("Teach", self.teaching.teach),
            ("Train Elsewhere…", card.pack),
            ("Advanced…", card.advanced),
            None,
            ("Close", card.close),
        )
        self.elsewhere.setToolTip(ELSEWHERE_TIP)
        self.teach.setObjectName("primary")
        self.teach.setDefault(True)
        self.teach.setToolTip("Train the open model on the captions of the open library. The starter stays as it is.")
        self.advanced.setToolTip("All fields of the training, with what each does")

    def fill(self) -> None:
        library, form = self.teaching.workspace.library, self.teaching.form
        self.name.setText(f"Teach the model the words of {shown(library.name, NAME)}" if library else "Nothing is open")
        self.sentence.setText(proposal(self.teaching))
        self.details.setText(details(self.teaching))
        self.message.setText(self.teaching.training.message)
        self.message.setVisible(bool(self.teaching.training.message))
        wrong = self.teaching.problem or (form is not None and (form.unsuitable or form.cost_problem))
        set_kind(self.sentence, "warning" if wrong else "")
        ready = self.teaching.can_teach and self.teaching.facts is not None
        if ready and not self.teach.isEnabled():
            self.teach.setEnabled(True)
            self.teach.setFocus()
        self.teach.setEnabled(ready)
        self.elsewhere.setEnabled(self.teaching.can_pack and self.teaching.facts is not None)
        self.advanced.setEnabled(form is not None)


class _Running(_Part):
    def __init__(self, card: TeachCard):
        super().__init__(card)
        self.name = heading("", tokens.QUERY)
        self.state, self.progress = Label(wrap=True), QProgressBar(textVisible=False)
        self.progress.setMaximumHeight(px(tokens.GAP))
        hint = of_kind(Label("Close this card to keep working; the training continues.", wrap=True), "secondary")
        for widget in (self.name, self.state, self.progress, hint):
            self.column.addWidget(widget)
        self.column.addStretch()
        training = self.teaching.training
        self.pause, self.stop, *_ = self.buttons(
            ("Pause", training.pause), ("Stop", training.stop), ("Curves…", card.show_runs), None, ("Close", card.close)
        )

    def fill(self) -> None:
        run, training = self.teaching.run, self.teaching.training
        if run is None:
            return
        history = run.history
        self.name.setText(f"Training {shown(run.name, NAME)}")
        self.state.setText(training.message or state_text(run, True))
        self.progress.setMaximum(history.start.steps if history.start else 0)
        self.progress.setValue(max(history.steps, default=0))
        self.pause.setText("Resume" if history.paused else "Pause")
        self.pause.setEnabled(bool(history.steps))


class _Ended(_Part):
    def __init__(self, card: TeachCard):
        super().__init__(card)
        self.numbers, self.explained = heading("", tokens.QUERY), Label(wrap=True)
        self.column.addWidget(self.numbers)
        self.column.addWidget(self.explained)
        self.phrases, self.row = QButtonGroup(self), QHBoxLayout()
        self.column.addLayout(self.row)
        self.state = of_kind(Label(wrap=True), "secondary")
        self.column.addWidget(self.state)
        sides, self.heads, self.views = QHBoxLayout(), [], []
        compared = self.teaching.before_after
        for side in (compared.before, compared.after):
            head, view = heading(""), ResultsView(side, card.playback)
            view.chosen.connect(compared.open)
            self.heads.append(head)
            self.views.append(view)
            sides.addLayout(_column(head, view), 1)
        self.column.addLayout(sides, 1)
        self.use, self.back, self.resume, *_ = self.buttons(
            ("Use for This Library", self.teaching.use),
            ("Back to Starter", self.teaching.back_to_starter),
            ("Resume", self.teaching.resume),
            None,
            ("Curves…", card.show_runs),
            ("Teach Again…", self.teaching.again),
            ("Close", card.close),
        )
        self.use.setObjectName("primary")
        self.use.setToolTip("Search this library with the new model, now and whenever it is opened")
        self._shown: list[str] = []

    def fill(self) -> None:
        run, compared = self.teaching.run, self.teaching.before_after
        if run is None:
            return
        found = self.teaching.outcome
        self.numbers.setText(headline(found) or shown(run.name, NAME))
        self.explained.setText(explained(run, found))
        if list(compared.found) != self._shown:
            self._list(list(compared.found))
        said = compared.message or ("Searching with both models…" if compared.working else "")
        if not self.teaching.is_open:
            said = "Open the library of this run to compare and to use its model."
        self.state.setText(said)
        self.state.setVisible(bool(said))
        right = compared.right(compared.query)
        for side, (name, head) in enumerate(zip(("Before", "After"), self.heads, strict=True)):
            head.setText(": ".join(filter(None, (name, of_phrase(right, side)))))
        used = self.teaching.is_used
        self.back.setVisible(used)
        if used and self.use.hasFocus():
            self.back.setFocus()
        self.use.setText("In Use" if used else "Use for This Library")
        self.use.setEnabled(run.best is not None and self.teaching.is_open and not used)
        self.resume.setVisible(run.can_resume)

    def _list(self, phrases: list[str]) -> None:
        """Show a button for each phrase."""
        self._shown = phrases
        for button in self.phrases.buttons():
            self.phrases.removeButton(button)
            button.deleteLater()
        for phrase in phrases:
            button = QPushButton(title(shown(phrase, 40)), autoDefault=False)
            button.setCheckable(True)
            button.setChecked(phrase == phrases[0])
            button.setToolTip(tip(phrase))
            button.clicked.connect(partial(self.teaching.before_after.show, phrase))
            self.phrases.addButton(button)
            self.row.addWidget(button)


def _column(head: QWidget, body: QWidget) -> QLayout:
    column = QVBoxLayout()
    column.addWidget(head)
    column.addWidget(body, 1)
    return column
