"""Libraries for which the user has chosen something, kept in the settings."""

from __future__ import annotations

import json

from PySide6.QtCore import QSettings

# Libraries whose choice is remembered, the latest.
KEPT = 256


class ChosenLibraries:
    """Names of libraries under one key of the settings, each with what was chosen; forgotten at the end without settings."""

    def __init__(self, settings: QSettings | None, key: str):
        self._settings, self._key = settings, key
        self._chosen = self._read()

    def __contains__(self, name: object) -> bool:
        return name in self._chosen

    def of(self, name: str) -> str:
        """What was chosen for a library; '' for nothing, and where the choice is a yes."""
        return self._chosen.get(name, "")

    def set(self, name: str, chosen: bool | str) -> None:
        """Keep a library and what was chosen for it, or forget it."""
        self._chosen.pop(name, None)
        if chosen:
            self._chosen[name] = chosen if isinstance(chosen, str) else ""
        self._chosen = dict(list(self._chosen.items())[-KEPT:])
        if self._settings is not None:
            values = self._chosen if any(self._chosen.values()) else list(self._chosen)
            self._settings.setValue(self._key, json.dumps(values))

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(str(self._settings.value(self._key, "[]", str))) if self._settings is not None else []
        except ValueError:
            found = []
        if isinstance(found, list):
            found = {name: "" for name in found if isinstance(name, str)}
        if not isinstance(found, dict):
            return {}
        return {name: chosen for name, chosen in found.items() if isinstance(chosen, str)}
