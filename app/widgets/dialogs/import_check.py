"""Check Import: the take beside a figure of 1.7 m, its assumptions, the corrections, and their scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app.viewmodels.import_check import ImportCheck
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.widgets.plain import NAME, Label, RichLabel, html, shown, tip
from motionpatches.app.widgets.spin_boxes import DoubleSpinBox
from motionpatches.app.widgets.theme import of_kind, part_colour
from motionpatches.app.widgets.views.import_figure import FigureView
from motionpatches.core.errors import StudioError
from motionpatches.core.motion.axes import UP_AXES
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.recognition.corrections import Scope
from motionpatches.core.recognition.unit import UNITS

T = TypeVar("T")
SCOPES: dict[Scope, str] = {"file": "This &File", "folder": "This F&older", "rig": "This Rig &Everywhere"}


class ImportCheckDialog(QDialog):
    """Accepting saves the corrections (ImportCheck.apply)."""

    def __init__(self, check: ImportCheck, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.check = check
        self.setWindowTitle(f"Check Import: {shown(check.name, NAME)}")
        self.resize(1100, 720)
        self.problem = of_kind(Label(wrap=True), "warning")
        self.lowest = Label(wrap=True)
        self.why = {name: self._note() for name in ("unit_m", "up", "fps", "root_offset", "chains")}
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 8, 0)
        column.addLayout(self._form())
        column.addWidget(self._scopes())
        column.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(form)
        scroll.setMinimumWidth(form.minimumSizeHint().width() + 20)
        self.summary = Label(wrap=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Reset | QDialogButtonBox.StandardButton.Cancel)
        self.apply = self.buttons.addButton("Apply", QDialogButtonBox.ButtonRole.AcceptRole)
        self.reset = self.buttons.button(QDialogButtonBox.StandardButton.Reset)
        self.reset.setToolTip("Remove the corrections for this file, folder or rig")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.reset.clicked.connect(check.reset)
        side = QVBoxLayout()
        side.addWidget(scroll, 1)
        for widget in (self.problem, self.summary, self.buttons):
            side.addWidget(widget)
        picture = QVBoxLayout()
        self.view = FigureView(check, playback)
        picture.addWidget(self.view, 1)
        picture.addWidget(self.lowest)
        box = QHBoxLayout(self)
        box.addLayout(picture, 4)
        box.addLayout(side, 4)
        self._fill()
        self._count()
        check.changed.connect(self._fill)
        check.counted.connect(self._count)
        self.unit.setFocus()

    def _note(self) -> Label:
        """Make a line below a field, in the colour of secondary text."""
        return of_kind(Label(wrap=True), "secondary")

    def _form(self) -> QFormLayout:
        """Lay out the fields, each with the evidence for its value."""
        check = self.check
        self.unit, self.metres = QComboBox(), DoubleSpinBox(decimals=6, minimum=0.00001, maximum=1000, suffix=" m")
        for name, factor, *_ in UNITS:
            self.unit.addItem(name[0].upper() + name[1:], factor)
        self.unit.addItem("Other", 0.0)
        self.metres.setAccessibleName("Metres per unit")
        self.up = QComboBox()
        self.up.addItems(UP_AXES)
        self.fps = DoubleSpinBox(decimals=3, minimum=1, maximum=1000, suffix=" fps")
        self.offset = QCheckBox("&Add the Root's OFFSET")
        self.chains = [self._chain_row(part) for part in range(len(PART_NAMES))]
        form = QFormLayout(fieldGrowthPolicy=QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        units = QHBoxLayout()
        units.addWidget(self.unit, 1)
        units.addWidget(self.metres)
        label = Label("&Unit")
        label.setBuddy(self.unit)
        for name, title, field in (
            ("unit_m", label, units),
            ("up", "Up A&xis", self.up),
            ("fps", "&Rate", self.fps),
            ("root_offset", "Root Offset", self.offset),
        ):
            if name != "root_offset" or check.root_offset is not None:
                form.addRow(title, field)
                form.addRow("", self.why[name])
        for part, name in enumerate(PART_NAMES):
            row = QHBoxLayout()
            row.addWidget(self.chains[part][0], 1)
            row.addWidget(Label("to"))
            row.addWidget(self.chains[part][1], 1)
            dot = html("<span style='color: {}'>●</span> {}", part_colour(part).name(), name.title())
            form.addRow(RichLabel(dot), row)
        form.addRow("", self.why["chains"])
        self.unit.activated.connect(self._unit_chosen)
        self.metres.editingFinished.connect(self._metres_typed)
        self.up.textActivated.connect(lambda axis: self._set(check.set_up, axis))
        self.fps.editingFinished.connect(self._rate_typed)
        self.offset.clicked.connect(lambda on: self._set(check.set_root_offset, on))
        return form

    def _unit_chosen(self) -> None:
        """Take a unit of the list; "Other", whose factor is 0, waits for a number."""
        if factor := self.unit.currentData():
            self._set(self.check.set_unit, factor)

    def _metres_typed(self) -> None:
        if abs(self.metres.value() - self.check.unit_m) > 1e-6:
            self._set(self.check.set_unit, self.metres.value())

    def _rate_typed(self) -> None:
        if self.fps.value() != round(self.check.preview.fps, 3):
            self._set(self.check.set_fps, self.fps.value())

    def _chain_row(self, part: int) -> tuple[QComboBox, QComboBox]:
        boxes = QComboBox(), QComboBox()
        for end, box in zip(("first", "last"), boxes, strict=True):
            box.addItems([shown(name, NAME) for name in self.check.skeleton.joint_names])
            box.setMinimumContentsLength(10)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setAccessibleName(f"{PART_NAMES[part].capitalize()}: {end} joint")
            box.activated.connect(lambda _=0, p=part: self._chain_chosen(p))
        return boxes

    def _scopes(self) -> QGroupBox:
        """Lay out the scopes of the corrections, each with the number of takes."""
        group, grid = QGroupBox("Correct"), QGridLayout()
        group.setLayout(grid)
        self.scope: dict[Scope, QRadioButton] = {}
        self.targets: dict[Scope, Label] = {}
        self.folder = QComboBox()
        for row, (scope, title) in enumerate(SCOPES.items()):
            radio = self.scope[scope] = QRadioButton(title)
            radio.clicked.connect(lambda _=False, s=scope: self.check.set_scope(s))
            target = self.targets[scope] = Label(wrap=True)
            choice = scope == "folder" and len(self.check.folders) > 1
            grid.addWidget(radio, row, 0, Qt.AlignmentFlag.AlignVCenter if choice else Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self.folder if choice else target, row, 1)
        self.folder.setAccessibleName("Which folder")
        self.folder.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.folder.setMinimumContentsLength(20)
        self.folder.activated.connect(lambda at: self.check.set_scope("folder", self.check.folders[at]))
        grid.setColumnStretch(1, 1)
        return group

    def _set(self, change: Callable[[T], object], value: T) -> None:
        """Set a value; show its error, if any, and update the fields."""
        try:
            change(value)
        except StudioError as error:
            self._fill()
            self._tell(str(error))

    def _chain_chosen(self, part: int) -> None:
        start, end = (box.currentIndex() for box in self.chains[part])
        if start >= 0 and end >= 0 and not self.check.set_chain(part, start, end):
            self._fill()
            self._tell("No chain of bones connects the two joints. Choose another joint.")

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _count(self) -> None:
        """Show how many takes each scope holds."""
        check = self.check
        for scope, label in self.targets.items():
            label.setText(check.target(check.level_of(scope)))
        self.folder.clear()
        for place in check.folders:
            self.folder.addItem(shown(check.target(("folder", place))), place)
            self.folder.setItemData(self.folder.count() - 1, tip(place), Qt.ItemDataRole.ToolTipRole)
        self._fill()

    def _fill(self) -> None:
        """Show the values of the check in the fields."""
        check = self.check
        self._tell("")
        at = next((i for i, (_, factor, *_) in enumerate(UNITS) if abs(factor / check.unit_m - 1) < 1e-4), len(UNITS))
        self.unit.setCurrentIndex(at)
        self.metres.setValue(check.unit_m)
        self.up.setCurrentText(check.up)
        self.fps.setValue(check.preview.fps)
        self.offset.setChecked(bool(check.root_offset))
        notes = check.notes()
        for name, label in self.why.items():
            label.setText(notes.get(name, "Not found."))
        for chain, boxes in zip(check.chains or check.draft, self.chains, strict=True):
            boxes[0].setCurrentIndex(chain[0] if chain else -1)
            boxes[1].setCurrentIndex(chain[-1] if chain else -1)
        self.scope[check.scope].setChecked(True)
        for scope, radio in self.scope.items():
            # The Tab key goes to the one that is chosen, the arrow keys from there to the others.
            radio.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scope == check.scope else Qt.FocusPolicy.ClickFocus)
        if check.scope == "folder":
            self.folder.setCurrentIndex(check.folders.index(check.level[1]))
        side = "above" if check.lowest_m > 0 else "below"
        low = f"{abs(check.lowest_m):.2f} m {side}" if abs(check.lowest_m) >= 0.005 else "at"
        self.lowest.setText(f"Beside a figure of 1.7 m. The lowest point of the take is {low} height 0.")
        differs = check.differs()
        self.summary.setText(check.news() if differs else "No changes yet.")
        self.apply.setEnabled(differs)
        self.reset.setEnabled(check.can_reset)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter end what is typed into a field of numbers, not the dialog."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not isinstance(self.focusWidget(), QAbstractSpinBox):
            super().keyPressEvent(event)
