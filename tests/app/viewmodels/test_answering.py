"""The results of the window over HTTP: what is shown is answered, to who brings the token, until it is turned off."""

import json
import os
import socket
import stat
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSettings

from motionpatches.app.viewmodels.answering import KEY, Answering
from motionpatches.app.viewmodels.search import Search
from motionpatches.core import paths
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.serve.listening import Listening, found
from tests.lanes import rest
from tests.patience import PATIENCE


def asked(path, content=None, at=None, headers=None, **values):
    """Status and content that the server named in the file gives."""
    address, token = at or found(paths.open_window())
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream", **(headers or {})}
    url = f"{address}{path}?{urllib.parse.urlencode(values)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, content, sent), timeout=10 * PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def shown(**values):
    status, content = asked("/shown", **values)
    assert status == 200, content
    return json.loads(content)


def is_listening(address):
    host, _, port = address.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2 * PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def search(workspace, small_library):
    """Of the small library, without a model: exact words alone are found."""
    workspace.open([small_library])
    return Search(workspace)


@pytest.fixture
def answering(search, settings):
    one = Answering(search.workspace, search, settings)
    yield one
    one.close()


def test_nothing_is_answered_before_it_is_asked_for(answering):
    assert not answering.on and not paths.open_window().exists()
    assert not any(thread.name == "answers other programs" for thread in threading.enumerate())


def test_other_programs_see_the_results_of_the_window(answering, search):
    answering.set_on(True)
    assert shown()["hits"] == [] and shown()["query"] == ""
    search.ask("waves")
    rest()
    answer = shown()
    assert answer["query"] == "waves" and len(answer["hits"]) == len(search.results) > 3
    for hit, result in zip(answer["hits"], search.results, strict=True):
        assert (hit["id"], hit["caption"]) == (result.clip.id, result.caption)
        assert (hit["start_s"], hit["end_s"], hit["strength"]) == (result.hit.start_s, result.hit.end_s, result.hit.strength)
    search.set_k(2)
    rest()
    assert len(shown()["hits"]) == len(search.results) < len(answer["hits"])
    search.ask("")
    rest()
    assert shown()["hits"] == []


def test_a_shown_motion_goes_onto_a_rig_that_is_sent(answering, search, tmp_path):
    answering.set_on(True)
    search.ask("waves")
    rest()
    hit = shown()["hits"][0]
    own = search.workspace.library.load(hit["id"])
    (file,) = write_motion(own, tmp_path / "rig.bvh")
    status, content = asked("/motion", file.read_bytes(), clip=hit["id"])
    (tmp_path / "got.bvh").write_bytes(content)
    assert status == 200 and load_motion(tmp_path / "got.bvh").frame_count == own.frame_count
    status, content = asked("/motion", file.read_bytes(), clip=hit["id"], start_s=0.5, end_s=1.5)
    (tmp_path / "part.bvh").write_bytes(content)
    assert status == 200 and load_motion(tmp_path / "part.bvh").duration_s == pytest.approx(1.0, abs=0.051)
    status, content = asked(hit["picture"].partition("?")[0], clip=hit["id"])
    assert status == 200 and content.startswith(b"\x89PNG")


def test_only_who_brings_the_token_to_this_host_is_answered(answering, search):
    answering.set_on(True)
    address, token = found(paths.open_window())
    assert address.startswith("http://127.0.0.1:") and len(token) >= 24
    for path in ("/shown", "/", "/openapi.json"):
        assert asked(path, at=(address, "another token, as long as it"))[0] == 401
    assert asked("/shown", headers={"Host": "evil.example"})[0] == 400
    assert asked("/search", text="a person waves")[0] == 404  # the window is asked in the window
    assert asked("/edit", b"{}", clip=search.workspace.library.clips[0].id)[0] == 404


def test_answers_name_no_path(answering, search):
    answering.set_on(True)
    search.ask("waves")
    rest()
    root = str(search.workspace.library.root)
    assert root not in json.dumps(shown()) and root not in asked("/clip", clip=root)[1].decode().replace(root, "", 1)
    lost = search.workspace.library.clips[0]
    lost.path.write_bytes(b"no motion")
    status, content = asked("/motion", clip=lost.id)
    assert status == 400 and lost.path.name.encode() in content and root.encode() not in content


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files of a user's folder for that user by other means")
def test_the_file_is_its_users_alone_and_goes_at_the_end(answering):
    answering.set_on(True)
    file = paths.open_window()
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    address, _ = found(file)
    assert is_listening(address)
    answering.close()
    assert not file.exists() and not is_listening(address) and not answering.on


def test_a_later_window_keeps_its_own_file(answering, search):
    answering.set_on(True)
    later = Answering(search.workspace, search)
    later.set_on(True)
    held = found(paths.open_window())
    answering.close()
    assert found(paths.open_window()) == held and shown()["hits"] == []
    later.close()
    assert not paths.open_window().exists()


def test_each_time_has_a_new_token(answering):
    answering.set_on(True)
    first = found(paths.open_window())
    answering.set_on(False)
    answering.set_on(True)
    assert found(paths.open_window())[1] != first[1]


def test_what_was_on_is_on_at_the_next_start(workspace, small_library, settings):
    settings.setValue(KEY, True)
    later = Answering(workspace, Search(workspace), settings)
    workspace.open([small_library])
    workspace.ready_changed.emit()
    assert not later.on  # queries come first
    workspace.retriever = SimpleNamespace()
    workspace.ready_changed.emit()
    try:
        assert later.on and shown()["library"] == workspace.library.name
        later.set_on(False)
        assert not settings.value(KEY, True, bool)
    finally:
        later.close()


def test_without_the_packages_a_sentence_says_what_to_install(answering, search, settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    heard = []
    search.workspace.failed.connect(heard.append)
    answering.set_on(True)
    assert not answering.on and not settings.value(KEY, True, bool)
    assert "pip install 'motionpatches-studio[serve]'" in heard[0]


def test_what_was_stopped_before_it_began_does_not_begin(tmp_path):
    one = Listening(tmp_path / "window.json")
    one.stop()
    one.start()
    assert not one.address and not (tmp_path / "window.json").exists()


def test_a_file_that_cannot_be_written_is_told(answering, search):
    heard = []
    search.workspace.failed.connect(heard.append)
    paths.open_window().mkdir(parents=True)
    try:
        answering.set_on(True)
        assert not answering.on and "window.json" in heard[0]
    finally:
        paths.open_window().rmdir()
