"""Zero-shot classification: labels and prompt in, accuracy and the confusion matrix out; a cell lists its clips."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.evaluation import Evaluation

LABEL_WIDTH, HEAD = 190, 150


class ConfusionView(QWidget):
    """Rows are right labels, columns given ones; the darker, the larger the share of the row."""

    picked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.labels: tuple[str, ...] = ()
        self.counts = None
        self.chosen: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Confusion matrix")

    def show_counts(self, labels: tuple[str, ...], counts) -> None:
        self.labels, self.counts, self.chosen = labels, counts, None
        self.setMinimumSize(self.sizeHint())
        self.update()

    def cell(self) -> int:
        return 34 if len(self.labels) <= 20 else 22

    def sizeHint(self) -> QSize:
        side = self.cell() * len(self.labels)
        return QSize(LABEL_WIDTH + side + 8, HEAD + side + 8)

    def paintEvent(self, event) -> None:
        if self.counts is None:
            return
        painter, size = QPainter(self), self.cell()
        text, metrics = self.palette().windowText().color(), self.fontMetrics()
        shares = self.counts / self.counts.sum(axis=1, keepdims=True).clip(min=1)
        painter.setPen(text)
        for i, label in enumerate(self.labels):
            name = metrics.elidedText(label, Qt.TextElideMode.ElideRight, LABEL_WIDTH - 12)
            painter.drawText(
                QRect(0, HEAD + i * size, LABEL_WIDTH - 8, size),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                name,
            )
            painter.save()
            painter.translate(LABEL_WIDTH + i * size + size / 2, HEAD - 6)
            painter.rotate(-55)
            painter.drawText(0, 4, metrics.elidedText(label, Qt.TextElideMode.ElideRight, HEAD + 20))
            painter.restore()
        base, strong = self.palette().base().color(), QColor(0, 114, 178)
        for row in range(len(self.labels)):
            for column in range(len(self.labels)):
                box = QRect(LABEL_WIDTH + column * size, HEAD + row * size, size - 1, size - 1)
                share = float(shares[row, column])
                painter.fillRect(
                    box,
                    QColor(*(round(a + (b - a) * share) for a, b in zip(base.getRgb()[:3], strong.getRgb()[:3], strict=True))),
                )
                if self.counts[row, column]:
                    painter.setPen(QColor("white") if share > 0.4 else text)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(int(self.counts[row, column])))
                if self.chosen == (row, column):
                    painter.setPen(QColor(230, 159, 0))
                    painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _at(self, position) -> tuple[int, int] | None:
        column = int((position.x() - LABEL_WIDTH) // self.cell())
        row = int((position.y() - HEAD) // self.cell())
        inside = 0 <= row < len(self.labels) and 0 <= column < len(self.labels)
        return (row, column) if inside and self.counts is not None else None

    def mouseMoveEvent(self, event) -> None:
        at = self._at(event.position())
        self.setToolTip(f"{int(self.counts[at])} of “{self.labels[at[0]]}” were given “{self.labels[at[1]]}”" if at else "")

    def mousePressEvent(self, event) -> None:
        at = self._at(event.position())
        if at:
            self.chosen = at
            self.update()
            self.picked.emit(*at)


class ClassificationTab(QWidget):
    def __init__(self, evaluation: Evaluation, parent: QWidget | None = None):
        super().__init__(parent)
        self.evaluation, self._shown = evaluation, None
        self.labels = QLineEdit(placeholderText="walk, run, wave …")
        self.labels.setAccessibleName("Labels")
        babel = QPushButton("BABEL-60", toolTip="The 60 action categories of BABEL's benchmark")
        babel.clicked.connect(lambda: self.labels.setText("babel-60"))
        self.prompt = QLineEdit("A person {label}")
        self.prompt.setAccessibleName("Prompt")
        self.truth = QLineEdit(placeholderText="the data set's own labels; or FILE.csv:COLUMN")
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
            form.addWidget(QLabel(name), row, 0)
            form.addWidget(widget, row, 1)
            if button:
                form.addWidget(button, row, 2)
        line = QHBoxLayout()
        line.addWidget(QLabel("Split"))
        line.addWidget(self.split)
        line.addWidget(self.run)
        line.addStretch()
        self.state = QLabel(wordWrap=True)
        self.matrix, area = ConfusionView(), QScrollArea()
        area.setWidget(self.matrix)
        area.setWidgetResizable(True)
        self.list = QListWidget()
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        self.matrix.picked.connect(self._cell)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(area)
        split.addWidget(self.list)
        split.setSizes([760, 380])
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
        name, _ = QFileDialog.getOpenFileName(self, "A table of clips and their labels", "", "CSV (*.csv)")
        if name:
            self.truth.setText(f"{name}:label")

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
        self.list.clear()
        if found.result is None:
            self.state.setText(
                "No motion has one of these true labels, so there is no accuracy. Each motion has its nearest label."
            )
            self.matrix.counts = None
            self.matrix.update()
            self._fill(
                [
                    (clip, float(row.max()), found.labels[row.argmax()])
                    for clip, row in zip(found.clips, found.scores, strict=True)
                ]
            )
            return
        r = found.result
        self.state.setText(
            f"{len(found.known):,} motions, {len(found.labels)} labels: top-1 {r.top1:.1f} %, "
            f"top-5 {r.top5:.1f} %; mean over labels {r.balanced1:.1f} %, {r.balanced5:.1f} %. Click a cell for "
            "its clips."
        )
        self.matrix.show_counts(found.labels, r.confusion)

    def _cell(self, row: int, column: int) -> None:
        clips = self.evaluation.classified.cell(row, column)
        self._fill([(clip, score, clip.caption) for clip, score in clips])
        if clips:
            self.evaluation.open(clips[0][0])

    def _fill(self, rows) -> None:
        self.list.clear()
        for clip, score, text in rows[:2000]:
            item = QListWidgetItem(f"{score:.2f}   {text}   ({clip.id})")
            item.setData(Qt.ItemDataRole.UserRole, clip)
            self.list.addItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        self.evaluation.open(item.data(Qt.ItemDataRole.UserRole))
