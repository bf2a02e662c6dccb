"""The row of kept takes: their captions are whole in little room."""

from dataclasses import replace

import pytest

from motionpatches.app.viewmodels.stage import Stage
from motionpatches.app.viewmodels.thumbnails import Thumbnails
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels.comparison import ComparisonRow
from tests.lanes import fake_lanes, rest


@pytest.fixture
def row(app, small_library):
    workspace = Workspace(fake_lanes())
    workspace.open([small_library])
    row = ComparisonRow(Stage(workspace), Thumbnails(workspace))
    yield row
    row.close()


@pytest.mark.parametrize("width", [640, 900, 1600])
def test_the_captions_of_three_are_whole_beside_a_stage_of_a_small_window(row, width):
    row.resize(width, 48)
    row.show()
    workspace = row.stage.workspace
    clips = [replace(clip, captions=("someone waves twice",)) for clip in workspace.library.clips[:3]]
    row.stage.kept = [(clip, workspace.motion) for clip in clips]
    row.stage.changed.emit()
    rest(0.1)
    for slot in row.slots:
        lines = slot.button.text().split("\n")
        assert " ".join(lines) == "someone waves twice"
        room = slot.button.width() - slot.button.iconSize().width()
        assert max(map(slot.button.fontMetrics().horizontalAdvance, lines)) < room
        assert len(lines) * slot.button.fontMetrics().lineSpacing() <= slot.button.height()


def test_the_cross_stands_beside_what_it_removes(row):
    row.resize(1600, 48)
    row.show()
    workspace = row.stage.workspace
    for count in (1, 2, 3):
        row.stage.kept = [(clip, workspace.motion) for clip in workspace.library.clips[:count]]
        row.stage.changed.emit()
        rest(0.1)
        for slot in row.slots[:count]:
            assert slot.cross.x() - slot.button.geometry().right() <= 2
        assert row.slots[0].x() <= 2 * slot.cross.width(), "the first begins where the row does"
