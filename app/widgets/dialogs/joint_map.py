"""Joints of the two rigs: figures side by side, a table of roles, what can be set, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSlider,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.viewmodels.joint_map import SIDES, JointMapping, Side
from motionpatches.app.widgets.plain import ItemTree, Label, shown, tip, warn
from motionpatches.app.widgets.theme import heading, of_kind, px, set_kind
from motionpatches.app.widgets.views.joint_figure import JointFigure
from motionpatches.core.retarget.joint_map import OPTIONAL, ROLES

TITLE = "Joints of the Two Rigs"
STEPS = 1000
TABLE_WIDTH = 460


class AskJoints(QObject):
    """Opens the dialog once both rigs are read, or says why they cannot be.

    Args:
        mapping: State of the dialog.
        parent: The window in front of which it opens.
        kept: Called where other joints were kept.
        ended: Called in any case.
    """

    def __init__(
        self,
        mapping: JointMapping,
        parent: QWidget | None,
        kept: Callable[[], object],
        ended: Callable[[], object] = lambda: None,
    ):
        super().__init__(mapping)
        self.mapping, self.window, self.kept, self.ended = mapping, parent, kept, ended
        mapping.changed.connect(self._open)

    def _open(self) -> None:
        self.mapping.changed.disconnect(self._open)
        self.ended()
        if self.mapping.failure:
            warn(self.window, TITLE, self.mapping.failure)
        elif JointMapDialog(self.mapping, self.window).exec():
            self.kept()


class JointMapDialog(QDialog):
    """Changes are tried out on the target at once, and kept for this pair of rigs by *Keep*."""

    def __init__(self, mapping: JointMapping, parent: QWidget | None = None):
        super().__init__(parent)
        self.mapping = mapping
        self.setWindowTitle(TITLE)
        self.figures = {side: JointFigure(mapping, side) for side in SIDES}
        self.boxes = {side: QComboBox() for side in SIDES}
        self.time = QSlider(Qt.Orientation.Horizontal)
        self.time.setMaximum(STEPS)
        self.time.setAccessibleName("Time in the motion")
        self.table = ItemTree()
        self.table.setRootIsDecorated(False)
        self.table.setAlternatingRowColors(True)
        self.table.setUniformRowHeights(True)
        self.table.setHeaderLabels(["Role", "Source", "Target", "How"])
        self.table.setAccessibleName("Joints of roles")
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.rows = [QTreeWidgetItem([_title(role)]) for role in ROLES]
        self.table.addTopLevelItems(self.rows)
        self.unmapped, self.warning = of_kind(Label(wrap=True), "secondary"), of_kind(Label(wrap=True), "warning")
        self.undo, self.reset = QPushButton("Undo"), QPushButton("Reset")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.keep = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        self.keep.setText("Keep")
        self.keep.setToolTip("Use these joints for every motion from this rig onto that one.")
        self._fill_boxes()
        self._lay_out()
        self._connect()
        self.show_map()

    def _fill_boxes(self) -> None:
        for side, box in self.boxes.items():
            box.setAccessibleName(f"Joint of the {side}")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.addItem("none", None)
            for joint, name in enumerate(self.mapping.skeleton(side).joint_names):
                box.addItem(shown(name), joint)

    def _lay_out(self) -> None:
        left = QGridLayout()
        left.setSpacing(px(tokens.GAP))
        for column, (side, words) in enumerate(zip(SIDES, ("Source: the motion", "Target: what it becomes"), strict=True)):
            left.addWidget(heading(words), 0, column)
            left.addWidget(self.figures[side], 1, column)
            left.setColumnStretch(column, 1)
        left.addWidget(self.time, 2, 0, 1, 2)
        left.setRowStretch(1, 1)
        fields = QGridLayout()
        self.chosen = heading("")
        fields.addWidget(self.chosen, 0, 0, 1, 2)
        for row, side in enumerate(SIDES, 1):
            fields.addWidget(Label(_title(side)), row, 0)
            fields.addWidget(self.boxes[side], row, 1)
        fields.setColumnStretch(1, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.table, 1)
        right.addWidget(self.unmapped)
        right.addLayout(fields)
        panel = QWidget()
        panel.setLayout(right)
        panel.setFixedWidth(px(TABLE_WIDTH))
        columns = QHBoxLayout()
        columns.setSpacing(px(tokens.PADDING))
        columns.addLayout(left, 1)
        columns.addWidget(panel)
        below = QHBoxLayout()
        for button in (self.undo, self.reset):
            button.setAutoDefault(False)
            below.addWidget(button)
        below.addWidget(self.warning, 1)
        below.addWidget(self.buttons)
        box = QVBoxLayout(self)
        box.setSpacing(px(tokens.PADDING))
        box.addLayout(columns, 1)
        box.addLayout(below)
        self.resize(px(1120), px(730))

    def _connect(self) -> None:
        mapping = self.mapping
        self.table.currentItemChanged.connect(self._row_chosen)
        for side, box in self.boxes.items():
            box.activated.connect(lambda _, side=side, box=box: mapping.set(side, box.currentData()))
        self.time.valueChanged.connect(self._seek)
        self.undo.clicked.connect(mapping.history.undo)
        self.reset.clicked.connect(mapping.reset)
        QShortcut(QKeySequence.StandardKey.Undo, self, mapping.history.undo)
        QShortcut(QKeySequence.StandardKey.Redo, self, mapping.history.redo)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        mapping.changed.connect(self.show_map)

    def _row_chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.mapping.choose(ROLES[self.table.indexOfTopLevelItem(item)])

    def _seek(self, value: int) -> None:
        for figure in self.figures.values():
            figure.show_at(value / STEPS)

    def show_map(self) -> None:
        """Show the map, the chosen role, and whether it can be kept."""
        mapping = self.mapping
        for item, role in zip(self.rows, ROLES, strict=True):
            for column, text in enumerate((*(mapping.joint_name(side, role) for side in SIDES), mapping.how(role)), 1):
                item.setText(column, text)
                item.setToolTip(column, tip(text))
        self.table.blockSignals(True)
        self.table.setCurrentItem(self.rows[ROLES.index(mapping.role)])
        self.table.blockSignals(False)
        self.chosen.setText(_title(mapping.role))
        for side, box in self.boxes.items():
            self._show_joint(side, box)
        alone = mapping.unmapped
        text = f"On one rig only: {', '.join(alone)}. These joints move with what carries them." if alone else ""
        self.unmapped.setText(text)
        self.unmapped.setVisible(bool(text))
        self.warning.setText(mapping.problem)
        set_kind(self.warning, "warning")
        self.undo.setEnabled(bool(mapping.history.undo_name))
        self.reset.setEnabled(bool(mapping.said))
        self.keep.setEnabled(mapping.can_keep)

    def _show_joint(self, side: Side, box: QComboBox) -> None:
        joint = self.mapping.joints(side)[self.mapping.role]
        box.setCurrentIndex(0 if joint is None else joint + 1)
        entries = box.model()
        assert isinstance(entries, QStandardItemModel)
        entries.item(0).setEnabled(self.mapping.role in OPTIONAL)

    def accept(self) -> None:
        """Keep the map, unless it is impossible or cannot be written."""
        if self.mapping.keep():
            super().accept()


def _title(role: str) -> str:
    return role[:1].upper() + role[1:]
