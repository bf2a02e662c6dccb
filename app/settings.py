"""The studio's settings: one INI file, brought up to date from earlier versions' at the first start."""

from __future__ import annotations

import shutil

from PySide6.QtCore import QSettings

from motionpatches.core import paths

# 1: the platform's own store (0.1). 2: settings.ini in the program's configuration folder (0.2).
FORMAT = 2
# What belongs to a version's window and would mislead another's.
DROPPED = {1: ("layout",)}
# Caches are made again when needed; those of an earlier format are removed.
CACHES = ("galleries", "libraries")


def open_settings() -> QSettings:
    """Settings of this version; those of the one before are taken over once, and its caches removed."""
    settings = QSettings(str(paths.config() / "settings.ini"), QSettings.Format.IniFormat)
    if settings.value("format", 0, int) != FORMAT:
        _take_over(settings, QSettings(paths.APP, paths.APP))
    return settings


def _take_over(settings: QSettings, before: QSettings) -> None:
    """Settings of format 1, where there are any, into `settings`."""
    before.setFallbacksEnabled(False)
    for key in before.allKeys():
        if key not in DROPPED[1] and not settings.contains(key):
            settings.setValue(key, before.value(key))
    for name in CACHES:
        shutil.rmtree(paths.cache() / name, ignore_errors=True)
    settings.setValue("format", FORMAT)
    settings.sync()
