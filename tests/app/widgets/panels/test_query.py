"""The chips beside the query: whole where there is room."""

import pytest

from motionpatches.app.viewmodels.search import Search
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.app.widgets.panels.query import QueryPanel, shares
from tests.lanes import fake_lanes, rest


@pytest.mark.parametrize(
    ("wanted", "room", "found"),
    [
        ((100, 50), 200, [100, 50]),
        ((100, 100), 100, [50, 50]),
        ((10, 200, 200), 210, [40, 85, 85]),
        ((50, 200, 200), 250, [50, 100, 100]),
        ((100, 100), 0, [40, 40]),
        ((), 100, []),
    ],
)
def test_who_wants_less_leaves_the_rest_to_the_others(wanted, room, found):
    assert shares(wanted, room, 40) == found


@pytest.fixture
def panel(app, small_library):
    search = Search(Workspace(fake_lanes()))
    search.workspace.open([small_library])
    panel = QueryPanel(search)
    yield panel
    panel.close()


def test_three_chips_are_whole_in_a_wide_window_and_leave_the_line_its_room_in_a_small_one(panel):
    panel.resize(1300, 40)
    panel.show()
    panel.search.ask("a person waves - running quickly up the stairs - turning round twice")
    panel.search.keep_to(frozenset(["000000", "000001"]), "filter", "is:favourite len>3")
    rest(0.1)
    buttons = panel.chips.buttons
    texts = [button.property("words") for button in buttons]
    assert len(buttons) == 3 and [button.text() for button in buttons] == texts
    for width in (560, 860):
        panel.resize(width, 40)
        rest(0.1)
        assert panel.line.width() >= 120 and all(len(button.text()) > 3 for button in buttons)
    panel.resize(1300, 40)
    rest(0.1)
    assert [button.text() for button in buttons] == texts
