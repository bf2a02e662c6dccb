"""Play, step, scrub, speed, loop; time and frame."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from motionpatches.app.viewmodels.playback import SPEEDS, Playback
from motionpatches.app.widgets.theme import media_icon

STEPS = 10000


class Transport(QWidget):
    def __init__(self, playback: Playback, parent=None):
        super().__init__(parent)
        self.playback = playback
        self.back = self._button("One frame back (←)", lambda: playback.step(-1))
        self.play = self._button("Play or pause (Space)", playback.toggle)
        self.ahead = self._button("One frame ahead (→)", lambda: playback.step(1))
        self._draw_icons()
        self.slider = QSlider(Qt.Orientation.Horizontal, maximum=STEPS)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName("Position")
        self.slider.sliderMoved.connect(lambda v: playback.seek(v / STEPS * playback.duration_s))
        self.slider.sliderPressed.connect(self._pressed)
        self.time = QLabel()
        self.time.setMinimumWidth(190)
        self.speed = QComboBox(toolTip="Speed")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.speed.currentIndexChanged.connect(lambda i: playback.set_speed(SPEEDS[i]))
        self.loop = QToolButton(text="Loop", checkable=True, checked=True, toolTip="Play again from the start (L)")
        self.loop.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.loop.toggled.connect(playback.set_loop)
        self.range = QToolButton(toolTip="The marked range (I and O mark its ends); a click clears it")
        self.range.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.range.clicked.connect(playback.clear_range)
        self.range.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 4)
        for widget in (self.back, self.play, self.ahead):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        for widget in (self.range, self.time, self.speed, self.loop):
            row.addWidget(widget)
        playback.changed.connect(self._changed)
        playback.ticked.connect(self._ticked)
        self._ticked()

    def _draw_icons(self) -> None:
        self.back.setIcon(media_icon("back", self))
        self.ahead.setIcon(media_icon("ahead", self))
        self.play.setIcon(media_icon("pause" if self.playback.playing else "play", self))

    def changeEvent(self, event) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "loop"):
            self._draw_icons()
        super().changeEvent(event)

    def _button(self, tip: str, action) -> QToolButton:
        button = QToolButton(toolTip=tip, autoRaise=True)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(action)
        return button

    def _pressed(self) -> None:
        if self.playback.playing:
            self.playback.toggle()

    def _changed(self) -> None:
        self._draw_icons()
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
