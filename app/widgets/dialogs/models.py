"""Models: the list, the card and the scores of one; use, open, import, pull, compare two."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.models import Models
from motionpatches.app.widgets.ask_path import ask_file, ask_folder
from motionpatches.app.widgets.dialogs.model_texts import card, differences, head, origin
from motionpatches.app.widgets.plain import NAME, ItemList, ItemTable, Label, Page, shown, tip
from motionpatches.core.models.catalogue import Model

# The authors' repository on the Hugging Face hub.
HUB = "line-corporation/MotionPatches"


class ModelsWindow(QDialog):
    """One chosen model shows its card; two are compared."""

    def __init__(self, models: Models, parent: QWidget | None = None):
        super().__init__(parent, Qt.WindowType.Window)
        self.models = models
        self.setWindowTitle("Models")
        self.resize(980, 620)
        self.list = ItemList()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName("Models")
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemSelectionChanged.connect(self._show)
        self.list.itemDoubleClicked.connect(lambda _: self._use())
        self.about, self.card, self.comparison = Label(wrap=True), Page(), _comparison()
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.pages, one = QStackedWidget(), QWidget()
        page = QVBoxLayout(one)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.about)
        page.addWidget(self.card, 1)
        self.pages.addWidget(one)
        self.pages.addWidget(self.comparison)
        self.state = Label(wrap=True)
        self.use = QPushButton("Use This Model")
        self.use.clicked.connect(self._use)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addWidget(Label("Choose two (Ctrl+click) to compare them.", wrap=True))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.pages)
        split.setSizes([330, 650])
        buttons = QHBoxLayout()
        buttons.addWidget(self.use)
        buttons.addStretch()
        for text, act in (("Open Folder…", self._open), ("Import…", self._import), ("Pull from the Hub…", self._pull)):
            button = QPushButton(text)
            button.clicked.connect(act)
            buttons.addWidget(button)
        box = QVBoxLayout(self)
        box.addWidget(split, 1)
        box.addWidget(self.state)
        box.addLayout(buttons)
        models.changed.connect(self._fill)
        models.workspace.model_changed.connect(self._mark)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for the models again: runs may have ended, folders may be gone."""
        self.models.refresh()
        super().showEvent(event)

    def _fill(self) -> None:
        """List the models; the chosen ones stay chosen."""
        chosen = {row.data(Qt.ItemDataRole.UserRole) for row in self.list.selectedItems()}
        self.list.blockSignals(True)
        self.list.clear()
        for model in self.models.models:
            item = QListWidgetItem()
            item.setToolTip(tip(model.folder))
            item.setData(Qt.ItemDataRole.UserRole, str(model.folder))
            self.list.addItem(item)
            item.setSelected(str(model.folder) in chosen)
        if self.list.count() and not self._rows():
            self.list.setCurrentRow(next((i for i, m in enumerate(self.models.models) if self.models.is_used(m)), 0))
        self.list.blockSignals(False)
        self.state.setText(self.models.message)
        self._mark()
        self._show()

    def _mark(self) -> None:
        """Write the rows, and which model is in use."""
        for row in range(min(self.list.count(), len(self.models.models))):
            model = self.models.models[row]
            used = "  (in use)" if self.models.is_used(model) else ""
            self.list.item(row).setText(f"{shown(model.name, NAME)}{used}\n{shown(origin(model))}")
        self._offer()

    def _rows(self) -> list[int]:
        return sorted(self.list.row(item) for item in self.list.selectedItems())

    def _show(self) -> None:
        """Show the card of the chosen model, or what differs between two."""
        rows = self._rows()
        self._offer()
        if len(rows) == 2:
            one, other = (self.models.models[i] for i in rows)
            self.comparison.setHorizontalHeaderLabels(["", shown(one.name, NAME), shown(other.name, NAME)])
            found = differences(one, other) or [("no difference", "", "")]
            self.comparison.setRowCount(len(found))
            for at, row in enumerate(found):
                for column, text in enumerate(row):
                    self.comparison.setItem(at, column, QTableWidgetItem(text))
            self.pages.setCurrentWidget(self.comparison)
        elif rows:
            model = self.models.models[rows[0]]
            self.about.setText(head(model))
            self.card.show_markdown(card(model))
            self.pages.setCurrentIndex(0)

    def _offer(self) -> None:
        """Enable the button for one model that can be used and is not in use."""
        self.use.setEnabled(self._choice() is not None)

    def _choice(self) -> Model | None:
        chosen = [self.models.models[row] for row in self._rows() if row < len(self.models.models)]
        return chosen[0] if len(chosen) == 1 and not chosen[0].problem and not self.models.is_used(chosen[0]) else None

    def _use(self) -> None:
        model = self._choice()
        if model is not None:
            self.models.use(model.folder)

    def _open(self) -> None:
        folder = ask_folder(self, "models", "Open a model folder")
        if folder:
            self.models.use(folder)
            self.models.refresh()

    def _import(self) -> None:
        file = ask_file(
            self, "state dicts", "A released model, or one encoder of TMR", "State dicts (*.pt *.pth *.ckpt);;All files (*)"
        )
        data = file and ask_folder(self, "data sets", "The data set that it was trained on, or mean.pt and std.pt of TMR")
        if file and data:
            self.models.import_file(file, data)

    def _pull(self) -> None:
        dialog = PullDialog(self)
        if dialog.exec():
            self.models.pull(dialog.name.text().strip(), dialog.dataset.text().strip(), Path(dialog.data.text().strip()))


def _comparison() -> ItemTable:
    """Make the table of two models: what differs, and each one's."""
    table = ItemTable(0, 3)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setAccessibleName("Comparison of two models")
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return table


class PullDialog(QDialog):
    """Asks which published model to download, and where its data set lies."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Pull a published model")
        self.setMinimumWidth(520)
        self.name, self.dataset, self.data = QLineEdit(HUB), QLineEdit("HumanML3D"), QLineEdit()
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.data, 1)
        row.addWidget(browse)
        form = QFormLayout(self)
        form.addRow("Repository", self.name)
        form.addRow("Data set", self.dataset)
        form.addRow("Its folder here", row)
        note = Label(
            "The model needs the mean and deviation of its data set's joints, which are computed from the folder. The "
            "authors' weights are not for commercial use (CC BY-NC 4.0).",
            wrap=True,
        )
        form.addRow(note)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Pull")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form.addRow(self.buttons)
        for line in (self.name, self.dataset, self.data):
            line.textChanged.connect(self._check)
        self._check()

    def _browse(self) -> None:
        folder = ask_folder(self, "data sets", "The data set's folder")
        if folder:
            self.data.setText(str(folder))

    def _check(self) -> None:
        whole = all(line.text().strip() for line in (self.name, self.dataset, self.data))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(whole and Path(self.data.text().strip()).is_dir())
