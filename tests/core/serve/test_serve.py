"""A served library, asked by plain HTTP as another program would."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionpatches.app.cli.serve import token_of
from motionpatches.core.errors import StudioError
from motionpatches.core.export.choices import Choices
from motionpatches.core.export.write import write_motion
from motionpatches.core.io.load import load_motion
from motionpatches.core.retarget.rig_file import rig_of_file
from motionpatches.core.serve.service import Service
from motionpatches.core.serve.web import page
from tests.served import TOKEN, demo_service, served

Ask = Callable[..., tuple[int, bytes]]


@pytest.fixture(scope="module")
def service() -> Service:
    return demo_service()


@pytest.fixture(scope="module")
def ask(service: Service) -> Iterator[Ask]:
    """Sends a request to a running server; returns status and content."""
    with served(service) as address:

        def asked(path: str, content: bytes | None = None, token: str = TOKEN, **values: object) -> tuple[int, bytes]:
            url = f"{address}{path}?{urllib.parse.urlencode(values)}"
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
            try:
                with urllib.request.urlopen(urllib.request.Request(url, content, headers), timeout=30) as answer:
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()

        yield asked


def test_a_query_is_answered_as_in_the_program(ask: Ask, service: Service):
    status, content = ask("/search", text="a person waves with the right hand", k=5)
    found = json.loads(content)
    assert status == 200 and [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4, 5]
    assert "wave right" in found["hits"][0]["id"] and found["hits"][0]["strength"] in ("exact", "strong")
    assert str(service.library.root) not in content.decode()


def test_without_the_token_nothing_is_answered(ask: Ask):
    for token in ("", "another token, as long as it"):
        status, content = ask("/search", text="a person waves", token=token)
        assert status == 401 and "token" in json.loads(content)["error"]
    assert ask("/openapi.json", token="")[0] == 200


def test_a_motion_that_is_sent_finds_its_like(ask: Ask, service: Service, tmp_path: Path):
    clip = next(c for c in service.library.clips if "cartwheel" in c.id)
    (file,) = write_motion(service.library.load(clip.id), tmp_path / "sent.bvh")
    status, content = ask("/similar", file.read_bytes(), name="sent.bvh", k=3)
    assert status == 200 and json.loads(content)["hits"][0]["id"] == clip.id
    status, content = ask("/like", clip=clip.id, k=3)
    assert status == 200 and clip.id not in [hit["id"] for hit in json.loads(content)["hits"]]


def test_motions_come_as_files(ask: Ask, service: Service, tmp_path: Path):
    clip = service.library.clips[3]
    for kind in ("glb", "bvh", "npz"):
        status, content = ask("/motion", clip=clip.id, format=kind)
        (tmp_path / f"got.{kind}").write_bytes(content)
        got, own = load_motion(tmp_path / f"got.{kind}"), service.library.load(clip.id)
        assert status == 200 and got.frame_count == own.frame_count
        root = own.positions[:, :1]
        assert np.abs((got.positions[:, :1] - got.positions[:1, :1]) - (root - root[:1])).max() < 0.002


def test_a_clip_goes_onto_a_rig_that_is_sent(ask: Ask, service: Service, tmp_path: Path):
    tall, clip = service.library.load(service.library.clips[0].id), service.library.clips[5]
    (file,) = write_motion(tall, tmp_path / "rig.bvh")
    status, content = ask("/motion", file.read_bytes(), clip=clip.id)
    (tmp_path / "got.bvh").write_bytes(content)
    assert status == 200
    one, two = rig_of_file(file), rig_of_file(tmp_path / "got.bvh")
    assert one.skeleton.joint_names == two.skeleton.joint_names and np.abs(one.offsets - two.offsets)[1:].max() < 0.002


def test_hands_stay_in_place_where_that_is_asked_for(ask: Ask, service: Service, tmp_path: Path):
    clip = next(c for c in service.library.clips if "wave right" in c.id)
    wide = service.library.load(clip.id)
    wide = replace(wide, positions=wide.positions * np.array([1.3, 1, 1], np.float32))  # shoulders of another breadth
    (file,) = write_motion(wide, tmp_path / "rig.bvh")
    got: dict[tuple[str, bool], np.ndarray] = {}
    for hands in (False, True):
        for way, content, values in (("named", None, {"rig": "mixamo"}), ("sent", file.read_bytes(), {})):
            status, answer = ask("/motion", content, clip=clip.id, format="bvh", hands=hands, **values)
            (tmp_path / "got.bvh").write_bytes(answer)
            assert status == 200
            got[way, hands] = load_motion(tmp_path / "got.bvh").positions
        (written,) = write_motion(service.library.load(clip.id), tmp_path / "own.bvh", Choices(rig="mixamo", hands=hands))
        assert np.abs(load_motion(written).positions - got["named", hands]).max() < 1e-5
    for way in ("named", "sent"):
        assert np.abs(got[way, True] - got[way, False]).max() > 0.02


def test_wrong_requests_get_a_sentence(ask: Ask, service: Service):
    clip = service.library.clips[0].id
    for path, values in (
        ("/motion", {"clip": "nothing"}),
        ("/motion", {"clip": clip, "format": "exe"}),
        ("/motion", {"clip": clip, "rig": "/etc/passwd"}),
        ("/motion", {"clip": clip, "start_s": 1000}),
        ("/search", {"text": " "}),
    ):
        status, content = ask(path, **values)
        assert status in (400, 404) and json.loads(content)["error"], (path, values)
    assert ask("/search", text="x" * 501)[0] == 422 and ask("/search", text="a kick", k=201)[0] == 422
    assert ask("/similar", b"no motion", name="x.bvh")[0] == 400


def test_the_token_is_kept_in_a_file_for_its_owner(tmp_path: Path):
    file = tmp_path / "token"
    token, told = token_of(file)
    assert token_of(file)[0] == token and str(file) in told and file.stat().st_mode & 0o077 == 0
    file.write_text("short")
    with pytest.raises(StudioError, match="16"):
        token_of(file)


def test_pictures_need_the_token_and_the_page_does_not(ask: Ask, service: Service):
    clip = service.library.clips[0].id
    status, content = ask("/picture", clip=clip)
    assert status == 200 and content.startswith(b"\x89PNG")
    status, content = ask("/picture", clip=clip, start_s=0.5, end_s=1.5, moving="true")
    assert status == 200 and content.startswith(b"GIF8")
    assert ask("/picture", token="", clip=clip)[0] == 401 and ask("/picture", clip="nobody")[0] == 404
    status, content = ask("/", token="")
    assert status == 200 and b"Describe a motion" in content and TOKEN.encode() not in content


def test_the_page_may_run_its_own_script_alone():
    content, rules = page()
    script = content.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in rules and "default-src 'none'" in rules
    assert content.count("<script") == 1
    assert "innerHTML" not in script and "eval(" not in script
    assert not re.search(r"""(src|href)=["'](https?:)?//""", content)  # nothing from elsewhere


@pytest.mark.skipif(shutil.which("node") is None, reason="Node checks the script of the page")
def test_the_script_of_the_page_can_be_read(tmp_path: Path):
    script = tmp_path / "page.js"
    script.write_text(page()[0].partition("<script>")[2].partition("</script>")[0])
    done = subprocess.run(["node", "--check", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
