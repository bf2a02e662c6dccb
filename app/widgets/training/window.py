"""Training runs: past and present, their curves, what they find, how they differ; pause, stop, resume, use, delete."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.background.reveal import reveal
from motionpatches.app.viewmodels.before_after import BeforeAfter
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.training import Training
from motionpatches.app.widgets.ask_path import ask_folder
from motionpatches.app.widgets.plain import NAME, PAGE, ItemList, ItemTable, Label, Page, ask, html, shown, tell, tip
from motionpatches.app.widgets.training.before_after import BeforeAfterTab
from motionpatches.app.widgets.training.fine_tune_dialog import ELSEWHERE, FineTuneDialog, ask_packed
from motionpatches.app.widgets.training.run_texts import configuration_rows, sentences_text, state_text
from motionpatches.app.widgets.views.curves import Curves
from motionpatches.core.training.runs import Run

REDRAW_MS = 250
NOTHING = "No run yet. Fine-tune the open model on the open library."


class TrainingWindow(QDialog):
    """Chosen runs show their curves over each other; one alone also its sentences, configuration and notes."""

    def __init__(self, training: Training, before_after: BeforeAfter, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.training = training
        self.setWindowTitle("Training Runs")
        self.resize(1200, 740)
        self.list = ItemList()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Training runs")
        self.list.itemSelectionChanged.connect(self._chosen)
        self.curves, self.sentences, self.configuration = Curves(), Page(), _configuration()
        self.notes = QPlainTextEdit(placeholderText="Notes on this run. They are saved as you type.")
        self.notes.textChanged.connect(self._note)
        self.before_after = before_after
        self.tabs = QTabWidget()
        for widget, title in (
            (self.curves, "Curves"),
            (self.sentences, "Sentences"),
            (BeforeAfterTab(before_after, playback), "Before and After"),
            (self.configuration, "Configuration"),
            (self.notes, "Notes"),
        ):
            self.tabs.addTab(widget, title)
        self.state, self.progress = Label(wrap=True), QProgressBar(textVisible=False)
        self.progress.setMaximumHeight(8)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._left())
        split.addWidget(self._right())
        split.setSizes([290, 910])
        box = QVBoxLayout(self)
        box.addWidget(split)
        self._folders: set[Path] = set()
        self._here: Path | None = None
        self._redraw = QTimer(self, interval=REDRAW_MS, singleShot=True)
        self._redraw.timeout.connect(self._show)
        training.changed.connect(self._fill)
        training.workspace.model_changed.connect(self._show)
        training.reported.connect(lambda: self._redraw.isActive() or self._redraw.start())
        self._redraw.timeout.connect(self._retitle)
        self._fill()

    def _left(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        self.several = Label("Choose several (Ctrl+click) to compare them.", wrap=True)
        column.addWidget(self.several)
        row = QHBoxLayout()
        for text, act in (("Fine-Tune…", lambda: self.fine_tune(None)), ("Add a Run…", self._add)):
            button = QPushButton(text)
            button.clicked.connect(act)
            row.addWidget(button)
        column.addLayout(row)
        return side

    def _right(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.state)
        column.addWidget(self.progress)
        row = QHBoxLayout()
        self.pause, self.stop, self.resume = (QPushButton(t) for t in ("Pause", "Stop", "Resume"))
        self.use, self.further = QPushButton("Use This Model"), QPushButton("Train Further…")
        self.folder, self.delete = QPushButton("Show in Folder"), QPushButton("Delete…")
        for button, act in (
            (self.pause, lambda: self._with(self.training.pause)),
            (self.stop, lambda: self._with(self.training.stop)),
            (self.resume, lambda: self._with(lambda run: self.training.resume(run.folder))),
            (self.use, lambda: self._with(self.training.use)),
            (self.further, lambda: self._with(self._further)),
            (self.folder, lambda: self._with(self._show_folder)),
            (self.delete, self._delete),
        ):
            button.clicked.connect(act)
            row.addWidget(button)
            if button is self.further:
                row.addStretch()
        column.addLayout(row)
        return side

    @property
    def runs(self) -> list[Run]:
        """The chosen runs, from the top of the list."""
        rows = sorted(self.list.row(item) for item in self.list.selectedItems())
        return [self.training.runs[row] for row in rows if row < len(self.training.runs)]

    def fine_tune(self, start: Run | None) -> None:
        """Ask for a run on the open library, from the best model of `start` where that is given, and begin it."""
        form = self.training.fine_tuning(start)
        if form is None:
            tell(self, "Nothing is open", "Open a library with captions first.")
            return
        dialog = FineTuneDialog(form, self)
        answer = dialog.exec()
        if answer == ELSEWHERE:
            file = ask_packed(self, dialog.name.text())
            if file:
                self.training.pack(form.config, file)
        elif answer:
            self.training.begin(dialog.name.text().strip() or form.library.name, form.config)
            self.list.setCurrentRow(next((i for i, r in enumerate(self.training.runs) if self.training.is_here(r)), 0))

    def _further(self, run: Run) -> None:
        self.fine_tune(run)

    def _add(self) -> None:
        folder = ask_folder(self, "runs", "Folder of a run, for example one started from the command line")
        if folder:
            self.training.add(folder)

    def _delete(self) -> None:
        names = ", ".join(shown(run.name, NAME) for run in self.runs)
        if self.runs and ask(self, "Delete", f"Delete {names} with the models in it? This cannot be undone."):
            for run in self.runs:
                self.training.delete(run)

    def _with(self, act: Callable[[Run], object]) -> None:
        """Do something with the chosen run, where it is one alone."""
        if len(self.runs) == 1:
            act(self.runs[0])

    def _note(self) -> None:
        self._with(lambda run: self.training.note(run, self.notes.toPlainText()))

    def _row_text(self, run: Run) -> str:
        state = state_text(run, self.training.is_here(run), self.training.away(run)).split(":")[0].split(";")[0].split(".")[0]
        return f"{shown(run.name, NAME)}\n{shown(state, NAME)}"

    def _retitle(self) -> None:
        """Write the state of the run under way into its row."""
        for row, run in enumerate(self.training.runs):
            if self.training.is_here(run) and row < self.list.count():
                self.list.item(row).setText(self._row_text(run))

    def _fill(self) -> None:
        """List the runs; the chosen ones stay chosen, but a run that was just begun is chosen alone."""
        here = self.training.process.run if self.training.process else None
        chosen = self._folders if here == self._here or here is None else {here}
        self._here = here
        there = bool(self.training.runs)
        self.tabs.setVisible(there)  # no empty axes before there is a run
        self.state.setAlignment(Qt.AlignmentFlag.AlignLeft if there else Qt.AlignmentFlag.AlignCenter)
        self.several.setVisible(len(self.training.runs) > 1)
        self.list.blockSignals(True)
        self.list.clear()
        for run in self.training.runs:
            self.list.addItem(self._row_text(run))
            item = self.list.item(self.list.count() - 1)
            item.setToolTip(tip(run.folder))
            item.setSelected(run.folder in chosen)
        if self.training.runs and not self.list.selectedItems():
            under_way = (row for row, run in enumerate(self.training.runs) if self.training.is_here(run))
            self.list.setCurrentRow(next(under_way, 0))
        self.list.blockSignals(False)
        self._chosen()

    def _chosen(self) -> None:
        """Show the notes and the configuration of the chosen runs, and all that changes."""
        self._folders = {run.folder for run in self.runs}
        one = self.runs[0] if len(self.runs) == 1 else None
        self.notes.blockSignals(True)
        if one is None or not self.notes.hasFocus():
            self.notes.setPlainText(one.note[:PAGE] if one else "")
        self.notes.setEnabled(one is not None and len(one.note) <= PAGE)
        self.notes.blockSignals(False)
        self.before_after.set_run(one)
        _show_rows(self.configuration, configuration_rows(self.runs))
        self._show()

    def _show_folder(self, run: Run) -> None:
        workspace = self.training.workspace
        reveal([run.folder], workspace.lanes.files, workspace.failed.emit)

    def _show(self) -> None:
        """Show what changes while a run is trained: curves, sentences, state and buttons."""
        chosen = self.runs
        one = chosen[0] if len(chosen) == 1 else None
        here = one is not None and self.training.is_here(one)
        there = one is not None and not self.training.away(one)
        self.curves.show_runs([run for run in chosen if run.status not in ("broken", "away")])
        self.sentences.show_html(sentences_text(one) if one else html("Choose one run."))
        said = [state_text(one, here, self.training.away(one))] if one else [] if chosen else [NOTHING]
        self.state.setText("\n".join([*said, *([self.training.message] if self.training.message else [])]))
        steps = one.history.steps if one else {}
        self.progress.setVisible(bool(here))
        self.progress.setMaximum(one.history.start.steps if one and one.history.start else 0)
        self.progress.setValue(max(steps, default=0))
        self.pause.setText("Resume" if here and one is not None and one.history.paused else "Pause")
        for button, on in (
            (self.pause, here and bool(steps)),
            (self.stop, here),
            (self.further, bool(there and one and one.best and not here)),
            (self.resume, bool(one and not here and one.can_resume)),
            (self.use, bool(there and one and one.best and one.best != self.training.workspace.model_folder)),
            (self.folder, there),
            (self.delete, bool(chosen) and not here),
        ):
            button.setEnabled(bool(on))
        there = bool(self.training.runs)
        for button in (self.use, self.further, self.folder, self.delete):
            button.setVisible(there)
        for button in (self.pause, self.stop):
            button.setVisible(bool(here))
        self.resume.setVisible(there and not here)


def _configuration() -> ItemTable:
    table = ItemTable()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setAccessibleName("Configuration")
    table.verticalHeader().hide()
    return table


def _show_rows(table: ItemTable, rows: list[list[str]]) -> None:
    """Fill a table; the first row is its head."""
    head, *body = rows
    table.setColumnCount(len(head))
    table.setRowCount(len(body))
    table.setHorizontalHeaderLabels(head)
    for at, row in enumerate(body):
        for column, text in enumerate(row):
            table.setItem(at, column, QTableWidgetItem(text))
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
