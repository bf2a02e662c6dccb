"""The patches of the shown motion, how they are shown, and the explanation of its score."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.widgets.plain import RichLabel, html, joined, tip
from motionpatches.app.widgets.theme import between, colours
from motionpatches.app.widgets.views.patches import PatchView
from motionpatches.core.motion.skeleton import PART_NAMES
from motionpatches.core.patch_picture import CHANNELS, VALUES


class PatchesPanel(QWidget):
    """The patch image with its channel and values; below the boxes, while it is on, the explanation in words."""

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
        self.explain = QCheckBox("Explain result")
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
        self.words = RichLabel(wrap=True)
        self.words.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        for row in rows:
            column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.view, 1)
        stage.changed.connect(self._company)
        stage.workspace.shown.connect(self._company)
        explanation.changed.connect(self._explained)
        self._company()

    def _set(self) -> None:
        self.view.show_as(self.channel.currentIndex(), bool(self.values.currentIndex()), self.difference.isChecked())

    def _company(self) -> None:
        there = len(self.stage.bodies) > 1
        self.difference.setVisible(there)
        if not there and self.difference.isChecked():
            self.difference.setChecked(False)

    def _explained(self) -> None:
        """Write the score, what it falls without, and the query with each word coloured by its effect."""
        found = self.explanation
        self.explain.setChecked(found.on)
        self.words.setVisible(found.on)
        if not found.on:
            return
        if found.occlusion is None:
            self.words.setText(html("{}", found.message))
            return
        top = max((w.fall for w in found.words), default=0.0)
        base, strong = QColor(colours(self).text), QColor(colours(self).query)
        parts = []
        for word in found.words:
            share = max(word.fall, 0) / top if top > 0 else 0
            colour = between(base, strong, share).name()
            weight = 600 if share > 0.5 else 400
            parts.append(html("<span style='color:{}; font-weight:{}'>{}</span>", colour, weight, word.text))
        falls = found.occlusion.by_part
        needed = (
            f", {found.occlusion.score - falls.max():.2f} without the {PART_NAMES[falls.argmax()]}" if falls.max() > 0 else ""
        )
        text = f"Score {found.occlusion.score:.2f}{needed}. Red: words without which it falls: "
        self.words.setText(joined((html("{}", text), joined(parts, " "))))
        told = [(f"“{w.text}”", w.fall) for w in found.words] + [(f"the {n}", f) for n, f in zip(PART_NAMES, falls, strict=True)]
        self.words.setToolTip(tip("\n".join(f"without {name}: {-fall:+.3f}" for name, fall in told)))
