"""The patches of the shown motion, how they are shown, and why they answer the query."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.theme import is_dark
from motionpatches.app.widgets.views.patches import PatchView
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patch_picture import CHANNELS, VALUES


class PatchesPanel(QWidget):
    def __init__(self, stage: Stage, playback: Playback, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage, self.explanation = stage, explanation
        self.view = PatchView(stage, playback, explanation)
        self.channel, self.values = QComboBox(), QComboBox()
        self.channel.addItems(CHANNELS)
        self.values.addItems(VALUES)
        self.channel.setAccessibleName("Channel")
        self.values.setAccessibleName("Values")
        self.difference = QCheckBox("Difference")
        self.difference.setToolTip("Difference from the motion kept for comparison (K keeps one)")
        self.explain = QCheckBox("Why this result")
        self.explain.setToolTip("How much the score falls without each patch and each word (W)")
        for box in (self.channel, self.values):
            box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.currentIndexChanged.connect(self._set)
        self.difference.toggled.connect(self._set)
        self.explain.toggled.connect(explanation.set_on)
        rows = [QHBoxLayout(), QHBoxLayout()]
        rows[0].addWidget(self.channel, 3)
        rows[0].addWidget(self.values, 2)
        rows[1].addWidget(self.explain)
        rows[1].addStretch()
        rows[1].addWidget(self.difference)
        self.words = QLabel(wordWrap=True)
        self.words.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 4, 6, 4)
        box.setSpacing(4)
        for row in rows:
            box.addLayout(row)
        box.addWidget(self.words)
        box.addWidget(self.view, 1)
        stage.changed.connect(self._company)
        stage.workspace.shown.connect(self._company)
        explanation.changed.connect(self._explained)
        self._company()

    def _set(self, *_) -> None:
        self.view.show_as(self.channel.currentIndex(), bool(self.values.currentIndex()), self.difference.isChecked())

    def _company(self) -> None:
        there = len(self.stage.bodies) > 1
        self.difference.setVisible(there)
        if not there and self.difference.isChecked():
            self.difference.setChecked(False)

    def _explained(self) -> None:
        found = self.explanation
        self.explain.setChecked(found.on)
        self.words.setVisible(found.on)
        if not found.on:
            return
        if found.occlusion is None:
            self.words.setText(found.message)
            return
        top = max((w.fall for w in found.words), default=0.0)
        base = (235, 238, 242) if is_dark(self) else (30, 34, 40)
        parts = []
        for word in found.words:
            share = max(word.fall, 0) / top if top > 0 else 0
            colour = QColor(*(int(b + (c - b) * share) for b, c in zip(base, (233, 30, 99), strict=True))).name()
            weight = "font-weight:600;" if share > 0.5 else ""
            parts.append(f"<span style='color:{colour};{weight}' title='{word.fall:+.3f}'>{escape(word.text)}</span>")
        falls = found.occlusion.by_part
        needed = (
            f", {found.occlusion.score - falls.max():.2f} without the {PART_NAMES[falls.argmax()]}" if falls.max() > 0 else ""
        )
        self.words.setText(f"Score {found.occlusion.score:.2f}{needed}. Red: words without which it falls: {' '.join(parts)}")
        told = [(f"“{w.text}”", w.fall) for w in found.words] + [(f"the {n}", f) for n, f in zip(PART_NAMES, falls, strict=True)]
        self.words.setToolTip("\n".join(f"without {name}: {-fall:+.3f}" for name, fall in told))
