"""Libraries for which the user has chosen something, kept in the settings."""

from __future__ import annotations

import json

from PySide6.QtCore import QSettings

# Libraries whose choice is remembered, the latest.
KEPT = 256


class ChosenLibraries:
    """Names of libraries under one key of the settings; without settings they are forgotten at the end."""

    def __init__(self, settings: QSettings | None, key: str):
        self._settings, self._key = settings, key
        self._names = self._read()

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def set(self, name: str, chosen: bool) -> None:
        """Keep a library, or forget it."""
        others = [other for other in self._names if other != name]
        self._names = (others if not chosen else [*others, name])[-KEPT:]
        if self._settings is not None:
            self._settings.setValue(self._key, json.dumps(self._names))

    def _read(self) -> list[str]:
        try:
            found = json.loads(str(self._settings.value(self._key, "[]", str))) if self._settings is not None else []
        except ValueError:
            found = []
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
