"""The windows beside the studio's own, each imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMainWindow, QWidget

from app.viewmodels.playback import Playback
from app.viewmodels.search import Search


def _models(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from app.viewmodels.models import Models
    from app.widgets.models_window import ModelsWindow

    return ModelsWindow(Models(search.workspace, window), window)


def _evaluation(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from app.viewmodels.measure import Measure
    from app.widgets.evaluation_window import EvaluationWindow

    return EvaluationWindow(Measure(search.workspace, window), playback, window)


def _training(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from app.viewmodels.training import Training
    from app.widgets.training_window import TrainingWindow

    training = Training(search.workspace, window)
    window.closing.connect(training.close)
    playback.crowded.append(lambda: training.process is not None)
    return TrainingWindow(training, playback, window)


def _map(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from app.viewmodels.library_map import LibraryMap
    from app.widgets.map_window import MapWindow

    return MapWindow(LibraryMap(search.workspace, search, window), playback, window)


def _help(search: Search, playback: Playback, window: QMainWindow) -> QWidget:
    from app.widgets.help_window import HelpWindow

    return HelpWindow(search.workspace, window)


PAGES: dict[str, Callable[[Search, Playback, QMainWindow], QWidget]] = {
    "models": _models, "evaluation": _evaluation, "training": _training, "map": _map, "help": _help}
