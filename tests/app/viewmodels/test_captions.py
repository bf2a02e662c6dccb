"""Captions of the shown take: edited, written, undone."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.history import History


@pytest.fixture
def captions(ready):
    return shown(ready)


def shown(workspace):
    """Edits go to the library's own files."""
    captions = Captions(workspace, History())
    captions.place.set_own(True)
    workspace.show_clip(workspace.library.by_id["000000"])
    return captions


def written(folder, take="000000"):
    return [line.split("#")[0] for line in (folder / "texts" / f"{take}.txt").read_text().splitlines()]


def texts(captions):
    return [line.text for line in captions.lines]


def test_an_edit_is_written_and_undone(captions, small_library):
    before = texts(captions)
    captions.edit(0, text="a person strolls")
    assert texts(captions)[0] == "a person strolls" and written(small_library) == texts(captions)
    assert "000000.txt" in captions.message
    captions.history.undo()
    assert texts(captions) == before == written(small_library)
    captions.history.redo()
    assert written(small_library)[0] == "a person strolls"


def test_lines_are_added_and_removed(captions, small_library):
    count = len(captions.lines)
    captions.add("one")
    captions.add("another")
    assert written(small_library)[count:] == ["one", "another"]
    captions.remove([count])
    assert written(small_library)[count:] == ["another"]
    assert captions.history.undo_name == "Remove Caption"


def test_a_range_without_an_end_goes_to_the_end_of_the_take(captions):
    captions.edit(0, start_s=0.25)
    assert captions.lines[0].end_s == round(captions.duration_s, 2)


def test_wrong_lines_are_refused_with_a_reason(captions):
    before, said = captions.lines, set()
    for fields in ({"text": "  "}, {"start_s": 99.0, "end_s": 100.0}, {"start_s": 0.5, "end_s": 0.2}):
        captions.edit(0, **fields)
        assert captions.lines == before and captions.history.undo_name == ""
        said.add(captions.message)
    assert len(said - {""}) == 3


def test_while_words_are_typed_the_take_stays(captions, ready):
    captions.hold(True)
    ready.show_clip(ready.library.by_id["000001"])
    assert captions.take == "000000"
    captions.hold(False)
    assert captions.take == "000001"


def test_edits_show_before_they_are_written(captions, lanes, small_library):
    before = written(small_library)
    lanes.files.waits = True
    captions.add("one")
    captions.add("and another")
    assert texts(captions)[-2:] == ["one", "and another"] and written(small_library) == before
    lanes.files.go()
    assert written(small_library) == texts(captions)


def test_export_holds_all_takes(captions, ready, tmp_path):
    captions.export_csv(tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text()
    assert all(f"{clip.id}.npy" in text for clip in ready.library.clips)


def test_another_library_begins_another_history(captions, ready, smpl_motion, tmp_path):
    import numpy as np

    captions.add("one")
    np.save(tmp_path / "other.npy", smpl_motion.positions)
    ready.open([tmp_path / "other.npy"])
    assert captions.history.undo_name == ""


def test_undo_and_redo_restore_every_byte(workspace, tmp_path, smpl_motion):
    table = 'file,caption,note\r\na.npy,"elle  marche",x\r\n# \xe9t\xe9\r\n b.npy ,runs, fast'.encode("latin-1")
    for name in ("a", "b"):
        np.save(tmp_path / f"{name}.npy", smpl_motion.positions)
    (tmp_path / "captions.csv").write_bytes(table)
    workspace.open([tmp_path])
    captions = Captions(workspace, History())
    captions.place.set_own(True)
    workspace.show_clip(workspace.library.by_id["b"])
    states = [table]
    for change in (
        lambda: captions.edit(0, text="runs, then stops"),
        lambda: captions.add("\xe9t\xe9"),
        lambda: captions.remove([0, 1]),
    ):
        change()
        states.append((tmp_path / "captions.csv").read_bytes())
    assert len(set(states)) == 4
    for way, expected in ((captions.history.undo, states[2::-1]), (captions.history.redo, states[1:])):
        for state in expected:
            way()
            assert (tmp_path / "captions.csv").read_bytes() == state


def test_captions_of_several_takes_change_in_one_step(captions, ready, small_library):
    clips = [ready.library.by_id[name] for name in ("000001", "000003", "000005")]
    before = [(small_library / "texts" / f"{clip.id}.txt").read_bytes() for clip in clips]
    captions.add_to(clips, " castaway  signals ")
    captions.add_to(clips, "castaway signals")
    assert [n.text for n in ready.notices.shown] == ["Add Caption: 3 takes changed."]
    assert "castaway signals" in captions.shared(clips) and captions.history.undo_name == "Add Caption"
    captions.replace_in(clips, "castaway", "sailor")
    assert written(small_library, "000003")[-1] == "sailor signals"
    captions.remove_from(clips, "sailor signals")
    assert [(small_library / "texts" / f"{clip.id}.txt").read_bytes() for clip in clips] == before
    for _ in range(3):
        captions.history.undo()
    assert [(small_library / "texts" / f"{clip.id}.txt").read_bytes() for clip in clips] == before
    assert captions.history.undo_name == ""


def test_a_caption_of_several_takes_never_becomes_empty(captions, ready, small_library):
    clips, before = ready.library.clips[:3], written(small_library)
    captions.add_to(clips, " # ")
    captions.replace_in(clips, before[0], "")
    captions.replace_in(clips, "", "x")
    assert written(small_library) == before and captions.history.undo_name == "" and "empty" in captions.message
