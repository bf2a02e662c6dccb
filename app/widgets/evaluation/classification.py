"""Zero-shot classification: labels and prompt in, accuracy and the confusion matrix out, the clips of all or a cell beside."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.tokens import DARK
from motionpatches.app.viewmodels.classified import Classified
from motionpatches.app.viewmodels.evaluation import Evaluation
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.widgets.ask_path import ask_file
from motionpatches.app.widgets.evaluation.labelled import LabelledList
from motionpatches.app.widgets.plain import NAME, Label, shown, tip
from motionpatches.app.widgets.theme import between, colours, of_kind, part_colour
from motionpatches.core.motion.skeleton import LEFT_LEG
from motionpatches.core.progress import counted

# Pixels of the labels of rows and of columns.
LABEL_WIDTH, HEAD = 190, 150
NOTHING = (
    "The confusion matrix appears here: a row for each true label, a column for each given one. It needs motions whose true "
    "label is known: from the data set, from a table, or from captions that name one of the labels alone."
)


class ConfusionView(QWidget):
    """Rows are true labels, columns given ones; the darker, the larger the share of the row."""

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self.counts: np.ndarray | None = None
        self.chosen: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")

    def show_counts(self, labels: tuple[str, ...], counts: np.ndarray) -> None:
        """Show a confusion matrix, (L, L) numbers of clips."""
        self.labels, self.counts, self.chosen = labels, counts, None
        self.setMinimumSize(self.sizeHint())
        self.update()

    def cell(self) -> int:
        """Return the pixels of a side of a cell."""
        return 34 if len(self.labels) <= 20 else 22

    def sizeHint(self) -> QSize:
        side = self.cell() * len(self.labels)
        return QSize(LABEL_WIDTH + side + 8, HEAD + side + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.counts is not None:
            painter = QPainter(self)
            self._paint_labels(painter)
            self._paint_cells(painter, self.counts)

    def _paint_labels(self, painter: QPainter) -> None:
        """Write the labels at the left, and above the columns, turned."""
        metrics, size = self.fontMetrics(), self.cell()
        painter.setPen(self.palette().windowText().color())
        for i, label in enumerate(self.labels):
            name = metrics.elidedText(shown(label, NAME), Qt.TextElideMode.ElideRight, LABEL_WIDTH - 12)
            painter.drawText(
                QRect(0, HEAD + i * size, LABEL_WIDTH - 8, size),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                name,
            )
            painter.save()
            painter.translate(LABEL_WIDTH + i * size + size / 2, HEAD - 6)
            painter.rotate(-55)
            painter.drawText(0, 4, metrics.elidedText(shown(label, NAME), Qt.TextElideMode.ElideRight, HEAD + 20))
            painter.restore()

    def _paint_cells(self, painter: QPainter, counts: np.ndarray) -> None:
        """Fill each cell by its share of the row, and write its count where there is one."""
        shares, size = counts / counts.sum(axis=1, keepdims=True).clip(min=1), self.cell()
        text, base, strong = self.palette().windowText().color(), self.palette().base().color(), part_colour(LEFT_LEG)
        for row in range(len(self.labels)):
            for column in range(len(self.labels)):
                box = QRect(LABEL_WIDTH + column * size, HEAD + row * size, size - 1, size - 1)
                share = float(shares[row, column])
                painter.fillRect(box, between(base, strong, share))
                if counts[row, column]:
                    painter.setPen(QColor(DARK.text) if share > 0.4 else text)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{int(counts[row, column])}")
                if self.chosen == (row, column):
                    painter.setPen(QColor(colours(self).accent))
                    painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _at(self, position: QPointF) -> tuple[int, int] | None:
        """Return row and column of the cell under a place."""
        column = int((position.x() - LABEL_WIDTH) // self.cell())
        row = int((position.y() - HEAD) // self.cell())
        inside = 0 <= row < len(self.labels) and 0 <= column < len(self.labels)
        return (row, column) if inside and self.counts is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at is None or self.counts is None:
            self.setToolTip("")
        else:
            true, given = (shown(self.labels[i], NAME) for i in at)
            self.setToolTip(tip(f"{int(self.counts[at])} of “{true}” were given “{given}”"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position())
        if at:
            self.chosen = at
            self.update()
            self.picked.emit(*at)


class ClassificationTab(QWidget):
    """Labels, prompt and true labels; accuracy and the confusion matrix; at the right the clips of a cell."""

    def __init__(self, evaluation: Evaluation, marks: Marks, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation = evaluation
        self._shown: Classified | None = None
        self.labels = QLineEdit(placeholderText="walk, run, wave …")
        self.labels.setAccessibleName("Labels")
        babel = QPushButton("BABEL-60")
        babel.setToolTip("The 60 action categories of BABEL's benchmark")
        babel.clicked.connect(lambda: self.labels.setText("babel-60"))
        self.prompt = QLineEdit("A person {label}")
        self.prompt.setAccessibleName("Prompt")
        self.truth = QLineEdit(placeholderText="the data set's own labels, else read from captions; or FILE.csv:COLUMN")
        self.truth.setAccessibleName("True labels")
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._browse)
        self.split = QComboBox()
        self.run = QPushButton("Classify")
        self.run.clicked.connect(self._run)
        self.labels.returnPressed.connect(self._run)
        form = QGridLayout()
        for row, (name, widget, button) in enumerate(
            (("Labels", self.labels, babel), ("Prompt", self.prompt, None), ("True labels", self.truth, browse))
        ):
            form.addWidget(Label(name), row, 0)
            form.addWidget(widget, row, 1)
            if button:
                form.addWidget(button, row, 2)
        line = QHBoxLayout()
        line.addWidget(Label("Split"))
        line.addWidget(self.split)
        line.addWidget(self.run)
        line.addStretch()
        self.state = Label(wrap=True)
        self.matrix, area = ConfusionView(), QScrollArea()
        area.setWidget(self.matrix)
        area.setWidgetResizable(True)
        self.nothing = of_kind(Label(NOTHING, wrap=True), "secondary")
        self.list = LabelledList(evaluation.open, lambda rows: evaluation.tag(rows, marks))
        self.matrix.picked.connect(self._cell)
        split = QSplitter(Qt.Orientation.Horizontal)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.nothing)
        column.addWidget(area, 1)
        split.addWidget(side)
        split.addWidget(self.list)
        split.setSizes([660, 480])
        box = QVBoxLayout(self)
        box.addLayout(form)
        box.addLayout(line)
        box.addWidget(self.state)
        box.addWidget(split, 1)
        evaluation.changed.connect(self._changed)
        evaluation.workspace.library_changed.connect(self._splits)
        self._splits()

    def _splits(self) -> None:
        names = ["all", *(s for s in self.evaluation.splits() if s != "all")]
        if [self.split.itemText(i) for i in range(self.split.count())] != names:
            self.split.clear()
            self.split.addItems(names)

    def _browse(self) -> None:
        file = ask_file(self, "labels", "A table of clips and their labels", "CSV (*.csv)")
        if file:
            self.truth.setText(f"{file}:label")

    def _run(self) -> None:
        if self.evaluation.working:
            self.evaluation.cancel()
        else:
            self.evaluation.classify(self.labels.text(), self.prompt.text(), self.truth.text().strip(), self.split.currentText())

    def _changed(self) -> None:
        self.run.setText("Cancel" if self.evaluation.working else "Classify")
        found = self.evaluation.classified
        if self.evaluation.message:
            self.state.setText(self.evaluation.message)
        if found is None or found is self._shown:
            return
        self._shown = found
        if found.result is None:
            self.state.setText("No true label of these motions is known, so there is no accuracy.")
            self.matrix.counts = None
            self.matrix.update()
        else:
            r = found.result
            self.state.setText(
                f"{counted(len(found.known), 'motion')} with a true label, from {found.source}; "
                f"{counted(len(found.labels), 'label')}: "
                f"top-1 {r.top1:.1f} %, top-5 {r.top5:.1f} %; mean over labels {r.balanced1:.1f} %, {r.balanced5:.1f} %."
            )
            self.matrix.show_counts(found.labels, r.confusion)
        self.nothing.setVisible(found.result is None)
        self.list.fill(found.rows(), f"{counted(len(found.clips), 'motion')}, each with its nearest label.")

    def _cell(self, row: int, column: int) -> None:
        found = self.evaluation.classified
        rows = found.cell(row, column) if found else []
        if found:
            true, given = (found.labels[i] for i in (row, column))
            self.list.fill(rows, f"{counted(len(rows), 'motion')} of “{true}” given “{given}”.")
        if rows:
            self.evaluation.open(rows[0].clip)
