"""The patches of the shown motion, and how they are shown."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.panels.words import Words
from motionpatches.app.widgets.plain import html
from motionpatches.app.widgets.theme import px
from motionpatches.app.widgets.views.patches import PatchView
from motionpatches.core.patch_picture import CHANNELS, VALUES


class PatchesPanel(QWidget):
    """The patch image with its channel and values."""

    def __init__(self, stage: Stage, playback: Playback, explanation: Explanation, parent: QWidget | None = None):
        super().__init__(parent)
        self.stage = stage
        self.view = PatchView(stage, playback, explanation)
        self.explanation, self.words = explanation, Words(explanation)
        self.words.say(html("Point at a word or a patch: "))
        self.channel, self.values = QComboBox(), QComboBox()
        self.channel.addItems(CHANNELS)
        self.values.addItems(VALUES)
        self.channel.setAccessibleName("Channel")
        self.values.setAccessibleName("Values")
        self.difference = QCheckBox("Difference")
        self.difference.setToolTip("Difference from the motion kept for comparison (K keeps one)")
        for box in (self.channel, self.values):
            box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.currentIndexChanged.connect(self._set)
        self.difference.toggled.connect(self._set)
        top = QHBoxLayout()
        top.addWidget(self.channel, 3)
        top.addWidget(self.values, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(tokens.GAP),) * 4)
        column.setSpacing(px(tokens.GAP))
        column.addLayout(top)
        column.addWidget(self.difference)
        column.addWidget(self.words)
        column.addWidget(self.view, 1)
        explanation.changed.connect(self._linked)
        self._linked()
        stage.changed.connect(self._company)
        stage.workspace.shown.connect(self._company)
        self._company()

    def _set(self) -> None:
        self.view.show_as(self.channel.currentIndex(), bool(self.values.currentIndex()), self.difference.isChecked())

    def _linked(self) -> None:
        self.words.setVisible(bool(self.explanation.linked))

    def _company(self) -> None:
        there = len(self.stage.bodies) > 1
        self.difference.setVisible(there)
        if not there and self.difference.isChecked():
            self.difference.setChecked(False)
