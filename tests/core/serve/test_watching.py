"""A served library takes in what lands in its folder, and answers on whatever goes wrong."""

import os
import shutil
import time

import pytest

from motionpatches.core.library.open import open_library
from motionpatches.core.library.sheet import change_sheet
from motionpatches.core.progress import run
from motionpatches.core.search.retriever import retriever_of
from motionpatches.core.serve.service import Service
from motionpatches.core.serve.watching import Watcher


@pytest.fixture
def folder(small_library, tmp_path):
    takes = tmp_path / "takes"
    takes.mkdir()
    for at, file in enumerate(sorted(small_library.rglob("*.npy"))[:4]):
        shutil.copy(file, (takes if at < 3 else tmp_path) / f"take_{at}.npy")
    return takes


def test_what_lands_is_answered_for_and_what_is_gone_is_not(folder, tiny_model):
    library = run(open_library(folder))
    service, told = Service(library, run(retriever_of(tiny_model, library)), "tiny"), []
    watcher = Watcher(service, [folder], tiny_model, told.append)
    watcher.look()
    late = folder / "take_3.npy"
    shutil.copy(folder.parent / "take_3.npy", late)
    os.utime(late, (time.time() - 30,) * 2)
    (folder / "take_0.npy").unlink()
    for _ in range(3):
        watcher.look()
    assert service.facts()["clips"] == 3 and {hit["id"] for hit in service.search("walk", 10)["hits"]} == {
        "take_1",
        "take_2",
        "take_3",
    }
    assert told == ["takes: 1 new, 1 gone. 1 take is gone: take_0."]
    change_sheet(folder, {("take_3", "status"): "select"})
    assert service.clip("take_3")["sheet"] == {"status": "select"}
    assert [hit["id"] for hit in service.search("walk status:select", 10)["hits"]] == ["take_3"]


def test_a_fault_while_looking_is_told_and_ends_nothing(folder, tiny_model, monkeypatch):
    library = run(open_library(folder))
    told = []
    watcher = Watcher(Service(library, run(retriever_of(tiny_model, library)), "tiny"), [folder], tiny_model, told.append)
    monkeypatch.setattr(watcher._watch, "step", lambda: 1 / 0)
    watcher.look()
    assert "ZeroDivisionError" in told[0]
