"""The settings of the cache of motions: how much it may hold, how much it holds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from motionpatches.app import tokens
from motionpatches.app.background.lane import Lane
from motionpatches.app.widgets.plain import Label
from motionpatches.app.widgets.spin_boxes import SpinBox
from motionpatches.app.widgets.theme import px
from motionpatches.core.library.cache import LIMIT, take_cache

KEY = "motion cache GB"
GB = 2**30
MOST_GB = 10_000


class MotionCacheRow(QHBoxLayout):
    """Shows the size, which is counted in the background since there may be a hundred thousand files; limits and empties it."""

    def __init__(self, settings: QSettings, files: Lane):
        super().__init__()
        self.settings, self.files = settings, files
        self.used = Label()
        self.most = SpinBox(maximum=MOST_GB, suffix=" GB")
        self.most.setSpecialValueText("off")
        self.most.setKeyboardTracking(False)
        self.most.setToolTip("Motion files are read once and cached. The least recently used are removed.")
        self.most.setValue(limit_gb(settings))
        self.most.valueChanged.connect(self._limit)
        clear = QPushButton("Empty")
        clear.clicked.connect(lambda: self._do(take_cache().clear))
        self.setSpacing(px(tokens.GAP))
        self.addWidget(self.used, 1)
        for widget in (Label("at most"), self.most, clear):
            self.addWidget(widget)
        self._do(lambda: None)

    def _limit(self, gigabytes: int) -> None:
        self.settings.setValue(KEY, gigabytes)
        self._do(lambda: take_cache().store.limit_to(gigabytes * GB))

    def _do(self, work: Callable[[], object]) -> None:
        """Do some work on the cache in the background, then show its size."""

        def counted() -> int:
            work()
            return take_cache().store.size()

        self.files.submit("motion cache", counted, lambda size: self.used.setText(f"{size / 2**20:.0f} MB"), self.used.setText)


def limit_gb(settings: QSettings) -> int:
    """Return the limit that was chosen, in GB; the program's own where none was."""
    value = settings.value(KEY, LIMIT // GB, int)
    return min(max(value, 0), MOST_GB) if isinstance(value, int) else LIMIT // GB


def restore_limit(settings: QSettings) -> None:
    """Set the limit that was chosen."""
    take_cache().store.limit = limit_gb(settings) * GB
