"""Play, step, speed, loop; time and frame."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from motionpatches.app import tokens
from motionpatches.app.viewmodels.playback import SPEEDS, Playback
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.theme import icon_button, px, set_icon


class Transport(QWidget):
    """Buttons and figures of the clock. `folded(bool)`: the timeline is to be folded away, or shown."""

    folded = Signal(bool)

    def __init__(self, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.playback = playback
        self.back = icon_button("back", "One frame back (←)", lambda: playback.step(-1))
        self.play = icon_button("play", "Play or pause (Space)", playback.toggle)
        self.ahead = icon_button("ahead", "One frame ahead (→)", lambda: playback.step(1))
        self.time = Label()
        self.time.setMinimumWidth(190)
        self.speed = QComboBox()
        self.speed.setToolTip("Speed")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.speed.currentIndexChanged.connect(lambda i: playback.set_speed(SPEEDS[i]))
        self.loop = icon_button("loop", "Play again from the start (L)", lambda: playback.set_loop(not playback.loop))
        self.loop.setCheckable(True)
        self.range = icon_button("close", "The marked range (I and O mark its ends); a click clears it", playback.clear_range)
        self.range.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.range.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.range.setObjectName("chip")
        self.range.hide()
        self.fold_button = icon_button("fold below", "Fold the timeline away, or show it")
        self.fold_button.setCheckable(True)
        self.fold_button.setChecked(True)
        self.fold_button.toggled.connect(lambda on: self.folded.emit(not on))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(tokens.GAP), px(tokens.UNIT), px(tokens.GAP), px(tokens.UNIT))
        for button in (self.back, self.play, self.ahead):
            row.addWidget(button)
        row.addSpacing(px(tokens.GAP))
        row.addWidget(self.time)
        row.addStretch()
        for widget in (self.range, self.speed, self.loop, self.fold_button):
            row.addWidget(widget)
        playback.changed.connect(self._changed)
        playback.ticked.connect(self._ticked)
        self._changed()
        self._ticked()

    @property
    def is_folded(self) -> bool:
        """Whether the timeline is folded away."""
        return not self.fold_button.isChecked()

    def fold(self, on: bool) -> None:
        """Fold the timeline away, or show it."""
        self.fold_button.setChecked(not on)

    def _changed(self) -> None:
        set_icon(self.play, "pause" if self.playback.playing else "play")
        self.loop.setChecked(self.playback.loop)
        marked = self.playback.range_s
        self.range.setVisible(marked is not None)
        if marked:
            self.range.setText(f"{marked[0]:.2f} – {marked[1]:.2f} s")

    def _ticked(self) -> None:
        p = self.playback
        frames = max(int(round(p.duration_s * p.fps)), 0)
        self.time.setText(f"{p.time_s:.2f} / {p.duration_s:.2f} s    frame {min(p.frame + 1, frames)} / {frames}")
