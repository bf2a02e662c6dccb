"""The import doctor: the skeleton as it stands beside a figure of 1.7 m, and what can be said about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.gl import geometry
from app.gl.camera import Camera
from app.gl.canvas import on_canvas
from app.viewmodels.doctor import Doctor
from app.viewmodels.playback import Playback
from app.widgets.theme import is_dark, part_colour
from core.errors import StudioError
from core.io.amass import REST
from core.io.units import UNITS, UP_AXES
from core.motion.skeleton import PART_NAMES, SMPL22

REFERENCE_M = 1.7
GREY = (150, 154, 162)


class _DoctorView:
    """The take, playing, and the reference figure at its side. Drag turns, the wheel zooms."""

    def __init__(self, doctor: Doctor, playback: Playback, parent=None):
        super().__init__(parent)
        self.doctor, self.playback, self.renderer = doctor, playback, None
        self.camera = Camera(target=(0.45, 0.85, 0.0), distance=4.6, azimuth=0.25, elevation=0.12)
        self._last = QPointF()
        self.setMinimumSize(380, 420)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The skeleton beside a person of 1.7 m")
        pose = REST - REST.min(axis=0) * [0, 1, 0]
        self.figure = (pose * (REFERENCE_M / (np.ptp(pose[:, 1]) / 0.94)) + [1.1, 0, 0]).astype(np.float32)
        self.grey = geometry.in_one_colour(geometry.bone_set(SMPL22), GREY)
        doctor.changed.connect(self._changed)
        playback.ticked.connect(self.update)
        self._changed()

    def _changed(self) -> None:
        self.bones = geometry.bone_set(self.doctor.preview.skeleton)
        self.update()

    def initializeGL(self) -> None:
        from app.gl.renderer import Renderer

        self.renderer = Renderer()

    def paintGL(self) -> None:
        from app.gl.renderer import DARK, LIGHT

        motion, ratio = self.doctor.preview, self.devicePixelRatioF()
        pose = geometry.pose_at(motion, self.playback.wrapped(motion.duration_s))
        root = motion.skeleton.chains[2][0] if motion.skeleton.chains else 0
        both = np.concatenate([geometry.instances(self.bones, pose - pose[root] * [1, 0, 1]),
                               geometry.instances(self.grey, self.figure)])
        self.renderer.draw((0, 0, int(self.width() * ratio), int(self.height() * ratio)), self.camera, both,
                           DARK if is_dark(self) else LIGHT)

    def mousePressEvent(self, event) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event) -> None:
        delta, self._last = event.position() - self._last, event.position()
        self.camera = self.camera.orbit(delta.x(), delta.y())
        self.update()

    def wheelEvent(self, event) -> None:
        self.camera = replace(self.camera, distance=self.camera.zoom(event.angleDelta().y() / 120).distance)
        self.update()


class DoctorDialog(QDialog):
    """Accepted: the answer is remembered for this hierarchy; the library has to be opened again."""

    def __init__(self, doctor: Doctor, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.doctor = doctor
        self.setWindowTitle(f"Check import: {doctor.original.name}")
        self.resize(980, 640)
        self.unit, self.metres = QComboBox(), QDoubleSpinBox(decimals=6, minimum=0.00001, maximum=1000, suffix=" m")
        for name, factor, *_ in UNITS:
            self.unit.addItem(name, factor)
        self.unit.addItem("other", 0.0)
        self.up = QComboBox()
        self.up.addItems(UP_AXES)
        self.fps = QDoubleSpinBox(decimals=3, minimum=1, maximum=1000, suffix=" fps")
        self.why = {what: QLabel(wordWrap=True) for what in ("unit", "up axis", "rate", "body parts")}
        self.chains = [self._chain_row(part) for part in range(len(PART_NAMES))]
        form = QFormLayout()
        units_row = QHBoxLayout()
        units_row.addWidget(self.unit, 1)
        units_row.addWidget(self.metres)
        form.addRow("Unit", units_row)
        form.addRow("", self.why["unit"])
        form.addRow("Up axis", self.up)
        form.addRow("", self.why["up axis"])
        form.addRow("Rate", self.fps)
        form.addRow("", self.why["rate"])
        for part, name in enumerate(PART_NAMES):
            row = QHBoxLayout()
            row.addWidget(self.chains[part][0], 1)
            row.addWidget(QLabel("to"))
            row.addWidget(self.chains[part][1], 1)
            label = QLabel(f"● {name.capitalize()}")
            label.setStyleSheet(f"color: {part_colour(part).name()}; font-weight: 600")
            form.addRow(label, row)
        form.addRow("", self.why["body parts"])
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
                                        | QDialogButtonBox.StandardButton.Reset)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText("Use for This Skeleton")
        self.buttons.button(QDialogButtonBox.StandardButton.Reset).setText("Back to the Guess")
        self.buttons.accepted.connect(self._save)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(QDialogButtonBox.StandardButton.Reset).clicked.connect(doctor.reset)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addStretch()
        side.addWidget(self.buttons)
        box = QHBoxLayout(self)
        self.view = on_canvas(_DoctorView)(doctor, playback)
        box.addWidget(self.view, 3)
        box.addLayout(side, 2)
        self._fill()
        doctor.changed.connect(self._fill)
        self.unit.activated.connect(lambda: self.unit.currentData() and doctor.set_unit(self.unit.currentData()))
        self.metres.editingFinished.connect(self._metres_edited)
        self.up.textActivated.connect(doctor.set_up)
        self.fps.editingFinished.connect(lambda: self.fps.value() != round(doctor.preview.fps, 3)
                                         and doctor.set_fps(self.fps.value()))

    def _chain_row(self, part: int) -> tuple[QComboBox, QComboBox]:
        boxes = QComboBox(), QComboBox()
        for box in boxes:
            box.addItems(self.doctor.original.skeleton.joint_names)
            box.setMinimumContentsLength(12)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(lambda _=0, p=part: self._chain_chosen(p))
        return boxes

    def _chain_chosen(self, part: int) -> None:
        start, end = (box.currentIndex() for box in self.chains[part])
        if not self.doctor.set_chain(part, start, end):
            self.why["body parts"].setText("No bones lead from the one to the other; choose another joint.")

    def _metres_edited(self) -> None:
        if abs(self.metres.value() - self.doctor.assembled.source.unit_m) > 1e-7:
            self.doctor.set_unit(self.metres.value())

    def _fill(self) -> None:
        motion = self.doctor.assembled
        unit = motion.source.unit_m
        at = next((i for i, (_, factor, *_) in enumerate(UNITS) if abs(factor - unit) < 1e-9), len(UNITS))
        self.unit.setCurrentIndex(at)
        self.metres.setValue(unit)
        self.up.setCurrentText(motion.source.up)
        self.fps.setValue(motion.fps)
        notes = self.doctor.notes()
        for what, label in self.why.items():
            label.setText(notes.get(what, "not found"))
        for chain, boxes in zip(motion.skeleton.chains, self.chains, strict=False):
            boxes[0].setCurrentIndex(chain[0])
            boxes[1].setCurrentIndex(chain[-1])

    def _save(self) -> None:
        try:
            self.doctor.remember()
        except StudioError as error:
            QMessageBox.warning(self, "Not saved", str(error))
            return
        self.accept()
