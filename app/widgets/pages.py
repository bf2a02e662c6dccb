"""The windows beside the studio's own, each imported and made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QWidget

from motionpatches.app.viewmodels.view_models import ViewModels

if TYPE_CHECKING:
    from motionpatches.app.widgets.dialogs.help import HelpWindow
    from motionpatches.app.widgets.dialogs.manual import ManualWindow
    from motionpatches.app.widgets.dialogs.models import ModelsWindow
    from motionpatches.app.widgets.evaluation.window import EvaluationWindow
    from motionpatches.app.widgets.panels.map import MapPanel
    from motionpatches.app.widgets.training.teach_card import TeachCard
    from motionpatches.app.widgets.training.window import TrainingWindow

W = TypeVar("W", bound=QWidget)


class Pages:
    """Windows beside the studio's own. One that was closed is the same when it is shown again."""

    def __init__(self, view_models: ViewModels, parent: QWidget, show_keys: Callable[[], object]):
        self.view_models, self.parent, self.show_keys = view_models, parent, show_keys

    @cached_property
    def models(self) -> ModelsWindow:
        """The list of models."""
        from motionpatches.app.widgets.dialogs.models import ModelsWindow

        return ModelsWindow(self.view_models.models, self.parent)

    @cached_property
    def evaluation(self) -> EvaluationWindow:
        """Retrieval, failures and classification."""
        from motionpatches.app.widgets.evaluation.window import EvaluationWindow

        v = self.view_models
        return EvaluationWindow(v.evaluation, v.playback, v.marks, self.parent)

    @cached_property
    def training(self) -> TrainingWindow:
        """The training runs."""
        from motionpatches.app.widgets.training.window import TrainingWindow

        v = self.view_models
        return TrainingWindow(v.training, v.before_after, v.playback, self.parent)

    @cached_property
    def teaching(self) -> TeachCard:
        """The card that teaches the open library."""
        from motionpatches.app.widgets.training.teach_card import TeachCard

        v = self.view_models
        return TeachCard(v.teaching, v.playback, lambda: show(self.training), self.parent)

    @cached_property
    def map(self) -> MapPanel:
        """The map of the library, a page beside the stage."""
        from motionpatches.app.widgets.panels.map import MapPanel

        return MapPanel(self.view_models.library_map, self.view_models.playback, self.view_models.thumbnails)

    @cached_property
    def manual(self) -> ManualWindow:
        """The manual."""
        from motionpatches.app.widgets.dialogs.manual import ManualWindow

        return ManualWindow(self.show_keys, lambda: show(self.help), self.parent)

    @cached_property
    def help(self) -> HelpWindow:
        """How patches work."""
        from motionpatches.app.widgets.dialogs.help import HelpWindow

        return HelpWindow(self.view_models.workspace, self.parent)


def show(page: W) -> W:
    """Bring a window to the front."""
    page.show()
    page.raise_()
    page.activateWindow()
    return page
