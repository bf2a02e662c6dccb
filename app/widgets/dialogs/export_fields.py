"""The fields of the export sheet: of pictures, of data, and of the clean-up; each shows the plan and changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from motionpatches.app import tokens
from motionpatches.app.export.pictures import TURN_S
from motionpatches.app.export.plan import LOOKS, SHEET_POSES, Kind, Plan
from motionpatches.app.export.sheet import ExportSheet
from motionpatches.app.widgets.dialogs.joint_map import AskJoints
from motionpatches.app.widgets.plain import Label, title
from motionpatches.app.widgets.spin_boxes import DoubleSpinBox, SpinBox
from motionpatches.app.widgets.theme import heading, px
from motionpatches.core.export.choices import OWN, UNITS, UPS
from motionpatches.core.retarget.targets import TARGETS

SIZES = ((480, 480), (720, 720), (1080, 1080), (1280, 720), (1920, 1080), (1920, 1440), (3840, 2160))
RIGS = {
    OWN: "As in the file",
    "mixamo": "Mixamo",
    "humanik": "HumanIK (Maya)",
    "unreal": "Unreal Manny",
    "unity": "Unity humanoid",
    "vrm": "VRM",
    "smpl": "SMPL",
    "soma": "SOMA",
}
FROM_FILE = "From a file…"
LABEL_WIDTH = 112
Fits = Callable[[Kind], bool]


class Fields(QWidget):
    """Forms beside the preview; only what the kind of file has is shown."""

    def __init__(self, export: ExportSheet, parent: QWidget | None = None):
        super().__init__(parent)
        self.export = export
        self._follow: list[Callable[[Plan], None]] = []
        self._seen: list[tuple[QFormLayout, QWidget, Fits]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, px(tokens.GAP), 0)
        column.setSpacing(px(tokens.GAP))
        self.picture, self.data, self.clean_up = (self._form(column, name) for name in ("Picture", "Motion", "Clean-up"))
        column.addStretch(1)
        self._picture_fields()
        self._data_fields()
        self._clean_up_fields()
        export.changed.connect(self.show_plan)
        self.show_plan()

    def _form(self, column: QVBoxLayout, name: str) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, px(tokens.GAP))
        form.setSpacing(px(tokens.UNIT))
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(heading(name))
        column.addLayout(form)
        return form

    def _picture_fields(self) -> None:
        sheet, form = self.export, self.picture
        sizes = [(f"{w} × {h}", (w, h)) for w, h in SIZES]
        picture: Fits = lambda kind: kind.picture  # noqa: E731
        moving: Fits = lambda kind: kind.moving  # noqa: E731
        self._choice(form, "Size", sizes, lambda p: p.style.size, lambda v: sheet.set_style(size=v), picture)
        looks = [(name.capitalize(), name) for name in LOOKS]
        self._choice(form, "Background", looks, lambda p: p.style.look, lambda v: sheet.set_style(look=v), picture)
        colourings = [("Body parts", "parts"), ("Speed", "speed")]
        self._choice(form, "Colours", colourings, lambda p: p.style.colouring, lambda v: sheet.set_style(colouring=v), picture)
        self._number(
            form, "Frame rate", 5, 60, lambda p: round(p.style.fps), lambda v: sheet.set_style(fps=float(v)), moving, " fps"
        )
        poses: Fits = lambda kind: kind.sheet  # noqa: E731
        self._number(form, "Poses", 2, 48, lambda p: p.poses if p.format.sheet else SHEET_POSES, self._set_poses, poses)
        for words, name in (("Captions", "labels"), ("Trails", "trails"), ("Ghosts", "ghosts"), ("Path", "trajectory")):
            self._switch(form, words, _value("style", name), _change(sheet.set_style, name), picture)
        self._switch(
            form, "Camera turns", lambda p: bool(p.style.turn_s), lambda v: sheet.set_style(turn_s=TURN_S if v else 0.0), moving
        )

    def _set_poses(self, count: int) -> None:
        self.export.set(poses=count)

    def _data_fields(self) -> None:
        sheet, form = self.export, self.data
        on_rig: Fits = lambda kind: not kind.picture  # noqa: E731
        stated: Fits = lambda kind: kind.suffix in (".bvh", ".fbx", ".usda")  # noqa: E731
        rigs = [*((RIGS[name], name) for name in (OWN, *TARGETS)), (FROM_FILE, FROM_FILE)]
        self.rig = self._choice(form, "Rig", rigs, lambda p: p.choices.rig, self._set_rig, on_rig)
        self.joints = QPushButton("Joints…")
        self.joints.setToolTip("Shows and sets which joint of the motion moves which joint of the rig.")
        self.joints.clicked.connect(self._map_joints)
        self._follow.append(lambda plan: self.joints.setEnabled(sheet.mappable))
        self._add(form, "", self.joints, on_rig)
        units = [(name, name) for name in UNITS]
        self._choice(form, "Unit", units, lambda p: p.choices.unit, lambda v: sheet.set_choices(unit=v), stated)
        ups = [(f"{name} up", name) for name in UPS]
        self._choice(form, "Axis", ups, lambda p: p.choices.up, lambda v: sheet.set_choices(up=v), stated)
        rate = self._number(
            form,
            "Frame rate",
            0,
            240,
            lambda p: round(p.choices.fps or 0),
            lambda v: sheet.set_choices(fps=float(v) if v else None),
            on_rig,
            " fps",
        )
        rate.setSpecialValueText("as recorded")
        self._switch(form, "T-pose first", lambda p: p.choices.rest_first, lambda v: sheet.set_choices(rest_first=v), on_rig)
        self._switch(form, "Hands in place", lambda p: p.choices.hands, lambda v: sheet.set_choices(hands=v), on_rig)

    def _set_rig(self, rig: str) -> None:
        if rig == FROM_FILE:
            name, _ = QFileDialog.getOpenFileName(self, "The rig of a motion file", str(self.export.folder))
            rig = name or self.export.plan.choices.rig
        self.export.set_choices(rig=rig)
        self.show_plan()

    def _map_joints(self) -> None:
        """Ask for the joints of both rigs; the preview follows what is kept."""
        self.joints.setEnabled(False)
        AskJoints(self.export.joint_mapping(), self, self.export.refresh, self.show_plan)

    def _clean_up_fields(self) -> None:
        clean, form = self.export.set_clean_up, self.clean_up
        for words, name, most in (
            ("Trim start", "trim_start_s", 600.0),
            ("Trim end", "trim_end_s", 600.0),
            ("Smooth", "smooth_s", 1.0),
            ("Loop, blended", "loop_s", 5.0),
        ):
            self._seconds(form, words, most, _value("clean_up", name), _change(clean, name))
        for words, name in (("Lock standing feet", "foot_lock"), ("Feet on the floor", "floor"), ("In place", "in_place")):
            self._switch(form, words, _value("clean_up", name), _change(clean, name))

    # Kinds of fields --------------------------------------------------------------------------------------------------------

    def _add(self, form: QFormLayout, words: str, field: QWidget, fits: Fits) -> None:
        if words:
            field.setAccessibleName(words)
        label = Label("" if isinstance(field, QCheckBox) else words)
        label.setFixedWidth(px(LABEL_WIDTH))
        label.setMinimumHeight(0 if isinstance(field, QCheckBox) else px(tokens.CONTROL))
        form.addRow(label, field)
        self._seen.append((form, field, fits))

    def _choice(
        self,
        form: QFormLayout,
        words: str,
        options: Sequence[tuple[str, Any]],
        get: Callable[[Plan], Any],
        set_: Callable[[Any], None],
        fits: Fits,
    ) -> QComboBox:
        box, values = QComboBox(), [value for _, value in options]
        box.addItems([title(text) for text, _ in options])
        box.activated.connect(lambda index: set_(values[index]))

        def follow(plan: Plan) -> None:
            value = get(plan)
            if value not in values:  # a size or the path of a rig that is not in the list
                values.append(value)
                text = "{} × {}".format(*value) if isinstance(value, tuple) else Path(value).name
                box.addItem(title(text))
            box.setCurrentIndex(values.index(value))

        self._follow.append(follow)
        self._add(form, words, box, fits)
        return box

    def _number(
        self,
        form: QFormLayout,
        words: str,
        least: int,
        most: int,
        get: Callable[[Plan], int],
        set_: Callable[[int], None],
        fits: Fits,
        suffix: str = "",
    ) -> QSpinBox:
        box = SpinBox(minimum=least, maximum=most, suffix=suffix, keyboardTracking=False)
        box.valueChanged.connect(set_)
        self._follow.append(lambda plan: _show(box, get(plan)))
        self._add(form, words, box, fits)
        return box

    def _seconds(
        self, form: QFormLayout, words: str, most: float, get: Callable[[Plan], float], set_: Callable[[float], None]
    ) -> None:
        box = DoubleSpinBox(minimum=0.0, maximum=most, singleStep=0.05, decimals=2, suffix=" s", keyboardTracking=False)
        box.setSpecialValueText("none")
        box.valueChanged.connect(set_)
        self._follow.append(lambda plan: _show(box, get(plan)))
        self._add(form, words, box, lambda kind: True)

    def _switch(
        self,
        form: QFormLayout,
        words: str,
        get: Callable[[Plan], bool],
        set_: Callable[[bool], None],
        fits: Fits = lambda kind: True,
    ) -> None:
        box = QCheckBox(words)
        box.clicked.connect(lambda on: set_(on))
        self._follow.append(lambda plan: box.setChecked(get(plan)))
        self._add(form, words, box, fits)

    def show_plan(self) -> None:
        """Show the plan, and the fields that its kind of file has."""
        plan = self.export.plan
        for follow in self._follow:
            follow(plan)
        for form, field, fits in self._seen:
            form.setRowVisible(field, fits(plan.format))
        for form, on in ((self.picture, plan.format.picture), (self.data, not plan.format.picture)):
            form.setRowVisible(0, on)


def _value(of: str, name: str) -> Callable[[Plan], Any]:
    """Return what reads a field of a part of the plan."""
    return lambda plan: getattr(getattr(plan, of), name)


def _change(change: Callable[..., None], name: str) -> Callable[[Any], None]:
    """Return what changes a field by its name."""
    return lambda value: change(**{name: value})


def _show(box: QSpinBox | QDoubleSpinBox, value: float) -> None:
    """Show a number that was not entered here."""
    box.blockSignals(True)
    box.setValue(value)  # type: ignore[arg-type]
    box.blockSignals(False)
