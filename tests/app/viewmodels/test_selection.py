"""What was chosen in list, results and map."""

import pytest

from motionpatches.app.viewmodels.selection import Selection
from tests.lanes import heard


@pytest.fixture
def selection(ready):
    selection = Selection(ready)
    ready.show_clip(ready.library.clips[0])
    return selection


def ids(selection):
    return [clip.id for clip in selection.clips]


def test_the_shown_clip_is_chosen_until_others_are(selection, ready):
    clips = ready.library.clips
    assert ids(selection) == [clips[0].id]
    ready.show_clip(clips[3])
    assert ids(selection) == [clips[3].id]
    selection.choose(clips[2:5])
    ready.show_clip(clips[4])
    assert ids(selection) == [clip.id for clip in clips[2:5]], "a clip of the selection is shown, and the selection stays"
    ready.show_clip(clips[7])
    assert ids(selection) == [clips[7].id]


def test_clips_are_added_taken_away_and_chosen_as_a_range(selection, ready):
    clips, told = ready.library.clips, heard(selection.changed)
    selection.toggle(clips[5])
    assert ids(selection) == [clips[0].id, clips[5].id]
    selection.extend(clips[3], clips)
    assert ids(selection) == [clip.id for clip in clips[3:6]], "from the one chosen last"
    selection.extend(clips[7], clips)
    assert ids(selection) == [clip.id for clip in clips[5:8]], "still from that one"
    selection.toggle(clips[6])
    assert ids(selection) == [clips[5].id, clips[7].id] and len(told) == 4
    selection.choose([clips[1]])
    selection.toggle(clips[1])
    assert ids(selection) == [clips[1].id], "the last one stays"


def test_a_menu_on_a_chosen_clip_is_of_all_on_another_of_that_one(selection, ready):
    clips = ready.library.clips
    selection.choose(clips[2:5])
    selection.point(clips[3])
    assert len(selection.clips) == 3
    selection.point(clips[8])
    assert ids(selection) == [clips[8].id]


def test_another_library_leaves_nothing_of_the_one_before(selection, ready, tmp_path):
    from tests.skeletons import BODIES, write_bvh

    selection.choose(ready.library.clips[:3])
    write_bvh(tmp_path / "one.bvh", BODIES["LAFAN1"])
    ready.open([tmp_path])
    assert ids(selection) == [ready.library.clips[0].id] == ["one"]
