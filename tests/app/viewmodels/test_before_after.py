"""The same query with the model before a run and the one after it."""

import gc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from motionpatches.app.viewmodels.before_after import SHOWN, BeforeAfter
from motionpatches.app.viewmodels.workspace import Workspace
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search.encode import encode_text
from motionpatches.core.search.indexing import build_gallery

QUERY = "a person waves"


@pytest.fixture
def folders(tmp_path, tiny_model, monkeypatch):
    """The folders of two models, which are loaded as the tiny one; `loads` are those that were read."""
    loads = []
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    monkeypatch.setattr(
        "motionpatches.core.models.checkpoint.load_model", lambda folder, device: (loads.append(folder), tiny_model)[1]
    )
    return tmp_path / "before", tmp_path / "after", loads


def a_run(folders, name="run"):
    before, after, _ = folders
    return SimpleNamespace(
        folder=before.parent / name, name=name, best=after, start=str(before), config=SimpleNamespace(sentences=[])
    )


def small(folder, seed, smpl_motion):
    """A library of three clips of its own."""
    folder.mkdir()
    generator = np.random.default_rng(seed)
    for i in range(3):
        frames = np.sort(generator.choice(len(smpl_motion.positions), 40, replace=False))
        np.save(folder / f"{seed}-{i}.npy", smpl_motion.positions[frames])
    return run(open_library(folder))


def nearest_by_hand(model, library):
    """Ids and scores of a gallery that is built anew."""
    gallery = run(build_gallery(model, library))
    scores = gallery.embeddings @ encode_text(model, QUERY)
    order = np.argsort(-scores)[:SHOWN]
    return [gallery.entries[i].clip_id for i in order], scores[order]


def test_each_library_is_answered_from_its_own_gallery(workspace, tmp_path, smpl_motion, folders, tiny_model):
    """Libraries are opened in turn, each where another one was in memory."""
    compared = BeforeAfter(workspace)
    compared.set_run(a_run(folders))
    for seed in range(12):
        workspace.library = small(tmp_path / f"library {seed}", seed, smpl_motion)
        workspace.library_changed.emit()
        compared.ask(QUERY)
        ids, scores = nearest_by_hand(tiny_model, workspace.library)
        assert [r.clip.id for r in compared.after.results] == ids, seed
        assert [r.hit.score for r in compared.before.results] == pytest.approx(list(scores), abs=1e-5)
        workspace.library = None
        gc.collect()
    assert len(folders[2]) == 2, "each model is loaded once"


def test_no_more_is_kept_than_the_models_of_the_run(ready, folders):
    compared = BeforeAfter(ready)
    compared.set_run(a_run(folders))
    compared.ask(QUERY)
    assert set(compared._indexed) == set(folders[:2])
    compared.set_run(None)
    assert compared._indexed == {}


def test_a_model_that_was_saved_again_is_read_again(ready, folders):
    import os

    compared = BeforeAfter(ready)
    compared.set_run(a_run(folders))
    compared.ask(QUERY)
    compared.ask(QUERY)
    assert len(folders[2]) == 2
    os.utime(folders[1] / "config.json", ns=(1, 1))
    compared.ask(QUERY)
    assert folders[2][2:] == [folders[1]]


def test_an_answer_for_a_library_closed_meanwhile_is_not_shown(ready, folders, lanes, tmp_path, smpl_motion):
    compared = BeforeAfter(ready)
    compared.set_run(a_run(folders))
    lanes.long.waits = True
    compared.ask(QUERY)
    assert compared.working
    ready.open([small(tmp_path / "other", 3, smpl_motion).root])
    lanes.long.go()
    assert compared.before.results == [] and compared.message and not compared.working


def test_a_caption_edited_meanwhile_leaves_the_answer(ready, folders, lanes):
    compared = BeforeAfter(ready)
    compared.set_run(a_run(folders))
    lanes.long.waits = True
    compared.ask(QUERY)
    first = ready.library.clips[0]
    ready.edited(replace(ready.library, clips=(replace(first, captions=("a jump",)), *ready.library.clips[1:])))
    lanes.long.go()
    assert compared.before.results and not compared.message and not compared.working


def test_a_run_without_a_model_cannot_be_compared(workspace: Workspace, folders):
    compared = BeforeAfter(workspace)
    run_ = a_run(folders)
    run_.best = None
    compared.set_run(run_)
    assert compared.models is None
    compared.ask(QUERY)
    assert not compared.working
