"""The libraries opened last."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings

from motionpatches.app.viewmodels.remembered import of_this_version
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core import paths

KEPT = 8
KEY = "recent"


class Recent(QObject):
    """Kept in the settings; the demo library is not among them."""

    def __init__(self, workspace: Workspace, settings: QSettings, parent: QObject | None = None):
        super().__init__(parent)
        self.workspace, self.settings = workspace, settings
        workspace.library_changed.connect(self._remember)

    def paths(self) -> list[str]:
        """The newest first."""
        kept = self.settings.value(KEY)
        names = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        named = (name for name in names if isinstance(name, str) and name)
        return [name for name in named if of_this_version(name) != paths.demo_library()][:KEPT]

    def forget(self) -> None:
        self.settings.remove(KEY)

    def _remember(self) -> None:
        opened = self.workspace.paths
        if len(opened) != 1 or opened[0] == paths.demo_library():
            return
        name = str(opened[0])
        self.settings.setValue(KEY, [name, *(p for p in self.paths() if p != name)][:KEPT])
