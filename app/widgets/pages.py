"""The windows beside the studio's own, each imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMainWindow, QWidget

from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.search import Search


def _models(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from motionpatches.app.viewmodels.models import Models
    from motionpatches.app.widgets.dialogs.models import ModelsWindow

    return ModelsWindow(Models(search.workspace, window), window)


def _evaluation(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from motionpatches.app.viewmodels.evaluation import Measure
    from motionpatches.app.widgets.evaluation.window import EvaluationWindow

    return EvaluationWindow(Measure(search.workspace, window), playback, window)


def _training(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from motionpatches.app.viewmodels.training import Training
    from motionpatches.app.widgets.training.window import TrainingWindow

    training = Training(search.workspace, window)
    window.closing.connect(training.close)
    playback.crowded.append(lambda: training.process is not None)
    return TrainingWindow(training, playback, window)


def _map(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from motionpatches.app.viewmodels.library_map import LibraryMap
    from motionpatches.app.widgets.dialogs.map import MapWindow

    return MapWindow(LibraryMap(search.workspace, search, window), playback, window)


def _help(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from motionpatches.app.widgets.dialogs.help import HelpWindow

    return HelpWindow(search.workspace, window)


PAGES: dict[str, Callable[[Search, Playback, QMainWindow], QWidget]] = {
    "models": _models,
    "evaluation": _evaluation,
    "training": _training,
    "map": _map,
    "help": _help,
}
