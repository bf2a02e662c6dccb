"""A served library beside a shared gallery: what others edit is answered for, what is edited by requests is sent."""

import shutil

import pytest

from motionpatches.core.library.edit import Edit
from motionpatches.core.library.open import open_library
from motionpatches.core.progress import run
from motionpatches.core.search.retriever import retriever_of
from motionpatches.core.serve.service import Service
from motionpatches.core.serve.sharing import Sharer
from motionpatches.core.shared_gallery import store as engines
from tests.core.shared_gallery.test_sync import ADDRESS, Person
from tests.shared_galleries import Twin


@pytest.fixture
def twin(monkeypatch):
    found = Twin()
    monkeypatch.setitem(engines.ENGINES, "postgresql", found)
    return found


def test_edits_go_both_ways_and_a_server_that_is_away_is_reported_once(small_library, tiny_model, tmp_path, twin):
    shutil.copytree(small_library, tmp_path / "ben")
    ben, library, told = Person(tmp_path / "ben"), run(open_library(small_library)), []
    service = Service(library, run(retriever_of(tiny_model, library)), "tiny")
    sharer = Sharer(service, ADDRESS, told.append)
    sharer.look()
    ben.caption("000001", "an unusual hop")
    ben.write("000001", status="select")
    ben.sync(twin)
    sharer.look()
    assert "an unusual hop" in service.clip("000001")["captions"] and "edits received" in told[-1]
    found = service.search("unusual hop status:select")["hits"]
    assert [hit["id"] for hit in found] == ["000001"] and found[0]["strength"] == "exact"

    twin.away = True
    service.edit("000002", Edit(add_tags=("served",)))
    before = len(told)
    sharer.look()
    sharer.look()
    assert len(told) == before + 1 and "copy on this computer answers" in told[-1]
    twin.away = False
    sharer.look()
    assert "answers again" in told[-1]
    ben.sync(twin)
    assert ben.says("000002")[1] == {"served"}


def test_a_fault_is_told_and_ends_nothing(small_library, tiny_model, twin, monkeypatch):
    library, told = run(open_library(small_library)), []
    sharer = Sharer(Service(library, run(retriever_of(tiny_model, library)), "tiny"), ADDRESS, told.append)
    monkeypatch.setattr(twin, "since", lambda revision: 1 / 0)
    sharer.look()
    assert "ZeroDivisionError" in told[0]
