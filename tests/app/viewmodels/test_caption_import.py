"""Import Captions: a preview, nothing written before it is accepted, one step to undo."""

import pytest

from motionpatches.app.viewmodels.caption_import import read_captions
from motionpatches.app.viewmodels.captions import Captions
from motionpatches.app.viewmodels.history import History
from motionpatches.core.library import caption_store
from tests.lanes import heard


@pytest.fixture
def captions(ready):
    return Captions(ready, History())


def previewed(captions, tmp_path, text):
    table = tmp_path / "t.csv"
    table.write_text(text)
    found = []
    read_captions(captions, table, found.append)
    return found[0]


def files_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_table_is_previewed_then_imported_and_undone_in_one_step(captions, ready, small_library, tmp_path):
    before = files_of(small_library)
    mine = caption_store.sidecar_file(small_library)
    table = "file,caption\n000000,from a table\n000001,another\nnobody,lost\n"
    found = previewed(captions, tmp_path, table)
    old = {take: ready.library.by_id[take].captions for take in ("000000", "000001")}
    assert found.news() == "2 takes changed: 2 captions added, 0 removed."
    assert found.rows()[1] == ("000001", "\n".join(old["000001"]), "\n".join((*old["000001"], "another")))
    assert "nobody" in found.problems() and captions.history.undo_name == ""
    assert files_of(small_library) == before and not mine.exists(), "a preview writes nothing"
    found.apply()
    assert ready.library.by_id["000000"].captions == (*old["000000"], "from a table")
    assert files_of(small_library) == before and mine.exists(), "the library's own files stay as they are"
    captions.history.undo()
    assert {take: ready.library.by_id[take].captions for take in old} == old and not mine.exists()


def test_replacing_and_skipping(captions, ready, tmp_path):
    found = previewed(captions, tmp_path, "file,caption\n000000,one\n000001,two\n")
    count = sum(len(ready.library.by_id[take].captions) for take in ("000000", "000001"))
    changed = heard(found.changed)
    found.set_mode("replace")
    assert found.news() == f"2 takes changed: 2 captions added, {count} removed."
    found.set_mode("skip")
    assert found.news() == "0 takes changed: 0 captions added, 0 removed. 2 takes skipped: they have captions."
    assert len(changed) == 2 and not found.rows()
    found.apply()
    assert captions.history.undo_name == ""


def test_many_text_files_are_as_before_after_undo(captions, ready, small_library, tmp_path, monkeypatch):
    """However many an import changes: tokens, line ends and files that were not there."""
    from motionpatches.core.library import caption_files

    monkeypatch.setattr(caption_files, "REMEMBERED", 2)
    captions.place.set_own(True)
    texts = small_library / "texts"
    (texts / "000003.txt").write_bytes(b"walks#walk/VERB#0.0#0.0\r\n\r\nruns")
    before = files_of(small_library)
    rows = "".join(f"{i:06d},caption {i}\n" for i in range(12))
    found = previewed(captions, tmp_path, "file,caption\n" + rows)
    found.set_mode("replace")
    found.apply()
    after = files_of(small_library)
    assert sum(after[file] != content for file, content in before.items()) == 12
    for expected in (before, after, before):
        (captions.history.undo if expected is before else captions.history.redo)()
        assert files_of(small_library) == expected


def test_another_library_is_not_written(captions, ready, smpl_motion, tmp_path):
    import numpy as np

    found = previewed(captions, tmp_path, "file,caption\n000000,one\n")
    np.save(tmp_path / "other.npy", smpl_motion.positions)
    ready.open([tmp_path / "other.npy"])
    failed = heard(ready.failed)
    found.apply()
    assert "another library" in failed[-1][0] and captions.history.undo_name == ""
