"""--shared in the commands: two copies of a library, one gallery; and what is reported when its server is away."""

import json
import shutil

import pytest

from motionpatches.app.cli.parser import main
from motionpatches.core.library.marks import Mark, change_marks, read_marks
from motionpatches.core.models.checkpoint import CheckpointInfo, save_model
from motionpatches.core.shared_gallery import store as engines
from tests.shared_galleries import Twin

URL = "postgresql://anna:hush-hush@server/studio"


@pytest.fixture
def twin(monkeypatch):
    found = Twin()
    monkeypatch.setitem(engines.ENGINES, "postgresql", found)
    return found


@pytest.fixture
def said(capsys, tiny_model, tmp_path):
    """What a command prints: its status, JSON and messages."""
    save_model(tiny_model, tmp_path / "model", CheckpointInfo())

    def run(*arguments):
        status = main([*map(str, arguments), "--model", str(tmp_path / "model"), "--device", "cpu", "--json"])
        out, err = capsys.readouterr()
        assert "hush" not in out + err
        return status, json.loads(out) if out else None, err

    return run


def test_a_library_is_sent_received_and_asked_alone(said, twin, small_library, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(small_library, copy)
    status, _, err = said("index", small_library, "--shared", URL)
    assert status == 0 and "vectors sent" in err and "anna@server/studio" in err
    change_marks(copy, {}, {"000003": Mark(True, ("reviewed",))})
    status, _, err = said("index", copy, "--shared", URL)
    assert status == 0 and "vectors of 12 motions received" in err and "1 edit sent" in err

    status, found, _ = said("search", "a person walks tag:rev", "--shared", URL)
    assert status == 0 and [hit["id"] for hit in found["hits"]] == ["000003"] and found["hits"][0]["caption"] != "000003"
    status, found, err = said("search", "a person walks tag:rev", "--shared", URL, "--library", small_library)
    assert status == 0 and [hit["id"] for hit in found["hits"]] == ["000003"] and "1 edit received" in err
    assert read_marks(small_library)["000003"] == Mark(False, ("reviewed",)), "favourites are each user's own"


def test_a_server_that_is_away_is_reported_and_the_library_answers(said, twin, small_library):
    twin.away = True
    status, found, err = said("search", "a person walks", "--shared", URL, "--library", small_library, "-k", 3)
    assert status == 0 and len(found["hits"]) == 3 and "cannot be reached" in err and "copy on this computer answers" in err
    status, found, err = said("search", "a person walks", "--shared", URL)
    assert status == 1 and found is None and "cannot be reached" in err
    status, _, err = said("index", small_library, "--shared", "mysql://anna:hush-hush@server/studio")
    assert status == 1 and "postgresql://" in err
    others = [small_library.parent / "other"]
    shutil.copytree(small_library, others[0])
    status, _, err = said("index", small_library, *others, "--shared", URL)
    assert status == 2 and "one library" in err
