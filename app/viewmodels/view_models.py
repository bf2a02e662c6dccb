"""All view models of the program, made in one place."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from motionpatches.app.background.aside import Aside
from motionpatches.app.background.lane import Lanes
from motionpatches.app.viewmodels.answering import Answering
from motionpatches.app.viewmodels.body import Body
from motionpatches.app.viewmodels.caption_place import CaptionPlace
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.characters import Characters
from motionpatches.app.viewmodels.collections import Collections
from motionpatches.app.viewmodels.explanation import Explanation
from motionpatches.app.viewmodels.history import History
from motionpatches.app.viewmodels.import_corrections import ImportCorrections
from motionpatches.app.viewmodels.marks import Marks
from motionpatches.app.viewmodels.moments import Moments
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.queries import Queries
from motionpatches.app.viewmodels.recent import Recent
from motionpatches.app.viewmodels.remembered import Remembered
from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.selection import Selection
from motionpatches.app.viewmodels.shared_gallery import SharedGallery
from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.take_sheet import TakeSheet
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.viewmodels.watching import Watching
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError

if TYPE_CHECKING:
    from motionpatches.app.viewmodels.before_after import BeforeAfter
    from motionpatches.app.viewmodels.evaluation import Evaluation
    from motionpatches.app.viewmodels.library_map import LibraryMap
    from motionpatches.app.viewmodels.models import Models
    from motionpatches.app.viewmodels.teaching import Teaching
    from motionpatches.app.viewmodels.training import Training


class ViewModels(QObject):
    """What the window shows. Those of the windows beside it are imported and made when they are first asked for."""

    def __init__(self, lanes: Lanes, settings: QSettings, device: str = "auto", parent: QObject | None = None):
        """
        Args:
            lanes: Where work goes on in the background.
            settings: Of the user.
            device: What models run on; 'auto': what the settings say.
        """
        super().__init__(parent)
        self.playback = Playback(lambda: lanes.busy, self._is_awaited, self._is_asked, self)
        choice = device if device != "auto" else str(settings.value("device", "auto", str))
        self.workspace = Workspace(lanes, choice, self)
        self.history = History(self)
        self.thumbnails = Thumbnails(self.workspace, self)
        self.search = Search(self.workspace, self)
        self.selection = Selection(self.workspace, self)
        self.answering = Answering(self.workspace, self.search, settings, self)
        self.queries = Queries(self.search, settings, self)
        self.stage = Stage(self.workspace, self, settings)
        self.body = Body(self.stage, self)
        self.characters = Characters(self.stage, settings, self)
        self.explanation = Explanation(self.workspace, self.search, self.playback, self)
        self.moments = Moments(self.workspace, self.search, self.playback, self)
        self.captions = Captions(self.workspace, self.history, CaptionPlace(self.workspace, settings, self), self)
        self.marks = Marks(self.workspace, self.history, self)
        self.search.marks = lambda: self.marks.marks
        self.sheet = TakeSheet(self.workspace, self.history, self)
        self.search.sheet = lambda: self.sheet.rows
        self.collections = Collections(self.sheet, self)
        self.shared = SharedGallery(self.workspace, self.captions, self.marks, self.sheet, settings, self)
        self.corrections = ImportCorrections(self.workspace, self.history, self)
        self.watching = Watching(self.workspace, settings, self)
        self.recent = Recent(self.workspace, settings, self)
        self._finding = Aside(self)
        self.remembered = Remembered(self.workspace, settings, self)

    def _is_awaited(self) -> bool:
        """Whether a user waits for an answer, or for its tiles."""
        return self.workspace.lanes.models.has_urgent_work or self.search.settling

    def _is_asked(self) -> bool:
        """Whether a user waits for an answer that is not there yet."""
        return self.workspace.lanes.models.has_urgent_work and not self.search.settling

    @cached_property
    def models(self) -> Models:
        from motionpatches.app.viewmodels.models import Models

        return Models(self.workspace, self.remembered.folders, self)

    @cached_property
    def evaluation(self) -> Evaluation:
        from motionpatches.app.viewmodels.evaluation import Evaluation

        return Evaluation(self.workspace, self)

    @cached_property
    def training(self) -> Training:
        from motionpatches.app.viewmodels.training import Training

        training = Training(self.workspace, self)
        self.playback.busy.append(lambda: training.process is not None)
        return training

    @cached_property
    def teaching(self) -> Teaching:
        from motionpatches.app.viewmodels.teaching import Teaching

        return Teaching(self.workspace, self.training, self)

    @cached_property
    def before_after(self) -> BeforeAfter:
        from motionpatches.app.viewmodels.before_after import BeforeAfter

        return BeforeAfter(self.workspace, self)

    @cached_property
    def library_map(self) -> LibraryMap:
        from motionpatches.app.viewmodels.library_map import LibraryMap

        return LibraryMap(self.workspace, self.search, self)

    def find_run(self) -> None:
        """Follow runs that go on without a window or on another computer, where there are any."""
        from motionpatches.core import paths
        from motionpatches.core.models.known_runs import listed_runs
        from motionpatches.core.training.alone import is_to_follow

        if any(is_to_follow(file.parent) for file in paths.user_runs().glob("*/config.json")):
            _ = self.training
            return
        with suppress(StudioError):  # Training says it
            for folder in listed_runs():  # it may lie on a share that hangs
                self._finding.call(folder, "find", partial(is_to_follow, folder), self._found_run)

    def _found_run(self, found: bool) -> None:
        if found:
            _ = self.training

    def close(self) -> None:
        """Say nothing more, follow a run under way no longer, and release what pictures are drawn with."""
        self.answering.close()
        self.watching.close()
        self.sheet.close()
        self.shared.close()
        self.workspace.notices.close()
        self.thumbnails.close()
        self._finding.close(0)
        if "models" in vars(self):
            self.models.close()
        if "training" in vars(self):
            self.training.close()
