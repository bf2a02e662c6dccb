"""The settings of the cache of motions: how much it may hold, how much it holds."""

from __future__ import annotations

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox

from motionpatches.app.background.lane import Lane
from motionpatches.core.library.cache import LIMIT, take_cache

KEY = "motion cache GB"
GB = 2**30


class MotionCacheRow(QHBoxLayout):
    """The size is counted in the background: there may be a hundred thousand files."""

    def __init__(self, settings: QSettings, files: Lane):
        super().__init__()
        self.settings, self.files = settings, files
        self.size = QLabel()
        self.most = QSpinBox(maximum=10_000, suffix=" GB", specialValueText="off", keyboardTracking=False)
        self.most.setToolTip("Motion files are read once and cached. The least recently used are removed.")
        self.most.setValue(limit_gb(settings))
        self.most.valueChanged.connect(self._limit)
        clear = QPushButton("Empty")
        clear.clicked.connect(lambda: self._do(take_cache().clear))
        self.addWidget(self.size, 1)
        for widget in (QLabel("at most"), self.most, clear):
            self.addWidget(widget)
        self._do(lambda: None)

    def _limit(self, gigabytes: int) -> None:
        self.settings.setValue(KEY, gigabytes)
        self._do(lambda: take_cache().store.limit_to(gigabytes * GB))

    def _do(self, work) -> None:
        """Work on the cache, then say what it holds."""

        def counted() -> int:
            work()
            return take_cache().store.size()

        self.files.submit("motion cache", counted, lambda size: self.size.setText(f"{size / 2**20:.0f} MB"), self.size.setText)


def limit_gb(settings: QSettings) -> int:
    return max(settings.value(KEY, LIMIT // GB, int), 0)


def restore_limit(settings: QSettings) -> None:
    """The limit that was chosen, from the start."""
    take_cache().store.limit = limit_gb(settings) * GB
