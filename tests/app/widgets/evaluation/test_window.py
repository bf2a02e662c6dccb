"""An evaluation that ends while its window is closed says so, with a way to show it."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from motionpatches.app.background.jobs import Jobs
from motionpatches.app.viewmodels.notices import Notices
from motionpatches.app.viewmodels.playback import Playback
from motionpatches.app.viewmodels.tiles import Tiles
from motionpatches.app.widgets import theme
from motionpatches.app.widgets.evaluation.retrieval import RetrievalTab
from motionpatches.app.widgets.evaluation.window import EvaluationWindow
from motionpatches.app.widgets.plain import ItemTable
from motionpatches.core.evaluation.protocols import PROTOCOLS
from motionpatches.core.library.items import FIRST_LINES, RANGES
from motionpatches.core.progress import Progress
from tests.window import pixels


class Workspace(QObject):
    library_changed, ready_changed, shown = Signal(), Signal(), Signal()
    clip = library = model = None


class Evaluation(QObject):
    """What the window needs of the view model."""

    changed = Signal()
    captioned = 3

    def __init__(self):
        super().__init__()
        self.workspace = Workspace()
        self.workspace.jobs, self.workspace.notices = Jobs(), Notices()
        self.report = self.classified = None
        self.failures, self.message, self.working, self.library_name = [], "", False, "bandai2"
        self.tiles = Tiles(self.workspace, "evaluation tiles")

    def splits(self):
        return ["all"]

    def count(self, split, items):
        return self.captioned if items == RANGES else 2

    def open(self, clip):
        pass

    def work(self, on):
        self.working = on
        self.changed.emit()


def test_it_shows_its_work_and_says_when_it_is_ready(app):
    evaluation = Evaluation()
    window = EvaluationWindow(evaluation, Playback(), None)
    notices, jobs = evaluation.workspace.notices, evaluation.workspace.jobs
    window.show()
    tables = [table for table in window.findChildren(ItemTable) if table.isVisible()]
    assert all(table.rowCount() for table in tables), "no empty table before there are figures"
    evaluation.work(True)
    jobs.report("evaluation", Progress("Reading motions", 3, 9), lambda: None)
    assert window.work.isVisible() and window.work.text.text().startswith("Reading motions: 3 of 9")
    jobs.ended("evaluation")
    evaluation.work(False)
    assert not window.work.isVisible() and not notices.shown, "it is seen in the window"
    evaluation.work(True)
    window.close()
    evaluation.work(False)
    (notice,) = notices.kept
    assert "bandai2" in notice.text
    notices.act(notice)
    assert window.isVisible()
    notices.close()
    window.close()
    window.deleteLater()


def test_before_figures_it_says_what_is_measured_and_what_counts_as_right(app):
    tab = RetrievalTab(Evaluation())
    assert "3 captioned motions in all splits" in tab.facts.text()
    tab.items.setCurrentIndex(tab.items.findData(FIRST_LINES))
    assert "2 captioned motions in all splits" in tab.facts.text()
    cells = [[tab.table.item(row, column).text() for column in (0, 1)] for row in range(tab.table.rowCount())]
    assert cells == [[protocol.title, protocol.meaning] for protocol in PROTOCOLS.values()]
    tab.evaluation.captioned = 0
    tab.items.setCurrentIndex(tab.items.findData(RANGES))
    assert tab.facts.text().startswith("There is no captioned motion in all splits")
    tab.setParent(None)


def test_the_arrows_of_copy_and_save_stand_beside_their_words(app):
    """The arrow lay over the last letters."""
    theme.set_appearance("Dark")
    tab = RetrievalTab(Evaluation())
    for button in (tab.copy, tab.save):
        button.setEnabled(True)
        button.resize(button.sizeHint())
        picture = pixels(button)
        inked = (np.abs(picture - np.median(picture, axis=(0, 1))).sum(axis=2) > 90)[4:-4].any(axis=0)
        columns = np.flatnonzero(inked[2:-2]) + 2
        gap = np.diff(columns).argmax()
        word, arrow = columns[: gap + 1], columns[gap + 1 :]
        assert np.diff(columns).max() >= 4 and len(arrow) <= 14, "a gap, and behind it the arrow alone"
        assert word[-1] - word[0] >= button.fontMetrics().horizontalAdvance(button.text()) - 4
    tab.setParent(None)
