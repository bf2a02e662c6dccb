"""Play, step, scrub, speed, loop; time and frame."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QWidget

from motionpatches.app.viewmodels.playback import SPEEDS, Playback
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.theme import set_icon

# Positions of the slider.
STEPS = 10000


class Transport(QWidget):
    """Buttons, slider and figures of the clock."""

    def __init__(self, playback: Playback, parent: QWidget | None = None):
        super().__init__(parent)
        self.playback = playback
        self.back = self._button("One frame back (←)", lambda: playback.step(-1))
        self.play = self._button("Play or pause (Space)", playback.toggle)
        self.ahead = self._button("One frame ahead (→)", lambda: playback.step(1))
        for button, name in ((self.back, "back"), (self.play, "play"), (self.ahead, "ahead")):
            set_icon(button, name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMaximum(STEPS)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName("Position")
        self.slider.sliderMoved.connect(lambda v: playback.seek(v / STEPS * playback.duration_s))
        self.slider.sliderPressed.connect(self._pressed)
        self.time = Label()
        self.time.setMinimumWidth(190)
        self.speed = QComboBox()
        self.speed.setToolTip("Speed")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.speed.currentIndexChanged.connect(lambda i: playback.set_speed(SPEEDS[i]))
        self.loop = self._button("Play again from the start (L)", lambda: playback.set_loop(not playback.loop))
        set_icon(self.loop, "loop")
        self.loop.setCheckable(True)
        self.range = self._button("The marked range (I and O mark its ends); a click clears it", playback.clear_range)
        self.range.setAutoRaise(False)
        self.range.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        for button in (self.back, self.play, self.ahead):
            row.addWidget(button)
        row.addWidget(self.slider, 1)
        for widget in (self.range, self.time, self.speed, self.loop):
            row.addWidget(widget)
        playback.changed.connect(self._changed)
        playback.ticked.connect(self._ticked)
        self._changed()
        self._ticked()

    def _button(self, words: str, action: Callable[[], object] | None = None) -> QToolButton:
        """Make a button that never takes the focus; `words`, a literal, are its tooltip and its name."""
        button = QToolButton()
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if action is not None:
            button.clicked.connect(action)
        return button

    def _pressed(self) -> None:
        if self.playback.playing:
            self.playback.toggle()

    def _changed(self) -> None:
        set_icon(self.play, "pause" if self.playback.playing else "play")
        self.loop.setChecked(self.playback.loop)
        marked = self.playback.range_s
        self.range.setVisible(marked is not None)
        if marked:
            self.range.setText(f"{marked[0]:.2f} – {marked[1]:.2f} s  ✕")

    def _ticked(self) -> None:
        p = self.playback
        if not self.slider.isSliderDown() and p.duration_s:
            self.slider.setValue(int(p.time_s / p.duration_s * STEPS))
        frames = max(int(round(p.duration_s * p.fps)), 0)
        self.time.setText(f"{p.time_s:.2f} / {p.duration_s:.2f} s    frame {min(p.frame, max(frames - 1, 0))} / {frames}")
