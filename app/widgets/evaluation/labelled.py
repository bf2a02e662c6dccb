"""Clips with the label that each was given: by label, to be sorted, opened, saved as a table, and turned into tags."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.classified import Labelled, as_csv
from motionpatches.app.widgets.ask_path import ask_new_file
from motionpatches.app.widgets.plain import NAME, ItemTree, Label, shown, tip, warn
from motionpatches.app.widgets.theme import of_kind
from motionpatches.core.atomic import write_atomically
from motionpatches.core.errors import StudioError
from motionpatches.core.library.library import Clip

COLUMNS = ("Label and caption", "Score", "True", "Name")
# Clips that are listed; all of them are saved and tagged.
LISTED = 2000
NOTHING = "Labels are given to the motions of the split; they appear here."


class _Row(QTreeWidgetItem):
    """Sorts numbers as numbers."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        column = self.treeWidget().sortColumn() if self.treeWidget() else 0
        mine, its = (item.data(column, Qt.ItemDataRole.UserRole + 1) for item in (self, other))
        return bool(mine < its) if isinstance(mine, float) and isinstance(its, float) else self.text(column) < other.text(column)


class LabelledList(QWidget):
    """`open_clip` is called with the clip of a chosen line, `tag` with all that is listed."""

    def __init__(self, open_clip: Callable[[Clip], object], tag: Callable[[Sequence[Labelled]], object]):
        super().__init__()
        self.rows: Sequence[Labelled] = ()
        self.head = of_kind(Label(NOTHING, wrap=True), "secondary")
        self.tree = ItemTree()
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setSortingEnabled(True)
        for column in range(len(COLUMNS)):
            mode = QHeaderView.ResizeMode.ResizeToContents if column else QHeaderView.ResizeMode.Stretch
            self.tree.header().setSectionResizeMode(column, mode)
        self.tree.header().setStretchLastSection(False)
        self.tree.setAccessibleName("Motions by label")
        self.tree.itemActivated.connect(lambda item: self._open(item, open_clip))
        self.tree.itemClicked.connect(lambda item: self._open(item, open_clip))
        self.save, self.tag = QPushButton("Save as CSV…"), QPushButton("Make Tags")
        self.tag.setToolTip("Give each listed motion its label as a tag; Undo takes them all back")
        self.save.clicked.connect(self._save)
        self.tag.clicked.connect(lambda: tag(self.rows))
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addWidget(self.tag)
        row.addStretch()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.head)
        box.addWidget(self.tree, 1)
        box.addLayout(row)
        self.fill((), NOTHING)

    def fill(self, rows: Sequence[Labelled], head: str) -> None:
        """List clips by label, the label of most clips first."""
        self.rows = rows
        cut = f" The best {LISTED:,} are listed; all are saved and tagged." if len(rows) > LISTED else ""
        self.head.setText(shown(head) + cut)
        self.tree.clear()
        self.tree.setSortingEnabled(False)
        groups: dict[str, list[Labelled]] = {}
        for one in sorted(rows, key=lambda row: -row.score)[:LISTED]:
            groups.setdefault(one.label, []).append(one)
        for label, some in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
            top = _row((f"{shown(label, NAME)} ({len(some):,})", f"{max(one.score for one in some):.2f}", "", ""), some[0].score)
            top.addChildren([_clip(one) for one in some])
            self.tree.addTopLevelItem(top)
            top.setExpanded(len(groups) == 1)
        self.tree.setSortingEnabled(True)
        self.tree.header().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        for button in (self.save, self.tag):
            button.setEnabled(bool(rows))

    def _open(self, item: QTreeWidgetItem, open_clip: Callable[[Clip], object]) -> None:
        clip = item.data(0, Qt.ItemDataRole.UserRole)
        if clip is not None:
            open_clip(clip)

    def _save(self) -> None:
        file = ask_new_file(self, "labels", "Save the labels", "labels.csv", "CSV (*.csv)")
        if file is not None:
            try:
                write_atomically(file, as_csv(self.rows))
            except StudioError as error:
                warn(self, "Not saved", error)


def _row(texts: Sequence[str], score: float) -> _Row:
    row = _Row(list(texts))
    row.setData(1, Qt.ItemDataRole.UserRole + 1, score)
    return row


def _clip(one: Labelled) -> _Row:
    row = _row((shown(one.clip.caption), f"{one.score:.2f}", shown(one.truth, NAME), shown(one.clip.id, NAME)), one.score)
    row.setData(0, Qt.ItemDataRole.UserRole, one.clip)
    row.setToolTip(0, tip(one.clip.caption))
    return row
