"""Where captions are kept: the user's own files are not written before the user asks for it."""

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.caption_place import CaptionPlace
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.history import History
from motionpatches.core import paths
from motionpatches.core.library import caption_store
from tests.lanes import heard


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def captions_of(workspace, settings):
    captions = Captions(workspace, History(), CaptionPlace(workspace, settings))
    workspace.library_changed.emit()
    workspace.show_clip(workspace.library.clips[0])
    return captions


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_first_edit_leaves_the_library_s_files_alone(ready, settings, small_library):
    before = contents(small_library)
    captions = captions_of(ready, settings)
    assert "stay as they are" in captions.place.sentence()
    captions.edit(0, text="mine")
    assert contents(small_library) == before and ready.library.clips[0].captions[0] == "mine"
    mine = caption_store.sidecar_file(small_library)
    kept = mine.read_bytes()
    assert "unchanged" in captions.message
    captions.history.undo()
    assert not mine.exists(), "the file that the edit has made"
    captions.history.redo()
    assert mine.read_bytes() == kept


def test_the_choice_is_remembered_for_this_library_alone(ready, settings, small_library, tmp_path, smpl_motion):
    import numpy as np

    captions = captions_of(ready, settings)
    captions.place.set_own(True)
    captions.edit(0, text="theirs")
    assert (small_library / "texts" / "000000.txt").read_text().startswith("theirs##0.0#0.0\n")
    assert captions_of(ready, settings).place.own
    other = tmp_path / "other"
    other.mkdir()
    np.save(other / "a.npy", smpl_motion.positions)
    changed = heard(captions.place.changed)
    ready.open([other])
    assert len(changed) == 1 and not captions.place.own and "captions.csv" in captions.place.files
    ready.open([small_library])
    assert captions.place.own
    captions.place.set_own(False)
    assert not captions_of(ready, settings).place.own


def test_earlier_edits_go_into_the_files_as_one_step(ready, settings, small_library):
    captions = captions_of(ready, settings)
    before = contents(small_library)
    captions.add_to(ready.library.clips[:3], "one more")
    mine = caption_store.sidecar_file(small_library)
    kept = mine.read_bytes()
    captions.write_kept()
    assert mine.read_bytes() == kept, "not before the user asked for it"
    assert "3 takes that were edited before" in captions.place.question()
    captions.place.set_own(True)
    captions.write_kept()
    assert all((small_library / "texts" / f"{i:06d}.txt").read_text().endswith("\none more##0.0#0.0\n") for i in range(3))
    assert not captions.place.kept() and "edited before" not in captions.place.question()
    captions.history.undo()
    assert contents(small_library) == before and mine.read_bytes() == kept
    assert ready.library.clips[0].captions[-1] == "one more", "as it was before it was written there"
    captions.history.undo()
    assert not mine.exists() and "one more" not in ready.library.clips[0].captions


def test_an_edit_is_undone_where_it_was_written(ready, settings, small_library):
    """Whatever was chosen since."""
    captions = captions_of(ready, settings)
    before = contents(small_library)
    for own in (True, False):
        captions.place.set_own(own)
        captions.edit(0, text=f"own {own}")
    captions.place.set_own(True)
    captions.history.undo()
    captions.place.set_own(False)
    captions.history.undo()
    assert contents(small_library) == before and not caption_store.sidecar_file(small_library).exists()


def test_a_packed_library_has_no_files_to_write(workspace, settings):
    workspace.open_demo()
    captions = captions_of(workspace, settings)
    assert not captions.place.files and "one packed file" in captions.place.sentence()
    captions.place.set_own(True)
    assert not captions.place.own
    before = paths.demo_library().read_bytes()
    captions.edit(0, text="mine")
    assert paths.demo_library().read_bytes() == before and "unchanged" in captions.message
    captions.history.undo()
    assert not caption_store.sidecar_file(workspace.library.root).exists()


@pytest.mark.parametrize("damage", ["{", "5", '["a", 7, null]', "null"])
def test_a_damaged_choice_is_no(ready, settings, damage):
    settings.setValue("captions in files", damage)
    assert not captions_of(ready, settings).place.own


def test_what_another_program_changed_is_told_and_left(ready, settings, small_library):
    captions, failed = captions_of(ready, settings), heard(ready.failed)
    captions.place.set_own(True)
    captions.edit(0, text="mine")
    file = small_library / "texts" / "000000.txt"
    theirs = file.read_bytes().replace(b"mine", b"theirs")
    file.write_bytes(theirs)
    captions.history.undo()
    assert file.read_bytes() == theirs and "000000.txt: changed by another program" in failed[-1][0]
    assert captions.lines[0].text == "theirs", "what stands in the file is shown"
