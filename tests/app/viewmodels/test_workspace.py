"""What is open, and who hears of it."""

import numpy as np
import pytest

from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.errors import StudioError
from motionpatches.core.library import caption_store
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.takes import with_lines
from tests.lanes import heard


@pytest.fixture
def told(workspace):
    """How often each signal was emitted, by name."""
    names = ("library_changed", "model_changed", "ready_changed", "shown", "failed", "said")
    return {name: heard(getattr(workspace, name)) for name in names}


def counts(told):
    found = {name: len(values) for name, values in told.items()}
    for values in told.values():
        values.clear()
    return found


def test_opening_shows_the_first_clip(workspace, small_library, told):
    workspace.open([small_library])
    found = counts(told)
    assert found["library_changed"] == 1 and found["model_changed"] == found["ready_changed"] == 0
    assert len(workspace.library.clips) == 12 and workspace.clip is workspace.library.clips[0]
    assert workspace.motion.positions[0, 0, [0, 2]] == pytest.approx(0, abs=1e-4)
    assert workspace.retriever is None


def test_a_model_makes_it_ready(workspace, small_library, tiny_model, told, monkeypatch, tmp_path):
    monkeypatch.setattr("motionpatches.core.models.checkpoint.load_model", lambda folder, device: tiny_model)
    workspace.open([small_library])
    counts(told)
    workspace.load_model(tmp_path / "tiny")
    found = counts(told)
    assert found["model_changed"] == 2 and found["ready_changed"] == 1 and found["library_changed"] == 0
    assert workspace.model is tiny_model and workspace.model_label == "tiny"
    assert {e.clip_id for e in workspace.retriever.gallery.entries} == set(workspace.library.by_id)
    workspace.load_model(tmp_path / "tiny")
    assert counts(told)["ready_changed"] == 2, "no longer, and again"


def test_a_model_that_cannot_be_loaded_is_reported(workspace, told, monkeypatch, tmp_path):
    def load(folder, device):
        raise StudioError("It is no model.")

    monkeypatch.setattr("motionpatches.core.models.checkpoint.load_model", load)
    workspace.load_model(tmp_path)
    assert workspace.model_label == "no model" and told["failed"] == [("It is no model.",)]


def test_an_unreadable_path_leaves_what_is_open(ready, tmp_path):
    (tmp_path / "cut.bvh").write_text("HIERARCHY\nROOT")
    before, failed = ready.library, heard(ready.failed)
    ready.open([tmp_path / "cut.bvh"])
    assert ready.library is before and "cut.bvh" in failed[0][0]


def test_edited_captions_change_the_library_but_not_the_index(ready, told):
    retriever, clip = ready.retriever, ready.clip
    counts(told)
    ready.edited(with_lines(ready.library, {"000000": (CaptionLine("spins"),)}))
    found = counts(told)
    assert found["library_changed"] == 1 and found["ready_changed"] == 0
    assert ready.retriever is retriever and ready.clip.id == clip.id and ready.clip.caption == "spins"


def test_captions_that_are_edited_while_the_library_is_indexed_do_not_end_that(workspace, lanes, tiny_model, small_library):
    """The search never began then: the index was of the captions before, and thrown away."""
    workspace.model = tiny_model
    lanes.index.waits = True
    workspace.open([small_library])
    workspace.edited(with_lines(workspace.library, {"000000": (CaptionLine("spins"),)}))
    assert workspace.retriever is None
    lanes.index.go()
    assert workspace.retriever is not None and len(workspace.retriever.gallery.clip_rows[1]) == 12
    assert workspace.library.by_id["000000"].caption == "spins"


def test_a_caption_of_a_range_is_another_clip_and_is_indexed(ready, told):
    wanted = {"000000": (CaptionLine("walks"), CaptionLine("only the start", 0.5, 1.0))}
    caption_store.save(ready.library, wanted, True)
    counts(told)
    ready.edited(with_lines(ready.library, wanted))
    assert counts(told)["ready_changed"] == 2
    assert any(e.clip_id == "000000@0.5-1" for e in ready.retriever.gallery.entries)


def test_reopening_stays_with_the_clip_and_says_the_news(ready):
    said = heard(ready.said)
    ready.show_clip(ready.library.clips[5])
    ready.reopen("Corrected.")
    assert ready.clip.id == ready.library.clips[5].id and ready.clip is ready.library.clips[5]
    assert said[-1] == ("Corrected.",)


def test_cancelling_the_index_keeps_what_was_read(workspace, small_library, tiny_model, lanes):
    failed = heard(workspace.failed)
    workspace.model = tiny_model
    lanes.index.waits = True
    workspace.open([small_library])
    workspace.jobs.cancel()
    lanes.index.go()
    assert workspace.retriever is None and failed == [("Stopped. What was finished is kept.",)]


def test_a_clip_that_cannot_be_read_is_reported(ready, small_library):
    clip = ready.library.clips[3]
    clip.path.unlink()
    failed, before = heard(ready.failed), ready.clip
    ready.show_clip(clip)
    assert failed and ready.clip is before


def test_shown_motions_are_in_the_canonical_frame(ready):
    """On the floor, beginning at the origin."""
    for clip in ready.library.clips[:4]:
        ready.show_clip(clip)
        assert float(ready.motion.positions[..., 1].min()) == pytest.approx(0, abs=0.05)
        assert np.abs(ready.motion.positions[0, 0, [0, 2]]).max() < 1e-4


def test_a_home_that_cannot_be_written_is_searched_in_memory_and_reported(
    workspace, tiny_model, small_library, tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MOTIONPATCHES_HOME", str(tmp_path / "file"))
    failed = heard(workspace.failed)
    workspace.model = tiny_model
    workspace.open([small_library])
    assert workspace.retriever is not None and len(workspace.retriever.gallery.clip_rows[1]) == 12
    assert len(failed) == 1 and "encoded again" in failed[0][0]


def test_what_is_indexed_so_far_can_be_searched(workspace, lanes, tiny_model, small_library, monkeypatch):
    from motionpatches.core.search import indexing

    monkeypatch.setattr(indexing, "PARTLY_S", 0.0)
    monkeypatch.setattr(indexing, "PARTLY_SHARE", 0)
    monkeypatch.setattr(indexing, "BATCH", 4)
    seen, ready = [], []
    workspace.partly_changed.connect(lambda: seen.append((workspace.searchable, workspace.retriever)))
    workspace.ready_changed.connect(lambda: ready.append(workspace.retriever))
    workspace.model = tiny_model
    workspace.open([small_library])
    counts = [len(partial.gallery.clip_rows[1]) for partial, _ in seen]
    assert counts == sorted(counts) and 0 < counts[0] < 12 and {whole for _, whole in seen} == {None}
    assert all(partial.gallery.chance is not None for partial, _ in seen), "words for scores need no more time"
    assert workspace.searchable is workspace.retriever is ready[-1] and workspace.partial is None
    assert "index" in lanes.index.keys and "index" not in lanes.models.keys, "queries do not wait for the index"


def test_a_rescan_finds_what_is_new_changed_and_gone(workspace, tmp_path, smpl_motion):
    folder = tmp_path / "walks"
    folder.mkdir()
    for name in "abc":
        np.save(folder / f"{name}.npy", smpl_motion.positions[: -5 if name == "a" else None])
    workspace.open([folder])
    workspace.show_clip(workspace.library.by_id["b"])
    said, failed = heard(workspace.said), heard(workspace.failed)
    workspace.rescan()
    assert said[-1] == ("Nothing has changed in walks.",)
    (folder / "a.npy").unlink()
    np.save(folder / "c.npy", smpl_motion.positions[:30])
    np.save(folder / "d.npy", smpl_motion.positions)
    np.save(folder / "e.npy", smpl_motion.positions)
    library = workspace.library
    workspace.rescan()
    assert said[-1] == ("walks: 2 new, 1 gone, 1 changed.",) and set(workspace.library.by_id) == set("bcde")
    assert workspace.clip.id == "b" and workspace.library is not library
    (folder / "c.npy").rename(folder / "f.npy")
    workspace.rescan()
    assert said[-1] == ("walks: 1 moved.",), "it is neither new nor gone"
    for file in folder.iterdir():
        file.unlink()
    library = workspace.library
    workspace.rescan()
    assert workspace.library is library and "no motion file" in failed[-1][0]
    Workspace(workspace.lanes).rescan()


def test_a_path_that_is_not_there_is_told(workspace, tmp_path, smpl_motion):
    """Alone, and among files that are there."""
    failed = heard(workspace.failed)
    workspace.open([tmp_path / "nowhere"])
    assert workspace.library is None and "nowhere: it does not exist" in failed[-1][0]
    np.save(tmp_path / "a.npy", smpl_motion.positions)
    workspace.open([tmp_path / "a.npy", tmp_path / "b.npy"])
    assert list(workspace.library.by_id) == ["a"] and "b.npy: it does not exist" in failed[-1][0]
