"""Queries are kept from one session to the next: the history, the last one, and how many results are asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings

from motionpatches.app.viewmodels.search import KEPT, Search

HISTORY, LAST, COUNT = "queries", "last query", "results"
# Most results that can be asked for at once.
MOST = 100


class Queries(QObject):
    """Kept in the settings."""

    def __init__(self, search: Search, settings: QSettings, parent: QObject | None = None):
        super().__init__(parent)
        self.search, self.settings = search, settings
        kept = settings.value(HISTORY)
        texts = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        search.history = [text for text in texts if isinstance(text, str) and text.strip()][:KEPT]
        search.k = min(max(_number(settings.value(COUNT), search.k), 1), MOST)
        search.history_changed.connect(self._remember)
        search.results_changed.connect(self._answered)

    def last(self) -> str:
        """Return the query of the last session, '' for none."""
        return str(self.settings.value(LAST, "", str))

    def restore(self) -> bool:
        """Search for the query of the last session; return whether there is one."""
        if not self.last() or self.search.query:
            return False
        self.search.ask(self.last())
        return True

    def _remember(self) -> None:
        self.settings.setValue(HISTORY, self.search.history)

    def _answered(self) -> None:
        """Remember a query that has an answer, and how many results it has."""
        if self.search.results and self.search.query:
            query = self.search.text if not self.search.asked.this else ""
            if query != self.last():
                self.settings.setValue(LAST, query)
            if self.search.k != _number(self.settings.value(COUNT), 0):
                self.settings.setValue(COUNT, self.search.k)


def _number(value: object, otherwise: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return otherwise
